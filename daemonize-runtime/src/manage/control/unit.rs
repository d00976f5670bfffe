//! Who runs a daemon: a service manager, if the control group of the daemon is a service of its
//! own. See systemd.service(5) and cgroups(7).

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
    /// The line of `/proc/PID/cgroup` that says so.
    line: String,
}

impl Unit {
    /// The service that runs this process. A control group says little by itself: a bot that cron
    /// has started is in the one of cron's service. So there must be nothing else in it than the
    /// process and what it has started.
    #[inline]
    pub(crate) fn of(pid: i32) -> Option<Self> {
        let unit = groups_of(pid).lines().find_map(Self::in_line)?;
        let members = numbers().into_iter().filter(|&member| unit.has(&groups_of(member)));
        let members: BTreeMap<i32, Stat> =
            members.filter_map(|member| Some((member, stat_of(member)?))).collect();
        is_alone(pid, &members).then_some(unit)
    }

    /// The service of a line, `number:controllers:path`. With version 2 there is one hierarchy,
    /// number 0; with version 1 the manager has one of its own. It puts a `_` before a name that
    /// the kernel has a use for.
    #[inline]
    fn in_line(line: &str) -> Option<Self> {
        let (hierarchy, path) = line.split_once(":/")?;
        let (_, controllers) = hierarchy.split_once(':')?;
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let name = name.strip_prefix('_').unwrap_or(name);
        let is_service = name.len() > ".service".len() && name.ends_with(".service");
        (is_service && (hierarchy == "0:" || controllers == "name=systemd"))
            .then(|| Self { name: name.to_owned(), line: line.to_owned() })
    }

    /// Whether a process with these groups is part of the service.
    #[inline]
    fn has(&self, groups: &str) -> bool {
        let rest = groups.lines().find_map(|line| line.strip_prefix(&self.line));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether this very process is.
    #[inline]
    pub(crate) fn contains_caller(&self) -> bool {
        self.has(&fs::read_to_string("/proc/self/cgroup").unwrap_or_default())
    }

    /// The name on one line.
    #[inline]
    pub(crate) fn shown(&self) -> String {
        Printable(Path::new(&self.name)).to_string()
    }

    /// The command that restarts it.
    #[inline]
    pub(crate) fn restart(&self) -> String {
        let user = if self.line.contains("/user@") { " --user" } else { "" };
        format!("systemctl{user} restart {}", self.shown())
    }
}

/// The control groups of a process, one a line; none where this user may not know.
#[inline]
fn groups_of(pid: i32) -> String {
    fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default()
}

/// Whether all members are the process or were started by it: they descend from it, or are in the
/// session of one that does, since an orphan has another parent.
#[inline]
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
        let user = "/user.slice/user-1000.slice/user@1000.service/app.slice/b.service";
        for (line, service) in [
            ("0::/system.slice/bot.service", Some("bot.service")),
            ("9:name=systemd:/system.slice/bot.service", Some("bot.service")),
            ("0::/system.slice/system-bot.slice/bot@a.service", Some("bot@a.service")),
            (&format!("0::{user}"), Some("b.service")),
            ("0::/system.slice/_io.service", Some("io.service")),
            ("0::/bot.service", Some("bot.service")),
            ("4:memory:/system.slice/bot.service", None),
            ("0::/user.slice/user-1000.slice/session-3.scope", None),
            ("0::/system.slice/.service", None),
            ("0::/", None),
            ("", None),
        ] {
            assert_eq!(Unit::in_line(line).map(|unit| unit.name).as_deref(), service, "{line}");
        }
    }

    #[test]
    fn what_is_below_a_service_is_part_of_it() {
        let unit = Unit::in_line("0::/system.slice/bot.service").expect("a service");
        for (groups, is_part) in [
            ("9:cpu:/\n0::/system.slice/bot.service\n", true),
            ("0::/system.slice/bot.service/payload\n", true),
            ("0::/system.slice/bot.service2\n", false),
            ("0::/system.slice\n", false),
            ("", false),
        ] {
            assert_eq!(unit.has(groups), is_part, "{groups}");
        }
    }

    #[test]
    fn a_unit_of_a_user_is_restarted_by_the_users_manager() {
        let restart = |line: &str| Unit::in_line(line).map(|unit| unit.restart());
        let command = restart("0::/system.slice/bot.service");
        assert_eq!(command.as_deref(), Some("systemctl restart bot.service"));
        let users = "/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service";
        let command = restart(&format!("0::{users}"));
        assert_eq!(command.as_deref(), Some("systemctl --user restart bot.service"));
    }

    /// Number, parent, session, and time of the start.
    fn members<const N: usize>(all: [(i32, i32, i32, u64); N]) -> BTreeMap<i32, Stat> {
        let stat = |(pid, parent, session, started)| {
            (pid, Stat { is_dead: false, parent, session, terminal: 0, started })
        };
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
