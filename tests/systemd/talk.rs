//! What a bot reports to systemd while it runs.

use std::fs;

use tests::need::Need;
use tests::wait;

use crate::machine::{at_least, bootable};
use crate::service::{Service, number_inside};

#[test(needs = bootable)]
fn a_bot_reports_readiness_after_chroot() {
    let service = Service::new(
        "chroot",
        "Type=notify\nExecStart=/bots/builder chroot={home}/jail wait_ready=true ready sleep",
    );
    fs::create_dir(service.file("jail")).expect("a directory");
    service.start();
    let process = service.only_process();
    let root = format!("/proc/{}/root", number_inside(process));
    let root = service.machine.run(["readlink", &root]).stdout;
    assert_eq!(root, format!("{}/jail\n", service.home()));
    service.stop();
    assert!(!process.is_alive());
}

#[test(needs = bootable)]
fn run_reports_readiness_from_a_child_of_a_shell() {
    let service = Service::new(
        "run",
        "Type=notify\nNotifyAccess=all\nExecStart=sh -c '/bots/commander run; exit $?'",
    );
    service.start();
    assert_eq!(service.processes().len(), 2, "the shell and the bot");
    service.stop();
}

#[test(needs = bootable)]
fn the_body_sets_the_status() {
    let service = Service::new(
        "status",
        "Type=notify\nExecStart={builder} \"notify=STATUS=counting sheep\" sleep",
    );
    service.start();
    service.await_property("StatusText", "counting sheep");
    service.stop();
}

#[test(needs = bootable)]
fn the_watchdog_kills_a_silent_bot() {
    let service = Service::new(
        "watchdog",
        "Type=notify\nWatchdogSec=1\nLimitCORE=0\nExecStart={builder} beat=16 note=beaten sleep",
    );
    service.start();
    wait::until("the end of all beats", || !service.read("beaten").is_empty());
    assert_eq!(service.property("ActiveState"), "active", "{:#?}", service.journal());
    service.await_property("ActiveState", "failed");
    assert_eq!(service.property("Result"), "watchdog");
}

/// `Type=notify-reload` came with systemd 253.
fn notify_reload() -> Need {
    let need = bootable();
    if need.missing().is_some() {
        return need;
    }
    at_least(253, "systemd 253")
}

#[test(needs = notify_reload)]
fn systemd_waits_for_the_end_of_a_reload() {
    let service = Service::new(
        "notify-reload",
        "Type=notify-reload\nExecStart={builder} redirect=out.log reopen=true sleep",
    );
    service.start();
    for _ in 0..3 {
        let reload = service.systemctl(&["reload"]);
        assert!(reload.status.success(), "{reload:?}\n{:#?}", service.journal());
        assert_eq!(service.property("ActiveState"), "active");
    }
    service.stop();
}
