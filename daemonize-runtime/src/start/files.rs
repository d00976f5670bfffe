//! The files of the daemon, opened in the launcher as far as that is the launcher's business.

use std::path::Path;

use crate::error::{At, Error, Step};
use crate::options::{Choice, Options, StreamTarget};
use crate::resources::opener::{Opened, Opener};
use crate::resources::pid_file::PidFile;
use crate::resources::pid_lock::Wanted;
use crate::resources::stream_file::{StreamFile, open_null};
use crate::resources::streams::Streams;
use crate::run::started;
use crate::start::plan::{Plan, UsersPidFile};

impl Plan<'_> {
    /// Opens all of them, or leaves nothing behind.
    pub(crate) fn open_files(
        &mut self,
        options: &Options,
        detaches: bool,
        pid_file: Option<&Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<(), Error> {
        let null = open_null()?;
        started::leave_at_exit().at(Step::RegisterExit)?;
        let outcome = self.make_and_open(options, null, detaches, pid_file, opener);
        if outcome.is_err() {
            self.give_up();
        }
        outcome
    }

    fn make_and_open(
        &mut self,
        options: &Options,
        null: StreamFile,
        detaches: bool,
        pid_file: Option<&Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<(), Error> {
        let has_streams = detaches && options.close_fd;
        self.make_directories(options, has_streams, pid_file, opener)?;
        // Before the logs: a second start touches nothing and says why.
        self.acquire_pid_file(pid_file, is_dispensable(options, detaches), opener)?;
        if has_streams {
            self.streams = Streams::open(options, null, opener, &mut self.made)?;
        }
        self.streams.check_against(self.pid_file.as_ref())?;
        if let Some(part) = self.parts.rotation {
            let root = options.chroot.as_deref();
            let logs = (part.find)(&mut self.streams.logs(), root, opener)?;
            self.streams.logs = Some(logs);
        }
        Ok(())
    }

    /// Those of logs first: where they are given to the daemon's user, a PID file beside them is
    /// the user's as well.
    fn make_directories<'a>(
        &mut self,
        options: &'a Options,
        has_streams: bool,
        pid_file: Option<&'a Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<(), Error> {
        let Some(part) = self.parts.directories else { return Ok(()) };
        let Options { redirect, stdout, stderr, .. } = options;
        let log = |target: &'a Option<StreamTarget>| {
            target.as_ref().filter(|_| has_streams).and_then(StreamTarget::path)
        };
        for (name, is_log) in
            [(log(redirect), true), (log(stdout), true), (log(stderr), true), (pid_file, false)]
        {
            let Some(name) = name else { continue };
            let made = match opener {
                Some(opener) => opener.make_parents(name, is_log, &mut self.made),
                None => {
                    (part.make_parents)(name, &mut self.made).at_path(Step::MakeDirectory, name)
                }
            };
            made?;
        }
        Ok(())
    }

    fn acquire_pid_file(
        &mut self,
        name: Option<&Path>,
        is_dispensable: bool,
        opener: Option<&dyn Opener>,
    ) -> Result<(), Error> {
        let Some(name) = name else { return Ok(()) };
        let pid_file = match opener {
            Some(opener) => opener.pid_file(name),
            None => Wanted::by_its_user(name).and_then(PidFile::acquire).map(Opened::Now),
        };
        match pid_file {
            Ok(Opened::Now(pid_file)) => self.pid_file = Some(pid_file),
            Ok(Opened::Later(path)) => {
                let name = name.to_owned();
                self.users_pid_file = Some(UsersPidFile { name, path, is_dispensable });
            }
            Err(error) if is_dispensable && error.is_pid_file_forbidden() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Whoever supervises this process knows it without a file that nobody has asked for.
fn is_dispensable(options: &Options, detaches: bool) -> bool {
    !detaches && options.when.is_none() && options.pid_file == Choice::Default
}
