//! The options `user`, `group`, `umask` and `chroot`.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::fcntl::{OFlag, open};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{getgid, getuid};
use tests::bot::{Bot, begin};
use tests::condition::Condition;
use tests::daemon::Daemon;
use tests::files::{give_away, set_mode};
use tests::need::{self, NOBODY_ELSE, Need};
use tests::process::Process;
use tests::terminal::Terminal;
use tests::{bot, lock, wait};

use crate::state_file::removed_by;

// Users and groups.

/// Accounts in a mount namespace: `bot` with two supplementary groups, one with a name in Latin-1,
/// and a group without members.
const PASSWD: &[u8] =
    b"root:x:0:0::/:/bin/sh\nbot:x:61001:61001::/:/bin/sh\nb\xF6t:x:61002:61002::/:/bin/sh\n";
const GROUP: &[u8] = b"root:x:0:\nbot:x:61001:\nfirst:x:61010:bot,b\xF6t\n\
    second:x:61020:other,bot\nlonely:x:61030:\n";

fn accounts() -> Need {
    let mount = "mount --bind /etc/group /etc/group && setpriv --groups 61077 true";
    need::command(
        "root with a mount namespace, and setpriv",
        &["unshare", "--mount", "sh", "-c", mount],
    )
}

/// The command that starts a bot with these accounts, from a process that has one supplementary
/// group.
fn with_accounts(bot: &Bot) -> Command {
    fs::write(bot.file("passwd"), PASSWD).expect("a file");
    fs::write(bot.file("group"), GROUP).expect("a file");
    let mount = "mount --bind passwd /etc/passwd && mount --bind group /etc/group";
    let script = format!(r#"{mount} && exec setpriv --groups 61077 "$@""#);
    bot.command_by(&["unshare", "--mount", "sh", "-c", &script, "sh"])
}

/// The general fixture, with a slice of arguments.
pub(crate) fn builder(words: &[&str]) -> Bot {
    bot!["sleep"].words(words.iter().map(Into::into))
}

#[track_caller]
fn assert_becomes(words: &[&str], user: u32, group: u32, groups: &[u32]) {
    let bot = builder(words);
    let daemon = bot.start_by(with_accounts(&bot));
    assert_ids(daemon.process, user, group);
    let held: Vec<u32> = daemon
        .process
        .status("Groups")
        .split_whitespace()
        .map(|id| id.parse().expect("an ID"))
        .collect();
    assert_eq!(held, groups, "{words:?}");
}

/// Expects all four user and group IDs, and for a user other than root no capabilities.
#[track_caller]
pub(crate) fn assert_ids(process: Process, user: u32, group: u32) {
    let four =
        |id: u32| [id.to_string(), id.to_string(), id.to_string(), id.to_string()].join("\t");
    assert_eq!(process.status("Uid"), four(user));
    assert_eq!(process.status("Gid"), four(group));
    if user != 0 {
        for set in ["CapEff", "CapPrm", "CapInh", "CapAmb"] {
            assert_eq!(u64::from_str_radix(&process.status(set), 16), Ok(0), "{set}");
        }
    }
}

#[test(needs = accounts)]
fn an_account_sets_its_groups() {
    // By name, by ID, and by an ID that is given as text.
    for word in ["user=bot", "uid=61001", "user=61001"] {
        assert_becomes(&[word], 61001, 61001, &[61001, 61010, 61020]);
    }
    assert_becomes(&["uid=61002"], 61002, 61002, &[61002, 61010]);
}

#[test(needs = accounts)]
fn the_group_option_replaces_the_accounts_primary_group() {
    for word in ["group=lonely", "gid=61030", "group=61030"] {
        assert_becomes(&["user=bot", word], 61001, 61030, &[61010, 61020, 61030]);
    }
}

#[test(needs = accounts)]
fn a_group_alone_clears_the_supplementary_groups() {
    for word in ["group=lonely", "gid=61030"] {
        assert_becomes(&[word], 0, 61030, &[]);
    }
}

#[test(needs = accounts)]
fn an_id_without_an_account_has_only_the_chosen_group() {
    assert_becomes(&["uid=61999", "group=lonely"], 61999, 61030, &[61030]);
}

#[test(needs = accounts)]
fn ids_work_without_account_databases() {
    // As in an image that contains only the program.
    let bot = builder(&["user=61999", "group=61030"]);
    let script = r#"mount -t tmpfs none /etc && exec "$@""#;
    let command = bot.command_by(&["unshare", "--mount", "sh", "-c", script, "sh"]);
    assert_ids(bot.start_by(command).process, 61999, 61030);
}

#[test]
fn an_id_without_an_account_needs_a_group() {
    let line = refused_untouched(&builder(&[&format!("uid={NOBODY_ELSE}")]), 64);
    assert!(line.contains(&NOBODY_ELSE.to_string()) && line.contains("`group`"), "{line}");
}

#[test]
fn unknown_users_and_groups_are_refused() {
    // The highest number means "unchanged" to system calls, so no option may set it.
    let highest = u32::MAX.to_string();
    for (user, group, name) in
        [("user", "group", "no such name"), ("uid", "gid", &highest), ("user", "group", &highest)]
    {
        let line = refused_untouched(&builder(&[&format!("{user}={name}"), "gid=0"]), 67);
        assert_eq!(line, format!("builder: cannot start: there is no user {name}"));
        let line = refused_untouched(&builder(&[&format!("{group}={name}")]), 67);
        assert_eq!(line, format!("builder: cannot start: there is no group {name}"));
    }
}

/// The IDs under which a command of [`as_ordinary_user`] runs.
fn ordinary_ids() -> (u32, u32) {
    if getuid().is_root() {
        (NOBODY_ELSE, NOBODY_ELSE)
    } else {
        (getuid().as_raw(), getgid().as_raw())
    }
}

/// The command that starts the bot as an ordinary user.
pub(crate) fn as_ordinary_user(bot: &Bot) -> Command {
    if !getuid().is_root() {
        return bot.command();
    }
    set_mode(bot.start_directory(), 0o777);
    let mut command = bot.command_of_copy();
    command.uid(NOBODY_ELSE).gid(NOBODY_ELSE);
    command
}

#[test]
fn an_ordinary_user_cannot_become_another_one() {
    let (user, group) = ordinary_ids();
    let others = [(user + 1, group), (user, group + 1), (0, 0), (0, group), (user, 0)];
    for (other_user, other_group) in others {
        let bot = builder(&[&format!("uid={other_user}"), &format!("gid={other_group}")]);
        let line = bot.refused_by(as_ordinary_user(&bot), 77);
        assert_eq!(line, "builder: cannot start: only root can become another user or group");
        assert!(!bot.pid_file().exists());
    }
}

#[test]
fn an_ordinary_user_may_ask_for_its_own_ids() {
    let (user, group) = ordinary_ids();
    let (user_word, group_word) = (format!("uid={user}"), format!("gid={group}"));
    for words in [&[&user_word[..], &group_word][..], &[&group_word]] {
        let bot = builder(words);
        let daemon = bot.start_by(as_ordinary_user(&bot));
        assert_ids(daemon.process, user, group);
    }
}

fn user_namespace() -> Need {
    need::command("a user namespace", &["unshare", "--map-root-user", "true"])
}

#[test(needs = user_namespace)]
fn a_failed_drop_of_groups_is_named_as_the_reason() {
    let bot = builder(&["gid=0"]);
    let line = bot.refused_by(bot.command_by(&["unshare", "--map-root-user"]), 71);
    assert_eq!(line, "builder: cannot drop privileges: Operation not permitted (os error 1)");
    assert!(!bot.pid_file().exists());
}

/// Ways to keep capabilities when the user changes, or to have them in sets that the change does
/// not clear.
const KEEPING_CAPABILITIES: [&[&str]; 5] = [
    &["--inh-caps", "+dac_read_search,+net_raw"],
    &["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"],
    &["--securebits", "+no_setuid_fixup"],
    &["--securebits", "+no_setuid_fixup,+no_setuid_fixup_locked,+keep_caps_locked"],
    &[
        "--inh-caps",
        "+dac_read_search",
        "--ambient-caps",
        "+dac_read_search",
        "--securebits",
        "+no_setuid_fixup",
    ],
];

fn kept_capabilities() -> Need {
    let words = KEEPING_CAPABILITIES[KEEPING_CAPABILITIES.len() - 1];
    need::command(
        "setpriv and the right to keep capabilities",
        &[&["setpriv"], words, &["true"]].concat(),
    )
}

/// Permitted capabilities have no effect until they are raised, which an attacker in the daemon
/// would do.
#[test(needs = need::root)]
fn capabilities_that_the_program_keeps_are_dropped() {
    let bot = without_privileges(&["keep-capabilities"]);
    assert_ids(bot.start().process, NOBODY_ELSE, NOBODY_ELSE);
}

#[test(needs = kept_capabilities)]
fn capabilities_are_dropped_from_all_sets() {
    for words in KEEPING_CAPABILITIES {
        let bot = without_privileges(&[]);
        let daemon = bot.start_by(bot.command_by(&[&["setpriv"], words].concat()));
        assert_ids(daemon.process, NOBODY_ELSE, NOBODY_ELSE);
    }
}

// The daemon after it has dropped its privileges.

/// Once the PID file is gone, the log may be that of another start.
#[test(needs = need::root)]
fn the_log_of_a_failed_start_is_removed_before_the_pid_file() {
    let bot = without_privileges(&["redirect=out.log", "chdir=missing"]);
    let removed = removed_by(&bot, |bot| drop(bot.refused(78)));
    assert_eq!(removed, ["out.log", "builder.pid"]);
}

/// A bot that drops its privileges. Its start directory belongs to root, and every user may enter
/// it.
pub(crate) fn without_privileges(words: &[&str]) -> Bot {
    let id = NOBODY_ELSE;
    let bot = bot![format!("uid={id}"), format!("gid={id}")].words(words.iter().map(Into::into));
    set_mode(bot.start_directory(), 0o755);
    bot.words(["sleep".into()])
}

#[test(needs = need::root)]
fn the_daemon_cannot_regain_root_or_change_the_pid_file() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_intruder"));
    set_mode(bot.start_directory(), 0o755);
    let outcomes = "setuid: EPERM\nseteuid: EPERM\nsetgid: EPERM\nsetegid: EPERM\nsetgroups: EPERM\n\
        pwrite: EBADF\nftruncate: EINVAL\nchmod: EPERM\nopen: EACCES\nopen through /proc: EACCES\n\
        unlink: EACCES\nrename: EACCES\nthat is all\n";
    let daemon = bot.start();
    wait::until("all attempts to be made", || bot.read("out.log").ends_with("that is all\n"));
    assert_eq!(bot.read("out.log"), outcomes);
    assert_eq!(bot.read("intruder.pid"), format!("{}\n", daemon.pid()));
    let line = bot.launch().refusal("intruder", 75);
    assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
}

