use daemonize_runtime::daemonize;
use daemonize_runtime::daemonize as detached;

#[daemonize(chdir = false)]
#[inline]
#[tokio::main]
#[detached(chdir = true)]
async fn main() {
    named_alike::main();
}

mod named_alike {
    #[crate::detached]
    #[crate::daemonize(redirct = "out.log")]
    pub fn main() {}
}
