#[daemonize_runtime::daemonize(stop_signal = "TREM", wait_ready = "yes")]
fn main() {}
