//! The one list of options. Receives a name, hands on the option and what its row says.

/// What a value may be, as far as a literal shows it. Anything else is an expression, and rustc's
/// business.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    File,
    Flag,
    FlagOrFile,
    FlagOrDirectory,
    Directory,
    Mask,
    Account,
    RestartWord,
    Seconds,
    FlagOrSeconds,
    Signal,
    /// A flag that changes the expansion, so its value must be a literal; no method of the builder.
    Commands,
    /// Evaluated before anything is detached; no method of the builder.
    Before,
    /// The path of the runtime; no method of the builder.
    Crate,
}

impl Takes {
    pub(crate) fn is_flag(self) -> bool {
        matches!(
            self,
            Self::Flag
                | Self::FlagOrFile
                | Self::FlagOrDirectory
                | Self::FlagOrSeconds
                | Self::Commands
        )
    }

    pub(crate) fn is_path(self) -> bool {
        matches!(self, Self::File | Self::FlagOrFile | Self::FlagOrDirectory | Self::Directory)
    }
}

/// A row of the table.
struct Row {
    name: &'static str,
    takes: Takes,
    example: &'static str,
}

/// Makes the enum of all options from the table: an option without a row cannot be named.
macro_rules! options {
    ($($option:ident: $name:literal, $takes:ident, $example:literal;)*) => {
        /// An option that is known.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Known {
            $($option,)*
        }

        impl Known {
            pub(crate) const ALL: &[Self] = &[$(Self::$option,)*];

            const ROWS: &[Row] =
                &[$(Row { name: $name, takes: Takes::$takes, example: $example },)*];
        }
    };
}

// Every option, in the order of the manual: its name, what it takes, and an example.
options! {
    Redirect: "redirect", File, r#"redirect = "out.log""#;
    Stdin: "stdin", File, r#"stdin = "commands.txt""#;
    Stdout: "stdout", File, r#"stdout = "out.log""#;
    Stderr: "stderr", File, r#"stderr = "errors.log""#;
    CloseFd: "close_fd", Flag, "close_fd = false";
    Chdir: "chdir", FlagOrDirectory, r#"chdir = "/srv/bot""#;
    PidFile: "pid_file", FlagOrFile, r#"pid_file = "bot.pid""#;
    CreateDirs: "create_dirs", Flag, "create_dirs = true";
    Umask: "umask", Mask, "umask = 0o027";
    User: "user", Account, r#"user = "bot""#;
    Group: "group", Account, r#"group = "bot""#;
    Chroot: "chroot", Directory, r#"chroot = "/srv/bot""#;
    CloseInherited: "close_inherited", Flag, "close_inherited = false";
    Before: "before", Before, "before = Args::parse()";
    When: "when", Flag, "when = !args.foreground";
    WaitReady: "wait_ready", FlagOrSeconds, "wait_ready = true";
    Reopen: "reopen", Flag, "reopen = true";
    Restart: "restart", RestartWord, r#"restart = "on-failure""#;
    StopTimeout: "stop_timeout", Seconds, "stop_timeout = 30";
    StopSignal: "stop_signal", Signal, r#"stop_signal = "INT""#;
    Commands: "commands", Commands, "commands = true";
    Crate: "crate", Crate, "crate = my::daemonize_runtime";
}

impl Known {
    /// The option of this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|option| option.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ROWS[self as usize].name
    }

    pub(crate) fn takes(self) -> Takes {
        Self::ROWS[self as usize].takes
    }

    /// How to write it, as error messages show it.
    pub(crate) fn example(self) -> &'static str {
        Self::ROWS[self as usize].example
    }

    /// Whether the builder has a method of this name.
    pub(crate) fn is_method(self) -> bool {
        !matches!(self.takes(), Takes::Before | Takes::Commands | Takes::Crate)
    }

    /// Whether it names a file that the words of `commands` look at.
    pub(crate) fn names_file(self) -> bool {
        matches!(self, Self::Redirect | Self::Stdout | Self::Stderr | Self::PidFile)
    }

    /// Whether the words of `commands` need it: where the PID file and the log are, and how the
    /// daemon is stopped.
    pub(crate) fn is_for_commands(self) -> bool {
        self.names_file() || matches!(self, Self::StopTimeout | Self::StopSignal)
    }
}
