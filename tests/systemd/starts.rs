//! How a service starts, and what systemd knows about it then.

use tests::lock::Gate;
use tests::wait;

use crate::machine::bootable;
use crate::service::Service;

#[test(needs = bootable)]
fn a_simple_service_stays_in_the_foreground() {
    assert_stays_in_the_foreground("simple");
}

#[test(needs = bootable)]
fn an_exec_service_stays_in_the_foreground() {
    assert_stays_in_the_foreground("exec");
}

fn assert_stays_in_the_foreground(kind: &str) {
    let lines = format!("Type={kind}\nExecStart={{builder}} print-is-daemon note=up sleep");
    let service = Service::new(kind, &lines);
    service.start();
    wait::until("the body", || !service.read("up").is_empty());
    assert_eq!(service.property("ActiveState"), "active");
    let process = service.only_process();
    assert_eq!(service.read("builder.pid"), service.read("up"));
    assert_eq!(service.priority_of("false"), 6, "output goes to the journal as `info`");
    service.stop();
    assert!(!process.is_alive());
}

#[test(needs = bootable)]
fn a_notify_service_is_active_when_it_is_ready() {
    let service = Service::new(
        "notify",
        "Type=notify\nExecStart={builder} wait_ready=true note=up await-in-body=gate ready sleep",
    );
    let gate = Gate::closed(&service.file("gate"));
    service.begin();
    wait::until("the body", || !service.read("up").is_empty());
    assert_eq!(service.property("ActiveState"), "activating");
    gate.open();
    service.await_property("ActiveState", "active");
    service.only_process();
    service.stop();
}

#[test(needs = bootable)]
fn a_forking_service_is_active_when_the_launcher_returns() {
    let service = Service::new(
        "forking",
        "Type=forking\nPIDFile={home}/builder.pid\n\
         ExecStart={builder} redirect=out.log print-is-daemon sleep",
    );
    service.start();
    service.await_text("out.log", "true\n");
    service.only_process();
    service.stop();
}
