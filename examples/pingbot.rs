//! A TCP bot on tokio. It logs each line and answers it with `pong` and the line.
//!
//! ```sh
//! cargo run --bin pingbot
//! echo hello | nc -N 127.0.0.1 7117
//! cargo run --bin pingbot stop
//! ```
//!
//! `docs/deploy.md` installs it under several service managers.
//!
//! The address is bound in `before`. If it is in use, the error is reported on the terminal and
//! nothing is detached. The runtime and its threads start afterwards, in the daemon.

use std::io;
use std::net::TcpListener;

use daemonize_runtime::{args_os, daemonize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

#[daemonize(before = bind()?, commands = true, redirect = "pingbot.log", reopen = true)]
#[tokio::main]
async fn main(listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, peer) = listener.accept().await?;
        tokio::spawn(async move {
            if let Err(error) = answer(stream).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

/// The address is the first argument, or `127.0.0.1:7117`.
fn bind() -> io::Result<TcpListener> {
    let address = args_os().nth(1).and_then(|address| address.into_string().ok());
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:7117"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn answer(mut stream: TcpStream) -> io::Result<()> {
    let peer = stream.peer_addr()?;
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        println!("{peer} says {line:?}");
        write.write_all(format!("pong {line}\n").as_bytes()).await?;
    }
    Ok(())
}
