//! The units in `docs/deploy.md` work as printed.

use std::fs;

use tests::process::Process;
use tests::wait;

use crate::machine::{Inside, bootable, inside};
use crate::service::ids_of_pingbot;
use crate::surroundings::{UNITS, as_pingbot, manager_of_a_user};

const DOCUMENT: &str = include_str!("../../docs/deploy.md");

/// The text of a file in the document.
#[track_caller]
fn snippet(name: &str) -> &'static str {
    let named = DOCUMENT.split_once(&format!("\n`{name}`:\n\n```ini\n"));
    let (_, rest) = named.unwrap_or_else(|| panic!("no {name} in the document"));
    rest.split_once("```\n").expect("the end of the snippet").0
}

/// The only process of a running unit.
#[track_caller]
fn process_of(machine: &Inside, group: &str) -> Process {
    let processes = machine.processes_of(group.trim_end());
    let [process] = processes[..] else { panic!("{processes:?} in {group:?}") };
    assert_eq!(process.status("Uid"), ids_of_pingbot());
    process
}

const CONTROL_GROUP: [&str; 3] = ["show", "--value", "--property=ControlGroup"];

#[test(needs = bootable)]
fn the_units_of_the_document_run_a_bot() {
    let machine = inside();
    let systemctl = |words: &[&str]| machine.run([&["systemctl"], words].concat());
    for unit in ["pingbot.service", "pingbot-daemon.service"] {
        let path = format!("/etc/systemd/system/{unit}");
        fs::write(machine.file(&path), snippet(&path)).expect("a unit");
        let enabled = systemctl(&["enable", "--now", unit]);
        assert!(enabled.status.success(), "{enabled:?}");
        let group = systemctl(&[&CONTROL_GROUP[..], &[unit]].concat()).stdout;
        let process = process_of(&machine, &group);
        if unit == "pingbot-daemon.service" {
            assert_reload_opens_the_log_anew(&machine, unit);
            assert_eq!(process_of(&machine, &group), process);
        }
        let disabled = systemctl(&["disable", "--now", unit]);
        assert!(disabled.status.success(), "{disabled:?}");
        assert!(!process.is_alive());
        assert_eq!(systemctl(&["is-failed", unit]).stdout, "inactive\n");
    }
}

fn assert_reload_opens_the_log_anew(machine: &Inside, unit: &str) {
    let log = machine.file("/var/lib/pingbot/out.log");
    fs::remove_file(&log).expect("a daemon has a log");
    let reload = machine.run(["systemctl", "reload", unit]);
    assert!(reload.status.success(), "{reload:?}");
    wait::until("the new log", || log.exists());
}

#[test(needs = manager_of_a_user)]
fn the_user_unit_of_the_document_runs_a_bot() {
    let machine = inside();
    let units = machine.file(UNITS);
    let text = snippet("~/.config/systemd/user/pingbot.service");
    fs::write(units.join("pingbot.service"), text).expect("a unit");
    let systemctl =
        |words: &[&str]| as_pingbot(&machine, &[&["systemctl", "--user"], words].concat());
    let started = systemctl(&["start", "pingbot"]);
    assert!(started.status.success(), "{started:?}");
    let group = systemctl(&[&CONTROL_GROUP[..], &["pingbot"]].concat()).stdout;
    let process = process_of(&machine, &group);
    assert!(systemctl(&["stop", "pingbot"]).status.success());
    assert!(!process.is_alive());
}
