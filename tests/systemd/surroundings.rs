//! Around a service: what a shell in it starts, and a manager that a user has.

use std::fs;
use std::os::unix::fs::chown;

use tests::launch::Launch;
use tests::need::Need;
use tests::wait;

use crate::machine::{Inside, PINGBOT, bootable, inside};
use crate::service::{Service, ids_of_pingbot};

/// The words that begin a shell with all that its service has told it.
const SHELL: &str = "Type=notify\nNotifyAccess=all\nWatchdogSec=60\n\
                     ExecStart=sh -c 'systemd-notify --ready; {builder} redirect=out.log \
                     print-is-daemon sleep; echo $$? >code; exec sleep 300'";

#[test(needs = bootable)]
fn what_a_shell_inherited_from_its_service_says_nothing_about_a_bot() {
    let service = Service::new("shell", SHELL);
    service.start();
    service.await_text("code", "0\n");
    service.await_text("out.log", "true\n");
    assert_eq!(service.processes().len(), 2, "the shell, and the daemon in its cgroup");
    service.stop();
}

/// Where a user has units.
pub(crate) const UNITS: &str = "/home/pingbot/.config/systemd/user";

/// A manager of the user `pingbot`, if the machine can have one.
pub(crate) fn manager_of_a_user() -> Need {
    let need = bootable();
    if need.missing().is_some() {
        return need;
    }
    // Root makes them for the user.
    let directories = ["home/pingbot", ".config", "systemd", "user"];
    directories.iter().fold(inside().file("/"), |directory, name| {
        let directory = directory.join(name);
        fs::create_dir_all(&directory).expect("a directory");
        chown(&directory, Some(PINGBOT), Some(PINGBOT)).expect("root may");
        directory
    });
    let unit = format!("user@{PINGBOT}.service");
    let started = inside().run(["systemctl", "start", &unit]).status.success();
    Need::new("a manager of a user", started)
}

/// Runs a command as the user `pingbot`, who talks to a manager of their own.
pub(crate) fn as_pingbot(machine: &Inside, words: &[&str]) -> Launch {
    let [user, group] = [format!("--setuid={PINGBOT}"), format!("--setgid={PINGBOT}")];
    let directory = format!("XDG_RUNTIME_DIR=/run/user/{PINGBOT}");
    machine.run_by(&[&user, &group], [&["env", &directory], words].concat())
}

#[test(needs = manager_of_a_user)]
fn a_manager_of_a_user_runs_bots_of_each_kind() {
    let machine = inside();
    let units = machine.file(UNITS);
    let kinds = [
        ("own-notify", "Type=notify\nExecStart=/bots/builder chdir=false sleep"),
        (
            "own-forking",
            "Type=forking\nPIDFile=%t/own-forking/builder.pid\n\
             ExecStart=/bots/builder chdir=false redirect=out.log sleep",
        ),
    ];
    for (name, lines) in kinds {
        let unit =
            format!("[Service]\nRuntimeDirectory={name}\nWorkingDirectory=%t/{name}\n{lines}\n");
        fs::write(units.join(format!("{name}.service")), unit).expect("a unit");
        let started = as_pingbot(&machine, &["systemctl", "--user", "start", name]);
        assert!(started.status.success(), "{started:?}");
        let group = ["systemctl", "--user", "show", "--value", "--property=ControlGroup", name];
        let group = as_pingbot(&machine, &group).stdout;
        let [process] = machine.processes_of(group.trim_end())[..] else {
            panic!("not one process in {group}")
        };
        assert_eq!(process.status("Uid"), ids_of_pingbot());
        assert!(as_pingbot(&machine, &["systemctl", "--user", "stop", name]).status.success());
        wait::until("its end", || !process.is_alive());
    }
}
