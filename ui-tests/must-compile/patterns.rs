//! The options may use the names that a parameter's pattern binds, with their types in the body.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(clippy::all, clippy::pedantic, reason = "the patterns are odd on purpose")]

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use daemonize_runtime::daemonize;

struct Args {
    log: PathBuf,
    level: Level,
    names: Vec<String>,
}

struct Level(u8, String);

enum Only {
    One { log: PathBuf, switch: bool },
}

/// No field can be moved out, because the type implements `Drop`.
struct Guard {
    port: u16,
    #[allow(dead_code)]
    name: String,
}

impl Drop for Guard {
    fn drop(&mut self) {}
}

fn args() -> Args {
    Args { log: PathBuf::new(), level: Level(5, String::new()), names: Vec::new() }
}

/// Takes a reference to exactly this type.
fn exactly<T>(value: &T) -> PathBuf
where
    T: Same,
{
    value.path()
}

trait Same {
    fn path(&self) -> PathBuf;
}

impl Same for PathBuf {
    fn path(&self) -> PathBuf {
        self.clone()
    }
}

impl Same for String {
    fn path(&self) -> PathBuf {
        self.into()
    }
}

#[daemonize(
    before = args(),
    redirect = exactly(&log),
    pid_file = exactly::<String>(&text),
    when = number > 5_u8 && names.is_empty(),
)]
fn main(Args { mut log, level: Level(number, text), names }: Args) {
    log.push("x");
    drop((log, number, text, names));
    some_fields::main();
    parts_of_a_tuple::main();
    array::main();
    variant::main();
    result::main();
    guard::main();
    reference::main();
    reference_in_a_tuple::main();
    by_reference::main();
    by_mutable_reference::main();
    whole_and_part::main();
    underscore::main();
    function_name::main();
    function_name_in_a_pattern::main();
    question_mark::main().unwrap_or_default();
    only_for_options::main();
    either::main();
    beside_commands::main();
    hidden_beside_commands::main();
}

mod some_fields {
    #[crate::daemonize(before = crate::args(), redirect = crate::exactly(&log))]
    pub(crate) fn main(crate::Args { log, level: crate::Level(..), .. }: crate::Args) {
        drop(log);
    }
}

mod parts_of_a_tuple {
    #[crate::daemonize(
        before = (5, crate::args(), "a".to_owned(), true),
        redirect = crate::exactly(&text),
        stdin = crate::exactly(&log),
        when = switch
    )]
    pub(crate) fn main(
        (_, crate::Args { log, .. }, text, switch): (u8, crate::Args, String, bool),
    ) {
        drop((log, text, switch));
    }
}

mod array {
    #[crate::daemonize(before = ["a", "b"].map(str::to_owned), redirect = crate::exactly(&log))]
    pub(crate) fn main([log, mut pid]: [String; 2]) {
        pid.clear();
        drop((log, pid));
    }
}

mod variant {
    #[crate::daemonize(
        before = crate::Only::One { log: crate::PathBuf::new(), switch: true },
        redirect = crate::exactly(&log),
        when = switch
    )]
    pub(crate) fn main(crate::Only::One { log, switch }: crate::Only) {
        drop((log, switch));
    }
}

mod result {
    #[crate::daemonize(before = Ok(String::new()), redirect = crate::exactly(&log))]
    pub(crate) fn main(Ok(log): Result<String, crate::Infallible>) {
        drop(log);
    }
}

mod guard {
    #[crate::daemonize(
        before = crate::Guard { port: 5, name: String::new() },
        when = port > 5_u16
    )]
    pub(crate) fn main(crate::Guard { port, .. }: crate::Guard) {
        let _ = port;
    }
}

mod reference {
    #[crate::daemonize(before = Box::leak(Box::new(crate::args())), redirect = crate::exactly(log))]
    pub(crate) fn main(crate::Args { log, .. }: &'static crate::Args) {
        let _ = log;
    }
}

mod reference_in_a_tuple {
    #[crate::daemonize(
        before = (5, Box::leak(Box::new(crate::args()))),
        redirect = crate::exactly::<crate::PathBuf>(log),
        when = number > 5_u8
    )]
    pub(crate) fn main((number, crate::Args { log, .. }): (u8, &'static crate::Args)) {
        let _ = (number, log);
    }
}

mod by_reference {
    #[crate::daemonize(before = crate::args(), redirect = crate::exactly::<crate::PathBuf>(&args.log))]
    pub(crate) fn main(ref args: crate::Args) {
        let _: &crate::Args = args;
    }
}

mod by_mutable_reference {
    #[crate::daemonize(before = crate::args(), redirect = { args.names.clear(); &args.log })]
    pub(crate) fn main(ref mut args: crate::Args) {
        let _: &mut crate::Args = args;
    }
}

mod whole_and_part {
    #[crate::daemonize(before = (5, 6), when = both.0 > 5_u8 && part > 5_u16)]
    pub(crate) fn main(both @ (_, part): (u8, u16)) {
        let _ = (both, part);
    }
}

mod underscore {
    #[crate::daemonize(before = crate::args(), redirect = crate::exactly(&_args.log))]
    pub(crate) fn main(_args: crate::Args) {}
}

mod function_name {
    #[crate::daemonize(before = String::new(), redirect = crate::exactly(&main))]
    pub(crate) fn main(main: String) {
        drop(main);
    }
}

mod function_name_in_a_pattern {
    #[crate::daemonize(before = (String::new(), 5), redirect = crate::exactly(&main))]
    pub(crate) fn main((main, _): (String, u8)) {
        drop(main);
    }
}

mod question_mark {
    #[crate::daemonize(before = ("5".parse()?, 6), redirect = crate::Path::new("x").parent().ok_or(n.to_string())?)]
    pub(crate) fn main((n, _): Pair) -> Result<(), Box<dyn std::error::Error>> {
        let _ = n;
        Ok(())
    }

    type Pair = (u8, u8);
}

mod only_for_options {
    #[crate::daemonize(before = crate::args(), redirect = &log)]
    pub(crate) fn main(crate::Args { log, .. }: crate::Args) {}
}

mod either {
    #[crate::daemonize(before = Ok(5), when = number > 5_u8)]
    pub(crate) fn main((Ok(number) | Err(number)): Result<u8, u8>) {
        let _ = number;
    }
}

mod beside_commands {
    #[crate::daemonize(
        commands = true,
        before = crate::args(),
        redirect = "out.log",
        when = log.exists() && number > 5_u8
    )]
    pub(crate) fn main(crate::Args { log, level: crate::Level(number, _), .. }: crate::Args) {
        drop((log, number));
    }
}

mod hidden_beside_commands {
    #[crate::daemonize(commands = true, before = vec![crate::args()], chdir = false)]
    pub(crate) fn main(_guard: Vec<crate::Args>) {}
}
