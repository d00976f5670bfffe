//! A start where there is no `fork`: the program stays in the foreground, or does not start. It
//! does what std can do on every platform. An option that cannot work is refused if the program
//! would have more rights than it asked for, and reported otherwise.

mod check;

use std::env;
use std::path::Path;

use crate::error::{At, Error, Kind, Step, say, system};
use crate::options::{Choice, Options, Side, default_pid_file};
use crate::run::started;
use crate::sys::OnlyThread;

/// The options bring no code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) accounts: Option<&'static Part>,
    pub(crate) directories: Option<&'static Part>,
    pub(crate) new_root: Option<&'static Part>,
    pub(crate) rotation: Option<&'static Part>,
    pub(crate) readiness: Option<&'static Part>,
    pub(crate) supervision: Option<&'static Part>,
}

#[derive(Debug)]
pub(crate) struct Part;

pub(crate) mod parts {
    use super::Part;

    pub(crate) const ACCOUNTS: &Part = &Part;
    pub(crate) const DIRECTORIES: &Part = &Part;
    pub(crate) const NEW_ROOT: &Part = &Part;
    pub(crate) const ROTATION: &Part = &Part;
    pub(crate) const READINESS: &Part = &Part;
    pub(crate) const SUPERVISION: &Part = &Part;
}

/// Nothing that is inherited reaches anybody else.
pub(crate) fn note_inherited() {}

pub(crate) fn note_that_start_is_first() {}

/// Returns in the foreground, or with an error.
pub(crate) fn start(
    options: &Options,
    _parts: Parts,
    _launcher_returns: bool,
    _vouched_for: Option<OnlyThread>,
) -> Result<Side, Error> {
    if started::has_started() {
        return Err(Kind::AlreadyStarted.into());
    }
    if options.when != Some(false) {
        return Err(Kind::Unsupported.into());
    }
    check::check(options, options.pid_file.path_or(&default_pid_file()))?;
    let rights = [
        ("user", options.user.is_some()),
        ("group", options.group.is_some()),
        ("chroot", options.chroot.is_some()),
    ];
    if let Some((option, _)) = rights.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Kind::UnsupportedOption(option).into());
    }
    enter_working_directory(&options.chdir)?;
    let without_effect = [
        ("pid_file", matches!(options.pid_file, Choice::On | Choice::Path(_))),
        ("umask", options.umask.is_some()),
    ];
    for (option, _) in without_effect.into_iter().filter(|(_, is_given)| *is_given) {
        say(format_args!("`{option}` has no effect on {}", system()));
    }
    started::remember();
    Ok(Side::Daemon)
}

/// Where the root cannot be entered, as in a sandbox that shows other directories, only a program
/// that has asked for it minds.
fn enter_working_directory(chdir: &Choice) -> Result<(), Error> {
    let Some(directory) = chdir.path_or(Path::new("/")) else { return Ok(()) };
    match env::set_current_dir(directory) {
        Err(_) if *chdir == Choice::Default => Ok(()),
        entered => entered.at_path(Step::ChangeDirectory, directory),
    }
}
