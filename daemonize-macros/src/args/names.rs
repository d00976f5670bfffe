//! Receives a name that is not an option; hands on the option that was meant, and the sentence that
//! says so.

use super::options::Known;

/// Names from other libraries and tools, and what they are called here. `_` and capitals make no
/// difference: `WorkingDirectory` is there too.
pub(crate) const BROUGHT_ALONG: &[(Known, &str)] = &[
    (
        Known::Redirect,
        "redirect_std redirect_stdio redirect_output stdio stdout_stderr output output_file log logs \
         log_file log_path log_file_path log_to logger file redirect_stderr merge_stderr",
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
         lock_pid_file pid_lock single_instance singleton",
    ),
    (
        Known::CreateDirs,
        "mkdir make_dirs create_directories make_directories create_parents parents",
    ),
    (Known::Umask, "mask"),
    (Known::User, "username uid user_id run_as run_as_user as_user chuid setuid"),
    (Known::Group, "groupname gid group_id run_as_group as_group setgid"),
    (Known::Chroot, "root root_dir root_directory chroot_dir chroot_directory jail"),
    (
        Known::CloseInherited,
        "close_files close_all_fds close_open_files close_from keep_fds keep_files preserve_fds \
         preserve_descriptor map_descriptor inherit_fds files_preserve",
    ),
    (
        Known::Before,
        "privileged_action action init initialize setup prepare pre_fork before_fork pre_fork_hook \
         setup_pre_fork_hook pre_start before_start exec_start_pre",
    ),
    (
        Known::When,
        "if condition detach detached detach_process background bg background_mode foreground fg \
         foreground_mode fork double_fork daemon daemonize daemon_mode no_daemon debug",
    ),
    (
        Known::WaitReady,
        "wait wait_for_ready notify notify_ready notify_await ready readiness start_timeout \
         ready_timeout timeout_start_sec listen_timeout",
    ),
    (Known::Reopen, "rotate log_rotate log_rotation reload reopen_logs sighup hup"),
    (
        Known::Restart,
        "supervise supervisor respawn auto_restart keep_alive monitor restart_policy \
         restart_on_failure retry",
    ),
    (
        Known::StopTimeout,
        "kill_timeout patience stop_wait stop_after timeout_stop_sec stop_wait_secs grace \
         grace_period shutdown_timeout",
    ),
    (Known::StopSignal, "kill_signal end_signal term_signal shutdown_signal signal"),
    (Known::Commands, "cli control command subcommands actions words service"),
    (Known::Crate, "crate_path krate"),
];

/// Names for which no single option is the answer, and the answer.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "chown_pid_file chown_pid_file_user chown_pid_file_group",
        "left out on purpose: a user who may write the PID file could make root stop any process",
    ),
    ("timeout", "called `stop_timeout` here; for the start it is the value of `wait_ready`"),
    (
        "truncate truncate_log",
        "replaced by an open file, as in `redirect = File::create(\"out.log\")?`",
    ),
    (
        "execute exit_action parent parent_action post_fork_parent_hook setup_post_fork_parent_hook",
        "the builder's `start_and_return()` here, which returns in the launcher too",
    ),
    (
        "child_action post_init_hook setup_post_init_hook post_fork_child_hook \
         setup_post_fork_child_hook post_fork after_fork post_start after_start exec_start_post",
        "the body of `main` here, which runs in the daemon alone",
    ),
    (
        "name process_name proc_name proc_title process_title",
        "left to the body: it asks `prctl::set_name` of `nix`",
    ),
    ("append append_log", "not needed: logs are always appended to"),
    ("mode file_mode permissions", "set by the bits that it lacks, as in `umask = 0o027`"),
    (
        "max_restarts restarts retries max_retries start_limit_burst start_limit_interval_sec",
        "a setting of `Restart`: `restart = daemonize_runtime::Restart::on_failure().give_up(5, TIME)`",
    ),
    (
        "restart_delay restart_sec delay backoff",
        "a setting of `Restart`: `restart = daemonize_runtime::Restart::on_failure().first_delay(TIME)`",
    ),
    (
        "min_uptime start_secs",
        "a setting of `Restart`: `restart = daemonize_runtime::Restart::on_failure().healthy_after(TIME)`",
    ),
    ("watchdog watchdog_sec", "left to the body: it asks `daemonize_runtime::watchdog()`"),
];

