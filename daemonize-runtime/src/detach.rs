//! The two forks, and the agreement between launcher and daemon. Receives what is prepared; returns in the daemon.
//!
//! The session leader sets everything up and the daemon is born ready, so that the launcher waits for one process
//! only: on a busy machine each process that has to be scheduled first costs the user a time slice. That the start
//! is a transaction all the same is the work of one byte. The launcher writes it when the session leader has ended
//! well, and the daemon runs nothing before it has read it:
//!
//! - the byte cannot be written: the daemon is dead, the start has failed;
//! - the byte never comes: the launcher is dead, the daemon leaves.
//!
//! Between the byte and its `_exit(0)` the launcher has all signals blocked, so that nothing comes between.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid};

use crate::error::{At, Error, Kind, Step};
use crate::prepare::Prepared;
use crate::settle::{Failure, Stage, leave_session, record, replace_streams, settle};
use crate::sys::{self, retry_interrupted};
use crate::threads::OnlyThread;

const COMMIT: u8 = 1;

pub(crate) fn detach(prepared: Prepared, only_thread: &OnlyThread) -> Result<(), Error> {
    let (launchers_end, daemons_end) = UnixStream::pair().at(|| Step::Connect)?;
    flush_output();
    prepared.signals.restore_children();
    match sys::fork(only_thread) {
        Ok(ForkResult::Child) => {
            drop(launchers_end);
            lead_session(prepared, only_thread, daemons_end);
            Ok(())
        }
        Ok(ForkResult::Parent { child }) => {
            drop(daemons_end);
            let Err(error) = launch(&prepared, launchers_end, child);
            prepared.give_up();
            Err(error)
        }
        Err(reason) => {
            prepared.give_up();
            Err(reason).at(|| Step::Fork)
        }
    }
}

/// What is printed so far must appear once, and not a second time from the buffers that a fork copies.
fn flush_output() {
    let _ = io::stdout().flush();
    sys::flush_c_streams();
}

/// The launcher: waits for the session leader, then commits. Returns only to say why the start failed.
fn launch(prepared: &Prepared, mut daemon: UnixStream, session_leader: Pid) -> Result<Infallible, Error> {
    if retry_interrupted(|| waitpid(session_leader, None)) == Ok(WaitStatus::Exited(session_leader, 0)) {
        let mut old_mask = SigSet::empty();
        let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut old_mask));
        if daemon.write_all(&[COMMIT]).is_ok() {
            sys::exit_now(0);
        }
        sys::set_signal_mask(&old_mask);
    }
    // Nothing more comes from here, so that a daemon which waits for the byte leaves; then the end of its answers
    // says that nobody is left.
    let _ = daemon.shutdown(Shutdown::Write);
    let mut report = Vec::new();
    let _ = daemon.read_to_end(&mut report);
    let failure = report.try_into().ok().and_then(Failure::from_bytes);
    Err(failure.map_or_else(|| Kind::Died.into(), |failure| failure.into_error(prepared)))
}

/// The session leader. Returns in the daemon alone.
fn lead_session(prepared: Prepared, only_thread: &OnlyThread, launcher: UnixStream) {
    let forked = leave_session()
        .and_then(|()| settle(&prepared))
        .and_then(|()| replace_streams(&prepared))
        .and_then(|()| sys::fork(only_thread).map_err(|reason| Failure(Stage::Fork, reason)));
    let recorded = match forked {
        Ok(ForkResult::Child) => return become_daemon(prepared, launcher),
        Ok(ForkResult::Parent { child }) => record(&prepared, child),
        Err(failure) => Err(failure),
    };
    match recorded {
        Ok(()) => sys::exit_now(0),
        Err(failure) => {
            // When nobody reads it, nobody needs to know.
            let _ = (&launcher).write_all(&failure.to_bytes());
            sys::exit_now(1);
        }
    }
}

/// The daemon: everything is set up but its own existence, which it owes to the launcher's byte.
fn become_daemon(prepared: Prepared, mut launcher: UnixStream) {
    let Prepared { pid_file, streams, .. } = prepared;
    drop(streams);
    if launcher.read_exact(&mut [0]).is_err() {
        if let Some(pid_file) = pid_file {
            pid_file.remove();
        }
        sys::exit_now(1);
    }
    if let Some(pid_file) = pid_file {
        pid_file.keep();
    }
}
