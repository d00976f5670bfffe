//! `#[tokio::main]` above and below `#[daemonize]`.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::io;

use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
#[tokio::main]
async fn main() -> io::Result<()> {
    tokio_above::main();
    let _ = tokio_above_with_result::main();
    one_thread::main();
    parameter::main()?;
    tokio::task::yield_now().await;
    Ok(())
}

mod tokio_above {
    #[tokio::main]
    #[crate::daemonize(redirect = "out.log")]
    pub(crate) async fn main() {
        tokio::task::yield_now().await;
    }
}

mod tokio_above_with_result {
    #[tokio::main(flavor = "current_thread")]
    #[crate::daemonize]
    pub(crate) async fn main() -> Result<u8, String> {
        tokio::task::yield_now().await;
        Ok(5)
    }
}

mod one_thread {
    #[crate::daemonize(chdir = false)]
    #[tokio::main(flavor = "current_thread")]
    pub(crate) async fn main() {
        tokio::task::yield_now().await;
    }
}

mod parameter {
    use std::io;
    use std::net::TcpListener;

    #[crate::daemonize(before = TcpListener::bind("127.0.0.1:0")?, when = listener.ttl()? > 0)]
    #[tokio::main]
    pub(crate) async fn main(listener: TcpListener) -> io::Result<()> {
        tokio::task::yield_now().await;
        listener.set_nonblocking(true)
    }
}
