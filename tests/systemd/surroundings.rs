//! Bots that a shell in a service starts, and bots under a user's manager.

use std::fs;
use std::os::unix::fs::chown;

use tests::launch::Launch;
use tests::need::Need;
use tests::wait;

use crate::machine::{Inside, PINGBOT, bootable, inside};
use crate::service::{Service, ids_of_pingbot};

/// A service whose main process is a shell. It starts a bot, which inherits the service's
/// environment.
const SHELL: &str = "Type=notify\nNotifyAccess=all\nWatchdogSec=60\n\
                     ExecStart=sh -c 'systemd-notify --ready; {builder} redirect=out.log \
                     print-is-daemon sleep; echo $$? >code; exec sleep 300'";

#[test(needs = bootable)]
fn a_shell_in_a_service_starts_a_daemon() {
    let service = Service::new("shell", SHELL);
    service.start();
    service.await_text("code", "0\n");
    service.await_text("out.log", "true\n");
    assert_eq!(service.processes().len(), 2, "the shell, and the daemon in its cgroup");
    service.stop();
}

/// The directory of the user's units.
pub(crate) const UNITS: &str = "/home/pingbot/.config/systemd/user";

/// Needs a manager of the user `pingbot`.
pub(crate) fn manager_of_a_user() -> Need {
    let need = bootable();
    if need.missing().is_some() {
        return need;
    }
    // Root creates them for the user.
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

/// Runs a command as the user `pingbot`, in contact with that user's manager.
pub(crate) fn as_pingbot(machine: &Inside, words: &[&str]) -> Launch {
    let [user, group] = [format!("--setuid={PINGBOT}"), format!("--setgid={PINGBOT}")];
    let directory = format!("XDG_RUNTIME_DIR=/run/user/{PINGBOT}");
    machine.run_by(&[&user, &group], [&["env", &directory], words].concat())
}

#[test(needs = manager_of_a_user)]
fn a_users_manager_runs_a_bot_in_the_foreground_and_as_a_daemon() {
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
            panic!("expected one process in {group}")
        };
        assert_eq!(process.status("Uid"), ids_of_pingbot());
        assert!(as_pingbot(&machine, &["systemctl", "--user", "stop", name]).status.success());
        wait::until("its end", || !process.is_alive());
    }
}
