use daemonize_runtime::daemonize;

#[daemonize(before = path(), redirect = path)]
fn main(path: String) {
    let _ = path;
}

fn path() -> String {
    String::new()
}
