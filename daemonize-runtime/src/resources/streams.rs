//! The standard streams: their files are opened in the launcher, where an error reaches the user,
//! or by the daemon's user, and put in place in the session leader.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{At, Error, Kind, SAME_FILE};
use crate::options::{Options, StreamTarget};
use crate::resources::descriptors::StandardDescriptors;
use crate::resources::log_rotation::Logs;
use crate::resources::made::Made;
use crate::resources::opener::{Opened, Opener};
use crate::resources::pid_file::PidFile;
use crate::resources::stream_file::{Purpose, StreamFile};
use crate::sys::{self, Identity};
use libc::{STDERR_FILENO, STDIN_FILENO, STDOUT_FILENO};

const INPUT: u8 = 1 << STDIN_FILENO;
const OUTPUT: u8 = 1 << STDOUT_FILENO;
const ERRORS: u8 = 1 << STDERR_FILENO;

/// The files that become the standard streams.
#[derive(Debug)]
pub(crate) struct Streams {
    files: Vec<Stream>,
    /// Those that are opened anew later, if that is wanted.
    pub(crate) logs: Option<&'static Logs>,
}

/// A file and what it becomes.
#[derive(Debug)]
struct Stream {
    /// Empty where no option names one.
    name: PathBuf,
    purpose: Purpose,
    descriptors: StandardDescriptors,
    file: Source,
}

#[derive(Debug)]
enum Source {
    Opened(Opened<StreamFile>),
    /// The program has opened it itself.
    Given(Arc<File>),
}

impl Stream {
    fn new(file: Source, descriptors: u8) -> Self {
        let descriptors = StandardDescriptors::of(descriptors);
        Self { name: PathBuf::new(), purpose: Purpose::Input, descriptors, file }
    }

    /// Which file it is, if it is open.
    fn identity(&self) -> Option<Identity> {
        match &self.file {
            Source::Opened(Opened::Now(file)) => Some(file.identity()),
            Source::Opened(Opened::Later(_)) => None,
            Source::Given(file) => sys::status_of(file).ok().map(|status| status.identity),
        }
    }
}

impl Streams {
    /// Opens what the options name; the null device for every other stream.
    pub(crate) fn open(
        options: &Options,
        null: StreamFile,
        opener: Option<&dyn Opener>,
        made: &mut Made,
    ) -> Result<Self, Error> {
        let mut streams = Self::keep();
        let Options { redirect, stdin, stdout, stderr, .. } = options;
        let stdout = stdout.as_ref().or(redirect.as_ref());
        let stderr = stderr.as_ref().or(redirect.as_ref());
        let (mut output, mut errors) = (OUTPUT, ERRORS);
        if let (Some(target), Some(same)) = (stdout, stderr)
            && target.is_same(same)
        {
            // One open file for both, as the shell's `>>log 2>&1` has it.
            (output, errors) = (OUTPUT | ERRORS, 0);
        }
        let mut unset = INPUT | OUTPUT | ERRORS;
        for (target, purpose, descriptors) in [
            (stdin.as_ref(), Purpose::Input, INPUT),
            (stdout, Purpose::Log, output),
            (stderr, Purpose::Log, errors),
        ] {
            if let Some(target) = target
                && descriptors != 0
            {
                unset &= !descriptors;
                let stream = take(target, purpose, descriptors, opener, made)?;
                streams.files.push(stream);
            }
        }
        streams.files.push(Stream::new(Source::Opened(Opened::Now(null)), unset));
        Ok(streams)
    }

    /// Leaves the three streams as they are.
    pub(crate) fn keep() -> Self {
        Self { files: Vec::new(), logs: None }
    }

    /// Opens what is left to the daemon's user, which this process has become. The error is with
    /// the number of the stream.
    pub(crate) fn open_the_rest(
        &mut self,
        mut open: impl FnMut(&Path, &Path, Purpose) -> Result<StreamFile, Error>,
    ) -> Result<(), (usize, Error)> {
        for (number, stream) in self.files.iter_mut().enumerate() {
            if let Source::Opened(Opened::Later(path)) = &stream.file {
                let file = open(path, &stream.name, stream.purpose);
                stream.file = Source::Opened(Opened::Now(file.map_err(|error| (number, error))?));
            }
        }
        Ok(())
    }

    /// Refuses a log or input that is the PID file, by whatever name.
    pub(crate) fn check_against(&self, pid_file: Option<&PidFile>) -> Result<(), Error> {
        match pid_file {
            Some(pid_file) if self.lead_to(pid_file.identity()) => {
                Err(Kind::Contradiction(SAME_FILE).into())
            }
            _ => Ok(()),
        }
    }

    /// Whether one of them is this file.
    pub(crate) fn lead_to(&self, file: Identity) -> bool {
        self.files.iter().any(|stream| stream.identity() == Some(file))
    }

    /// Puts the files in place.
    pub(crate) fn install(&self) -> sys::Answer<()> {
        for stream in &self.files {
            let file = match &stream.file {
                Source::Opened(Opened::Now(open)) => &open.file,
                Source::Given(file) => file,
                Source::Opened(Opened::Later(_)) => continue,
            };
            stream.descriptors.replace(file.as_fd())?;
        }
        // Afterwards: a signal in between must not open them on the terminal's descriptors.
        if let Some(logs) = self.logs {
            logs.are_open();
        }
        Ok(())
    }

    /// The paths of the log files, and the descriptors that they become.
    pub(crate) fn logs(&self) -> impl Iterator<Item = (&Path, StandardDescriptors)> {
        let logs = self.files.iter().filter(|stream| stream.purpose == Purpose::Log);
        logs.map(|stream| (&*stream.name, stream.descriptors))
    }

    /// The name and the purpose of a stream, by its number.
    #[inline]
    pub(crate) fn named(&self, number: usize) -> Option<(&Path, Purpose)> {
        self.files.get(number).map(|stream| (&*stream.name, stream.purpose))
    }
}

fn take(
    target: &StreamTarget,
    purpose: Purpose,
    descriptors: u8,
    opener: Option<&dyn Opener>,
    made: &mut Made,
) -> Result<Stream, Error> {
    let name = match target {
        StreamTarget::Path(path) => path,
        StreamTarget::Open(file) => {
            return Ok(Stream::new(Source::Given(Arc::clone(file)), descriptors));
        }
    };
    let file = if let Some(opener) = opener {
        opener.stream(name, purpose, made)?
    } else {
        let file = StreamFile::open_path(name, purpose)?;
        made.note_log_below(name, file.identity()).at_path(purpose.step(), name)?;
        Opened::Now(file)
    };
    let stream = Stream::new(Source::Opened(file), descriptors);
    Ok(Stream { name: name.clone(), purpose, ..stream })
}
