//! A service manager: its notification socket, and the environment that it gives to a bot.

use std::ffi::OsString;
use std::io::{ErrorKind, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::Command;

use nix::cmsg_space;
use nix::sys::socket::sockopt::PassCred;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, UnixCredentials, recvmsg, setsockopt};
use nix::unistd::Pid;

use crate::bot::Bot;
use crate::process::Process;
use crate::wait;

/// The test in the role of a service manager.
#[derive(Debug)]
pub struct Manager {
    socket: UnixDatagram,
    address: OsString,
}

impl Manager {
    /// A manager whose socket is in the bot's start directory.
    #[must_use]
    pub fn at_path(bot: &Bot) -> Self {
        Self::bound_to(bot.file("manager").into())
    }

    /// A manager whose socket has an abstract name.
    #[must_use]
    pub fn at_abstract_name(bot: &Bot) -> Self {
        let mut address = OsString::from("@");
        address.push(bot.file("manager"));
        Self::bound_to(address)
    }

    fn bound_to(address: OsString) -> Self {
        let bound = match address.as_encoded_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
            _ => SocketAddr::from_pathname(&address),
        };
        let socket = bound.and_then(|bound| UnixDatagram::bind_addr(&bound)).expect("a socket");
        socket.set_nonblocking(true).expect("a flag");
        Self { socket, address }
    }

    /// Fills the socket's queue. No message fits in until the test reads.
    pub fn fill(&self) {
        let bound = self.socket.local_addr().expect("an address");
        loop {
            // Each sender has its own buffer, which may be full before the queue is.
            let stranger = UnixDatagram::unbound().expect("a socket");
            stranger.set_nonblocking(true).expect("a flag");
            let say = || stranger.send_to_addr(b"noise", &bound);
            if let Err(refusal) = say() {
                assert_eq!(refusal.kind(), ErrorKind::WouldBlock);
                return;
            }
            while say().is_ok() {}
        }
    }

    /// The messages since the last call.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let datagrams = std::iter::from_fn(|| {
            self.socket.recv(&mut buffer).ok().map(|end| buffer[..end].to_vec())
        });
        datagrams.map(|datagram| String::from_utf8(datagram).expect("text")).collect()
    }

    /// From now on the kernel reports the sender of each message.
    pub fn identify_senders(&self) {
        setsockopt(&self.socket, PassCred, &true).expect("the option can be set");
    }

    /// The messages since the last call, each with its sender.
    #[must_use]
    pub fn heard_from(&self) -> Vec<(String, Process)> {
        let fd = self.socket.as_raw_fd();
        let datagram = || {
            let mut bytes = [0; 4096];
            let mut space = cmsg_space!(UnixCredentials);
            let mut buffers = [IoSliceMut::new(&mut bytes)];
            let flags = MsgFlags::empty();
            let message = recvmsg::<()>(fd, &mut buffers, Some(&mut space), flags).ok()?;
            let sender = message.cmsgs().expect("complete").find_map(|part| match part {
                ControlMessageOwned::ScmCredentials(sender) => Some(sender.pid()),
                _ => None,
            });
            let length = message.bytes;
            let text = str::from_utf8(&bytes[..length]).expect("text").to_owned();
            Some((text, Process(Pid::from_raw(sender.expect("a sender")))))
        };
        std::iter::from_fn(datagram).collect()
    }

    /// Waits for a message, and returns it with the descriptors that it carries.
    #[must_use]
    #[track_caller]
    pub fn await_descriptors(&self) -> (String, Vec<OwnedFd>) {
        let mut bytes = [0; 4096];
        let mut space = cmsg_space!([RawFd; 8]);
        let fd = self.socket.as_raw_fd();
        let (length, numbers) = wait::for_some("a message", || {
            let mut buffers = [IoSliceMut::new(&mut bytes)];
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            let message = recvmsg::<()>(fd, &mut buffers, Some(&mut space), flags).ok()?;
            let numbers = message.cmsgs().expect("complete").find_map(|part| match part {
                ControlMessageOwned::ScmRights(numbers) => Some(numbers),
                _ => None,
            });
            Some((message.bytes, numbers.unwrap_or_default()))
        });
        let text = str::from_utf8(&bytes[..length]).expect("text").to_owned();
        // SAFETY: the descriptors have just been received, and nothing else owns them.
        let own = |number| unsafe { OwnedFd::from_raw_fd(number) };
        (text, numbers.into_iter().map(own).collect())
    }

    /// Waits for a message, and returns it.
    #[must_use]
    #[track_caller]
    pub fn await_message(&self) -> String {
        let mut buffer = [0; 4096];
        let length = wait::for_some("a message", || self.socket.recv(&mut buffer).ok());
        str::from_utf8(&buffer[..length]).expect("text").to_owned()
    }

    /// The command that starts the bot as a service.
    #[must_use]
    pub fn command(&self, bot: &Bot) -> Command {
        self.command_with(bot, "export LISTEN_PID=$$")
    }

    /// The command that runs a script before it starts the bot.
    #[must_use]
    pub fn command_with(&self, bot: &Bot, script: &str) -> Command {
        self.tell(bot.command_in_shell(&format!(r#"{script}; exec "$@""#)))
    }

    /// Sets the manager's socket in the environment of a command.
    #[must_use]
    pub fn tell(&self, mut command: Command) -> Command {
        command.env("NOTIFY_SOCKET", &self.address);
        command
    }
}
