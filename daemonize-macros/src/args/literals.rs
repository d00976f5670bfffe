//! Receives an option and its value; hands on what is wrong with a literal in it. Any other
//! expression is rustc's business.

use syn::{Error, Expr, Lit, LitInt, Path, Result, UnOp};

use super::options::{Known, Takes};

const RESTART_WORDS: [&str; 3] = ["never", "on-failure", "always"];

/// The signals that can ask a program to end, without their prefix: those of signal(7) but for two
/// that no program can act on, KILL and STOP, and two that say something else, CHLD and CONT.
const SIGNALS: [&str; 27] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
    "WINCH", "IO", "PWR", "SYS",
];

impl Known {
    /// Refuses what can be seen to be wrong in `value`.
    pub(super) fn judge(self, value: &Expr) -> Result<()> {
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
                Takes::Flag
                | Takes::FlagOrFile
                | Takes::FlagOrDirectory
                | Takes::FlagOrSeconds
                | Takes::Commands,
                Lit::Bool(_),
            )
            | (Takes::Seconds | Takes::FlagOrSeconds, Lit::Int(_) | Lit::Float(_)) => None,
            (
                Takes::File | Takes::FlagOrFile | Takes::FlagOrDirectory | Takes::Directory,
                Lit::Str(path),
            ) => self.objection_to_path(&path.value()),
            (Takes::Mask, Lit::Int(mask)) => objection_to_mask(mask),
            (Takes::Account, Lit::Str(name)) if name.value().is_empty() => {
                Some(format!("`{}` cannot be empty", self.name()))
            }
            (Takes::Account, Lit::Str(name)) => {
                name.value().contains('\0').then(|| "a name cannot hold a NUL".into())
            }
            (Takes::RestartWord, Lit::Str(word)) if RESTART_WORDS.contains(&&*word.value()) => None,
            (Takes::Signal, Lit::Str(name)) => objection_to_signal(&name.value()),
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
            Takes::Seconds => "a number of seconds",
            Takes::FlagOrSeconds => "`true`, `false` or a number of seconds",
            Takes::Signal => "the name of a signal",
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
fn objection_to_mask(mask: &LitInt) -> Option<String> {
    let text = mask.to_string();
    if text.starts_with("0o") {
        let is_mask = mask.base10_parse().is_ok_and(|bits: u32| bits <= 0o777);
        return (!is_mask).then(|| "`umask` has no bits beyond `0o777`".into());
    }
    let digits = mask.base10_digits();
    let is_decimal = !text.starts_with("0x") && !text.starts_with("0b");
    Some(if is_decimal && digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit)) {
        format!("write `umask` in octal, as in `umask = 0o{digits}`")
    } else {
        "write `umask` in octal".into()
    })
}

/// A name that no signal has on any system, or one that asks for something else.
fn objection_to_signal(name: &str) -> Option<String> {
    let bare = name.strip_prefix("SIG").unwrap_or(name);
    match bare {
        _ if SIGNALS.contains(&bare) => None,
        "KILL" | "STOP" => Some(format!("no program can act on `{name}`")),
        "CHLD" | "CONT" => Some(format!("`{name}` asks no program to end")),
        _ if name != name.to_uppercase() && objection_to_signal(&name.to_uppercase()).is_none() => {
            Some(format!("write `stop_signal` in capitals, as in `{}`", name.to_uppercase()))
        }
        _ => Some(format!("there is no signal `{}`", name.escape_debug())),
    }
}

/// The literal that a value consists of, if it does.
pub(super) fn literal(value: &Expr) -> Option<&Lit> {
    match ungrouped(value) {
        Expr::Lit(value) => Some(&value.lit),
        Expr::Unary(value) if matches!(value.op, UnOp::Neg(_)) => literal(&value.expr),
        _ => None,
    }
}

/// The path of a module or item that a value consists of, if it does.
pub(super) fn path(value: &Expr) -> Option<&Path> {
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
