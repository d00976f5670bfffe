//! The workload for other supervisors. It reports that it is ready, also to a service manager, and
//! sleeps.

use std::env;
use std::os::unix::net::UnixDatagram;

fn main() {
    bench::work(|| {
        if let Some(socket) = env::var_os("NOTIFY_SOCKET") {
            let sent = UnixDatagram::unbound().and_then(|end| end.send_to(b"READY=1", socket));
            sent.expect("the manager listens");
        }
    });
}
