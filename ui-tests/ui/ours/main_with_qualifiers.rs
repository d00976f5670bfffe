use daemonize_runtime::daemonize;

mod with_unsafe {
    #[crate::daemonize]
    unsafe fn main() {}
}

mod with_abi {
    #[crate::daemonize]
    extern "C" fn main() {}
}

mod with_const {
    #[crate::daemonize]
    const fn main() {}
}

fn main() {}
