//! Receives an option and its value; hands on what is wrong with a literal in it. Any other
//! expression is rustc's business.

use quote::ToTokens;
use syn::{Expr, Lit, LitInt, Path, Result, UnOp};

use super::{
    names::letters,
    options::{Known, Takes},
    signals,
};
use crate::errors::{mistake, visible};

const RESTART_WORDS: [&str; 3] = ["never", "on-failure", "always"];

/// The highest mask: all permissions of all three kinds of users.
const ALL_BITS: u32 = 0o777;

impl Known {
    /// Refuses what is visibly wrong in `value`.
    pub(super) fn judge(self, value: &Expr) -> Result<()> {
        let value = ungrouped(value);
        match self.takes() {
            Takes::Crate => return self.judge_crate(value),
            Takes::Commands if !matches!(value, Expr::Lit(_)) => {
                return Err(mistake(value, &self.wrong_kind()));
            }
            _ => {}
        }
        let objection = match value {
            Expr::Lit(literal) => self.objection(&literal.lit),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                literal(&unary.expr).and_then(|literal| self.objection_to_negative(literal))
            }
            _ if is_none(value) => self.objection_to_none(),
            _ => self.objection_to_word(value),
        };
        match objection {
            Some(objection) => Err(mistake(value, &objection)),
            None => Ok(()),
        }
    }

    fn judge_crate(self, value: &Expr) -> Result<()> {
        let Some(path) = path(value) else { return Err(mistake(value, &self.wrong_kind())) };
        for segment in &path.segments {
            if !segment.arguments.is_none() {
                return Err(mistake(
                    &segment.arguments,
                    "`crate` takes a path without generic arguments",
                ));
            }
        }
        Ok(())
    }

    fn objection(self, literal: &Lit) -> Option<String> {
        let name = self.name();
        match (self.takes(), literal) {
            // A number of seconds beside a flag is a wait.
            (Takes::FlagOrSeconds, number) if is_zero(number) => {
                Some(format!("no start is ready within 0 s; write `{name} = false` for no wait"))
            }
            (Takes::Before, _)
            | (Takes::Seconds | Takes::FlagOrSeconds, Lit::Int(_) | Lit::Float(_)) => None,
            _ if is_refused_by_rustc(literal) => None,
            (takes, Lit::Bool(_)) if takes.is_flag() => None,
            (takes, Lit::Str(text))
                if takes.is_flag() && matches!(&*text.value(), "true" | "false") =>
            {
                Some(format!("write `{name} = {}` without quotes", text.value()))
            }
            (takes, Lit::Str(path)) if takes.is_path() => self.objection_to_path(&path.value()),
            (Takes::Mask, Lit::Int(mask)) => objection_to_mask(mask),
            (Takes::Account, Lit::Int(id)) => (!matches!(id.suffix(), "" | "u32")).then(|| {
                format!("`{name}` takes a `u32`, as in `{name} = {}`", id.base10_digits())
            }),
            (Takes::Account | Takes::Signal, Lit::Str(text)) if text.value().is_empty() => {
                Some(format!("`{name}` cannot be empty"))
            }
            (Takes::Account, Lit::Str(account)) => objection_to_account(&account.value()),
            (Takes::RestartWord, Lit::Str(word)) if RESTART_WORDS.contains(&&*word.value()) => None,
            (Takes::Signal, Lit::Str(name)) => signals::objection_to(&name.value()),
            _ => Some(self.wrong_kind()),
        }
    }

    /// No option takes a number below 0.
    fn objection_to_negative(self, literal: &Lit) -> Option<String> {
        let is_number = matches!(literal, Lit::Int(_) | Lit::Float(_));
        (is_number && self.takes() != Takes::Before).then(|| self.wrong_kind())
    }

    /// `stop_signal = TERM`; `restart = always`, or `restart = on-failure`, which Rust reads as a
    /// difference.
    fn objection_to_word(self, value: &Expr) -> Option<String> {
        let written = value.to_token_stream().to_string();
        let (kind, meant) = match self.takes() {
            Takes::Signal if signals::objection_to(&written).is_none() => ("name", &*written),
            // A name in capitals is a constant's.
            Takes::RestartWord if written != written.to_ascii_uppercase() => {
                let is_meant = |word: &&&str| letters(word) == letters(&written);
                ("word", *RESTART_WORDS.iter().find(is_meant)?)
            }
            _ => return None,
        };
        Some(format!("write the {kind} in quotes, as in `{} = {meant:?}`", self.name()))
    }

    /// `redirect = None`, for which rustc would miss a type in most options.
    fn objection_to_none(self) -> Option<String> {
        let name = self.name();
        match self.takes() {
            Takes::FlagOrFile => Some(format!(
                "`{name} = None` is the default file; write `{name} = false` for none"
            )),
            Takes::Before => None,
            _ => Some(format!("`{name} = None` sets nothing; leave it out")),
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
        let name = self.name();
        let is_directory =
            matches!(path, "." | "..") || ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
        if path.is_empty() {
            Some(format!("`{name}` cannot be empty"))
        } else if has_nul(path) {
            Some("a path cannot contain a NUL".into())
        } else if is_for_a_shell(path) {
            Some(
                "only a shell expands `~` and `$HOME`; write the full path, or ask `std::env`"
                    .into(),
            )
        } else if is_directory && matches!(self.takes(), Takes::File | Takes::FlagOrFile) {
            Some(format!("`{name}` takes a file, and `{}` is a directory", visible(path)))
        } else {
            None
        }
    }
}

