//! Why a start failed, as one process of it tells another.

use std::io;

use crate::error::{Error, Holder, Kind, Step};
use crate::resources::{pid_lock, stream_file};
use crate::sys::Errno;

/// Small enough to be reported from process to process, since the launcher knows the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The operating system refused a step.
    Step(Step, Errno),
    /// It refused a step with the PID file to the daemon's user.
    PidFile(Step, Errno),
    /// It refused the file of this stream to the daemon's user.
    Stream(u8, Errno),
    /// It refused to make the directory of it.
    Directory(u8, Errno),
    /// The file of this stream is no regular file.
    NotAFile(u8),
    /// It is not to be opened, for a reason of this number.
    Untrusted(u8, usize),
    /// The PID file is not ours to write, for a reason of this number.
    ForeignPidFile(usize),
    /// Somebody else holds it.
    AlreadyRunning(Holder),
    /// A stream's file is the PID file.
    SameFile,
}

impl Failure {
    /// The length of a report.
    pub(crate) const LENGTH: usize = 6;

    /// What has refused the PID file to the daemon's user.
    #[inline]
    pub(crate) fn of_pid_file(error: &Error) -> Self {
        match error.detail() {
            Kind::AlreadyRunning(_, holder) => Self::AlreadyRunning(*holder),
            Kind::ForeignPidFile(_, why) => Self::ForeignPidFile(index(&pid_lock::OBJECTIONS, why)),
            Kind::Step(step, _, reason) => Self::PidFile(*step, number_of(reason)),
            _ => Self::PidFile(Step::OpenPidFile, Errno::EINVAL),
        }
    }

    /// What has refused the file of a stream to the daemon's user.
    #[inline]
    pub(crate) fn of_stream(stream: usize, error: &Error) -> Self {
        let stream = u8::try_from(stream).unwrap_or(u8::MAX);
        match error.detail() {
            Kind::NotAFile(_) => Self::NotAFile(stream),
            Kind::Untrusted(_, why) => {
                Self::Untrusted(stream, index(&stream_file::OBJECTIONS, why))
            }
            Kind::Step(Step::MakeDirectory, _, reason) => {
                Self::Directory(stream, number_of(reason))
            }
            Kind::Step(_, _, reason) => Self::Stream(stream, number_of(reason)),
            _ => Self::Stream(stream, Errno::EINVAL),
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let (kind, which, number) = match self {
            Self::Step(step, reason) => (0, step as u8, reason.number()),
            Self::PidFile(step, reason) => (1, step as u8, reason.number()),
            Self::Stream(stream, reason) => (2, stream, reason.number()),
            Self::NotAFile(stream) => (3, stream, 0),
            Self::Untrusted(stream, why) => (4, stream, number(why)),
            Self::ForeignPidFile(why) => (5, 0, number(why)),
            Self::AlreadyRunning(Holder::Daemon(pid)) => (6, 0, pid),
            Self::AlreadyRunning(Holder::Start) => (6, 1, 0),
            Self::AlreadyRunning(Holder::Orphan(pid)) => (6, 2, pid),
            Self::SameFile => (7, 0, 0),
            Self::Directory(stream, reason) => (8, stream, reason.number()),
        };
        let [a, b, c, d] = number.to_ne_bytes();
        [kind, which, a, b, c, d]
    }

    pub(crate) fn from_bytes([kind, which, a, b, c, d]: [u8; Self::LENGTH]) -> Option<Self> {
        let number = i32::from_ne_bytes([a, b, c, d]);
        let reason = Errno::from_raw(number);
        let why = usize::try_from(number).unwrap_or(usize::MAX);
        Some(match kind {
            0 => Self::Step(Step::from_number(which)?, reason),
            1 => Self::PidFile(Step::from_number(which)?, reason),
            2 => Self::Stream(which, reason),
            3 => Self::NotAFile(which),
            4 => Self::Untrusted(which, why),
            5 => Self::ForeignPidFile(why),
            6 => Self::AlreadyRunning(match which {
                0 => Holder::Daemon(number),
                1 => Holder::Start,
                _ => Holder::Orphan(number),
            }),
            7 => Self::SameFile,
            8 => Self::Directory(which, reason),
            _ => return None,
        })
    }
}

#[inline]
fn number_of(reason: &io::Error) -> Errno {
    reason.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// The number of a sentence in its list.
#[inline]
fn index(list: &[&str], sentence: &str) -> usize {
    list.iter().position(|listed| *listed == sentence).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn every_failure_arrives_as_it_was_sent() {
        let reason = Errno::EACCES;
        let failures = [
            Failure::Step(Step::DropPrivileges, reason),
            Failure::PidFile(Step::LockPidFile, reason),
            Failure::Stream(2, reason),
            Failure::Directory(1, reason),
            Failure::NotAFile(1),
            Failure::Untrusted(2, 1),
            Failure::ForeignPidFile(5),
            Failure::AlreadyRunning(Holder::Daemon(4_194_304)),
            Failure::AlreadyRunning(Holder::Orphan(1)),
            Failure::AlreadyRunning(Holder::Start),
            Failure::SameFile,
        ];
        for failure in failures {
            assert_eq!(Failure::from_bytes(failure.to_bytes()), Some(failure));
        }
    }

    #[test]
    fn every_sentence_has_a_number() {
        for (number, sentence) in pid_lock::OBJECTIONS.into_iter().enumerate() {
            let error = Kind::ForeignPidFile(PathBuf::new(), sentence).into();
            assert_eq!(Failure::of_pid_file(&error), Failure::ForeignPidFile(number));
        }
        for (number, sentence) in stream_file::OBJECTIONS.into_iter().enumerate() {
            let error = Kind::Untrusted(PathBuf::new(), sentence).into();
            assert_eq!(Failure::of_stream(3, &error), Failure::Untrusted(3, number));
        }
    }
}
