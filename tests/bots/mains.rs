//! A bot with a `main` of each kind, of which its command line chooses one. Each is called like the
//! program's own.

use std::env;
use std::process::{ExitCode, Termination};
use std::time::Duration;

/// Longer than any test, and yet the bot ends by itself when a test run was killed.
const SLEEP: Duration = Duration::from_secs(300);

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("unit") => call(unit::main),
        Some("success") => call(success::main),
        Some("failure") => call(failure::main),
        Some("exit-code") => call(exit_code::main),
        Some("own-type") => call(own_type::main),
        Some("never") => never::main(),
        Some("recursion") => call(recursion::main),
        Some("tokio-below") => call(tokio_below::main),
        Some("tokio-above") => call(tokio_above::main),
        other => panic!("unknown word: {other:?}"),
    }
}

/// What Rust does with the program's own `main`.
fn call<T: Termination>(main: impl FnOnce() -> T) -> ExitCode {
    main().report()
}

mod unit {
    #[daemonize_runtime::daemonize(when = false)]
    pub(super) fn main() {
        println!("nothing to return");
    }
}

mod success {
    #[daemonize_runtime::daemonize(when = false)]
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the type of a program that may fail, in its good case"
    )]
    pub(super) fn main() -> Result<(), String> {
        Ok(())
    }
}

mod failure {
    #[daemonize_runtime::daemonize(when = false)]
    pub(super) fn main() -> Result<(), String> {
        Err("out of cheese".into())
    }
}

mod exit_code {
    use std::process::ExitCode;

    #[daemonize_runtime::daemonize(when = false)]
    pub(super) fn main() -> ExitCode {
        ExitCode::from(42)
    }
}

mod own_type {
    use std::process::{ExitCode, Termination};

    pub(super) struct Own(u8);

    impl Termination for Own {
        fn report(self) -> ExitCode {
            self.0.into()
        }
    }

    #[daemonize_runtime::daemonize(when = false)]
    pub(super) fn main() -> impl Termination {
        Own(43)
    }
}

mod never {
    #[daemonize_runtime::daemonize(when = false)]
    pub(super) fn main() -> ! {
        std::process::exit(44)
    }
}

mod recursion {
    use std::sync::atomic::{AtomicU32, Ordering};

    /// The generated `main` would start a second time, and be refused: it would find the same PID
    /// file.
    #[daemonize_runtime::daemonize(when = false, chdir = false)]
    pub(super) fn main() {
        static DEPTH: AtomicU32 = AtomicU32::new(1);
        println!("depth {}", DEPTH.load(Ordering::Relaxed));
        if DEPTH.fetch_add(1, Ordering::Relaxed) < 3 {
            main();
        }
    }
}

mod tokio_below {
    #[daemonize_runtime::daemonize(redirect = "out.log")]
    #[tokio::main(flavor = "multi_thread", worker_threads = 2)]
    pub(super) async fn main() {
        super::meet_on_two_threads().await;
    }
}

mod tokio_above {
    #[tokio::main(flavor = "multi_thread", worker_threads = 2)]
    #[daemonize_runtime::daemonize(redirect = "out.log")]
    pub(super) async fn main() {
        super::meet_on_two_threads().await;
    }
}

/// Two tasks that wait for each other without giving their threads back. Not on the runtime's own
/// workers, one of which may have taken both.
async fn meet_on_two_threads() {
    let meeting = std::sync::Arc::new(std::sync::Barrier::new(2));
    let [one, other] = [(), ()].map(|()| {
        let meeting = meeting.clone();
        tokio::task::spawn_blocking(move || meeting.wait().is_leader())
    });
    one.await.expect("one came");
    other.await.expect("the other came");
    println!("two threads have met");
    std::thread::sleep(SLEEP);
}
