use daemonize_runtime::daemonize;

#[daemonize(stop_timeout = text(), wait_ready = text(), stop_signal = 'T'.len_utf8())]
fn main() {}

fn text() -> String {
    String::new()
}
