//! Receives two options; hands on why they cannot be combined, as far as literals show it.

use quote::ToTokens;
use syn::Lit;

use super::{Given, mentions, options::Known};

/// Why these two cannot be combined, in either order.
pub(super) fn between(one: &Given, other: &Given) -> Option<String> {
    contradiction(one, other).or_else(|| contradiction(other, one))
}

fn contradiction(one: &Given, other: &Given) -> Option<String> {
    use Known::{CloseFd, Commands, PidFile, Redirect, Reopen, Stderr, Stdin, Stdout, StopSignal};
    let name = other.option.name();
    match (one.option, other.option) {
        (Redirect, Stdout | Stderr) => Some(format!(
            "`redirect` sets standard output and standard error, which contradicts `{name}`"
        )),
        (CloseFd, Redirect | Stdin | Stdout | Stderr) if one.is_false() => Some(format!(
            "`close_fd = false` leaves the standard streams as they are, which contradicts `{name}`"
        )),
        (Commands, PidFile) if one.is_true() && other.is_false() => {
            Some("`commands` needs the PID file, which contradicts `pid_file = false`".into())
        }
        (Commands, option) if one.is_true() && option.is_for_commands() && opens_file(other) => {
            Some(format!(
                "`commands` evaluates `{name}` for every word, and this opens a file; write the path"
            ))
        }
        (Reopen, Redirect | Stdout | Stderr) if one.is_true() && opens_file(other) => {
            Some(format!("`reopen` needs the path of a log, and `{name}` is an open file"))
        }
        (Reopen, StopSignal) if one.is_true() && is_hangup(other) => Some(
            "`reopen = true` opens the logs anew on SIGHUP, which contradicts `stop_signal`".into(),
        ),
        (PidFile, Redirect | Stdout | Stderr) if is_same_file(one, other) => {
            Some(format!("`{name}` and `pid_file` name the same file"))
        }
        _ => None,
    }
}

/// Whether a value visibly opens a file.
fn opens_file(given: &Given) -> bool {
    let tokens = given.value.to_token_stream();
    mentions::call(tokens.clone(), "File", &["create", "create_new", "open", "options"])
        || mentions::call(tokens, "OpenOptions", &["new"])
}

fn is_hangup(given: &Given) -> bool {
    matches!(given.literal(), Some(Lit::Str(name)) if matches!(&*name.value(), "HUP" | "SIGHUP"))
}

fn is_same_file(one: &Given, other: &Given) -> bool {
    plain_path(one).is_some_and(|path| plain_path(other) == Some(path))
}

/// `./bot.log` is `bot.log`.
fn plain_path(given: &Given) -> Option<String> {
    let Lit::Str(path) = given.literal()? else { return None };
    let path = path.value();
    let mut plain = String::from(if path.starts_with('/') { "/" } else { "" });
    for name in path.split('/') {
        if !matches!(name, "" | ".") {
            plain = format!("{plain}{name}/");
        }
    }
    Some(plain)
}
