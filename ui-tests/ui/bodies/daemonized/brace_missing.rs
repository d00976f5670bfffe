use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() {
    if true {
        println!("open");
}
