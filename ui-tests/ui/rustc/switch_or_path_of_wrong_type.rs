use daemonize_runtime::daemonize;

#[daemonize(chdir = directory())]
fn main() {}

fn directory() -> u8 {
    5
}
