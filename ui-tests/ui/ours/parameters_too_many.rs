use daemonize_runtime::daemonize;

#[daemonize(before = (5, 6))]
fn main(one: u8, two: u8) {
    let _ = (one, two);
}
