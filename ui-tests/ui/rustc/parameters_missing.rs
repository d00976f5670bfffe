use daemonize_runtime::daemonize;

#[daemonize(redirct = "out.log")]
fn main {
    let _ = 5;
}
