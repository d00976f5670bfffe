use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
fn main(number: u8) {
    let _ = number;
}
