use daemonize_runtime::daemonize;

#[daemonize(
    redirect("out.log", "errors.log"),
    stdin(path = "in", append = true),
    restart { delay: 5 },
    pid_file(std::path::Path::new("bot.pid")),
)]
fn main() {}