#[test(needs = need::root)]
fn the_pid_file_stays_roots_and_is_open_read_only() {
    for umask in [0o000, 0o022, 0o077] {
        let bot = without_privileges(&["redirect=out.log", "print=up"]);
        let bot = bot.under(Condition::Umask(Mode::from_bits_truncate(umask)));
        // When the body runs, the start has closed its writable descriptor.
        let daemon = bot.start_and_await("out.log", "up\n");
        let file = fs::metadata(bot.pid_file()).expect("the PID file");
        assert_eq!((file.uid(), file.mode() & 0o7777), (0, 0o644), "under {umask:o}");
        assert_holds_pid_file_for_reading(&bot, daemon.process);
    }
}

/// Expects the daemon to hold the lock by a single, read-only descriptor.
#[track_caller]
fn assert_holds_pid_file_for_reading(bot: &Bot, process: Process) {
    let descriptors = process.descriptors();
    let mut on_pid_file =
        descriptors.iter().filter(|&(&number, _)| process.has_open(number, &bot.pid_file()));
    let (_, keeper) = on_pid_file.next().expect("the lock is held");
    assert!(on_pid_file.next().is_none(), "{descriptors:?}");
    assert_eq!(keeper.flags & OFlag::O_ACCMODE, OFlag::O_RDONLY, "{keeper:?}");
    assert!(lock::is_held(&bot.pid_file()));
}

