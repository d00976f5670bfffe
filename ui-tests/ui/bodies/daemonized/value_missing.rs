use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log")]
fn main() {
    let number = ;
    println!("{number}");
}
