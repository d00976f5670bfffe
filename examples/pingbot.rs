//! A TCP bot on tokio: it answers each line with `pong` and the line, and logs it.
//!
//! ```sh
//! cargo run --bin pingbot
//! echo hello | nc -N 127.0.0.1 7117
//! kill "$(cat pingbot.pid)"
//! ```
//!
//! The address is bound in `before`, so that an address in use is answered on the terminal and
//! nothing is detached. The runtime and its threads start afterwards, in the daemon.

use std::env;
use std::io;
use std::net::TcpListener;

use daemonize_runtime::daemonize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

#[daemonize(before = bind()?, redirect = "pingbot.log")]
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
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7117".to_owned());
    let listener = TcpListener::bind(address)?;
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
