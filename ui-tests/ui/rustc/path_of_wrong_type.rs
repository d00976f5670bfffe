use daemonize_runtime::daemonize;

#[daemonize(redirect = log())]
fn main() {}

fn log() -> Option<u8> {
    None
}
