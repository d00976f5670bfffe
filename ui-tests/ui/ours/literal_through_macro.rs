use daemonize_runtime::daemonize;

macro_rules! daemonized {
    ($path:literal, $switch:expr, $mask:tt, $runtime:expr) => {
        #[daemonize(redirect = $path, chdir = $switch, umask = $mask, crate = $runtime)]
        fn main() {}
    };
}

daemonized!("", 5, 22, "daemonize_runtime");
