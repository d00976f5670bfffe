//! The one list of options. Receives a name, hands on its row; receives a value, hands on what is
//! wrong with a literal in it.

use syn::{Error, Expr, Lit, Path, Result, UnOp};

/// A row of the table.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    /// How to write it, as error messages show it.
    pub(crate) example: &'static str,
}

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

/// Every option, in the order of the manual. Whatever the attribute says about options by name, it
/// looks up here.
pub(crate) const OPTIONS: &[Known] = &[
    known("redirect", Takes::File, r#"redirect = "out.log""#),
    known("stdin", Takes::File, r#"stdin = "commands.txt""#),
    known("stdout", Takes::File, r#"stdout = "out.log""#),
    known("stderr", Takes::File, r#"stderr = "errors.log""#),
    known("close_fd", Takes::Flag, "close_fd = false"),
    known("chdir", Takes::FlagOrDirectory, "chdir = false"),
    known("pid_file", Takes::FlagOrFile, r#"pid_file = "bot.pid""#),
    known("umask", Takes::Mask, "umask = 0o027"),
    known("user", Takes::Account, r#"user = "bot""#),
    known("group", Takes::Account, r#"group = "bot""#),
    known("chroot", Takes::Directory, r#"chroot = "/srv/bot""#),
    known("close_inherited", Takes::Flag, "close_inherited = false"),
    known("before", Takes::Before, "before = Args::parse()"),
    known("when", Takes::Flag, "when = !args.foreground"),
    known("wait_ready", Takes::Flag, "wait_ready = true"),
    known("reopen", Takes::Flag, "reopen = true"),
    known("restart", Takes::RestartWord, r#"restart = "on-failure""#),
    known("commands", Takes::Commands, "commands = true"),
    known("crate", Takes::Crate, "crate = my::daemonize_runtime"),
];

const RESTART_WORDS: [&str; 3] = ["never", "on-failure", "always"];

const fn known(name: &'static str, takes: Takes, example: &'static str) -> Known {
    Known { name, takes, example }
}

pub(crate) fn find(name: &str) -> Option<&'static Known> {
    OPTIONS.iter().find(|option| option.name == name)
}

impl Known {
    /// Whether the builder has a method of this name.
    pub(crate) fn is_method(&self) -> bool {
        !matches!(self.takes, Takes::Before | Takes::Commands | Takes::Crate)
    }

    /// Refuses what can be seen to be wrong in `value`.
    pub(crate) fn judge(&self, value: &Expr) -> Result<()> {
        if self.takes == Takes::Crate {
            return self.judge_crate(value);
        }
        if self.takes == Takes::Commands && !matches!(literal(value), Some(Lit::Bool(_))) {
            return Err(Error::new_spanned(value, self.wrong_kind()));
        }
        match literal(value).and_then(|literal| self.objection(literal)) {
            Some(objection) => Err(Error::new_spanned(value, objection)),
            None => Ok(()),
        }
    }

    fn judge_crate(&self, value: &Expr) -> Result<()> {
        let path = path(value).ok_or_else(|| Error::new_spanned(value, self.wrong_kind()))?;
        match path.segments.iter().find(|segment| !segment.arguments.is_none()) {
            Some(segment) => {
                Err(Error::new_spanned(&segment.arguments, "`crate` takes a plain path"))
            }
            None => Ok(()),
        }
    }

    fn objection(&self, literal: &Lit) -> Option<String> {
        match (self.takes, literal) {
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
                Some(format!("`{}` cannot be empty", self.name))
            }
            (Takes::Account, Lit::Str(name)) => {
                name.value().contains('\0').then(|| "a name cannot hold a NUL".into())
            }
            (Takes::RestartWord, Lit::Str(word)) if RESTART_WORDS.contains(&&*word.value()) => None,
            _ => Some(self.wrong_kind()),
        }
    }

    fn wrong_kind(&self) -> String {
        let kind = match self.takes {
            Takes::File | Takes::Directory | Takes::Crate => "a path",
            Takes::Flag | Takes::Commands => "`true` or `false`",
            Takes::FlagOrFile | Takes::FlagOrDirectory => "`true`, `false` or a path",
            Takes::Mask => "an octal number",
            Takes::Account => "a name or an id",
            Takes::RestartWord => r#"`"never"`, `"on-failure"` or `"always"`"#,
            Takes::Before => "an expression",
        };
        format!("`{}` takes {kind}, as in `{}`", self.name, self.example)
    }

    fn objection_to_path(&self, path: &str) -> Option<String> {
        let Self { name, takes, .. } = self;
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
