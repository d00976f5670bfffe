//! The user of a service, and restricted services.

use std::fs;
use std::os::unix::fs::MetadataExt;

use tests::wait;

use crate::machine::{PINGBOT, bootable};
use crate::service::{Service, ids_of_pingbot};

#[test(needs = bootable)]
fn systemd_chooses_the_user() {
    let service =
        Service::new("user-by-systemd", "User=pingbot\nType=notify\nExecStart={builder} sleep");
    let service = service.owned_by(PINGBOT);
    service.start();
    assert_eq!(service.only_process().status("Uid"), ids_of_pingbot());
    assert_eq!(fs::metadata(service.file("builder.pid")).expect("the PID file").uid(), PINGBOT);
    service.stop();
}

#[test(needs = bootable)]
fn the_bot_chooses_the_user() {
    let service =
        Service::new("user-by-bot", "Type=notify\nExecStart={builder} user=pingbot sleep");
    service.start();
    let process = service.only_process();
    assert_eq!(
        [process.status("Uid"), process.status("Gid")],
        [ids_of_pingbot(), ids_of_pingbot()]
    );
    assert_eq!(process.signals("CapEff"), 0, "a capability is left");
    service.stop();
}

#[test(needs = bootable)]
fn systemd_finds_a_daemon_of_another_user_by_its_pid_file() {
    let service = Service::new(
        "user-forking",
        "Type=forking\nPIDFile={home}/builder.pid\n\
         ExecStart={builder} user=pingbot redirect=out.log sleep",
    );
    service.start();
    assert_eq!(service.only_process().status("Uid"), ids_of_pingbot());
    service.stop();
}

/// The restrictions of systemd.exec(5) that a bot works under.
const HARDENED: &str = "DynamicUser=yes
    NoNewPrivileges=yes
    CapabilityBoundingSet=
    AmbientCapabilities=
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    PrivateDevices=yes
    PrivateNetwork=yes
    PrivateTmp=yes
    PrivateUsers=yes
    ProcSubset=pid
    ProtectClock=yes
    ProtectControlGroups=yes
    ProtectHome=yes
    ProtectHostname=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    ProtectProc=invisible
    ProtectSystem=strict
    RemoveIPC=yes
    RestrictAddressFamilies=AF_UNIX
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallErrorNumber=EPERM
    UMask=0077";

#[test(needs = bootable)]
fn a_hardened_service_with_a_dynamic_user_starts() {
    let lines = format!(
        "{HARDENED}\nStateDirectory=hardened\nWorkingDirectory=%S/hardened\nType=notify\n\
         ExecStart={{builder}} reopen=true print-is-daemon sleep"
    );
    let service = Service::new("hardened", &lines);
    service.start();
    let process = service.only_process();
    assert_eq!(process.status("Seccomp"), "2", "the filter is active");
    assert_eq!(service.priority_of("false"), 6);
    let pid_file = service.machine.file("/var/lib/private/hardened/builder.pid");
    assert!(pid_file.exists());
    service.stop();
}

#[test(needs = bootable)]
fn a_service_without_a_writable_directory_has_no_pid_file() {
    let lines = format!("{HARDENED}\nType=notify\nExecStart={{builder}} sleep");
    let service = Service::new("nowhere", &lines);
    service.start();
    service.only_process();
    assert!(!service.file("builder.pid").exists());
    service.stop();
}

#[test(needs = bootable)]
fn a_hardened_daemon_starts() {
    let lines = format!(
        "{HARDENED}\nRuntimeDirectory=hardened-daemon\nWorkingDirectory=%t/hardened-daemon\n\
         Type=forking\nPIDFile=%t/hardened-daemon/builder.pid\n\
         ExecStart={{builder}} restart=always redirect=out.log print-is-daemon sleep"
    );
    let service = Service::new("hardened-daemon", &lines);
    service.start();
    let log = service.machine.file("/run/hardened-daemon/out.log");
    wait::until("the body", || fs::read(&log).is_ok_and(|text| text == b"true\n"));
    assert_eq!(service.processes().len(), 2, "the supervisor and the body");
    service.stop();
}
