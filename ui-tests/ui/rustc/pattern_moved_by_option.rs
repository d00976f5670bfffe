use daemonize_runtime::daemonize;

#[daemonize(before = (String::new(), 5), redirect = path)]
fn main((path, number): (String, u8)) {
    let _ = (path, number);
}
