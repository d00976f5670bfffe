//! An everyday bot: it echoes lines on a TCP port, answers the words `start`, `stop`, `restart`,
//! `status`, `run` and `log`, and is restarted after a crash.
//!
//! ```sh
//! cargo build --example echobot
//! target/debug/examples/echobot --port 7007
//! target/debug/examples/echobot status
//! target/debug/examples/echobot stop
//! ```

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::exit;

use daemonize_runtime::daemonize;

#[daemonize(
    commands = true,
    before = bind(port_argument())?,
    redirect = "echobot.log",
    restart = "on-failure",
    wait_ready = true
)]
fn main(listener: TcpListener) -> io::Result<()> {
    println!("listening on {}", listener.local_addr()?);
    daemonize_runtime::ready();
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(echo) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// `--port N`, or 7007. The parser sees the arguments without the words of `commands`.
fn port_argument() -> u16 {
    let arguments: Vec<_> =
        daemonize_runtime::args_os().skip(1).map(OsString::into_string).collect();
    match &arguments[..] {
        [] => 7007,
        [Ok(option), Ok(port)] if option == "--port" => {
            port.parse().unwrap_or_else(|_| refuse_usage())
        }
        _ => refuse_usage(),
    }
}

fn refuse_usage() -> ! {
    eprint!("usage: echobot [WORD] [--port N]\n\n{}", daemonize_runtime::commands_help());
    exit(64)
}

fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        println!("{line:?}");
        writeln!(stream, "{line}")?;
    }
    Ok(())
}
