//! A container with systemd as PID 1. It is booted once for all tests of a run.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use nix::unistd::{AccessFlags, Pid, access};
use tests::cgroup::hierarchy;
use tests::launch::{Launch, Launching};
use tests::need::{self, Need};
use tests::process::Process;
use tests::wait;

/// The variable that names a directory with a Linux system. The default is the host's root.
const SYSTEM: &str = "SYSTEMD_ROOT";

/// The user ID of `pingbot`, an ordinary user with an account in the container.
pub(crate) const PINGBOT: u32 = 61_235;

static MACHINE: Mutex<Option<Machine>> = Mutex::new(None);

/// The running container, as tests see it from outside.
#[derive(Clone, Debug)]
pub(crate) struct Inside {
    /// PID 1.
    pub(crate) systemd: Process,
    /// The directory of its cgroups.
    groups: PathBuf,
}

#[derive(Debug)]
struct Machine {
    /// Removes the container when its standard input is closed.
    guardian: Child,
    inside: Inside,
}

/// What booting systemd needs.
pub(crate) fn bootable() -> Need {
    static NEED: OnceLock<Need> = OnceLock::new();
    *NEED.get_or_init(|| {
        let conditions = [
            need::root(),
            at_least(248, "systemd 248, which sets SYSTEMD_EXEC_PID"),
            Need::new(
                "cgroup2",
                hierarchy().is_some_and(|at| access(&at, AccessFlags::W_OK).is_ok()),
            ),
        ];
        let unmet = conditions.into_iter().find(|need| need.missing().is_some());
        unmet.unwrap_or_else(overlay)
    })
}

/// This version of systemd, or a later one.
pub(crate) fn at_least(version: u32, what: &'static str) -> Need {
    let told = Command::new("chroot").arg(system()).args(["systemctl", "--version"]).output();
    let told = told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
    let told = told.unwrap_or_default();
    let number = told.split([' ', '.']).nth(1).and_then(|number| number.parse::<u32>().ok());
    Need::new(what, number.is_some_and(|number| number >= version))
}

/// Namespaces, and an overlay mount in them.
fn overlay() -> Need {
    let script = "mount -t tmpfs tmpfs /mnt && mkdir /mnt/a /mnt/b /mnt/c &&
        mount -t overlay -o lowerdir=/,upperdir=/mnt/a,workdir=/mnt/b overlay /mnt/c &&
        nsenter --version";
    let namespaces =
        ["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--net", "--cgroup"];
    let command = [&namespaces[..], &["sh", "-c", script]].concat();
    need::command("namespaces, overlayfs and util-linux", &command)
}

fn system() -> PathBuf {
    std::env::var_os(SYSTEM).unwrap_or_else(|| "/".into()).into()
}

/// The container. The first test boots it.
#[track_caller]
pub(crate) fn inside() -> Inside {
    let mut machine = MACHINE.lock().expect("systemd has booted");
    machine.get_or_insert_with(Machine::boot).inside.clone()
}

/// Removes the container, if there is one.
pub(crate) fn shut_down() {
    let machine = MACHINE.lock().map(|mut machine| machine.take());
    if let Ok(Some(Machine { mut guardian, .. })) = machine {
        drop(guardian.stdin.take());
        let end = wait::for_some("the removal of the container", || {
            guardian.try_wait().expect("a child of this process")
        });
        assert!(end.success(), "the container was not removed: {end}");
    }
}

impl Machine {
    fn boot() -> Self {
        let bots = Path::new(env!("CARGO_BIN_EXE_builder")).parent().expect("a directory");
        let mut boot = Command::new(env!("CARGO_BIN_EXE_boot"));
        boot.arg(system()).arg(bots).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut guardian = boot.spawn().expect("the program is built");
        let mut line = String::new();
        let output = guardian.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut line).expect("text");
        let systemd: i32 = line.trim_end().parse().expect("the PID of systemd");
        let group = format!("daemonize-tests-{}", guardian.id());
        let inside = Inside {
            systemd: Process(Pid::from_raw(systemd)),
            groups: hierarchy().expect("cgroup2").join(group),
        };
        inside.await_boot();
        Self { guardian, inside }
    }
}

impl Inside {
    fn await_boot(&self) {
        wait::until("the boot of systemd", || {
            assert!(self.systemd.is_alive(), "systemd has ended");
            // The command fails until systemd listens.
            let state = self.run(["systemctl", "is-system-running"]).stdout;
            ["running\n", "degraded\n"].contains(&&*state)
        });
    }

    /// Runs a command in the container, as root and outside of all services.
    #[track_caller]
    pub(crate) fn run(&self, words: impl IntoIterator<Item: AsRef<OsStr>>) -> Launch {
        self.run_by(&[], words)
    }

    /// Runs a command in the container, with these options of `nsenter`.
    #[track_caller]
    pub(crate) fn run_by(
        &self,
        options: &[&str],
        words: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> Launch {
        let mut command = Command::new("nsenter");
        command.args(["--all", "--root", "--wdns=/run/bots", "--target"]);
        command.arg(self.systemd.0.to_string()).args(options).args(words);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/root");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Launching::new(command.spawn().expect("`nsenter` can be executed")).finish()
    }

    /// The path outside of a file in the container.
    pub(crate) fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref().strip_prefix("/").expect("an absolute path").to_owned();
        PathBuf::from(format!("/proc/{}/root", self.systemd.0)).join(path)
    }

    /// The processes of a cgroup and of all below it, by their PIDs outside.
    pub(crate) fn processes_of(&self, group: &str) -> Vec<Process> {
        let group = self.groups.join(group.trim_start_matches('/'));
        let mut numbers = Vec::new();
        collect(&group, &mut numbers);
        numbers.sort_unstable();
        numbers.into_iter().map(|number| Process(Pid::from_raw(number))).collect()
    }
}

/// Collects the PIDs of a cgroup and of all below it. A missing cgroup has none.
fn collect(group: &Path, numbers: &mut Vec<i32>) {
    let own = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    numbers.extend(own.lines().filter_map(|line| line.parse::<i32>().ok()));
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), numbers);
        }
    }
}
