//! The launcher's part: everything that can fail while its error can still reach the terminal.
//! Receives the options, hands on the plan.

use std::path::PathBuf;

use crate::error::Error;
use crate::options::{self, Options, Policy, TimeLimit, Wait};
use crate::resources::inherited::Inherited;
use crate::resources::privileges::Privileges;
use crate::start::check;
use crate::start::environment::passed_descriptors;
use crate::start::files::{Files, under_umask};
use crate::start::parts::Parts;
use crate::start::plan::Plan;
use crate::sys::proc::ProcSelf;

pub(crate) fn prepare(
    options: &Options,
    parts: Parts,
    detaches: bool,
    launcher_returns: bool,
    privileges: Option<Privileges>,
    proc_self: &ProcSelf,
) -> Result<Plan, Error> {
    let pid_file = options.pid_file.or(options::default_pid_file);
    check::check(options, pid_file.as_deref())?;
    let restart = options.restart.clone().filter(|plan| plan.policy != Policy::Never);
    let parts = Parts {
        supervision: parts.supervision.filter(|_| detaches && restart.is_some()),
        rotation: parts.rotation.filter(|_| options.reopen),
        readiness: parts.readiness.filter(|_| options.wait_ready != Wait::No),
        directories: parts.directories.filter(|_| options.create_dirs),
        ..parts
    };
    let inherited = if options.close_inherited {
        Inherited::find(passed_descriptors(), &options.given_descriptors(), proc_self)?
    } else {
        Inherited::keep()
    };
    if let Some(part) = parts.supervision {
        (part.refuse_event_loops)(&inherited.descriptors, proc_self)?;
    }
    // The launcher's streams reach the body, if only for a time.
    let streams_stay = !detaches || !options.close_fd || parts.readiness.is_some();
    let root = match (&options.chroot, parts.new_root) {
        (Some(path), Some(part)) => {
            Some((part.find)(path, streams_stay, &inherited.descriptors, proc_self)?)
        }
        _ => None,
    };
    let mut files = {
        let opener = privileges
            .as_ref()
            .zip(parts.accounts)
            .map(|(privileges, part)| (part.opener)(privileges, options.chroot.as_deref()));
        let (pid_file, opener) = (pid_file.as_deref(), opener.as_deref());
        under_umask(options.umask, || Files::open(options, parts, detaches, pid_file, opener))?
    };
    if let (Some(part), Some(pid_file)) = (parts.supervision, &mut files.pid_file) {
        (part.keep_state)(pid_file);
    }
    Ok(Plan {
        parts,
        umask: options.umask,
        inherited,
        root,
        privileges,
        working_directory: options.chdir.or(|| PathBuf::from("/")),
        streams: files.streams,
        pid_file: files.pid_file,
        users_pid_file: files.users_pid_file,
        made: files.made,
        launcher_returns,
        restart,
        ending: options.ending(),
        ready_limit: match options.wait_ready {
            Wait::AtMost(TimeLimit(limit)) => limit,
            Wait::Unlimited | Wait::No => None,
        },
    })
}
