//! The launcher's part: everything that can fail while its error can still reach the terminal.
//! Receives the options, hands on the plan.

use std::path::Path;

use crate::error::Error;
use crate::options::{self, Options, Policy, TimeLimit, Wait};
use crate::resources::inherited::Inherited;
use crate::resources::privileges::Privileges;
use crate::start::check;
use crate::start::environment::passed_descriptors;
use crate::start::plan::{Parts, Plan};
use crate::sys;
use crate::sys::proc::ProcSelf;

pub(crate) fn prepare<'a>(
    plan: &mut Plan<'a>,
    options: &'a Options,
    detaches: bool,
    privileges: Option<Privileges>,
    proc_self: &ProcSelf,
) -> Result<(), Error> {
    let default_pid_file = options::default_pid_file();
    let pid_file = options.pid_file.path_or(&default_pid_file);
    check::check(options, pid_file)?;
    plan.restart = options.restart.as_ref().filter(|plan| plan.policy != Policy::Never);
    let (parts, is_supervised) = (plan.parts, detaches && plan.restart.is_some());
    plan.parts = Parts {
        supervision: parts.supervision.filter(|_| is_supervised),
        rotation: parts.rotation.filter(|_| options.reopen),
        readiness: parts.readiness.filter(|_| options.wait_ready != Wait::No),
        directories: parts.directories.filter(|_| options.create_dirs),
        ..parts
    };
    if options.close_inherited {
        let given = options.given_descriptors();
        plan.inherited = Inherited::find(passed_descriptors(), &given, proc_self)?;
    }
    let inherited = &plan.inherited.descriptors;
    if let Some(part) = plan.parts.supervision {
        (part.refuse_event_loops)(inherited, proc_self)?;
    }
    if let (Some(path), Some(part)) = (&options.chroot, parts.new_root) {
        // The launcher's streams reach the body, if only for a time.
        let streams_stay = !detaches || !options.close_fd || plan.parts.readiness.is_some();
        plan.root = Some((part.find)(path, streams_stay, inherited, proc_self)?);
    }
    let opener = privileges
        .as_ref()
        .zip(parts.accounts)
        .map(|(privileges, part)| (part.opener)(privileges, options.chroot.as_deref()));
    // With the daemon's umask. The launcher's own comes back, in case that the start fails and it
    // goes on.
    let old_umask = options.umask.map(sys::set_umask);
    let outcome = plan.open_files(options, detaches, pid_file, opener.as_deref());
    if let Some(old_umask) = old_umask {
        sys::set_umask(old_umask);
    }
    drop(opener);
    outcome?;
    if let (Some(part), Some(pid_file)) = (plan.parts.supervision, &plan.pid_file) {
        plan.state_file = (part.state_file)(pid_file, &plan.streams);
    }
    plan.umask = options.umask;
    plan.privileges = privileges;
    plan.working_directory = options.chdir.path_or(Path::new("/"));
    plan.ending = options.ending();
    if let Wait::AtMost(TimeLimit(limit)) = options.wait_ready {
        plan.ready_limit = limit;
    }
    Ok(())
}
