use daemonize_runtime::daemonize;

#[daemonize(before = "five")]
fn main(text: impl AsRef<str>) {
    let _ = text.as_ref();
}
