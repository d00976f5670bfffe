use daemonize_runtime::daemonize;

#[daemonize(redirect_std = "out.log", working_directory = "/", pidfile = "bot.pid", foreground = true)]
fn main() {}
