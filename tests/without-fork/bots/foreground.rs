//! A bot with every option, each set by an argument such as `when=false` or `chdir=directory`. Its
//! body prints a file in the working directory, and exits with its own code.

use std::env;
use std::fs::{self, File};
use std::process::ExitCode;
use std::str::FromStr;

use daemonize_runtime::daemonize;

struct Words(Vec<String>);

impl Words {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn value<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    fn file(&self, name: &str) -> Option<File> {
        self.text(name).and_then(|path| File::open(path).ok())
    }
}

#[daemonize(
    before = Words(env::args().skip(1).collect()),
    stdin = words.file("stdin"),
    stdout = words.text("stdout"),
    stderr = words.file("stderr"),
    close_fd = words.value("close_fd"),
    chdir = words.text("chdir"),
    pid_file = words.text("pid_file"),
    create_dirs = words.value("create_dirs"),
    umask = words.value("umask"),
    user = words.text("user"),
    group = words.text("group"),
    chroot = words.text("chroot"),
    close_inherited = words.value("close_inherited"),
    when = words.value("when"),
    wait_ready = words.value::<u64>("wait_ready"),
    reopen = words.value("reopen"),
    restart = words.text("restart"),
    stop_timeout = words.value::<u64>("stop_timeout"),
    stop_signal = words.text("stop_signal")
)]
fn main(words: Words) -> ExitCode {
    daemonize_runtime::ready();
    if let Some(file) = words.text("print") {
        print!("{}", fs::read_to_string(file).expect("a file of the working directory"));
    }
    println!("the body runs");
    ExitCode::from(7)
}
