//! One undisturbed start, from which all disturbed ones follow.

use std::io;

use nix::libc::{EBADF, EFAULT, EINTR};
use nix::sys::signal::Signal;
use tests::bot::Bot;

use crate::calls::Call;
use crate::fault::{Disturbance, Fault, Place, Role};
use crate::oracle;
use crate::shape::Shape;
use crate::supervisor::{Plan, Supervised};

/// A start that is to be disturbed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// Its name in the names of tests.
    pub(crate) name: &'static str,
    /// A new bot for it, whose body is a sleep: by that the end of the start is known.
    pub(crate) bot: fn() -> Bot,
    /// The exit code of the launcher when nothing disturbs it.
    pub(crate) code: i32,
    /// Whether only root can make it.
    pub(crate) needs_root: bool,
}

/// The calls of an undisturbed start, and how it ends.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    calls: Vec<(Place, Call)>,
    pub(crate) ending: Ending,
}

/// How an undisturbed start ends.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// With a daemon of this shape.
    Daemon(Shape),
    /// With this exit code, as it should.
    Refusal(i32),
}

/// Which errors a call is made to fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errors {
    /// Those that it can really fail with.
    Realistic,
    /// All that Linux has, except those that answer to a mistake of the caller.
    All,
}

/// The largest error number of Linux, EHWPOISON.
const LAST_ERROR: i32 = 133;

impl Recording {
    /// Makes a start, undisturbed.
    ///
    /// # Errors
    ///
    /// When the kernel does not allow to supervise it.
    pub(crate) fn of(start: Start) -> io::Result<Self> {
        let bot = (start.bot)();
        let supervised = Supervised::start(bot.command(), None)?;
        assert_eq!(
            supervised.launch.status.code(),
            Some(start.code),
            "undisturbed: {:?}",
            supervised.launch
        );
        let ending = match start.code {
            0 => Ending::Daemon(oracle::shape_of_started(&bot, &supervised)),
            code => Ending::Refusal(code),
        };
        bot.await_nothing_left();
        let calls = supervised.trace().calls.clone();
        assert!(!calls.is_empty(), "nobody saw the start begin");
        Ok(Self { calls, ending })
    }

    /// Every fault that a start can meet.
    pub(crate) fn faults(&self, errors: Errors) -> impl Iterator<Item = Fault> + use<'_> {
        self.calls.iter().flat_map(move |&(place, call)| {
            let errors = errors_of(call, errors).into_iter().map(Disturbance::Error);
            let disturbances =
                errors.chain(call.lie().map(Disturbance::Lie)).chain(signals_for(place.role));
            disturbances.map(move |disturbance| Fault { place, call, disturbance })
        })
    }

    /// The first call of this number, disturbed in this way.
    pub(crate) fn fault_at(
        &self,
        number: nix::libc::c_long,
        disturbance: Disturbance,
    ) -> Option<Fault> {
        let &(place, call) = self.calls.iter().find(|(_, call)| call.is(number))?;
        Some(Fault { place, call, disturbance })
    }

    /// How a start has to go so that the fault happens at the same point of it, whoever runs
    /// faster.
    pub(crate) fn plan(&self, fault: Fault) -> Plan {
        let commit = match self.ending {
            Ending::Daemon(_) => self.last(Role::Launcher, Call::sends),
            Ending::Refusal(_) => None,
        };
        let acceptance = self.last(Role::Daemon, Call::receives);
        let holds_launcher = match fault.place.role {
            Role::Launcher => false,
            Role::SessionLeader => true,
            // What it does after it has received the commit cannot happen before.
            Role::Daemon => {
                acceptance.is_some_and(|acceptance| fault.place.index <= acceptance.index)
            }
        };
        Plan { fault, commit, holds_launcher }
    }

    fn last(&self, role: Role, is_it: impl Fn(Call) -> bool) -> Option<Place> {
        let mut calls = self.calls.iter().rev();
        calls.find(|&&(place, call)| place.role == role && is_it(call)).map(|&(place, _)| place)
    }
}

fn errors_of(call: Call, errors: Errors) -> Vec<i32> {
    // An interruption is no error of the call itself.
    let can_fail = call.errors().iter().any(|&error| error != EINTR);
    match errors {
        Errors::All if can_fail => {
            (1..=LAST_ERROR).filter(|error| ![EBADF, EFAULT].contains(error)).collect()
        }
        _ => call.errors().to_vec(),
    }
}

/// Every process can be killed; only the launcher has a user who interrupts it.
fn signals_for(role: Role) -> impl Iterator<Item = Disturbance> {
    let interrupt = (role == Role::Launcher).then_some(Signal::SIGTERM);
    [Signal::SIGKILL].into_iter().chain(interrupt).map(Disturbance::Signal)
}
