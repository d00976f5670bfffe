mod std {}
mod core {}

#[allow(unused_macros)]
macro_rules! compile_error {
    ($text:expr) => {};
}

#[daemonize_runtime::daemonize(redirct = "out.log", umask = 22)]
fn main() {}