#[test(needs = need::root)]
fn the_foreground_drops_privileges_and_changes_the_root_too() {
    let bot = without_privileges(&["when=false", "chroot=jail", "print=up"]);
    fs::create_dir(bot.file("jail")).expect("a directory");
    let mut terminal = Terminal::new();
    let mut command = bot.command();
    terminal.attach(&mut command);
    let _launching = begin(command);
    terminal.await_screen("up\r\n");
    let running = bot.daemon();
    assert_ids(running.process, NOBODY_ELSE, NOBODY_ELSE);
    assert_eq!(root_of(running.process), bot.file("jail"));
    assert_holds_pid_file_for_reading(&bot, running.process);
}

/// A bot that drops its privileges, and whose launcher waits for `ready()`.
fn waiting_without_privileges(words: &[&str]) -> Bot {
    without_privileges(&[&["wait_ready=true", "chdir=false", "redirect=out.log"], words].concat())
}

#[test(needs = need::root)]
fn after_a_privilege_drop_the_body_has_the_terminal_until_ready() {
    let bot = waiting_without_privileges(&["print=early", "ready", "print=late"]);
    let launch = bot.launch();
    assert!(launch.status.success(), "{launch:?}");
    assert_eq!((launch.stdout.as_str(), launch.stderr.as_str()), ("early\n", ""));
    let daemon = bot.daemon();
    bot.await_text("out.log", "late\n");
    assert_ids(daemon.process, NOBODY_ELSE, NOBODY_ELSE);
    assert_holds_pid_file_for_reading(&bot, daemon.process);
}

