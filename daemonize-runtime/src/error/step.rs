//! The steps of a start that the operating system can refuse.

use std::io;
use std::path::{Path, PathBuf};

use super::{Error, ErrorKind, Kind};

/// What was not possible. Most steps have a subject, a path or a name, which stands beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Step {
    FindStartDirectory,
    OpenNull,
    MakeDirectory,
    OpenLog,
    OpenInput,
    OpenPidFile,
    LockPidFile,
    WritePidFile,
    FindUser,
    FindGroup,
    RegisterExit,
    Connect,
    Fork,
    LeaveSession,
    ReplaceInherited,
    ChangeRoot,
    DropPrivileges,
    ChangeDirectory,
    ReplaceStreams,
}

impl Step {
    const ALL: [Self; 19] = [
        Self::FindStartDirectory,
        Self::OpenNull,
        Self::MakeDirectory,
        Self::OpenLog,
        Self::OpenInput,
        Self::OpenPidFile,
        Self::LockPidFile,
        Self::WritePidFile,
        Self::FindUser,
        Self::FindGroup,
        Self::RegisterExit,
        Self::Connect,
        Self::Fork,
        Self::LeaveSession,
        Self::ReplaceInherited,
        Self::ChangeRoot,
        Self::DropPrivileges,
        Self::ChangeDirectory,
        Self::ReplaceStreams,
    ];

    /// The step of this number, which another process has sent.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|&step| step as u8 == number)
    }

    /// What was not possible, in front of the subject if there is one.
    pub(super) fn refusal(self) -> &'static str {
        match self {
            Self::FindStartDirectory => "cannot find the start directory",
            Self::OpenNull => "cannot open /dev/null",
            Self::MakeDirectory => "cannot create the directory of",
            Self::OpenLog => "cannot open the log",
            Self::OpenInput => "cannot open the input",
            Self::OpenPidFile => "cannot open the PID file",
            Self::LockPidFile => "cannot lock the PID file",
            Self::WritePidFile => "cannot write the PID file",
            Self::FindUser => "cannot look up the user",
            Self::FindGroup => "cannot look up the group",
            Self::RegisterExit => "cannot register the exit handler",
            Self::Connect => "cannot connect to the daemon",
            Self::Fork => "cannot fork",
            Self::LeaveSession => "cannot leave the session",
            Self::ReplaceInherited => "cannot replace an inherited descriptor",
            Self::ChangeRoot => "cannot change the root directory to",
            Self::DropPrivileges => "cannot drop privileges",
            Self::ChangeDirectory => "cannot change to the directory",
            Self::ReplaceStreams => "cannot replace the standard streams",
        }
    }

    pub(super) fn kind(self) -> ErrorKind {
        match self {
            Self::OpenPidFile | Self::LockPidFile | Self::WritePidFile => ErrorKind::PidFile,
            Self::OpenNull | Self::MakeDirectory | Self::OpenLog | Self::OpenInput => {
                ErrorKind::File
            }
            Self::FindStartDirectory | Self::ChangeRoot | Self::ChangeDirectory => {
                ErrorKind::Directory
            }
            _ => ErrorKind::System,
        }
    }

    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::OpenNull | Self::FindStartDirectory => 72,
            Self::MakeDirectory | Self::OpenLog | Self::OpenInput | Self::OpenPidFile => 73,
            Self::WritePidFile => 74,
            Self::ChangeRoot | Self::ChangeDirectory => 78,
            Self::LockPidFile
            | Self::FindUser
            | Self::FindGroup
            | Self::RegisterExit
            | Self::Connect
            | Self::Fork
            | Self::LeaveSession
            | Self::ReplaceInherited
            | Self::DropPrivileges
            | Self::ReplaceStreams => 71,
        }
    }
}

/// Names the step that failed.
pub(crate) trait At<T> {
    fn at(self, step: Step) -> Result<T, Error>;

    /// For a step with a subject.
    fn at_path(self, step: Step, subject: impl AsRef<Path>) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, step: Step) -> Result<T, Error> {
        self.map_err(|error| failed(step, None, error.into()))
    }

    fn at_path(self, step: Step, subject: impl AsRef<Path>) -> Result<T, Error> {
        self.map_err(|error| failed(step, Some(subject.as_ref()), error.into()))
    }
}

// One copy for all the places that can fail.
#[cold]
#[inline(never)]
fn failed(step: Step, subject: Option<&Path>, reason: io::Error) -> Error {
    Kind::Step(step, subject.map(PathBuf::from), reason).into()
}
