//! A value may be any expression of a type that the builder takes.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(clippy::all, clippy::pedantic, reason = "the expressions are odd on purpose")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use daemonize_runtime::daemonize;

struct Args {
    log: Option<PathBuf>,
    foreground: bool,
}

const FLAG: bool = false;

#[daemonize(
    before = parse()?,
    stdout = &args.log,
    stderr = args.log.as_deref(),
    stdin = Path::new("in"),
    chdir = pick::<u8, _>(1, |one, other| if one < other { "/tmp" } else { "/" }),
    pid_file = match args.foreground {
        true => PathBuf::from("a.pid"),
        _ => ["b", "pid"].join(".").into(),
    },
    close_fd = 1 < 2,
    umask = 0,
    when = !args.foreground,
)]
fn main(args: Args) -> Result<(), String> {
    let _ = (args.log, args.foreground);
    parameters::main();
    inference::main();
    blocks::main();
    Ok(())
}

fn parse() -> Result<Args, String> {
    Ok(Args { log: None, foreground: true })
}

fn pick<T: Default + PartialOrd, U>(value: T, choose: impl Fn(T, T) -> U) -> U {
    choose(value, T::default())
}

mod parameters {
    pub(super) fn main() {
        destructured::main();
        unnamed::main();
        hidden::main();
        changed::main();
        borrowed::main();
        nested::main();
        captured::main();
        times::main();
        optional::main();
    }

    /// The fields of a parsed command line, without conversions.
    mod optional {
        use std::path::PathBuf;
        use std::time::Duration;

        #[derive(Default)]
        struct Args {
            log: Option<PathBuf>,
            error_log: Option<String>,
            pid_file: Option<PathBuf>,
            root: Option<PathBuf>,
            user: Option<String>,
            group: Option<u32>,
            umask: Option<u32>,
            detach: Option<bool>,
            limit: Option<u64>,
            stop_timeout: Option<Duration>,
            stop_signal: Option<String>,
            restart: Option<String>,
        }

        #[crate::daemonize(
            before = Args::default(),
            stdout = &args.log,
            stderr = args.error_log.as_deref(),
            stdin = None::<PathBuf>,
            chdir = args.detach,
            pid_file = args.pid_file.as_ref().ok_or(false),
            chroot = &args.root,
            user = &args.user,
            group = args.group,
            umask = args.umask,
            close_fd = args.detach,
            close_inherited = args.detach,
            create_dirs = args.detach,
            reopen = args.detach,
            when = args.detach.or(Some(false)),
            wait_ready = args.limit,
            stop_timeout = args.stop_timeout,
            stop_signal = &args.stop_signal,
            restart = &args.restart,
        )]
        pub(crate) fn main(args: Args) {
            super::optional_text::main();
            super::plans::main();
            drop(args);
        }
    }

    /// What a parser that borrows from the arguments hands over.
    mod optional_text {
        use std::path::Path;

        #[derive(Default)]
        struct Args<'a> {
            log: Option<&'a Path>,
            pid_file: Option<&'a str>,
            root: Option<&'a str>,
            user: Option<&'a str>,
            group: Option<&'a str>,
            stop_signal: Option<&'a str>,
            restart: Option<&'a str>,
        }

        #[crate::daemonize(
            before = Args::default(),
            redirect = &args.log,
            pid_file = &args.pid_file,
            chroot = &args.root,
            user = &args.user,
            group = &args.group,
            stop_signal = &args.stop_signal,
            restart = &args.restart,
            when = false,
        )]
        pub(crate) fn main(args: Args<'static>) {
            drop(args);
        }
    }

    mod plans {
        use daemonize_runtime::Restart;

        #[crate::daemonize(restart = Some(Restart::always()), pid_file = Some(true), when = false)]
        pub(crate) fn main() {}
    }

    mod destructured {
        #[crate::daemonize(before = (5, "text"))]
        pub(crate) fn main((number, _text): (u8, &str)) {
            let _ = number;
        }
    }

    mod unnamed {
        #[crate::daemonize(before = 5)]
        pub(crate) fn main(_: u8) {}
    }

    mod hidden {
        #[crate::daemonize(before = vec![5])]
        pub(crate) fn main(_guard: Vec<u8>) {}
    }

    mod changed {
        #[crate::daemonize(before = String::new(), redirect = &text)]
        pub(crate) fn main(mut text: String) {
            text.clear();
        }
    }

    mod borrowed {
        #[crate::daemonize(before = "out.log", redirect = path)]
        pub(crate) fn main(path: &'static str) {
            let _ = path;
        }
    }

    mod nested {
        #[crate::daemonize(before = Vec::new(), when = map.is_empty())]
        pub(crate) fn main(map: Vec<crate::HashMap<u8, u8>>) {
            drop(map);
        }
    }

    mod times {
        use std::time::Duration;

        #[crate::daemonize(
            before = (Some(30_u32), None::<Duration>, String::from("SIGINT")),
            wait_ready = limits.0,
            stop_timeout = limits.1,
            stop_signal = &limits.2,
        )]
        pub(crate) fn main(limits: (Option<u32>, Option<Duration>, String)) {
            literals::main();
            drop(limits);
        }

        mod literals {
            #[crate::daemonize(wait_ready = 30, stop_timeout = 0.5, stop_signal = "TERM")]
            pub(crate) fn main() {}
        }
    }

    mod captured {
        #[crate::daemonize(before = (5, 6))]
        pub(crate) fn main(ref both @ (ref one, _): (u8, u8)) {
            let _ = (both, one);
        }
    }
}

mod inference {
    #[crate::daemonize(before = "5".parse().unwrap_or_default(), redirect = None::<crate::PathBuf>)]
    pub(crate) fn main(number: u64) {
        let _ = number;
    }
}

mod blocks {
    struct Switch {
        on: bool,
    }

    #[crate::daemonize(
        redirect = {
            let name = "out";
            format!("{name}.log")
        },
        chdir = Switch { on: true }.on,
        close_fd = if crate::FLAG { false } else { true },
        pid_file = [true; 2][1],
        when = (|| loop { break true })(),
    )]
    pub(crate) fn main() {}
}
