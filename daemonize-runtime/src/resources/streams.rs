//! The standard streams: their files are opened in the launcher, where an error reaches the user,
//! or by the daemon's user, and put in place in the session leader.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::libc::{STDERR_FILENO, STDIN_FILENO, STDOUT_FILENO};

use crate::error::{At, Error, Kind, SAME_FILE};
use crate::options::{Options, StreamTarget};
use crate::resources::descriptors::StandardDescriptors;
use crate::resources::log_rotation::Logs;
use crate::resources::made::Made;
use crate::resources::opener::{Opened, Opener};
use crate::resources::pid_file::PidFile;
use crate::resources::stream_file::{Purpose, StreamFile};
use crate::sys;

const INPUT: u8 = 1 << STDIN_FILENO;
const OUTPUT: u8 = 1 << STDOUT_FILENO;
const ERRORS: u8 = 1 << STDERR_FILENO;

/// The files that become the standard streams.
#[derive(Debug)]
pub(crate) struct Streams {
    named: Vec<Stream>,
    /// Those that the program has opened itself.
    given: Vec<(Arc<File>, StandardDescriptors)>,
    /// For those that no option names.
    null: Option<(File, StandardDescriptors)>,
    /// Those that are opened anew later, if that is wanted.
    pub(crate) logs: Option<Arc<Logs>>,
}

/// A stream that an option names.
#[derive(Debug)]
struct Stream {
    name: PathBuf,
    purpose: Purpose,
    descriptors: StandardDescriptors,
    file: Opened<StreamFile>,
}

impl Streams {
    /// Opens what the options name; the null device for every other stream.
    pub(crate) fn open(
        options: &Options,
        null: File,
        opener: Option<&dyn Opener>,
        made: &mut Made,
    ) -> Result<Self, Error> {
        let mut streams = Self::keep();
        if let Some(target) = &options.stdin {
            streams.take(target, Purpose::Input, INPUT, opener, made)?;
        }
        let stdout = options.stdout.as_ref().or(options.redirect.as_ref());
        let stderr = options.stderr.as_ref().or(options.redirect.as_ref());
        // One open file for both, as the shell's `>>log 2>&1` has it.
        let outputs = match (stdout, stderr) {
            (Some(target), Some(same)) if target.is_same(same) => {
                [(stdout, OUTPUT | ERRORS), (None, 0)]
            }
            _ => [(stdout, OUTPUT), (stderr, ERRORS)],
        };
        for (target, descriptors) in outputs {
            if let Some(target) = target {
                streams.take(target, Purpose::Log, descriptors, opener, made)?;
            }
        }
        let named = streams.named.iter().map(|stream| stream.descriptors);
        let given = streams.given.iter().map(|(_, descriptors)| *descriptors);
        let set = named.chain(given).fold(0, |bits, descriptors| bits | descriptors.bits());
        let unset = (INPUT | OUTPUT | ERRORS) & !set;
        streams.null = Some((null, StandardDescriptors::of(unset)));
        Ok(streams)
    }

    fn take(
        &mut self,
        target: &StreamTarget,
        purpose: Purpose,
        descriptors: u8,
        opener: Option<&dyn Opener>,
        made: &mut Made,
    ) -> Result<(), Error> {
        match target {
            StreamTarget::Path(path) => self.open_one(path, purpose, descriptors, opener, made),
            StreamTarget::Open(file) => {
                self.given.push((Arc::clone(file), StandardDescriptors::of(descriptors)));
                Ok(())
            }
        }
    }

    fn open_one(
        &mut self,
        name: &Path,
        purpose: Purpose,
        descriptors: u8,
        opener: Option<&dyn Opener>,
        made: &mut Made,
    ) -> Result<(), Error> {
        let file = if let Some(opener) = opener {
            opener.stream(name, purpose, made)?
        } else {
            let file = StreamFile::open_path(name, purpose)?;
            made.note_log_below(name, file.identity()).at_path(purpose.step(), name)?;
            Opened::Now(file)
        };
        let descriptors = StandardDescriptors::of(descriptors);
        self.named.push(Stream { name: name.to_owned(), purpose, descriptors, file });
        Ok(())
    }

    /// Leaves the three streams as they are.
    pub(crate) fn keep() -> Self {
        Self { named: Vec::new(), given: Vec::new(), null: None, logs: None }
    }

    /// Opens what is left to the daemon's user, which this process has become. The error is with
    /// the number of the stream.
    pub(crate) fn open_the_rest(
        &mut self,
        mut open: impl FnMut(&Path, &Path, Purpose) -> Result<StreamFile, Error>,
    ) -> Result<(), (usize, Error)> {
        for (number, stream) in self.named.iter_mut().enumerate() {
            if let Opened::Later(path) = &stream.file {
                let file = open(path, &stream.name, stream.purpose);
                stream.file = Opened::Now(file.map_err(|error| (number, error))?);
            }
        }
        Ok(())
    }

    /// Refuses a log or input that is the PID file, by whatever name.
    pub(crate) fn check_against(&self, pid_file: Option<&PidFile>) -> Result<(), Error> {
        let is_pid_file = |stream: &Stream| match &stream.file {
            Opened::Now(file) => pid_file.is_some_and(|it| it.identity() == file.identity()),
            Opened::Later(_) => false,
        };
        let is_given = |(file, _): &(Arc<File>, StandardDescriptors)| {
            let identity = sys::status_of(file).map(|status| status.identity).ok();
            pid_file.is_some_and(|it| Some(it.identity()) == identity)
        };
        if self.named.iter().any(is_pid_file) || self.given.iter().any(is_given) {
            Err(Kind::Contradiction(SAME_FILE).into())
        } else {
            Ok(())
        }
    }

    /// Puts the files in place.
    pub(crate) fn install(&self) -> nix::Result<()> {
        for Stream { descriptors, file, .. } in &self.named {
            if let Opened::Now(open) = file {
                descriptors.replace(&open.file)?;
            }
        }
        for (file, descriptors) in &self.given {
            descriptors.replace(file)?;
        }
        if let Some((null, descriptors)) = &self.null {
            descriptors.replace(null)?;
        }
        // Afterwards, so that a signal which comes in between does not open them on the terminal's
        // descriptors.
        if let Some(logs) = &self.logs {
            logs.are_open();
        }
        Ok(())
    }

    /// The paths of the log files, and the descriptors that they become.
    pub(crate) fn log_paths(&self) -> Vec<(&Path, StandardDescriptors)> {
        let logs = self.named.iter().filter(|stream| stream.purpose == Purpose::Log);
        logs.map(|stream| (&*stream.name, stream.descriptors)).collect()
    }

    /// The name and the purpose of a stream, by its number.
    pub(crate) fn named(&self, number: usize) -> Option<(&Path, Purpose)> {
        self.named.get(number).map(|stream| (&*stream.name, stream.purpose))
    }
}
