use daemonize_runtime::daemonize;

mod with_parameters {
    #[crate::daemonize(chdir = false)]
    pub fn main<T>() -> Option<T> {
        None
    }
}

mod with_clause {
    #[crate::daemonize(chdir = false)]
    pub fn main()
    where
        u8: Copy,
    {
    }
}

fn main() {}
