use daemonize_runtime::daemonize;

#[daemonize(redirct = "out.log", Redirect = "out.log", pidFiel = "bot.pid")]
fn main() {}
