//! Who runs a daemon: a service manager, if the control group of the daemon is a service of its own.
//! See systemd.service(5) and cgroups(7).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::Printable;
use crate::manage::control::process::{Stat, numbers, stat_of};

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// As the manager calls it, such as `bot.service`.
    pub(crate) name: String,
    /// The control group.
    group: String,
}

impl Unit {
    /// The service that runs this process. A control group says little by itself: a bot that cron has
    /// started is in the one of cron's service. So there must be nothing else in it than the process
    /// and what it has started.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        let group = group_of(pid)?;
        let name = service_in(&group)?;
        let members =
            numbers().into_iter().filter(|&member| group_of(member).as_ref() == Some(&group));
        let members: BTreeMap<i32, Stat> =
            members.filter_map(|member| Some((member, stat_of(member)?))).collect();
        is_alone(pid, &members).then_some(Self { name, group })
    }

    /// Whether this very process is part of the service.
    pub(crate) fn contains_caller(&self) -> bool {
        group_of_file(Path::new("/proc/self/cgroup")).is_some_and(|own| {
            own.strip_prefix(&self.group)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The name on one line.
    pub(crate) fn shown(&self) -> String {
        Printable(Path::new(&self.name)).to_string()
    }

    /// The command that restarts it.
    pub(crate) fn restart(&self) -> String {
        let user = if self.group.contains("/user@") { " --user" } else { "" };
        format!("systemctl{user} restart {}", self.shown())
    }
}

/// The control group of a process in the manager's hierarchy.
fn group_of(pid: i32) -> Option<String> {
    group_of_file(Path::new(&format!("/proc/{pid}/cgroup")))
}

/// A line is `number:controllers:path`. The manager has a hierarchy of its own with version 1, and
/// the only one, number 0, with version 2.
fn group_of_file(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let find =
        |wanted: &str| text.lines().find_map(|line| line.split_once(':')?.1.strip_prefix(wanted));
    find("name=systemd:").or_else(|| find(":")).map(str::to_owned)
}

/// The name of the service whose control group this is. The manager puts a `_` before a name that
/// the kernel has a use for.
fn service_in(group: &str) -> Option<String> {
    let (_, name) = group.rsplit_once('/')?;
    let name = name.strip_prefix('_').unwrap_or(name);
    (name.ends_with(".service") && name.len() > ".service".len()).then(|| name.to_owned())
}

/// Whether all members are the process or were started by it: they descend from it, or are in the
/// session of one that does, since an orphan has another parent.
fn is_alone(pid: i32, members: &BTreeMap<i32, Stat>) -> bool {
    let Some(own) = members.get(&pid) else { return false };
    let descends = |member: i32| {
        let mut ancestor = member;
        // No line of ancestors is longer than there are members.
        for _ in 0..=members.len() {
            if ancestor == pid {
                return true;
            }
            let Some(stat) = members.get(&ancestor) else { return false };
            ancestor = stat.parent;
        }
        false
    };
    let sessions: Vec<i32> = members
        .iter()
        .filter(|&(&member, _)| descends(member))
        .map(|(_, stat)| stat.session)
        .collect();
    members.iter().all(|(&member, stat)| {
        descends(member) || stat.started >= own.started && sessions.contains(&stat.session)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_the_end_of_its_control_group() {
        for (group, service) in [
            ("/system.slice/bot.service", Some("bot.service")),
            ("/system.slice/system-bot.slice/bot@a.service", Some("bot@a.service")),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/b.service",
                Some("b.service"),
            ),
            ("/system.slice/_io.service", Some("io.service")),
            ("/user.slice/user-1000.slice/session-3.scope", None),
            ("/system.slice/.service", None),
            ("/", None),
        ] {
            assert_eq!(service_in(group).as_deref(), service, "{group}");
        }
    }

    #[test]
    fn a_unit_of_a_user_is_restarted_by_the_users_manager() {
        let unit = |group: &str| Unit { name: "bot.service".into(), group: group.into() };
        assert_eq!(unit("/system.slice/bot.service").restart(), "systemctl restart bot.service");
        let users = "/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service";
        assert_eq!(unit(users).restart(), "systemctl --user restart bot.service");
    }

    /// Number, parent, session, and time of the start.
    fn members<const N: usize>(all: [(i32, i32, i32, u64); N]) -> BTreeMap<i32, Stat> {
        let stat =
            |(pid, parent, session, started)| (pid, Stat { parent, session, terminal: 0, started });
        all.into_iter().map(stat).collect()
    }

    #[test]
    fn a_service_has_the_bot_and_what_it_has_started() {
        const BOT: (i32, i32, i32, u64) = (50, 1, 50, 100);
        let cases = [
            ("alone", members([BOT]), true),
            ("a body, and its worker", members([BOT, (51, 50, 50, 101), (52, 51, 51, 102)]), true),
            ("an orphan of the bot", members([BOT, (51, 1, 50, 101)]), true),
            ("cron", members([BOT, (40, 1, 40, 10)]), false),
            ("a shell in front of it", members([BOT, (49, 1, 50, 99)]), false),
            ("a cron that was started anew", members([BOT, (60, 1, 60, 200)]), false),
            ("gone", members([]), false),
        ];
        for (what, members, alone) in cases {
            assert_eq!(is_alone(BOT.0, &members), alone, "{what}");
        }
    }
}
