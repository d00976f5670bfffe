use daemonize_runtime::daemonize;

#[daemonize(crate = my::<u8>::daemonize_runtime)]
fn main() {}
