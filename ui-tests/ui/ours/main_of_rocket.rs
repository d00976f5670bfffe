use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
#[neighbours::launch]
fn rocket() -> _ {}
