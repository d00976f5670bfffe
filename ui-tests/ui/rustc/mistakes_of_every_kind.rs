use daemonize_runtime::daemonize;

#[daemonize(redirct = "out.log", umask = 22, redirect = "a", stdout = "b")]
unsafe fn main(number: u8) {
    let _: u8 = "five";
}
