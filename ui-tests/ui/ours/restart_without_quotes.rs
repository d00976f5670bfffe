use daemonize_runtime::daemonize;

#[daemonize(restart = always)]
fn main() {}

mod on_failure {
    #[crate::daemonize(restart = on-failure)]
    pub fn main() {}
}