#[test(needs = need::root)]
fn after_a_privilege_drop_a_body_that_is_never_ready_fails_the_start() {
    let bot = waiting_without_privileges(&["exit=7"]);
    let line = bot.refused(7);
    assert!(line.contains("exit code 7 before it was ready"), "{line}");
    assert!(!bot.pid_file().exists(), "the launcher, still root, must remove it");
}

#[test(needs = need::root)]
fn after_a_privilege_drop_the_daemon_ends_with_its_launcher() {
    let bot = waiting_without_privileges(&["spawn=exec sleep 300"]);
    let launching = begin(bot.command());
    wait::until("the body's child to run", || bot.processes().len() == 4);
    launching.signal(Signal::SIGTERM);
    assert!(!launching.finish().status.success());
    // No root process is left to remove the PID file, but the file is unlocked.
    bot.await_nothing_left();
}

// Refusals that must leave the disk untouched.

/// Makes a directory whose mode is not subject to the umask.
pub(crate) fn make_directory(path: &Path, mode: u32) {
    DirBuilder::new().mode(mode).create(path).expect("a directory");
    set_mode(path, mode);
}

/// The visible state of files except the access time: inode, mode, owner, length and last change.
/// Directories have no last change here, since a PID file may have come and gone.
pub(crate) type Inventory = BTreeMap<PathBuf, (u64, u32, u32, u64, Option<(i64, i64)>)>;

/// The state of a directory and of everything below it.
pub(crate) fn inventory(directory: &Path) -> Inventory {
    let entries = fs::read_dir(directory)
        .expect("the directory")
        .map(|entry| entry.expect("an entry").path());
    let below =
        entries.flat_map(|path| if path.is_dir() { inventory(&path) } else { look_at(path) });
    below.chain(look_at(directory.to_owned())).collect()
}

fn look_at(path: PathBuf) -> Inventory {
    let file = fs::symlink_metadata(&path).expect("the file");
    let last_change = (!file.is_dir()).then(|| (file.ctime(), file.ctime_nsec()));
    Inventory::from([(path, (file.ino(), file.mode(), file.uid(), file.len(), last_change))])
}

/// Expects a refusal that changes nothing on disk.
#[track_caller]
pub(crate) fn refused_untouched(bot: &Bot, code: i32) -> String {
    let before = inventory(&bot.start_directory());
    let line = bot.refused(code);
    assert_eq!(inventory(&bot.start_directory()), before, "{line}");
    line
}

#[test(needs = need::root)]
fn the_daemons_user_must_be_allowed_into_the_working_directory() {
    let bot = without_privileges(&["chdir=home"]);
    make_directory(&bot.file("home"), 0o700);
    let line = bot.refused(78);
    assert_eq!(
        line,
        "builder: cannot change to the directory home: Permission denied (os error 13)"
    );
    assert!(!bot.pid_file().exists());
    give_away(bot.file("home"), NOBODY_ELSE);
    assert_eq!(bot.start().process.working_directory(), bot.file("home"));
}

// The umask.

#[test]
fn the_umask_applies_to_the_log_but_not_to_the_pid_file() {
    for umask in [0o000, 0o022, 0o027, 0o077, 0o777] {
        let bot = builder(&[&format!("umask={umask:o}"), "redirect=out.log"]);
        let bot = bot.under(Condition::Umask(Mode::from_bits_truncate(0o002)));
        let daemon = bot.start();
        assert_eq!(u32::from_str_radix(&daemon.process.status("Umask"), 8), Ok(umask));
        assert_eq!(bot.mode("out.log"), 0o666 & !umask, "the log under {umask:o}");
        assert_eq!(bot.mode("builder.pid"), 0o644, "the PID file under {umask:o}");
    }
}

#[test]
fn a_umask_beyond_0o777_is_refused() {
    for umask in ["1000", "1022", "7777", "37777777777"] {
        let line =
            refused_untouched(&builder(&[&format!("umask={umask}"), "redirect=out.log"]), 64);
        assert_eq!(
            line,
            format!("builder: cannot start: the umask 0o{umask} has bits beyond 0o777")
        );
    }
}

