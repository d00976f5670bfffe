//! The number of system calls of all processes of a start.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::contestants::{ATTRIBUTE, Contestant, FOREGROUND};
use crate::launch::Start;
use crate::processes::{end, reap_all, wait_until};
use crate::report::{Finding, Goal, table};
use crate::{Bench, Result};

const MOST_ADDED: usize = 36;

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let title = "System calls";
    if Command::new("strace").arg("-V").output().is_err() {
        return Ok(Finding {
            title,
            text: "Not measured: `strace` is not installed.".into(),
            goals: Vec::new(),
        });
    }
    let counts =
        bench.line_up.all().into_iter().map(|contestant| Ok((contestant.name, count(contestant)?)));
    let counts = counts.collect::<Result<Vec<_>>>()?;
    let of = |name| counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, calls)| *calls);
    let base = of(FOREGROUND);
    let added = of(ATTRIBUTE).saturating_sub(base);
    let rows = counts.iter().map(|(name, calls)| {
        vec![(*name).to_owned(), calls.to_string(), calls.saturating_sub(base).to_string()]
    });
    let text = format!(
        "The calls of all processes of a start, from the execution of the program until the body sleeps, counted by \
         `strace`.\n\n{}",
        table(&["", "calls", "more than without a daemon"], rows)
    );
    let goal = Goal {
        what: "additional system calls",
        limit: MOST_ADDED.to_string(),
        measured: added.to_string(),
        is_met: added <= MOST_ADDED,
    };
    Ok(Finding { title, text, goals: vec![goal] })
}

/// Resets all signals. Ignored signals are inherited, and only some contestants reset them. A
/// spawned program may have ignored signals of the C library's, or those of the keyboard from a
/// shell.
#[allow(clippy::unnecessary_wraps, reason = "`pre_exec` requires a result")]
fn reset_signals() -> io::Result<()> {
    for signal in 1..=64 {
        // SAFETY: an action of zeros is the default action, and 8 is the size of its mask.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                [0u64; 4].as_ptr(),
                std::ptr::null::<u64>(),
                8,
            )
        };
    }
    Ok(())
}

fn count(contestant: &Contestant) -> Result<usize> {
    let trace = contestant.directory.join("trace");
    let tracer = ["strace", "-f", "-qq", "-e", "signal=none", "-o"].map(PathBuf::from);
    let words: Vec<PathBuf> = tracer.into_iter().chain([trace.clone()]).collect();
    let mut command = contestant.lasting_command(&words);
    // SAFETY: the function only makes system calls.
    unsafe { command.pre_exec(reset_signals) };
    let start = Start::spawn(contestant, command, &contestant.directory)?;
    let body = start.await_body()?;
    // The first act of the body is not its last call.
    wait_until("the sleep of the body", || {
        Ok(is_complete(&fs::read_to_string(&trace)?).then_some(()))
    })?;
    end(body.pid)?;
    reap_all()?;
    // If another process's call comes in between, a call has a second line.
    Ok(fs::read_to_string(&trace)?.lines().filter(|line| !line.contains(" resumed>")).count())
}

/// Whether one process sleeps and all others have ended. Each line begins with a PID.
fn is_complete(trace: &str) -> bool {
    let lines = trace.lines().filter_map(|line| line.split_once(' '));
    let last_calls: HashMap<&str, &str> = lines.collect();
    let sleeps = last_calls.values().filter(|call| call.contains("sleep(")).count();
    let has_ended = last_calls.values().filter(|call| call.contains("exit_group")).count();
    sleeps == 1 && sleeps + has_ended == last_calls.len()
}
