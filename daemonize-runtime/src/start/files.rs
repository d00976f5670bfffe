//! The files of the daemon, opened in the launcher as far as that is the launcher's business.

use std::path::Path;
use std::sync::Arc;

use crate::error::{At, Error, Step};
use crate::options::{Choice, Options, StreamTarget};
use crate::resources::made::Made;
use crate::resources::opener::{Opened, Opener};
use crate::resources::pid_file::PidFile;
use crate::resources::pid_lock::Wanted;
use crate::resources::stream_file::open_null;
use crate::resources::streams::Streams;
use crate::run::started;
use crate::start::parts::Parts;
use crate::start::plan::UsersPidFile;
use crate::sys;

/// Open files, and what is left to the daemon's user.
pub(crate) struct Files {
    pub(crate) streams: Streams,
    pub(crate) pid_file: Option<PidFile>,
    pub(crate) users_pid_file: Option<UsersPidFile>,
    pub(crate) made: Made,
}

impl Files {
    /// Opens all of them, or leaves nothing behind.
    pub(crate) fn open(
        options: &Options,
        parts: Parts,
        detaches: bool,
        pid_file: Option<&Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<Self, Error> {
        let null = open_null()?;
        started::leave_at_exit().at(Step::RegisterExit)?;
        let mut files = Self {
            streams: Streams::keep(),
            pid_file: None,
            users_pid_file: None,
            made: Made::default(),
        };
        let has_streams = detaches && options.close_fd;
        let make_and_open = || {
            let logs = if has_streams { logs_of(options) } else { Vec::new() };
            files.make_directories(parts, &logs, pid_file, opener)?;
            // Before the logs, so that a second start touches nothing and says why.
            files.acquire_pid_file(pid_file, is_dispensable(options, detaches), opener)?;
            if has_streams {
                files.streams = Streams::open(options, null, opener, &mut files.made)?;
            }
            files.streams.check_against(files.pid_file.as_ref())?;
            find_logs(options, parts, opener, &mut files.streams)
        };
        make_and_open().inspect_err(|_| files.take_back())?;
        Ok(files)
    }

    /// Those of logs first: where they are given to the daemon's user, a PID file beside them is
    /// the user's as well.
    fn make_directories(
        &mut self,
        parts: Parts,
        logs: &[&Path],
        pid_file: Option<&Path>,
        opener: Option<&dyn Opener>,
    ) -> Result<(), Error> {
        let Some(part) = parts.directories else { return Ok(()) };
        let logs = logs.iter().map(|&log| (log, true));
        for (name, is_log) in logs.chain(pid_file.map(|path| (path, false))) {
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

    fn take_back(&self) {
        self.pid_file.iter().for_each(PidFile::remove);
        self.made.take_back();
    }
}

fn logs_of(options: &Options) -> Vec<&Path> {
    let Options { redirect, stdout, stderr, .. } = options;
    [redirect, stdout, stderr].into_iter().flatten().filter_map(StreamTarget::path).collect()
}

/// Whoever supervises this process knows it without a file that nobody has asked for.
fn is_dispensable(options: &Options, detaches: bool) -> bool {
    !detaches && options.when.is_none() && options.pid_file == Choice::Default
}

fn find_logs(
    options: &Options,
    parts: Parts,
    opener: Option<&dyn Opener>,
    streams: &mut Streams,
) -> Result<(), Error> {
    if let Some(part) = parts.rotation {
        let logs = (part.find)(&streams.log_paths(), options.chroot.as_deref(), opener)?;
        streams.logs = Some(Arc::new(logs));
    }
    Ok(())
}

/// Makes files with the daemon's umask. The launcher's own comes back, in case that the start fails
/// and it goes on.
pub(crate) fn under_umask<T>(mask: Option<u32>, open: impl FnOnce() -> T) -> T {
    let old = mask.map(sys::set_umask);
    let files = open();
    if let Some(old) = old {
        sys::set_umask(old);
    }
    files
}
