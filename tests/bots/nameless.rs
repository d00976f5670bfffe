//! Executes the program that its command line names, with an empty `argv`.

use std::env;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStringExt;

use nix::unistd::execv;

fn main() {
    let program = env::args_os().nth(1).expect("a program");
    let program = CString::new(program.into_vec()).expect("no NUL");
    let Err(reason) = execv(&program, &[] as &[&CStr]);
    panic!("{reason}");
}
