//! A service in the container.

use std::fs;
use std::os::unix::fs::chown;
use std::path::PathBuf;

use nix::unistd::Pid;
use serde_json::Value;
use tests::launch::Launch;
use tests::process::Process;
use tests::wait;

use crate::machine::{self, Inside, PINGBOT};

/// A service and its working directory. It is stopped on drop.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) machine: Inside,
    name: String,
}

/// A line of the journal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) priority: u8,
    pub(crate) text: String,
}

impl Service {
    /// A service with this unique name and with these lines in its section `[Service]`. `{home}`
    /// stands for its working directory, and `{builder}` for the fixture bot, which makes its files
    /// there.
    #[track_caller]
    pub(crate) fn new(name: &str, lines: &str) -> Self {
        let machine = machine::inside();
        let service = Self { machine, name: name.to_owned() };
        fs::create_dir(service.machine.file(service.home())).expect("the name is unique");
        let lines = service.fill(lines);
        let home = service.home();
        service.write_unit("service", &format!("[Service]\nWorkingDirectory=-{home}\n{lines}\n"));
        service
    }

    /// Writes a unit with the service's name, such as its socket.
    pub(crate) fn write_unit(&self, kind: &str, text: &str) {
        let unit = format!("/run/systemd/system/{}.{kind}", self.name);
        fs::write(self.machine.file(unit), self.fill(text)).expect("a unit");
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{home}", &self.home()).replace("{builder}", "/bots/builder chdir=false")
    }

    /// Gives the service's directory to a user.
    pub(crate) fn owned_by(self, user: u32) -> Self {
        chown(self.file("."), Some(user), Some(user)).expect("root may");
        self
    }

    /// The service's directory in the container.
    pub(crate) fn home(&self) -> String {
        format!("/run/bots/{}", self.name)
    }

    fn unit(&self) -> String {
        format!("{}.service", self.name)
    }

    /// The path outside of a file in the service's directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.machine.file(self.home()).join(name)
    }

    /// The text of a file in the service's directory; empty if there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// Waits until a file in the service's directory holds exactly this text.
    #[track_caller]
    pub(crate) fn await_text(&self, name: &str, text: &str) {
        wait::until(&format!("{text:?} in {name}"), || self.read(name) == text);
    }

    /// Asks systemd to start the service, and does not wait.
    pub(crate) fn begin(&self) {
        self.systemctl(&["start", "--no-block"]);
    }

    /// Starts the service, which must succeed.
    #[track_caller]
    pub(crate) fn start(&self) {
        let launch = self.systemctl(&["start"]);
        assert!(launch.status.success(), "{launch:?}\n{:#?}", self.journal());
    }

    /// Stops the service, which must succeed.
    #[track_caller]
    pub(crate) fn stop(&self) {
        assert!(self.systemctl(&["stop"]).status.success());
        let [state, result, group] = self.properties(["ActiveState", "Result", "ControlGroup"]);
        assert_eq!([&*state, &result], ["inactive", "success"], "{:#?}", self.journal());
        assert_eq!(self.living_in(&group), [], "a stopped service has no processes");
    }

    /// Runs `systemctl` with these words and the service's name.
    #[track_caller]
    pub(crate) fn systemctl(&self, words: &[&str]) -> Launch {
        self.machine.run([&["systemctl"], words, &[&self.unit()]].concat())
    }

    /// A property of the service.
    #[track_caller]
    pub(crate) fn property(&self, name: &str) -> String {
        let [value] = self.properties([name]);
        value
    }

    #[track_caller]
    fn properties<const COUNT: usize>(&self, names: [&str; COUNT]) -> [String; COUNT] {
        let text = self.systemctl(&["show", "--property", &names.join(",")]).stdout;
        names.map(|name| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_else(|| panic!("no {name} in {text:?}")).to_owned()
        })
    }

    /// Waits until a property of the service has this value.
    #[track_caller]
    pub(crate) fn await_property(&self, name: &str, value: &str) {
        wait::until(&format!("{name}={value} of {}", self.name), || self.property(name) == value);
    }

    /// The processes of the service, by their PIDs outside.
    pub(crate) fn processes(&self) -> Vec<Process> {
        self.living_in(&self.property("ControlGroup"))
    }

    /// The living processes of a cgroup. A service without processes has no cgroup.
    fn living_in(&self, group: &str) -> Vec<Process> {
        let all = if group.is_empty() { Vec::new() } else { self.machine.processes_of(group) };
        all.into_iter().filter(|process| process.is_alive()).collect()
    }

    /// Expects the service to have one process, which is its main process.
    #[track_caller]
    pub(crate) fn only_process(&self) -> Process {
        let [group, main] = self.properties(["ControlGroup", "MainPID"]);
        let processes = self.living_in(&group);
        let [process] = processes[..] else { panic!("{processes:?}\n{:#?}", self.journal()) };
        assert_eq!(main, number_inside(process).to_string());
        process
    }

    /// The journal of the service, including systemd's messages about it.
    pub(crate) fn journal(&self) -> Vec<Line> {
        let unit = format!("--unit={}", self.unit());
        // Without this, recent messages may not have arrived yet.
        self.machine.run(["journalctl", "--sync"]);
        let lines = self.machine.run(["journalctl", "--quiet", "--output=json", &unit]).stdout;
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.map(|line| Line::from(&line)).collect()
    }

    /// Waits for a line that ends with this text, and returns its priority.
    #[track_caller]
    pub(crate) fn priority_of(&self, end: &str) -> u8 {
        wait::for_some(&format!("{end:?} in the journal of {}", self.name), || {
            let line = self.journal().into_iter().find(|line| line.text.ends_with(end))?;
            Some(line.priority)
        })
    }
}

/// The PID of a process inside the container.
#[track_caller]
pub(crate) fn number_inside(process: Process) -> Pid {
    let numbers = process.status("NSpid");
    let number = numbers.rsplit('\t').next().and_then(|number| number.parse().ok());
    Pid::from_raw(number.expect("a number"))
}

/// The line of `/proc/PID/status` with the four user or group IDs of `pingbot`.
pub(crate) fn ids_of_pingbot() -> String {
    format!("{PINGBOT}\t{PINGBOT}\t{PINGBOT}\t{PINGBOT}")
}

impl From<&Value> for Line {
    fn from(line: &Value) -> Self {
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        Self { priority: text("PRIORITY").parse().unwrap_or(u8::MAX), text: text("MESSAGE") }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.systemctl(&["stop"]);
    }
}
