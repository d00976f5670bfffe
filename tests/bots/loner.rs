//! A bot that answers the words of `commands` and leaves nothing that they could look at, neither
//! PID file nor log. The attribute refuses to compile that.

use daemonize_runtime::Daemon;

fn main() {
    let daemon = Daemon::new().pid_file(false);
    daemon.answer_commands();
    daemon.start_or_exit();
}
