use daemonize_runtime::daemonize;

#[daemonize]
#[inline]
async fn main() {}