// The root directory, and open directories that lead out of it.

pub(crate) fn root_of(process: Process) -> PathBuf {
    fs::read_link(format!("/proc/{}/root", process.0)).expect("the root directory can be read")
}

/// A bot with a new root directory, which exists.
fn jailed(words: &[&str]) -> Bot {
    let bot = builder(words).words(["chroot=jail".into()]);
    make_directory(&bot.file("jail"), 0o755);
    make_directory(&bot.file("jail/inner"), 0o755);
    bot
}

#[track_caller]
fn assert_no_directory_is_open(daemon: &Daemon) {
    let descriptors = daemon.process.descriptors();
    assert!(descriptors.values().all(|descriptor| !descriptor.target.is_dir()), "{descriptors:?}");
}

#[test(needs = need::root)]
fn the_daemon_is_in_its_new_root_and_its_files_are_outside() {
    for (option, directory) in
        [("chdir=true", "jail"), ("chdir=false", "jail"), ("chdir=/inner", "jail/inner")]
    {
        let bot = jailed(&[option, "redirect=out.log"]);
        let daemon = bot.start();
        assert_eq!(root_of(daemon.process), bot.file("jail"), "{option}");
        assert_eq!(daemon.process.working_directory(), bot.file(directory), "{option}");
        assert!(daemon.process.has_open(1, &bot.file("out.log")), "{option}");
        assert!(lock::is_held(&bot.pid_file()), "{option}");
        assert_no_directory_is_open(&daemon);
    }
}

#[test]
fn a_missing_root_directory_changes_nothing() {
    let line = refused_untouched(&builder(&["chroot=missing", "redirect=out.log"]), 78);
    assert!(line.contains("missing: No such file or directory"), "{line}");
}

#[test]
fn an_ordinary_user_cannot_change_the_root_directory() {
    let bot = jailed(&["redirect=out.log"]);
    let line = bot.refused_by(as_ordinary_user(&bot), 77);
    assert_eq!(line, "builder: cannot start: only root can change the root directory");
    assert!(!bot.pid_file().exists() && !bot.file("out.log").exists());
}

/// A directory that the program inherits as an open descriptor.
fn inherited_directory() -> Condition {
    Condition::open(File::open("/").expect("a directory"), 1)
}

#[test(needs = need::root)]
fn an_open_directory_that_leads_out_of_the_new_root_is_refused() {
    let opened_itself = jailed(&["open=."]);
    let kept = jailed(&["close_inherited=false"]).under(inherited_directory());
    for bot in [opened_itself, kept] {
        let line = refused_untouched(&bot, 78);
        assert!(line.contains("is an open directory"), "{line}");
        assert!(line.ends_with("; close it first"), "{line}");
    }
    let closed = jailed(&[]).under(inherited_directory());
    assert_no_directory_is_open(&closed.start());
}

/// Such a descriptor cannot be read, but `fchdir` accepts it.
#[test(needs = need::root)]
fn a_directory_opened_by_o_path_is_refused() {
    // Not with the standard library, which drops this flag on musl, where it belongs to the access
    // mode.
    let named = open("/", OFlag::O_PATH, Mode::empty());
    let bot = jailed(&[]).under(Condition::open(named.expect("a directory"), 1));
    let line = refused_untouched(&bot, 78);
    assert!(line.contains("is an open directory"), "{line}");
}

#[test(needs = need::root)]
fn a_directory_as_standard_input_is_refused() {
    for keeps_streams in ["close_fd=false", "wait_ready=true", "when=false"] {
        let bot = jailed(&[keeps_streams]);
        let line = bot.refused_by(bot.command_in_shell(r#"exec "$@" </"#), 78);
        assert!(line.contains("is an open directory"), "{keeps_streams}: {line}");
    }
    let bot = jailed(&[]);
    assert_no_directory_is_open(&bot.start_by(bot.command_in_shell(r#"exec "$@" </"#)));
}

// Descriptors.

#[test]
fn inherited_descriptors_can_be_kept() {
    let bot = bot!["close_inherited=false", "sleep"];
    let inherited = File::create(bot.file("inherited")).expect("a file");
    let bot = bot.under(Condition::open(inherited, 2));
    let daemon = bot.start();
    let descriptors = daemon.process.descriptors();
    let kept = descriptors
        .keys()
        .filter(|&&number| daemon.process.has_open(number, &bot.file("inherited")));
    assert_eq!(kept.count(), 2, "{descriptors:?}");
}
