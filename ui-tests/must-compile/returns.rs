//! `main` may return what the `main` of any program may return.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::error::Error;
use std::process::{ExitCode, Termination};

use daemonize_runtime::daemonize;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

#[daemonize(redirect = std::env::var("LOG")?)]
fn main() -> Outcome {
    let _ = (exit_code::main(), anything::main(), either::main(), nothing::main());
    never::main();
}

mod exit_code {
    #[crate::daemonize]
    pub(crate) fn main() -> crate::ExitCode {
        crate::ExitCode::from(7)
    }
}

mod anything {
    #[crate::daemonize]
    pub(crate) fn main() -> impl crate::Termination {
        crate::ExitCode::from(9)
    }
}

mod either {
    #[crate::daemonize]
    pub(crate) fn main() -> Result<crate::ExitCode, String> {
        Err("boom".into())
    }
}

mod nothing {
    #[crate::daemonize]
    pub(crate) fn main() -> () {}
}

mod never {
    #[crate::daemonize]
    pub(crate) fn main() -> ! {
        std::process::exit(11)
    }
}
