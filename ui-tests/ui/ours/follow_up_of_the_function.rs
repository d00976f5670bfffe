// An unsuitable function causes no further errors either.
#![forbid(warnings)]

use daemonize_runtime::daemonize;
use paths::{INPUT, LOG};

mod paths {
    pub const INPUT: &str = "in";
    pub const LOG: &str = "out.log";
}

#[daemonize(crate = "renamed", stdin = INPUT, redirect = &file?)]
unsafe fn main(file: Result<String, std::io::Error>, number: u8) -> Result<(), std::io::Error> {
    let _ = (file, number);
    Ok(())
}

pub mod app {
    #[crate::daemonize(redirect = crate::LOG)]
    pub fn run() -> Result<u8, String> {
        Ok(5)
    }

    #[crate::daemonize]
    pub const fn count<T: Copy>(number: T) -> T {
        number
    }
}

pub const NUMBER: u8 = app::count(5);
