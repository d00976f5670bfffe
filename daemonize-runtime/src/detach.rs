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

use nix::errno::Errno;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid};

use crate::error::{At, Error, Kind, Step};
use crate::prepare::Prepared;
use crate::settle::{Failure, Stage, settle};
use crate::sys;

const COMMIT: u8 = 1;

pub(crate) fn detach(prepared: Prepared) -> Result<(), Error> {
    let (launchers_end, daemons_end) = UnixStream::pair().at(|| Step::Connect)?;
    flush_output();
    prepared.signals.restore_children();
    match sys::fork(&prepared.only_thread) {
        Ok(ForkResult::Child) => {
            drop(launchers_end);
            lead_session(prepared, daemons_end);
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
    if wait_for(session_leader) == Ok(WaitStatus::Exited(session_leader, 0)) {
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
    Err(explain(prepared, &report))
}

fn wait_for(child: Pid) -> nix::Result<WaitStatus> {
    loop {
        match waitpid(child, None) {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

/// The session leader. Returns in the daemon alone.
fn lead_session(prepared: Prepared, launcher: UnixStream) {
    let forked =
        settle(&prepared).and_then(|()| sys::fork(&prepared.only_thread).map_err(|reason| (Stage::Fork, reason)));
    let recorded = match forked {
        Ok(ForkResult::Child) => return become_daemon(prepared, launcher),
        Ok(ForkResult::Parent { child }) => record(&prepared, child),
        Err(failure) => Err(failure),
    };
    match recorded {
        Ok(()) => sys::exit_now(0),
        Err(failure) => {
            report(launcher, failure);
            sys::exit_now(1);
        }
    }
}

fn record(prepared: &Prepared, daemon: Pid) -> Result<(), Failure> {
    let Some(pid_file) = &prepared.pid_file else {
        return Ok(());
    };
    pid_file.write(daemon).map_err(|reason| (Stage::WritePidFile, errno_of(&reason)))
}

/// The daemon: everything is set up but its own existence, which it owes to the launcher's byte.
fn become_daemon(prepared: Prepared, mut launcher: UnixStream) {
    let Prepared { pid_file, streams, .. } = prepared;
    drop(streams);
    let mut byte = [0];
    if launcher.read_exact(&mut byte).is_err() {
        if let Some(pid_file) = pid_file {
            pid_file.remove();
        }
        sys::exit_now(1);
    }
    if let Some(pid_file) = pid_file {
        pid_file.keep();
    }
}

/// Five bytes: the stage and the reason. When nobody reads them, nobody needs to know.
fn report(mut launcher: UnixStream, (stage, reason): Failure) {
    let [a, b, c, d] = (reason as i32).to_ne_bytes();
    let _ = launcher.write_all(&[stage as u8, a, b, c, d]);
}

/// What the launcher can say of a failure: the session leader's report, or that there is none.
fn explain(prepared: &Prepared, report: &[u8]) -> Error {
    let Ok([stage, a, b, c, d]) = <[u8; 5]>::try_from(report) else {
        return Kind::Died.into();
    };
    let path_of_directory = || prepared.working_directory.clone().unwrap_or_default();
    let name_of_pid_file = || prepared.pid_file.as_ref().map(|pid_file| pid_file.name.clone()).unwrap_or_default();
    let step = match stage {
        stage if stage == Stage::LeaveSession as u8 => Step::LeaveSession,
        stage if stage == Stage::ChangeDirectory as u8 => Step::ChangeDirectory(path_of_directory()),
        stage if stage == Stage::ReplaceStreams as u8 => Step::ReplaceStreams,
        stage if stage == Stage::Fork as u8 => Step::Fork,
        _ => Step::WritePidFile(name_of_pid_file()),
    };
    Kind::Step(step, io::Error::from_raw_os_error(i32::from_ne_bytes([a, b, c, d]))).into()
}

fn errno_of(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(Errno::ENOSPC as i32))
}

impl Prepared {
    /// After a failed start the launcher is as it was: no PID file, no lock, the same signals.
    fn give_up(self) {
        if let Some(pid_file) = self.pid_file {
            pid_file.remove();
        }
        self.signals.ignore_children_again();
    }
}
