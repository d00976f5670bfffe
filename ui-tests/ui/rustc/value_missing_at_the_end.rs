use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
fn main() -> Result<(), String> {
    println!("no value");
}
