use daemonize_runtime::daemonize;

#[daemonize(redirect = "", chdir = "", pid_file = r"", chroot = "")]
fn main() {}
