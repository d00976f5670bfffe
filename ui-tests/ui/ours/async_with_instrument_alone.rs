use daemonize_runtime::daemonize;

#[daemonize]
#[neighbours::instrument]
async fn main() {}
