use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() -> Result<(), String> {
    std::fs::read_to_string(;
    Ok(())
}
