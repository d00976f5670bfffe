use daemonize_runtime::daemonize;

struct Args {
    log: String,
}

#[daemonize(commands = true, before = args(), redirect = &args.log, pid_file = format!("{args}.pid"))]
fn main(args: Args) {
    drop(args.log);
}

fn args() -> Args {
    Args { log: String::new() }
}

impl std::fmt::Display for Args {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
