//! Two forks alone, without a PID file. The launcher does not wait for the daemon.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsRawFd;

use bench::LOG;

fn main() -> io::Result<()> {
    let preparation = bench::prepare();
    let log = OpenOptions::new().append(true).create(true).open(LOG)?;
    let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    // SAFETY: there is one thread, the path ends with NUL, and the descriptors are open.
    unsafe {
        if libc::fork() != 0 {
            libc::_exit(0);
        }
        libc::setsid();
        if libc::fork() != 0 {
            libc::_exit(0);
        }
        libc::chdir(c"/".as_ptr());
        libc::dup2(null.as_raw_fd(), 0);
        libc::dup2(log.as_raw_fd(), 1);
        libc::dup2(log.as_raw_fd(), 2);
    }
    preparation.live();
    Ok(())
}
