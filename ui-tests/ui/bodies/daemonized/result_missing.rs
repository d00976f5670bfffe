use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() -> Result<(), String> {
    let _ = 5;
}
