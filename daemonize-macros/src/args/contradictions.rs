//! Receives two options; hands on why they cannot stand together, as far as their literals show it.

use std::path::{Component, Path, PathBuf};

use syn::Lit;

use super::{Given, options::Known};

/// Why these two cannot stand together, in whichever order they do.
pub(super) fn between(one: &Given, other: &Given) -> Option<String> {
    contradiction(one, other).or_else(|| contradiction(other, one))
}

fn contradiction(one: &Given, other: &Given) -> Option<String> {
    use Known::{CloseFd, Commands, PidFile, Redirect, Stderr, Stdin, Stdout};
    let name = other.option.name();
    match (one.option, other.option) {
        (Redirect, Stdout | Stderr) => Some(format!(
            "`redirect` takes standard output and standard error, which contradicts `{name}`"
        )),
        (CloseFd, Redirect | Stdin | Stdout | Stderr) if one.is_false() => Some(format!(
            "`close_fd = false` leaves the standard streams as they are, which contradicts `{name}`"
        )),
        (Commands, PidFile) if one.is_true() && other.is_false() => {
            Some("`commands` asks the PID file, which contradicts `pid_file = false`".into())
        }
        (PidFile, Redirect | Stdout | Stderr) if is_same_file(one, other) => {
            Some(format!("`{name}` and `pid_file` name the same file"))
        }
        _ => None,
    }
}

fn is_same_file(one: &Given, other: &Given) -> bool {
    plain_path(one).is_some_and(|path| plain_path(other) == Some(path))
}

/// `./bot.log` is `bot.log`.
fn plain_path(given: &Given) -> Option<PathBuf> {
    let Lit::Str(path) = given.literal()? else { return None };
    let path = path.value();
    let components = Path::new(&path).components();
    Some(components.filter(|component| *component != Component::CurDir).collect())
}
