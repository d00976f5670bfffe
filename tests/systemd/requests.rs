//! Requests to a running service: reload, the words of `commands`, stop.

use std::fs;
use std::time::{Duration, Instant};

use tests::launch::Launch;
use tests::wait;

use crate::machine::bootable;
use crate::service::{Service, number_inside};

#[test(needs = bootable)]
fn a_reload_reopens_the_log_of_a_daemon() {
    let service = Service::new(
        "reload-forking",
        "Type=forking\nPIDFile={home}/builder.pid\nExecReload=sh -c 'kill -HUP $MAINPID'\n\
         ExecStart={builder} redirect=out.log reopen=true sleep",
    );
    service.start();
    fs::rename(service.file("out.log"), service.file("old.log")).expect("a log");
    assert!(service.systemctl(&["reload"]).status.success());
    wait::until("the new log", || service.file("out.log").exists());
    service.only_process();
    service.stop();
}

#[test(needs = bootable)]
fn a_reload_in_the_foreground_changes_nothing() {
    let service = Service::new(
        "reload-notify",
        "Type=notify\nExecReload=sh -c 'kill -HUP $MAINPID'\n\
         ExecStart={builder} redirect=out.log reopen=true sleep",
    );
    service.start();
    let process = service.only_process();
    for _ in 0..3 {
        assert!(service.systemctl(&["reload"]).status.success());
    }
    assert_eq!(service.only_process(), process);
    service.stop();
}

#[test(needs = bootable)]
fn a_stop_ends_the_supervisor_and_the_body() {
    let service = Service::new(
        "stop-supervisor",
        "Type=forking\nPIDFile={home}/builder.pid\n\
         ExecStart={builder} restart=always redirect=out.log note=up sleep",
    );
    service.start();
    wait::until("the body", || !service.read("up").is_empty());
    assert_eq!(service.processes().len(), 2);
    let asked = Instant::now();
    service.stop();
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert!(!service.file("builder.pid").exists());
}

/// Runs the bot with a word in a shell outside the service.
fn say(service: &Service, word: &str) -> Launch {
    let script = format!("cd {} && exec /bots/commander {word}", service.home());
    service.machine.run(["sh", "-c", &script])
}

#[test(needs = bootable)]
fn commands_find_a_bot_that_systemd_runs() {
    let service = Service::new("words", "Type=notify\nExecStart=/bots/commander");
    service.start();
    let number = number_inside(service.only_process()).to_string();
    let status = say(&service, "status");
    assert_eq!(status.status.code(), Some(0), "{status:?}");
    assert!(status.stdout.contains(&number), "{status:?}");
    let start = say(&service, "start");
    assert_eq!(start.status.code(), Some(0), "{start:?}");
    assert!(start.stdout.contains("running"), "{start:?}");
    let again = say(&service, "");
    assert_eq!(again.status.code(), Some(75), "{again:?}");
    assert!(again.stderr.contains("already running") && again.stderr.contains(&number));
    let stop = say(&service, "stop");
    assert_eq!(stop.status.code(), Some(0), "{stop:?}");
    service.await_property("ActiveState", "inactive");
    assert_eq!(service.property("Result"), "success");
    assert_eq!(say(&service, "status").status.code(), Some(3));
}

#[test(needs = bootable)]
fn a_restart_from_outside_leaves_the_bot_to_systemd() {
    for (name, kind) in [
        ("mine", "Type=notify\nExecStart=/bots/commander"),
        ("mine-forking", "Type=forking\nPIDFile={home}/commander.pid\nExecStart=/bots/commander"),
    ] {
        let service = Service::new(name, kind);
        service.start();
        let process = service.only_process();
        let status = say(&service, "status");
        let output = if name == "mine" { "output to the journal" } else { "log /run/bots/" };
        let end = format!(", run by {name}.service, {output}");
        assert!(status.stdout.contains(&end), "{status:?}");
        let restart = say(&service, "restart").refusal("commander", 1);
        assert_eq!(
            restart,
            format!(
                "commander: cannot restart: it runs as the service {name}.service; \
                 use `systemctl restart {name}.service`"
            )
        );
        assert_eq!(service.only_process(), process, "the bot goes on");
        service.stop();
    }
}

#[test(needs = bootable)]
fn a_bot_in_the_service_of_another_program_does_not_belong_to_systemd() {
    // As with cron: a bot that a job has started is in cron's own service.
    let service = Service::new("beside", "ExecStart=sh -c '/bots/commander; exec sleep 300'");
    service.start();
    wait::until("the bot", || say(&service, "status").stdout.contains("is running"));
    let status = say(&service, "status");
    assert!(!status.stdout.contains("run by"), "{status:?}");
    let restart = say(&service, "restart");
    assert!(restart.stdout.starts_with("commander restarted, PID "), "{restart:?}");
    let stop = say(&service, "stop");
    assert_eq!(stop.status.code(), Some(0), "{stop:?}");
    service.stop();
}

#[test(needs = bootable)]
fn a_service_may_restart_its_own_bot() {
    let service = Service::new(
        "own",
        "Type=forking\nPIDFile={home}/commander.pid\nExecStart=/bots/commander\n\
         ExecReload=/bots/commander restart",
    );
    service.start();
    let first = service.only_process();
    assert!(service.systemctl(&["reload"]).status.success(), "{:#?}", service.journal());
    assert_ne!(service.only_process(), first);
    service.stop();
}
