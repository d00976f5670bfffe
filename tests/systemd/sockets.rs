//! Socket activation: systemd listens and passes the socket to the bot.

use std::io::Read;
use std::os::unix::net::UnixStream;

use tests::wait::PATIENCE;

use crate::machine::bootable;
use crate::service::Service;

#[test(needs = bootable)]
fn a_socket_reaches_a_bot_in_the_foreground() {
    assert_bot_answers("socket-foreground", "Type=notify\nExecStart={builder} note=up accept");
}

#[test(needs = bootable)]
fn a_socket_reaches_a_daemon() {
    assert_bot_answers(
        "socket-forking",
        "Type=forking\nPIDFile={home}/builder.pid\nExecStart={builder} redirect=out.log note=up accept",
    );
}

fn assert_bot_answers(name: &str, lines: &str) {
    let service = Service::new(name, lines);
    service.write_unit("socket", "[Socket]\nListenStream={home}/socket\n");
    let socket = format!("{name}.socket");
    assert!(service.machine.run(["systemctl", "start", &socket]).status.success());
    let mut answer = String::new();
    let mut connection = UnixStream::connect(service.file("socket")).expect("systemd listens");
    connection.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    // The bot sends `LISTEN_PID` and ends.
    connection.read_to_string(&mut answer).expect("an answer in time");
    assert_eq!(answer, service.read("up"), "{:#?}", service.journal());
    service.machine.run(["systemctl", "stop", &socket]);
}
