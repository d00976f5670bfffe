use daemonize_runtime::daemonize;

#[daemonize(before = 5)]
fn main(args) {
    let _ = args;
}
