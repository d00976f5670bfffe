// Only the mistakes are errors. They make nothing else look unused or unknown.
#![forbid(warnings)]

use daemonize_runtime::daemonize;
use paths::{ERRORS, INPUT, LOG, OUTPUT};

mod paths {
    pub const ERRORS: &str = "errors.log";
    pub const INPUT: &str = "in";
    pub const LOG: &str = "out.log";
    pub const OUTPUT: &str = "out.log";
}

struct Args {
    directory: String,
}

#[daemonize(befor = parse(), redirct = LOG, stdin = INPUT, stdin = OUTPUT, stderr = ERRORS, chdir = &args.directory)]
#[tokio::main]
async fn main(mut args: Args) -> Result<(), std::io::Error> {
    args.directory.clear();
    Ok(())
}

fn parse() -> Args {
    Args { directory: String::new() }
}