/// What people put before a name to say the opposite.
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

/// The error for a name that is not an option.
pub(crate) fn unknown(name: &str) -> String {
    unknown_path(name, name)
}

/// The error for a path that is not an option, and its last name.
pub(super) fn unknown_path(name: &str, last: &str) -> String {
    match meaning(last) {
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
        Meaning::Unknown => format!("unknown option `{name}`; the options are {}", all_names()),
    }
}

/// The names of all options, sorted.
fn all_names() -> String {
    let mut names = String::new();
    let mut last = "";
    for _ in Known::ALL {
        let mut next = "~";
        for option in Known::ALL {
            if option.name() > last && option.name() < next {
                next = option.name();
            }
        }
        let separator = if names.is_empty() { "" } else { ", " };
        names = format!("{names}{separator}`{next}`");
        last = next;
    }
    names
}

fn meaning(name: &str) -> Meaning {
    let plain = letters(name);
    if let Some(option) = brought_along(&plain) {
        return Meaning::BroughtAlong(option);
    }
    for (names, reason) in LEFT_OUT {
        if is_among(&plain, names) {
            return Meaning::LeftOut(reason);
        }
    }
    for opposite in OPPOSITES {
        if let Some(option) = plain.strip_prefix(opposite).and_then(option_or_brought_along) {
            return Meaning::Negated(option);
        }
    }
    let name = name.to_ascii_lowercase();
    let mut closest = (usize::MAX, Known::ALL[0]);
    for option in Known::ALL {
        let distance = distance(&name, option.name());
        if distance < closest.0 {
            closest = (distance, *option);
        }
    }
    if closest.0 <= name.len().max(3) / 3 { Meaning::Misspelt(closest.1) } else { Meaning::Unknown }
}

fn option_or_brought_along(plain: &str) -> Option<Known> {
    for option in Known::ALL {
        if letters(option.name()) == plain {
            return Some(*option);
        }
    }
    brought_along(plain)
}

fn brought_along(plain: &str) -> Option<Known> {
    for (option, names) in BROUGHT_ALONG {
        if is_among(plain, names) {
            return Some(*option);
        }
    }
    None
}

fn is_among(plain: &str, names: &str) -> bool {
    for name in names.split(' ') {
        if letters(name) == plain {
            return true;
        }
    }
    false
}

/// `working_dir`, `workingDir` and `workingdir` are one name.
pub(super) fn letters(name: &str) -> String {
    let mut letters = String::new();
    for letter in name.chars() {
        if !matches!(letter, '_' | '-' | ' ') {
            letters.push(letter.to_ascii_lowercase());
        }
    }
    letters
}

/// How many letters were inserted, left out, exchanged or swapped with their neighbour between one
/// spelling and the other.
pub(super) fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let width = other.len() + 1;
    // `distances[i * width + j]` is the distance between the first `i` letters of one and the first
    // `j` letters of the other.
    let mut distances = vec![0; (one.len() + 1) * width];
    for index in 0..distances.len() {
        let (i, j) = (index / width, index % width);
        distances[index] = if i == 0 || j == 0 {
            i + j
        } else {
            let differs = usize::from(one[i - 1] != other[j - 1]);
            let closest = (distances[index - width] + 1).min(distances[index - 1] + 1);
            let closest = closest.min(distances[index - width - 1] + differs);
            let is_swapped =
                i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            let swapped = if is_swapped { distances[index - 2 * width - 2] + 1 } else { closest };
            closest.min(swapped)
        };
    }
    distances.last().copied().unwrap_or_default()
}
