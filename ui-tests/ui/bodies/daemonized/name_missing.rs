use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() {
    println!("{number}");
    nothing();
}