/// No account has a colon in its name, which separates the fields of passwd(5).
fn objection_to_account(account: &str) -> Option<String> {
    if has_nul(account) {
        return Some("a name cannot contain a NUL".into());
    }
    Some(match account.split_once(':')? {
        ("", _) | (_, "") => "a name cannot contain a colon".into(),
        (user, group) => format!("write `user = {user:?}, group = {group:?}`"),
    })
}

fn is_zero(literal: &Lit) -> bool {
    match literal {
        Lit::Int(number) => number.base10_digits() == "0",
        Lit::Float(number) => number.base10_parse::<f64>().is_ok_and(|seconds| seconds == 0.0),
        _ => false,
    }
}

fn is_none(value: &Expr) -> bool {
    path(value).is_some_and(|path| path.is_ident("None"))
}

/// Text that is not a Rust literal, such as `0o28`, `1e` or `"C:\logs"`.
fn is_refused_by_rustc(literal: &Lit) -> bool {
    const KINDS: &[&str] = &[
        "", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
        "f32", "f64",
    ];
    let suffix = literal.suffix();
    match literal {
        Lit::Verbatim(_) => true,
        Lit::Int(_) | Lit::Float(_) => !suffix.starts_with('O') && !KINDS.contains(&suffix),
        _ => false,
    }
}

/// People think of a mask in octal, but `22` is not `0o22`. A zero cannot be misunderstood.
fn objection_to_mask(mask: &LitInt) -> Option<String> {
    let text = mask.to_string();
    let value = mask.base10_parse().unwrap_or(u32::MAX);
    if let Some(digits) = mask.suffix().strip_prefix('O') {
        return Some(format!(
            "write the `o` of an octal number in lower case, as in `umask = 0o{digits}`"
        ));
    }
    let is_octal = text.starts_with("0o");
    let meant = if is_octal || text.starts_with("0x") || text.starts_with("0b") {
        Some(value)
    } else {
        u32::from_str_radix(mask.base10_digits(), 8).ok()
    };
    let too_much = || "`umask` has no bits beyond `0o777`".into();
    match meant {
        Some(bits) if bits > ALL_BITS => Some(too_much()),
        Some(bits) if !matches!(mask.suffix(), "" | "u32") => {
            Some(format!("`umask` takes a `u32`, as in `umask = 0o{bits:o}`"))
        }
        Some(bits) if !is_octal && value != 0 => {
            Some(format!("write `umask` in octal, as in `umask = 0o{bits:o}`"))
        }
        Some(_) => None,
        None => Some("write `umask` in octal".into()),
    }
}

/// Not `~name`: a backup file may have such a name.
fn is_for_a_shell(path: &str) -> bool {
    path == "~" || ["~/", "$HOME", "${HOME}"].iter().any(|begin| path.starts_with(begin))
}

fn has_nul(text: &str) -> bool {
    text.as_bytes().contains(&0)
}

/// The literal that a value consists of, if it does.
pub(super) fn literal(value: &Expr) -> Option<&Lit> {
    match ungrouped(value) {
        Expr::Lit(value) => Some(&value.lit),
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
/// comes in invisible ones, which have their place in that macro.
fn ungrouped(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungrouped(&group.expr),
        Expr::Paren(group) => ungrouped(&group.expr),
        _ => value,
    }
}
