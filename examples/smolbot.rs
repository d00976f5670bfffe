//! A chat room on smol. It passes each guest's lines to all other guests.
//!
//! ```sh
//! cargo run --bin smolbot
//! nc 127.0.0.1 7227
//! kill "$(cat smolbot.pid)"
//! ```
//!
//! smol starts its threads at its first use, and threads do not survive a fork. `before` therefore
//! binds a listener of the standard library. The first use of smol is `block_on` in the body.

use std::cell::RefCell;
use std::collections::HashMap;
use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::time::Duration;

use daemonize_runtime::daemonize;
use smol::channel::{self, Receiver, Sender};
use smol::future;
use smol::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use smol::net::TcpStream;
use smol::stream::StreamExt;
use smol::{LocalExecutor, Timer};

/// How many lines wait for a slow guest. Further lines are lost to this guest alone.
const BACKLOG: usize = 100;
const PAUSE: Duration = Duration::from_secs(1);

type Room = Rc<RefCell<HashMap<SocketAddr, Sender<String>>>>;

#[daemonize(before = bind()?, redirect = "smolbot.log")]
fn main(listener: TcpListener) -> io::Result<()> {
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(serve(&executor, listener)))
}

/// The address is the first argument, or `127.0.0.1:7227`.
fn bind() -> io::Result<TcpListener> {
    TcpListener::bind(env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7227".to_owned()))
}

async fn serve(executor: &LocalExecutor<'static>, listener: TcpListener) -> io::Result<()> {
    let listener = smol::net::TcpListener::try_from(listener)?;
    println!("listening on {}", listener.local_addr()?);
    let room = Room::default();
    loop {
        match listener.accept().await {
            Ok((stream, guest)) => executor.spawn(welcome(room.clone(), stream, guest)).detach(),
            // With too many guests, the next one has to wait until another leaves.
            Err(error) => {
                eprintln!("{error}");
                Timer::after(PAUSE).await;
            }
        }
    }
}

async fn welcome(room: Room, stream: TcpStream, guest: SocketAddr) {
    let (sender, lines) = channel::bounded(BACKLOG);
    room.borrow_mut().insert(guest, sender);
    println!("{guest} has come");
    if let Err(error) = future::or(listen(&room, stream.clone(), guest), tell(stream, lines)).await
    {
        eprintln!("{guest}: {error}");
    }
    room.borrow_mut().remove(&guest);
    println!("{guest} has gone");
}

/// Passes a guest's lines to the others until the guest leaves.
async fn listen(room: &Room, stream: TcpStream, guest: SocketAddr) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next().await {
        let line = format!("{guest} says {:?}\n", line?);
        print!("{line}");
        for (_, other) in room.borrow().iter().filter(|(other, _)| **other != guest) {
            let _ = other.try_send(line.clone());
        }
    }
    Ok(())
}

/// Sends the others' lines to a guest.
async fn tell(mut stream: TcpStream, lines: Receiver<String>) -> io::Result<()> {
    while let Ok(line) = lines.recv().await {
        stream.write_all(line.as_bytes()).await?;
    }
    Ok(())
}
