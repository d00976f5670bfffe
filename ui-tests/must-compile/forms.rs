//! The forms that the attribute and `main` may have.
#![forbid(unsafe_code)]
#![deny(warnings)]

use daemonize_runtime::daemonize;

#[daemonize]
fn main() {
    app::main();
    App::main();
    square_brackets::main();
    braces::main();
    commas::main();
    raw_names::main();
    made_by_a_macro::main();
    made_of_pieces::main(false);
    recursion::main();
}

mod app {
    #[daemonize_runtime::daemonize()]
    pub(crate) fn main() {}
}

struct App;

impl App {
    #[daemonize(chdir = false)]
    fn main() {}
}

mod square_brackets {
    #[crate::daemonize[chdir = false, pid_file = true]]
    pub(super) fn main() {}
}

mod braces {
    #[crate::daemonize { chdir = false, pid_file = "x.pid" }]
    pub(crate) fn main() {}
}

mod commas {
    #[crate::daemonize(chdir = false)]
    pub(crate) fn main() {}
}

mod raw_names {
    #[crate::daemonize(r#chdir = false, r#redirect = "out.log")]
    pub(crate) fn r#main() {}
}

mod made_by_a_macro {
    macro_rules! daemonized {
        ($path:literal, $switch:expr, $function:item) => {
            #[crate::daemonize(redirect = $path, chdir = $switch, crate = daemonize_runtime)]
            $function
        };
    }

    daemonized! {
        "out.log",
        1 < 2,
        pub(crate) fn main() {}
    }
}

mod made_of_pieces {
    macro_rules! daemonized {
        ($visibility:vis $name:ident, $before:expr, $pattern:pat, $kind:ty, $result:ty, $body:block, $runtime:path) => {
            $visibility fn main(_: bool) -> u8 {
                #[crate::daemonize(before = $before, crate = $runtime)]
                fn $name($pattern: $kind) -> $result $body
                main()
            }
        };
    }

    daemonized!(pub(crate) main, (5, 6), (one, _), (u8, u8), u8, { one }, daemonize_runtime);
}

mod recursion {
    use std::sync::atomic::{AtomicU8, Ordering};

    static CALLS: AtomicU8 = AtomicU8::new(0);

    #[crate::daemonize(chdir = false)]
    pub(crate) fn main() {
        if CALLS.fetch_add(1, Ordering::Relaxed) < 5 {
            main();
        }
    }
}
