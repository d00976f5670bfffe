//! Receives a name that is no option; hands on the option that was meant, and the sentence that
//! says so.

use super::options::Known;

/// Names from other libraries and tools, and what they are called here. `_` and capitals make no
/// difference, so that `WorkingDirectory` is there too.
pub(crate) const BROUGHT_ALONG: &[(Known, &str)] = &[
    (
        Known::Redirect,
        "redirect_std redirect_stdio redirect_output stdio stdout_stderr output output_file log logs \
         log_file log_path log_to logger file",
    ),
    (Known::Stdin, "in input std_in stdin_file stdin_path standard_input"),
    (
        Known::Stdout,
        "out std_out stdout_file stdout_path stdout_log stdout_logfile out_file out_log \
         standard_output",
    ),
    (
        Known::Stderr,
        "err error errors std_err stderr_file stderr_path stderr_log stderr_logfile err_file err_log \
         error_file error_log standard_error",
    ),
    (Known::CloseFd, "close_fds no_close close_std close_stdio keep_std keep_stdio"),
    (
        Known::Chdir,
        "dir directory work working working_directory working_dir work_dir working_path current_dir \
         current_directory cwd cd change_dir",
    ),
    (
        Known::PidFile,
        "pid pidfile pid_file_path pid_path pid_file_name pid_dir make_pid_file lock lock_file lock_path \
         lock_pid_file",
    ),
    (Known::Umask, "mask mode file_mode permissions"),
    (Known::User, "username uid user_id run_as run_as_user chuid setuid"),
    (Known::Group, "groupname gid group_id run_as_group setgid"),
    (Known::Chroot, "root root_dir root_directory chroot_dir chroot_directory jail"),
    (
        Known::CloseInherited,
        "close_files close_all_fds close_open_files close_from keep_fds keep_files preserve_fds \
         preserve_descriptor inherit_fds files_preserve",
    ),
    (
        Known::Before,
        "privileged_action action init initialize setup prepare pre_fork before_fork pre_start \
         before_start exec_start_pre",
    ),
    (
        Known::When,
        "if condition detach detached detach_process background foreground fork double_fork daemon \
         daemonize daemon_mode no_daemon debug",
    ),
    (
        Known::WaitReady,
        "wait wait_for_ready notify notify_ready ready readiness start_timeout ready_timeout \
         timeout_start_sec listen_timeout",
    ),
    (Known::Reopen, "rotate log_rotate log_rotation reload reopen_logs sighup hup"),
    (
        Known::Restart,
        "supervise supervisor respawn auto_restart keep_alive monitor restart_policy \
         restart_on_failure retry max_restarts delay backoff",
    ),
    (
        Known::StopTimeout,
        "kill_timeout patience stop_wait stop_after timeout_stop_sec stop_wait_secs grace \
         grace_period shutdown_timeout",
    ),
    (Known::StopSignal, "kill_signal end_signal term_signal shutdown_signal signal"),
    (Known::Commands, "cli control command subcommands actions words service"),
    (Known::Crate, "crate_path path runtime krate"),
];

/// Names of what nobody does here, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "chown_pid_file chown_pid_file_user chown_pid_file_group",
        "left out on purpose: who may write the PID file could have root stop any process",
    ),
    ("timeout", "called `stop_timeout` here; for the start it is the value of `wait_ready`"),
    ("append append_log", "what happens anyway: logs are appended to"),
];

/// What stands before a name to say the opposite.
const OPPOSITES: &[&str] = &["no", "not", "dont", "without", "disable", "skip"];

/// What was meant by a name, and how sure that is.
enum Meaning {
    BroughtAlong(Known),
    /// The name of an option with a word like `no` before it.
    Negated(Known),
    LeftOut(&'static str),
    Misspelt(Known),
    Unknown,
}

/// The option that somebody who wrote `name` most likely meant.
pub(super) fn meant(name: &str) -> Option<Known> {
    match meaning(name) {
        Meaning::BroughtAlong(option) | Meaning::Negated(option) | Meaning::Misspelt(option) => {
            Some(option)
        }
        Meaning::LeftOut(_) | Meaning::Unknown => None,
    }
}

/// The error for a name that is no option, or for a path that ends in one.
pub(crate) fn unknown(name: &str) -> String {
    match meaning(name.rsplit("::").next().unwrap_or(name)) {
        Meaning::BroughtAlong(option) => {
            format!("`{name}` is called `{}` here, as in `{}`", option.name(), option.example())
        }
        Meaning::Negated(option) if option.takes().is_flag() => {
            format!("`{name}` is written `{} = false` here", option.name())
        }
        Meaning::Negated(option) => {
            format!("`{name}` is the default; leave out `{}`", option.name())
        }
        Meaning::LeftOut(reason) => format!("`{name}` is {reason}"),
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
    if let Some(option) = brought_along(name) {
        return Meaning::BroughtAlong(option);
    }
    if let Some((_, reason)) = LEFT_OUT.iter().find(|(names, _)| is_among(name, names)) {
        return Meaning::LeftOut(reason);
    }
    if let Some(option) = OPPOSITES.iter().find_map(|opposite| negated(name, opposite)) {
        return Meaning::Negated(option);
    }
    let name = name.to_lowercase();
    let closest = Known::ALL.iter().copied().min_by_key(|option| distance(&name, option.name()));
    closest
        .filter(|option| distance(&name, option.name()) <= name.len().max(3) / 3)
        .map_or(Meaning::Unknown, Meaning::Misspelt)
}

fn brought_along(name: &str) -> Option<Known> {
    let mut rows = BROUGHT_ALONG.iter();
    rows.find(|(_, names)| is_among(name, names)).map(|(option, _)| *option)
}

/// The option of which a name like `no_chdir` is the opposite.
fn negated(name: &str, opposite: &str) -> Option<Known> {
    let name = run_together(name);
    let positive = name.strip_prefix(opposite)?;
    let mut all = Known::ALL.iter().copied();
    all.find(|option| run_together(option.name()) == positive).or_else(|| brought_along(positive))
}

fn is_among(name: &str, names: &str) -> bool {
    names.split_whitespace().any(|other| run_together(other) == run_together(name))
}

/// `working_dir`, `workingDir` and `workingdir` are one name.
fn run_together(name: &str) -> String {
    name.replace('_', "").to_lowercase()
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
