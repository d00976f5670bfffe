//! Attributes of other crates beside ours, and conditional parameters.
#![forbid(unsafe_code)]
#![deny(warnings)]

use daemonize_runtime::daemonize;

#[daemonize(chdir = false)]
#[neighbours::daemonize]
fn main() {
    another_below::main();
    another_above::main();
    a_runtime_for_one_order::main();
    an_executor::main();
    on_some_systems::main();
    one_for_each_system::main();
    not_here::main();
}

mod another_below {
    #[crate::daemonize(chdir = false)]
    #[neighbours::daemonize(chdir = true)]
    #[neighbours::instrument]
    pub(crate) fn main() {}
}

mod another_above {
    #[neighbours::daemonize]
    #[crate::daemonize(chdir = false)]
    pub(crate) fn main() {}
}

mod a_runtime_for_one_order {
    #[crate::daemonize(chdir = false)]
    #[neighbours::main]
    pub(crate) async fn main() {}
}

mod an_executor {
    #[derive(Default)]
    pub(crate) struct Executor;

    /// Like the macro of `smol_macros`.
    macro_rules! main {
        ($(#[$attribute:meta])* $visibility:vis async fn $name:ident($executor:ident: $kind:ty) $body:block) => {
            $(#[$attribute])*
            $visibility fn $name() {
                let $executor = <$kind>::default();
                $body
            }
        };
    }

    #[crate::daemonize(chdir = false)]
    #[neighbours::apply(main!)]
    pub(crate) async fn main(executor: Executor) {
        let _: Executor = executor;
    }
}

mod on_some_systems {
    #[crate::daemonize(before = crate::number(), when = number > 5)]
    pub(crate) fn main(#[cfg(unix)] number: u8) {
        let _ = number;
    }
}

mod one_for_each_system {
    #[crate::daemonize(before = crate::number(), redirect = text)]
    pub(crate) fn main(
        #[cfg(windows)] number: u8,
        #[cfg(unix)]
        #[cfg(not(windows))]
        (text, _): (&str, u8),
        #[cfg(target_family = "wasm")] other: u16,
    ) {
        let _ = text;
    }
}

mod not_here {
    #[cfg(any())]
    #[crate::daemonize(no_such_option)]
    pub(crate) fn main() {}

    #[cfg(not(any()))]
    #[crate::daemonize]
    pub(crate) fn main() {}
}

/// A value for each of the parameters above.
fn number<T: Number>() -> T {
    T::make()
}

trait Number {
    fn make() -> Self;
}

impl Number for u8 {
    fn make() -> Self {
        5
    }
}

impl Number for (&str, u8) {
    fn make() -> Self {
        ("out.log", 5)
    }
}
