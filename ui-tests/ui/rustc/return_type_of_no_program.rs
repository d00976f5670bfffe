use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
fn main() -> u32 {
    5
}
