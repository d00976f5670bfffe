use daemonize_runtime::daemonize;

#[daemonize(redirect = "~/bot.log", chdir = "$HOME", user = "bot:www", pid_file = None)]
fn main() {}
