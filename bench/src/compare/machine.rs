//! systemd, if it can be booted as PID 1 of new namespaces by the program of the tests. This
//! program also runs inside the container and measures the rounds there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use bench::READY_VARIABLE;
use rustix::process::{Pid, getuid};

use super::installed::{Places, words};
use super::tool::{Supervisor, Tool};
use crate::Result;
use crate::contestants::{cargo, sources};
use crate::processes::{wait_for, wait_until};

pub(super) const NAME: &str = "systemd";

/// The word that makes this program measure inside the container.
pub(crate) const INSIDE: &str = "inside-systemd";

/// The benchmark's programs in the container.
const PROGRAMS: &str = "/bots";

const UNIT: &str = "/run/systemd/system/worker.service";

/// A container with systemd as PID 1. It is removed on drop.
struct Machine {
    /// Removes the container when its standard input is closed.
    guardian: Child,
    systemd: String,
    /// Stays open, or the guardian could not write to it.
    _output: BufReader<ChildStdout>,
}

/// Measures systemd in a container. The error says why this is not possible.
pub(super) fn measure(places: &Places, rounds: usize) -> Result<Tool> {
    if !getuid().is_root() {
        return Err("booting it needs root".into());
    }
    let version = Command::new("systemctl").arg("--version").output();
    let version = version.map_err(|_| "it is not installed")?.stdout;
    let version = String::from_utf8_lossy(&version);
    let version = version.split_whitespace().nth(1).unwrap_or_default();
    let machine = Machine::boot(places)?;
    let program = Path::new(PROGRAMS).join("bench");
    let mut measuring = machine.command([program.as_os_str()]);
    let measured = measuring.arg(INSIDE).arg(rounds.to_string()).output()?;
    if !measured.status.success() {
        return Err(String::from_utf8_lossy(&measured.stderr).trim().into());
    }
    let what = format!(
        "{version}, the system's supervisor, booted for this measurement. The unit has `Type=notify` and \
         `Restart=always`. `systemctl start` returns when the program is ready. The default delay after a crash is 0.1 s"
    );
    let mut tool = tool(places.directory(NAME)?);
    tool.what = what;
    tool.times.read(&String::from_utf8(measured.stdout)?)?;
    Ok(tool)
}

/// Runs inside the container, and prints the times.
pub(crate) fn measure_inside(rounds: usize) -> Result<()> {
    let directory = Path::new("/run/bench");
    fs::create_dir_all(directory)?;
    let mut tool = tool(directory.to_owned());
    let unit = format!(
        "[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=notify\nRestart=always\nExecStart={PROGRAMS}/worker\n\
         Environment={READY_VARIABLE}={}\n",
        tool.ready.display()
    );
    fs::write(UNIT, unit)?;
    tool.run(&words([&"systemctl", &"daemon-reload"]))?;
    for _ in 0..rounds {
        tool.round()?;
    }
    print!("{}", tool.times.show());
    Ok(())
}

fn tool(directory: std::path::PathBuf) -> Tool {
    let control = |word| words([&"systemctl", &word, &"worker"]);
    Tool {
        status: Some(control("status")),
        stop: Some(control("stop")),
        supervisor: Supervisor::Process(Pid::INIT),
        ..Tool::new(NAME, "", directory, control("start"))
    }
}

impl Machine {
    fn boot(places: &Places) -> Result<Self> {
        let target = places.directories.join("boot");
        let workspace = sources().join("../../Cargo.toml");
        let built = cargo("build")
            .args(["--quiet", "--package", "tests", "--bin", "boot", "--manifest-path"])
            .arg(workspace)
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        if !built.success() {
            return Err("cannot build the program that boots it".into());
        }
        let mut boot = Command::new(target.join("debug/boot"));
        boot.arg("/").arg(&places.programs).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut guardian = boot.spawn()?;
        let mut output = BufReader::new(guardian.stdout.take().ok_or("no pipe")?);
        let mut systemd = String::new();
        output.read_line(&mut systemd)?;
        let machine = Self { guardian, systemd: systemd.trim().to_owned(), _output: output };
        if machine.systemd.is_empty() {
            return Err("namespaces are not available".into());
        }
        wait_until("the boot of systemd", || {
            let state = machine.command(["systemctl".as_ref(), "is-system-running".as_ref()]);
            let state = { state }.output()?.stdout;
            Ok([&b"running\n"[..], b"degraded\n"].contains(&&*state).then_some(()))
        })?;
        Ok(machine)
    }

    fn command<const N: usize>(&self, words: [&std::ffi::OsStr; N]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--all", "--root", "--wdns=/", "--target", &self.systemd]).args(words);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
        command
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        // After an error, the runner ends what is left with all other processes.
        let _ = wait_for(&mut self.guardian);
    }
}
