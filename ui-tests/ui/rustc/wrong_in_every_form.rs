use std::fs::File;

use daemonize_runtime::daemonize;

#[daemonize(
    before = true,
    stdin = Some(other),
    stdout = files(),
    chdir = Some(1),
    pid_file = Err::<&str, u8>(1),
    chroot = other
)]
fn main(other: bool) {}

fn files() -> Result<File, bool> {
    Err(false)
}
