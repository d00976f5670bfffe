//! Receives a name that is no option; hands on the option that was meant, and the sentence that
//! says so.

use super::options::Known;

/// Names from other libraries and tools, and what they are called here.
pub(crate) const BROUGHT_ALONG: &[(&str, Known)] = &[
    ("redirect_std", Known::Redirect),
    ("stdio", Known::Redirect),
    ("output", Known::Redirect),
    ("log", Known::Redirect),
    ("log_file", Known::Redirect),
    ("log_path", Known::Redirect),
    ("stdout_file", Known::Stdout),
    ("error_log", Known::Stderr),
    ("stderr_file", Known::Stderr),
    ("close_fds", Known::CloseFd),
    ("no_close", Known::CloseFd),
    ("working_directory", Known::Chdir),
    ("working_dir", Known::Chdir),
    ("work_dir", Known::Chdir),
    ("current_dir", Known::Chdir),
    ("directory", Known::Chdir),
    ("cwd", Known::Chdir),
    ("cd", Known::Chdir),
    ("pidfile", Known::PidFile),
    ("pid_path", Known::PidFile),
    ("pid", Known::PidFile),
    ("lock_file", Known::PidFile),
    ("mask", Known::Umask),
    ("uid", Known::User),
    ("run_as", Known::User),
    ("gid", Known::Group),
    ("root", Known::Chroot),
    ("root_dir", Known::Chroot),
    ("close_files", Known::CloseInherited),
    ("keep_fds", Known::CloseInherited),
    ("wait", Known::WaitReady),
    ("notify", Known::WaitReady),
    ("ready", Known::WaitReady),
    ("rotate", Known::Reopen),
    ("reload", Known::Reopen),
    ("supervise", Known::Restart),
    ("respawn", Known::Restart),
    ("monitor", Known::Restart),
    ("kill_timeout", Known::StopTimeout),
    ("patience", Known::StopTimeout),
    ("stop_wait", Known::StopTimeout),
    ("kill_signal", Known::StopSignal),
    ("cli", Known::Commands),
    ("control", Known::Commands),
    ("privileged_action", Known::Before),
    ("init", Known::Before),
    ("setup", Known::Before),
    ("detach", Known::When),
    ("background", Known::When),
    ("foreground", Known::When),
    ("no_daemon", Known::When),
    ("daemon", Known::When),
    ("daemonize", Known::When),
    ("crate_path", Known::Crate),
    ("runtime", Known::Crate),
];

/// What was meant by a name, and how sure that is.
enum Meaning {
    BroughtAlong(Known),
    Misspelt(Known),
    Unknown,
}

/// The option that somebody who wrote `name` most likely meant.
pub(crate) fn meant(name: &str) -> Option<Known> {
    match meaning(name) {
        Meaning::BroughtAlong(option) | Meaning::Misspelt(option) => Some(option),
        Meaning::Unknown => None,
    }
}

/// The error for a name that is no option.
pub(crate) fn unknown(name: &str) -> String {
    match meaning(name) {
        Meaning::BroughtAlong(option) => {
            format!("`{name}` is called `{}` here, as in `{}`", option.name(), option.example())
        }
        Meaning::Misspelt(option) => {
            format!("unknown option `{name}`; did you mean `{}`?", option.name())
        }
        Meaning::Unknown => {
            let mut all: Vec<_> =
                Known::ALL.iter().map(|option| format!("`{}`", option.name())).collect();
            all.sort_unstable();
            format!("unknown option `{name}`; the options are {}", all.join(", "))
        }
    }
}

fn meaning(name: &str) -> Meaning {
    let name = name.to_lowercase();
    let brought_along =
        BROUGHT_ALONG.iter().find(|(foreign, _)| run_together(foreign) == run_together(&name));
    if let Some((_, option)) = brought_along {
        return Meaning::BroughtAlong(*option);
    }
    let closest = Known::ALL.iter().copied().min_by_key(|option| distance(&name, option.name()));
    closest
        .filter(|option| distance(&name, option.name()) <= name.len().max(3) / 3)
        .map_or(Meaning::Unknown, Meaning::Misspelt)
}

/// `working_dir`, `workingDir` and `workingdir` are one name.
fn run_together(name: &str) -> String {
    name.replace('_', "")
}

/// How many letters were inserted, left out, exchanged or swapped with their neighbour between one
/// spelling and the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // `rows[i][j]` is the distance between the first `i` letters of one and the first `j` letters
    // of the other.
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let differs = usize::from(one[i - 1] != other[j - 1]);
                let swapped =
                    i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                let swap = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                (rows[i - 1][j] + 1)
                    .min(rows[i][j - 1] + 1)
                    .min(rows[i - 1][j - 1] + differs)
                    .min(swap)
            };
        }
    }
    rows[one.len()][other.len()]
}
