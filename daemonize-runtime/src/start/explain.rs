//! Makes an error of a failure. The process that failed sends no names; the plan has them.

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, SAME_FILE, Step};
use crate::resources::{pid_lock, stream_file};
use crate::start::failure::Failure;
use crate::start::plan::Plan;

pub(crate) fn error_of(failure: Failure, plan: &Plan) -> Error {
    match (plan.parts.accounts, failure) {
        (Some(part), _) => (part.explain)(failure, plan).into(),
        (None, Failure::Step(step, reason)) => {
            Kind::Step(step, subject(step, plan), reason.into()).into()
        }
        // Nothing else fails without an account.
        (None, _) => Kind::Died.into(),
    }
}

/// Adds the names, in a program that may become another user.
#[inline]
pub(crate) fn explain(failure: Failure, plan: &Plan) -> Kind {
    let user = || plan.privileges.as_ref().map_or_else(String::new, |it| it.name.clone());
    let pid_file = || plan.pid_file_name().unwrap_or(Path::new("")).to_owned();
    let stream = |number: u8| plan.streams.named(number.into());
    let stream_name = |number| stream(number).map_or_else(PathBuf::new, |(name, _)| name.into());
    let objection = |list: &[&'static str], why: usize| list.get(why).copied().unwrap_or("");
    match failure {
        Failure::Step(step, reason) => Kind::Step(step, subject(step, plan), reason.into()),
        Failure::PidFile(step, reason) => Kind::AsUser(step, pid_file(), user(), reason.into()),
        Failure::Stream(number, reason) => {
            let step = stream(number).map_or(Step::OpenLog, |(_, purpose)| purpose.step());
            Kind::AsUser(step, stream_name(number), user(), reason.into())
        }
        Failure::Directory(number, reason) => {
            let name = stream_name(number);
            Kind::AsUser(Step::MakeDirectory, name, user(), reason.into())
        }
        Failure::NotAFile(number) => Kind::NotAFile(stream_name(number)),
        Failure::Untrusted(number, why) => {
            Kind::Untrusted(stream_name(number), objection(&stream_file::OBJECTIONS, why))
        }
        Failure::ForeignPidFile(why) => {
            Kind::ForeignPidFile(pid_file(), objection(&pid_lock::OBJECTIONS, why))
        }
        Failure::AlreadyRunning(holder) => Kind::AlreadyRunning(pid_file(), holder),
        Failure::SameFile => Kind::Contradiction(SAME_FILE),
    }
}

/// What a step was about.
fn subject(step: Step, plan: &Plan) -> Option<PathBuf> {
    match step {
        Step::ChangeRoot => plan.root.as_ref().map(|root| root.path.clone()),
        Step::ChangeDirectory => plan.working_directory.map(PathBuf::from),
        Step::WritePidFile => plan.pid_file_name().map(PathBuf::from),
        _ => None,
    }
}
