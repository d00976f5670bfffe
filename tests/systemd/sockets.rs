//! Sockets that systemd holds, and passes to whoever is to answer.

use std::io::Read;
use std::os::unix::net::UnixStream;

use crate::machine::bootable;
use crate::service::Service;

#[test(needs = bootable)]
fn a_socket_reaches_a_bot_in_the_foreground() {
    answers("socket-foreground", "Type=notify\nExecStart={builder} note=up accept");
}

#[test(needs = bootable)]
fn a_socket_reaches_a_daemon() {
    answers(
        "socket-forking",
        "Type=forking\nPIDFile={home}/builder.pid\nExecStart={builder} redirect=out.log note=up accept",
    );
}

fn answers(name: &str, lines: &str) {
    let service = Service::new(name, lines);
    service.write_unit("socket", "[Socket]\nListenStream={home}/socket\n");
    let socket = format!("{name}.socket");
    assert!(service.machine.run(["systemctl", "start", &socket]).status.success());
    let mut answer = String::new();
    let connection = UnixStream::connect(service.file("socket"));
    // The bot says where it runs, and goes.
    connection.expect("systemd listens").read_to_string(&mut answer).expect("text");
    assert_eq!(answer, service.read("up"), "{:#?}", service.journal());
    service.machine.run(["systemctl", "stop", &socket]);
}
