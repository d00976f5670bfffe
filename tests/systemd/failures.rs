//! Services that fail to start, or that end.

use nix::sys::signal::{Signal, kill};
use tests::wait;

use crate::machine::bootable;
use crate::service::Service;

const REASON: &str = "builder: cannot change to the directory /missing: \
                      No such file or directory (os error 2)";

#[test(needs = bootable)]
fn systemd_learns_the_exit_code_and_the_reason_of_a_failed_start() {
    for (kind, more) in [("simple", ""), ("notify", ""), ("forking", "PIDFile={home}/builder.pid")]
    {
        let lines = format!("Type={kind}\n{more}\nExecStart=/bots/builder chdir=/missing sleep");
        let service = Service::new(&format!("failed-{kind}"), &lines);
        service.begin();
        service.await_property("ActiveState", "failed");
        assert_eq!(service.property("Result"), "exit-code");
        // A launcher is not the main process.
        if kind != "forking" {
            assert_eq!(service.property("ExecMainStatus"), "78");
        }
        assert_eq!(service.priority_of(REASON), 3, "an error");
    }
}

#[test(needs = bootable)]
fn a_killed_service_is_restarted() {
    let service = Service::new(
        "killed",
        "Restart=on-failure\nRestartSec=0\nExecStart={builder} note=up sleep",
    );
    service.start();
    wait::until("the body", || !service.read("up").is_empty());
    kill(service.only_process().0, Signal::SIGKILL).expect("it runs");
    service.await_property("NRestarts", "1");
    wait::until("the second body", || service.read("up").lines().count() == 2);
    service.only_process();
    service.stop();
}

#[test(needs = bootable)]
fn a_failed_service_is_restarted() {
    let service = Service::new(
        "ending",
        "Restart=on-failure\nRestartSec=0\nStartLimitBurst=9\n\
         ExecStart={builder} note=up \"run=test $$(grep -c . up) = 3\"",
    );
    service.begin();
    wait::until("the third body", || service.read("up").lines().count() == 3);
    service.await_property("ActiveState", "inactive");
    assert_eq!(service.property("Result"), "success", "the third body succeeds");
}
