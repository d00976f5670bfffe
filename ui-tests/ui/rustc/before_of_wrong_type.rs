use daemonize_runtime::daemonize;

#[daemonize(before = "five")]
fn main(number: u8) {
    let _ = number;
}
