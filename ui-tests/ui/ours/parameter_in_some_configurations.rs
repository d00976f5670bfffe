use daemonize_runtime::daemonize;

#[daemonize(before = 5)]
fn main(#[cfg(not(all()))] number: u8) {
    both::main();
}

mod both {
    #[crate::daemonize(before = 5)]
    pub fn main(#[cfg(all())] one: u8, #[cfg(not(any()))] other: u8) {
        let _ = (one, other);
    }
}
