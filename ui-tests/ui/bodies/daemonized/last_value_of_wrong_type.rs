use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() -> Result<(), String> {
    5
}
