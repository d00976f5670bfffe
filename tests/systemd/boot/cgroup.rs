//! The cgroup of the container. systemd does not boot without one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tests::cgroup::hierarchy;

/// How long the kernel may take to remove killed processes from a cgroup.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Cgroup {
    group: PathBuf,
    /// The cgroup that this program was in before.
    origin: PathBuf,
}

impl Cgroup {
    /// A new cgroup below the root cgroup, outside all limits of other cgroups.
    pub(crate) fn new() -> Self {
        let hierarchy = hierarchy().expect("cgroup2 is mounted");
        let own = fs::read_to_string("/proc/self/cgroup").expect("this program's cgroups");
        let own = own.lines().find_map(|line| line.strip_prefix("0::/")).expect("a cgroup2 group");
        let group = hierarchy.join(format!("daemonize-tests-{}", process::id()));
        fs::create_dir(&group).expect("a cgroup");
        Self { origin: hierarchy.join(own), group }
    }

    pub(crate) fn enter(&self) {
        move_to(&self.group);
    }

    pub(crate) fn leave(&self) {
        move_to(&self.origin);
    }

    /// Removes the cgroup and those that its processes, which are dead, have made below it.
    pub(crate) fn remove(self) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = remove_tree(&self.group) {
            assert!(Instant::now() < deadline, "{}: {error}", self.group.display());
            sleep(Duration::from_millis(5));
        }
    }
}

fn move_to(group: &Path) {
    fs::write(group.join("cgroup.procs"), process::id().to_string()).expect("root may");
}

/// Removes directories from the bottom to the top. The kernel removes the files in them.
fn remove_tree(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    fs::remove_dir(directory)
}
