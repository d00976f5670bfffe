use daemonize_runtime::daemonize;

#[daemonize(redirect_std = "out.log", working_directory = "/", pidfile = "bot.pid", foreground = true)]
fn main() {
    others::main();
}

mod others {
    #[crate::daemonize(out = "out.log", err = "errors.log", dir = "/", username = "bot", nochdir)]
    pub fn main() {}
}
