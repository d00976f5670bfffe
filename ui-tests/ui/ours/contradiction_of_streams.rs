use daemonize_runtime::daemonize;

#[daemonize(redirect = "out.log", stdin = "in", stdout = path())]
fn main() {}

fn path() -> String {
    String::new()
}
