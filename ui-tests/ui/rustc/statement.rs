use daemonize_runtime::daemonize;

fn main() {
    #[daemonize]
    println!("statement");
}
