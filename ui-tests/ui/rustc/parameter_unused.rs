#![deny(warnings)]

use daemonize_runtime::daemonize;

#[daemonize(before = (5, 6), redirect = "n.log", when = used > 5)]
fn main((n, used): (u8, u8)) {
    println!("n");
}

mod of_a_structure {
    pub struct Args {
        pub log: String,
        pub level: u8,
    }

    #[crate::daemonize(before = args(), redirect = &log)]
    pub fn main(Args { log, level }: Args) {}

    fn args() -> Args {
        Args { log: String::new(), level: 5 }
    }
}
