use daemonize_runtime::daemonize;

#[daemonize(close_fd = quiet())]
fn main() {}

fn quiet() -> Option<u8> {
    None
}
