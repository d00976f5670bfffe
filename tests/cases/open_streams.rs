//! Streams that the program has opened itself.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;

use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tests::bot::begin;
use tests::{bot, wait};

#[test]
fn an_open_file_is_used_as_it_is() {
    let bot = bot!["redirect-open=out.log", "print=one", "print-error=two", "sleep"];
    fs::write(bot.file("out.log"), "yesterday\n").expect("a file");
    let daemon = bot.start_and_await("out.log", "one\ntwo\n");
    daemon.assert_has_only_streams_and(&bot.pid_file());
}

#[test]
fn an_open_pipe_gets_what_the_body_prints() {
    let bot = bot!["stdout-pipe=pipe", "print=through the pipe", "sleep"];
    mkfifo(&bot.file("pipe"), Mode::S_IRWXU).expect("a pipe");
    let mut pipe = File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(bot.file("pipe"))
        .expect("the read end");
    let _daemon = bot.start();
    let mut text = String::new();
    wait::until("the text to arrive", || {
        let _ = pipe.read_to_string(&mut text);
        text == "through the pipe\n"
    });
}

#[test]
fn a_duplicate_of_a_stream_keeps_it() {
    let bot = bot!["chdir=false", "stdout-kept", "print=on the terminal", "exit=0"];
    let launch = begin(bot.command()).finish();
    assert_eq!((&*launch.stdout, &*launch.stderr), ("on the terminal\n", ""), "{launch:?}");
}

#[test]
fn an_inherited_descriptor_can_be_a_stream() {
    let bot = bot!["stderr-given=7", "print-error=said", "sleep"];
    let _daemon = bot.start_by(bot.command_in_shell(r#"exec "$@" 7>given"#));
    bot.await_text("given", "said\n");
}

#[test]
fn an_open_log_cannot_be_reopened() {
    let bot = bot!["redirect-open=out.log", "reopen=true"];
    let line = bot.refused(64);
    assert!(line.contains("`reopen` needs the path of a log"), "{line}");
}

#[test]
fn an_open_log_that_is_the_pid_file_is_refused() {
    let bot = bot!["redirect-open=same.pid", "pid_file=same.pid"];
    assert!(bot.refused(64).contains("the same file"));
}
