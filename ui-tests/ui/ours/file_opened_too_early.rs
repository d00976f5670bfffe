use std::fs::File;

use daemonize_runtime::daemonize;

#[daemonize(commands = true, redirect = File::create("out.log").unwrap())]
fn main() {
    reopened::main();
}

mod reopened {
    #[crate::daemonize(stdout = crate::File::create("out.log").unwrap(), reopen = true)]
    pub fn main() {}
}
