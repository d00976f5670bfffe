use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() {
    let text = String::new();
    text.
}
