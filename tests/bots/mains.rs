//! A bot with a `main` of each kind. Its command line chooses one, and the bot calls it as Rust
//! calls the `main` of a program.

use std::env;
use std::process::{ExitCode, Termination};
use std::time::Duration;

/// Longer than any test. If a test run is killed, the bot still ends.
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

/// What Rust does with the `main` of a program.
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
        reason = "the `main` of a program that may fail, when it does not"
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

    /// The inner call must reach the function as written. The generated `main` would refuse a
    /// second start.
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

/// Two tasks that block until both run. They do not run on the runtime's workers, where one worker
/// might take both.
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
