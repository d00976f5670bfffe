//! Receives a name that is no option; hands on the option that was meant, and the sentence that
//! says so.

use super::options::{self, Known, OPTIONS};

/// Names from other libraries and tools, and what they are called here.
pub(crate) const BROUGHT_ALONG: &[(&str, &str)] = &[
    ("redirect_std", "redirect"),
    ("stdio", "redirect"),
    ("output", "redirect"),
    ("log", "redirect"),
    ("log_file", "redirect"),
    ("log_path", "redirect"),
    ("stdout_file", "stdout"),
    ("error_log", "stderr"),
    ("stderr_file", "stderr"),
    ("close_fds", "close_fd"),
    ("no_close", "close_fd"),
    ("working_directory", "chdir"),
    ("working_dir", "chdir"),
    ("work_dir", "chdir"),
    ("current_dir", "chdir"),
    ("directory", "chdir"),
    ("cwd", "chdir"),
    ("cd", "chdir"),
    ("pidfile", "pid_file"),
    ("pid_path", "pid_file"),
    ("pid", "pid_file"),
    ("lock_file", "pid_file"),
    ("mask", "umask"),
    ("uid", "user"),
    ("run_as", "user"),
    ("gid", "group"),
    ("root", "chroot"),
    ("root_dir", "chroot"),
    ("close_files", "close_inherited"),
    ("keep_fds", "close_inherited"),
    ("wait", "wait_ready"),
    ("notify", "wait_ready"),
    ("ready", "wait_ready"),
    ("rotate", "reopen"),
    ("reload", "reopen"),
    ("supervise", "restart"),
    ("respawn", "restart"),
    ("monitor", "restart"),
    ("cli", "commands"),
    ("control", "commands"),
    ("privileged_action", "before"),
    ("init", "before"),
    ("setup", "before"),
    ("detach", "when"),
    ("background", "when"),
    ("foreground", "when"),
    ("no_daemon", "when"),
    ("daemon", "when"),
    ("daemonize", "when"),
    ("crate_path", "crate"),
    ("runtime", "crate"),
];

/// What was meant by a name, and how sure that is.
enum Meaning {
    BroughtAlong(&'static Known),
    Misspelt(&'static Known),
    Unknown,
}

/// The option that somebody who wrote `name` most likely meant.
pub(crate) fn meant(name: &str) -> Option<&'static Known> {
    match meaning(name) {
        Meaning::BroughtAlong(option) | Meaning::Misspelt(option) => Some(option),
        Meaning::Unknown => None,
    }
}

/// The error for a name that is no option.
pub(crate) fn unknown(name: &str) -> String {
    match meaning(name) {
        Meaning::BroughtAlong(Known { name: here, example, .. }) => {
            format!("`{name}` is called `{here}` here, as in `{example}`")
        }
        Meaning::Misspelt(option) => {
            format!("unknown option `{name}`; did you mean `{}`?", option.name)
        }
        Meaning::Unknown => {
            let mut all: Vec<_> =
                OPTIONS.iter().map(|option| format!("`{}`", option.name)).collect();
            all.sort_unstable();
            format!("unknown option `{name}`; the options are {}", all.join(", "))
        }
    }
}

fn meaning(name: &str) -> Meaning {
    let name = name.to_lowercase();
    let brought_along =
        BROUGHT_ALONG.iter().find(|(foreign, _)| run_together(foreign) == run_together(&name));
    if let Some(option) = brought_along.and_then(|(_, here)| options::find(here)) {
        return Meaning::BroughtAlong(option);
    }
    let closest = OPTIONS.iter().min_by_key(|option| distance(&name, option.name));
    closest
        .filter(|option| distance(&name, option.name) <= name.len().max(3) / 3)
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
