//! A bot that reads its command line and binds its socket before it detaches.

use std::error::Error;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, process, thread};

use daemonize_runtime::daemonize;

/// Longer than any test. If a test run is killed, the bot still ends.
const SLEEP: Duration = Duration::from_secs(300);

#[derive(Default)]
struct Args {
    log: Option<PathBuf>,
    foreground: bool,
    greeting: String,
    listener: Option<TcpListener>,
}

impl Args {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let mut args = Self::default();
        for word in env::args().skip(1) {
            match word.split_once('=').unwrap_or((&word, "")) {
                ("help", _) => help(),
                ("log", path) => args.log = Some(path.into()),
                ("foreground", _) => args.foreground = true,
                ("greeting", text) => text.clone_into(&mut args.greeting),
                ("listen", address) => args.listener = Some(listen(address)?),
                ("thread", _) => drop(thread::spawn(|| thread::sleep(SLEEP))),
                _ => return Err(format!("unknown word {word}").into()),
            }
        }
        Ok(args)
    }
}

/// Ends the program from within its parser, as many parsers do.
fn help() -> ! {
    println!("usage: parser [word]...");
    eprintln!("there is more in the manual");
    process::exit(2)
}

/// Binds an address, and prints it with the port that the system has chosen.
fn listen(address: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    println!("{}", listener.local_addr()?);
    Ok(listener)
}

#[daemonize(before = Args::parse()?, redirect = &args.log, when = !args.foreground, chdir = false)]
fn main(args: Args) -> Result<(), Box<dyn Error>> {
    if !args.greeting.is_empty() {
        println!("{}", args.greeting);
    }
    if let Some(listener) = args.listener {
        let (mut client, _) = listener.accept()?;
        client.write_all(args.greeting.as_bytes())?;
    }
    if !args.foreground {
        thread::sleep(SLEEP);
    }
    Ok(())
}
