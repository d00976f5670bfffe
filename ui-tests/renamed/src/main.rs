//! The runtime under another name, and re-exported by another module.
#![deny(warnings)]
#![forbid(unsafe_code)]

/// A framework that re-exports the runtime.
mod framework {
    pub(crate) use background as runtime;
}

#[background::daemonize(crate = background, redirect = "out.log")]
fn main() {
    absolute::main();
    re_exported::main();
    relative::main();
}

mod absolute {
    #[background::daemonize(crate = ::background)]
    pub(crate) fn main() {}
}

mod re_exported {
    #[background::daemonize(crate = crate::framework::runtime)]
    pub(crate) fn main() {}
}

mod relative {
    use super::framework::runtime;

    #[runtime::daemonize(crate = self::runtime)]
    pub(crate) fn main() {}
}
