//! The one list of options. Receives a name, hands on its row; receives a value, hands on what is
//! wrong with a literal in it.

use syn::{Error, Expr, Lit, Path, Result, UnOp};

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
    /// A flag that changes what is written, so that it must be known here; no method of the
    /// builder.
    Commands,
    /// Evaluated before anything is detached; no method of the builder.
    Before,
    /// The path of the runtime; no method of the builder.
    Crate,
}

/// Makes the enum of all options from the table, so that an option without a row cannot be named.
macro_rules! options {
    ($($option:ident: $name:literal, $takes:ident, $example:literal;)*) => {
        /// An option that is known.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Known {
            $($option,)*
        }

        impl Known {
            pub(crate) const ALL: &[Self] = &[$(Self::$option,)*];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$option => $name,)*
                }
            }

            fn takes(self) -> Takes {
                match self {
                    $(Self::$option => Takes::$takes,)*
                }
            }

            /// How to write it, as error messages show it.
            pub(crate) fn example(self) -> &'static str {
                match self {
                    $(Self::$option => $example,)*
                }
            }
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
    Chdir: "chdir", FlagOrDirectory, "chdir = false";
    PidFile: "pid_file", FlagOrFile, r#"pid_file = "bot.pid""#;
    Umask: "umask", Mask, "umask = 0o027";
    User: "user", Account, r#"user = "bot""#;
    Group: "group", Account, r#"group = "bot""#;
    Chroot: "chroot", Directory, r#"chroot = "/srv/bot""#;
    CloseInherited: "close_inherited", Flag, "close_inherited = false";
    Before: "before", Before, "before = Args::parse()";
    When: "when", Flag, "when = !args.foreground";
    WaitReady: "wait_ready", Flag, "wait_ready = true";
    Reopen: "reopen", Flag, "reopen = true";
    Restart: "restart", RestartWord, r#"restart = "on-failure""#;
    Commands: "commands", Commands, "commands = true";
    Crate: "crate", Crate, "crate = my::daemonize_runtime";
}

const RESTART_WORDS: [&str; 3] = ["never", "on-failure", "always"];

impl Known {
    /// The option of this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|option| option.name() == name)
    }

    /// Whether the builder has a method of this name.
    pub(crate) fn is_method(self) -> bool {
        !matches!(self.takes(), Takes::Before | Takes::Commands | Takes::Crate)
    }

    /// Whether the words of `commands` need it: where the PID file and the log are.
    pub(crate) fn is_for_commands(self) -> bool {
        matches!(self, Self::Redirect | Self::Stdout | Self::Stderr | Self::PidFile)
    }

    /// Refuses what can be seen to be wrong in `value`.
    pub(crate) fn judge(self, value: &Expr) -> Result<()> {
        if self.takes() == Takes::Crate {
            return self.judge_crate(value);
        }
        if self.takes() == Takes::Commands && !matches!(literal(value), Some(Lit::Bool(_))) {
            return Err(Error::new_spanned(value, self.wrong_kind()));
        }
        match literal(value).and_then(|literal| self.objection(literal)) {
            Some(objection) => Err(Error::new_spanned(value, objection)),
            None => Ok(()),
        }
    }

    fn judge_crate(self, value: &Expr) -> Result<()> {
        let path = path(value).ok_or_else(|| Error::new_spanned(value, self.wrong_kind()))?;
        match path.segments.iter().find(|segment| !segment.arguments.is_none()) {
            Some(segment) => {
                Err(Error::new_spanned(&segment.arguments, "`crate` takes a plain path"))
            }
            None => Ok(()),
        }
    }

    fn objection(self, literal: &Lit) -> Option<String> {
        match (self.takes(), literal) {
            (Takes::Before, _)
            | (Takes::Account, Lit::Int(_))
            | (
                Takes::Flag | Takes::FlagOrFile | Takes::FlagOrDirectory | Takes::Commands,
                Lit::Bool(_),
            ) => None,
            (
                Takes::File | Takes::FlagOrFile | Takes::FlagOrDirectory | Takes::Directory,
                Lit::Str(path),
            ) => self.objection_to_path(&path.value()),
            (Takes::Mask, Lit::Int(mask)) => objection_to_mask(&mask.to_string()),
            (Takes::Account, Lit::Str(name)) if name.value().is_empty() => {
                Some(format!("`{}` cannot be empty", self.name()))
            }
            (Takes::Account, Lit::Str(name)) => {
                name.value().contains('\0').then(|| "a name cannot hold a NUL".into())
            }
            (Takes::RestartWord, Lit::Str(word)) if RESTART_WORDS.contains(&&*word.value()) => None,
            _ => Some(self.wrong_kind()),
        }
    }

    fn wrong_kind(self) -> String {
        let kind = match self.takes() {
            Takes::File | Takes::Directory | Takes::Crate => "a path",
            Takes::Flag | Takes::Commands => "`true` or `false`",
            Takes::FlagOrFile | Takes::FlagOrDirectory => "`true`, `false` or a path",
            Takes::Mask => "an octal number",
            Takes::Account => "a name or an id",
            Takes::RestartWord => r#"`"never"`, `"on-failure"` or `"always"`"#,
            Takes::Before => "an expression",
        };
        format!("`{}` takes {kind}, as in `{}`", self.name(), self.example())
    }

    fn objection_to_path(self, path: &str) -> Option<String> {
        let (name, takes) = (self.name(), self.takes());
        let is_directory = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
        if path.is_empty() {
            Some(format!("`{name}` cannot be empty"))
        } else if path.contains('\0') {
            Some("a path cannot hold a NUL".into())
        } else if matches!(path, "true" | "false")
            && !matches!(takes, Takes::File | Takes::Directory)
        {
            Some(format!("write `{name} = {path}` without quotes"))
        } else if is_directory && !matches!(takes, Takes::FlagOrDirectory | Takes::Directory) {
            Some(format!("`{name}` takes a file, and `{}` is a directory", path.escape_debug()))
        } else {
            None
        }
    }
}

/// Everybody thinks of a mask in octal, and `22` means another one than `0o22`.
fn objection_to_mask(mask: &str) -> Option<String> {
    let digits = mask.trim_end_matches("u32").replace('_', "");
    match digits.strip_prefix("0o").map(|digits| u32::from_str_radix(digits, 8)) {
        Some(Ok(0..=0o777)) => None,
        Some(_) => Some("`umask` has no bits beyond `0o777`".into()),
        None if digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit)) => {
            let significant = digits.trim_start_matches('0');
            Some(format!("write `umask` in octal, as in `umask = 0o{significant:0>1}`"))
        }
        None => Some("write `umask` in octal".into()),
    }
}

/// The literal that a value consists of, if it does.
pub(crate) fn literal(value: &Expr) -> Option<&Lit> {
    match ungrouped(value) {
        Expr::Lit(value) => Some(&value.lit),
        Expr::Unary(value) if matches!(value.op, UnOp::Neg(_)) => literal(&value.expr),
        _ => None,
    }
}

/// The path of a module or item that a value consists of, if it does.
pub(crate) fn path(value: &Expr) -> Option<&Path> {
    match ungrouped(value) {
        Expr::Path(value) if value.qself.is_none() => Some(&value.path),
        _ => None,
    }
}

/// The value without parentheses, visible or not: a value that a `macro_rules!` macro hands on
/// comes in invisible ones.
fn ungrouped(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungrouped(&group.expr),
        Expr::Paren(group) => ungrouped(&group.expr),
        _ => value,
    }
}
