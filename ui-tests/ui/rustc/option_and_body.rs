use daemonize_runtime::daemonize;

#[daemonize(redirct = "out.log")]
fn main() {
    let number: u8 = "five";
    let _ = number;
}
