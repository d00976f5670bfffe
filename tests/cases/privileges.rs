//! Who the daemon is, and what it can no longer do: users and groups, the umask, and a new root
//! directory.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
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
use tests::need::{self, NOBODY_ELSE, Need};
use tests::process::Process;
use tests::terminal::Terminal;
use tests::{bot, lock, wait};

// Users and groups.

/// Accounts that nobody else sees: `bot` with two supplementary groups, and a group without
/// members.
const PASSWD: &str = "root:x:0:0::/:/bin/sh\nbot:x:61001:61001::/:/bin/sh\n";
const GROUP: &str =
    "root:x:0:\nbot:x:61001:\nfirst:x:61010:bot\nsecond:x:61020:other,bot\nlonely:x:61030:\n";

fn accounts() -> Need {
    let mount = "mount --bind /etc/group /etc/group && setpriv --groups 61077 true";
    need::command(
        "root with mounts of its own, and setpriv",
        &["unshare", "--mount", "sh", "-c", mount],
    )
}

/// The command that starts a bot among these accounts, from a process with a supplementary group of
/// its own.
fn among_own_accounts(bot: &Bot) -> Command {
    fs::write(bot.file("passwd"), PASSWD).expect("a file");
    fs::write(bot.file("group"), GROUP).expect("a file");
    let mount = "mount --bind passwd /etc/passwd && mount --bind group /etc/group";
    let script = format!(r#"{mount} && exec setpriv --groups 61077 "$@""#);
    bot.command_by(&["unshare", "--mount", "sh", "-c", &script, "sh"])
}

/// The general fixture, where the words are not known before.
pub(crate) fn builder(words: &[&str]) -> Bot {
    bot!["sleep"].words(words.iter().map(Into::into))
}

#[track_caller]
fn assert_becomes(words: &[&str], user: u32, group: u32, groups: &[u32]) {
    let bot = builder(words);
    let daemon = bot.start_by(among_own_accounts(&bot));
    assert_ids(daemon.process, user, group);
    let held: Vec<u32> = daemon
        .process
        .status("Groups")
        .split_whitespace()
        .map(|id| id.parse().expect("an id"))
        .collect();
    assert_eq!(held, groups, "{words:?}");
}

/// Real, effective, saved and file system id, and what else makes a process mighty.
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
fn an_account_brings_its_groups_along() {
    // By name, by id, and by an id that came as text.
    for word in ["user=bot", "uid=61001", "user=61001"] {
        assert_becomes(&[word], 61001, 61001, &[61001, 61010, 61020]);
    }
}

#[test(needs = accounts)]
fn a_group_of_its_own_replaces_the_accounts_primary_group() {
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
fn an_id_without_an_account_has_the_chosen_group_alone() {
    assert_becomes(&["uid=61999", "group=lonely"], 61999, 61030, &[61030]);
}

#[test(needs = accounts)]
fn ids_need_no_databases() {
    // As in an image that holds nothing but the program.
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
    // The highest number means "unchanged" to system calls, and so must never come from an option.
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

/// The ids under which a command of [`as_ordinary_user`] runs.
fn ordinary_ids() -> (u32, u32) {
    if getuid().is_root() {
        (NOBODY_ELSE, NOBODY_ELSE)
    } else {
        (getuid().as_raw(), getgid().as_raw())
    }
}

/// The command that starts the bot as somebody who is not root.
fn as_ordinary_user(bot: &Bot) -> Command {
    if !getuid().is_root() {
        return bot.command();
    }
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o777)).expect("ours");
    let mut command = bot.command_of_copy();
    command.uid(NOBODY_ELSE).gid(NOBODY_ELSE);
    command
}

#[test]
fn who_is_not_root_cannot_become_somebody_else() {
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
fn who_is_not_root_may_ask_for_what_is_already_so() {
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
fn groups_that_cannot_be_given_up_are_named_as_the_reason() {
    let bot = builder(&["gid=0"]);
    let line = bot.refused_by(bot.command_by(&["unshare", "--map-root-user"]), 71);
    assert_eq!(line, "builder: cannot drop privileges: Operation not permitted (os error 1)");
    assert!(!bot.pid_file().exists());
}

/// Ways to keep capabilities through a change of the user, or to have them in sets that it does not
/// touch.
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

/// They do nothing until they are asked for, which a daemon that was taken over would do.
#[test(needs = need::root)]
fn capabilities_that_the_program_keeps_are_gone() {
    let bot = without_privileges(&["keep-capabilities"]);
    assert_ids(bot.start().process, NOBODY_ELSE, NOBODY_ELSE);
}

#[test(needs = kept_capabilities)]
fn capabilities_are_gone_from_all_sets_whatever_keeps_them() {
    for words in KEEPING_CAPABILITIES {
        let bot = without_privileges(&[]);
        let daemon = bot.start_by(bot.command_by(&[&["setpriv"], words].concat()));
        assert_ids(daemon.process, NOBODY_ELSE, NOBODY_ELSE);
    }
}

// The daemon after it has given up its privileges.

/// A bot that becomes somebody who owns nothing, in a start directory of root's that everybody may
/// enter.
pub(crate) fn without_privileges(words: &[&str]) -> Bot {
    let id = NOBODY_ELSE;
    let bot = bot![format!("uid={id}"), format!("gid={id}")].words(words.iter().map(Into::into));
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o755)).expect("ours");
    bot.words(["sleep".into()])
}

#[test(needs = need::root)]
fn root_and_the_pid_file_are_out_of_reach_from_inside() {
    let bot = Bot::new(env!("CARGO_BIN_EXE_intruder"));
    fs::set_permissions(bot.start_directory(), Permissions::from_mode(0o755)).expect("ours");
    let outcomes = "setuid: EPERM\nseteuid: EPERM\nsetgid: EPERM\nsetegid: EPERM\nsetgroups: EPERM\n\
        pwrite: EBADF\nftruncate: EINVAL\nchmod: EPERM\nopen: EACCES\nopen through /proc: EACCES\n\
        unlink: EACCES\nrename: EACCES\nthat is all\n";
    let daemon = bot.start();
    wait::until("all tries", || bot.read("out.log").ends_with("that is all\n"));
    assert_eq!(bot.read("out.log"), outcomes);
    assert_eq!(bot.read("intruder.pid"), format!("{}\n", daemon.pid()));
    let line = bot.launch().refusal("intruder", 75);
    assert!(line.contains(&format!("already running with PID {}", daemon.pid())), "{line}");
}

#[test(needs = need::root)]
fn the_pid_file_stays_roots_and_can_only_be_read() {
    for umask in [0o000, 0o022, 0o077] {
        let bot = without_privileges(&["redirect=out.log", "print=up"]);
        let bot = bot.under(Condition::Umask(Mode::from_bits_truncate(umask)));
        // In its body: what the start has open for writing is closed by then.
        let daemon = bot.start_and_await("out.log", "up\n");
        let file = fs::metadata(bot.pid_file()).expect("the PID file");
        assert_eq!((file.uid(), file.mode() & 0o7777), (0, 0o644), "under {umask:o}");
        assert_holds_pid_file_for_reading(&bot, daemon.process);
    }
}

/// Nobody who takes the daemon over can write by what it has open.
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
fn in_the_foreground_privileges_and_root_directory_change_too() {
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

/// A bot without privileges whose launcher waits for it.
fn waiting_without_privileges(words: &[&str]) -> Bot {
    without_privileges(&[&["wait_ready=true", "chdir=false", "redirect=out.log"], words].concat())
}

#[test(needs = need::root)]
fn without_privileges_the_body_has_the_terminal_until_ready() {
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
fn a_daemon_without_privileges_that_is_never_ready_goes() {
    let bot = waiting_without_privileges(&["exit=7"]);
    let line = bot.refused(7);
    assert!(line.contains("exit code 7 before it was ready"), "{line}");
    assert!(!bot.pid_file().exists(), "the launcher is still root");
}

#[test(needs = need::root)]
fn a_daemon_without_privileges_goes_with_its_launcher() {
    let bot = waiting_without_privileges(&["spawn=exec sleep 300"]);
    let launching = begin(bot.command());
    wait::until("the body's child", || bot.processes().len() == 4);
    launching.signal(Signal::SIGTERM);
    assert!(!launching.finish().status.success());
    // Nobody is left who could remove root's file, but without a lock it hinders nobody.
    bot.await_nothing_left();
}

// What a refusal must not touch.

/// Makes a directory whose mode is not subject to the umask.
pub(crate) fn make_directory(path: &Path, mode: u32) {
    DirBuilder::new().mode(mode).create(path).expect("a directory");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("ours");
}

pub(crate) fn give_away(path: &Path, owner: u32) {
    chown(path, Some(owner), Some(owner)).expect("root can give files away");
}

/// What can be seen of files, but for the time of the last reading: inode, mode, owner, length and
/// last change. Not of directories, in which a PID file has come and gone.
pub(crate) type Inventory = BTreeMap<PathBuf, (u64, u32, u32, u64, Option<(i64, i64)>)>;

/// All that is in a directory, and the directory itself.
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

/// Expects a refusal that comes before anything has changed on disk.
#[track_caller]
pub(crate) fn refused_untouched(bot: &Bot, code: i32) -> String {
    let before = inventory(&bot.start_directory());
    let line = bot.refused(code);
    assert_eq!(inventory(&bot.start_directory()), before, "{line}");
    line
}

#[test(needs = need::root)]
fn the_daemon_must_be_allowed_into_its_working_directory() {
    let bot = without_privileges(&["chdir=home"]);
    make_directory(&bot.file("home"), 0o700);
    let line = bot.refused(78);
    assert_eq!(
        line,
        "builder: cannot change to the directory home: Permission denied (os error 13)"
    );
    assert!(!bot.pid_file().exists());
    give_away(&bot.file("home"), NOBODY_ELSE);
    assert_eq!(bot.start().process.working_directory(), bot.file("home"));
}

// The umask.

#[test]
fn the_chosen_umask_holds_for_the_log_but_not_for_the_pid_file() {
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
fn a_umask_of_more_than_permissions_is_refused() {
    for umask in ["1000", "1022", "7777", "37777777777"] {
        let line =
            refused_untouched(&builder(&[&format!("umask={umask}"), "redirect=out.log"]), 64);
        assert_eq!(
            line,
            format!("builder: cannot start: the umask 0o{umask} has bits beyond 0o777")
        );
    }
}

// The root directory, and what leads out of it.

pub(crate) fn root_of(process: Process) -> PathBuf {
    fs::read_link(format!("/proc/{}/root", process.0)).expect("the root directory can be read")
}

/// A bot with a new root directory, which is there.
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
fn who_is_not_root_cannot_change_the_root_directory() {
    let bot = jailed(&["redirect=out.log"]);
    let line = bot.refused_by(as_ordinary_user(&bot), 77);
    assert_eq!(line, "builder: cannot start: only root can change the root directory");
    assert!(!bot.pid_file().exists() && !bot.file("out.log").exists());
}

/// A directory that the program finds open when it is executed.
fn inherited_directory() -> Condition {
    Condition::open(File::open("/").expect("a directory"), 1)
}

#[test(needs = need::root)]
fn an_open_directory_is_a_way_out_of_the_new_root() {
    let opened_itself = jailed(&["open=."]);
    let kept = jailed(&["close_inherited=false"]).under(inherited_directory());
    for bot in [opened_itself, kept] {
        let line = refused_untouched(&bot, 78);
        assert!(line.contains("is an open directory"), "{line}");
    }
    let closed = jailed(&[]).under(inherited_directory());
    assert_no_directory_is_open(&closed.start());
}

/// Where one cannot be read, one can still go.
#[test(needs = need::root)]
fn a_directory_that_is_only_named_is_a_way_out_too() {
    // Not by the standard library, which takes this flag for a mode of access where musl does.
    let named = open("/", OFlag::O_PATH, Mode::empty());
    let bot = jailed(&[]).under(Condition::open(named.expect("a directory"), 1));
    let line = refused_untouched(&bot, 78);
    assert!(line.contains("is an open directory"), "{line}");
}

#[test(needs = need::root)]
fn a_directory_as_standard_input_is_a_way_out_too() {
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
