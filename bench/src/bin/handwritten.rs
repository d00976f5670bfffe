//! A careful daemon written with `libc`, with the same guarantee: the command exits with code 0 if
//! and only if one daemon is up, recorded and locked. Otherwise it says why not.

use std::fs::{self, File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::mem;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::process;

use bench::{LOG, PID_FILE};

/// The daemon's report of success. Otherwise it reports an error number.
const READY: u8 = 0;

/// Reported for an error without a number.
const UNKNOWN: u8 = u8::MAX;

struct Files {
    null: File,
    log: File,
    pid_file: File,
}

fn main() {
    let preparation = bench::prepare();
    if let Err(error) = daemonize() {
        eprintln!("handwritten: cannot start: {error}");
        process::exit(1);
    }
    preparation.live();
}

fn daemonize() -> io::Result<()> {
    let files = Files {
        null: OpenOptions::new().read(true).write(true).open("/dev/null")?,
        log: OpenOptions::new().append(true).create(true).open(LOG)?,
        pid_file: lock_pid_file()?,
    };
    let (reader, writer) = io::pipe()?;
    io::stdout().flush()?;
    let session_leader = fork()?;
    if session_leader == 0 {
        drop(reader);
        lead_session(files, writer);
        Ok(())
    } else {
        drop(writer);
        launch(reader, session_leader)
    }
}

/// Locks the PID file. Tries again if the locked file is no longer the one at the path.
fn lock_pid_file() -> io::Result<File> {
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(PID_FILE)?;
        file.try_lock()?;
        let locked = file.metadata()?;
        if fs::metadata(PID_FILE)
            .is_ok_and(|current| (current.dev(), current.ino()) == (locked.dev(), locked.ino()))
        {
            return Ok(file);
        }
    }
}

/// Continues in the launcher. Returns only if the start has failed.
fn launch(mut reader: PipeReader, session_leader: i32) -> io::Result<()> {
    let mut report = [UNKNOWN];
    let received = reader.read_exact(&mut report);
    // SAFETY: with a null pointer, no status is written.
    unsafe { libc::waitpid(session_leader, std::ptr::null_mut(), 0) };
    received?;
    if report[0] == READY {
        exit_now(0);
    }
    Err(io::Error::from_raw_os_error(report[0].into()))
}

/// Continues in the session leader. Returns only in the daemon.
fn lead_session(files: Files, mut writer: PipeWriter) {
    // SAFETY: the call has no preconditions.
    let forked = checked(unsafe { libc::setsid() }).and_then(|_| fork());
    let result = match forked {
        Ok(0) => set_up(files),
        Ok(_) => exit_now(0),
        Err(error) => Err(error),
    };
    let report = match &result {
        Ok(()) => READY,
        Err(error) => {
            error.raw_os_error().and_then(|number| number.try_into().ok()).unwrap_or(UNKNOWN)
        }
    };
    let reported = writer.write_all(&[report]);
    if result.is_err() || reported.is_err() {
        exit_now(1);
    }
}

fn set_up(files: Files) -> io::Result<()> {
    // SAFETY: the path ends with NUL.
    checked(unsafe { libc::chdir(c"/".as_ptr()) })?;
    for (file, descriptor) in [(&files.null, 0), (&files.log, 1), (&files.log, 2)] {
        // SAFETY: the file is open, and nothing else owns the standard streams.
        checked(unsafe { libc::dup2(file.as_raw_fd(), descriptor) })?;
    }
    let text = format!("{}\n", process::id());
    files.pid_file.write_all_at(text.as_bytes(), 0)?;
    if files.pid_file.metadata()?.len() > text.len() as u64 {
        files.pid_file.set_len(text.len() as u64)?;
    }
    // The lock is held until the file is closed.
    mem::forget(files.pid_file);
    Ok(())
}

fn fork() -> io::Result<i32> {
    // SAFETY: there is one thread.
    checked(unsafe { libc::fork() })
}

/// Exits without running exit handlers, which belong to the daemon.
fn exit_now(code: i32) -> ! {
    // SAFETY: the call has no preconditions.
    unsafe { libc::_exit(code) }
}

fn checked(result: i32) -> io::Result<i32> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
