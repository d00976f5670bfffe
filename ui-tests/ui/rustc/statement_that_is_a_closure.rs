use daemonize_runtime::daemonize;

fn main() {
    let _ = #[daemonize] || {};
}
