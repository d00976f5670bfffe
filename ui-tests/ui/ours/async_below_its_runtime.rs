use daemonize_runtime::daemonize;

#[neighbours::main]
#[daemonize(chdir = false)]
async fn main() {}
