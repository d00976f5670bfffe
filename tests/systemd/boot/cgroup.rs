//! The cgroup of the machine, without which systemd does not come up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tests::cgroup::hierarchy;

/// How long the kernel may take to bury the processes of a cgroup.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Cgroup {
    group: PathBuf,
    /// Where this program was before.
    origin: PathBuf,
}

impl Cgroup {
    /// A new one below the first of all, where nobody else's limits hold.
    pub(crate) fn new() -> Self {
        let hierarchy = hierarchy().expect("cgroup2 is mounted");
        let own = fs::read_to_string("/proc/self/cgroup").expect("the own cgroups");
        let own = own.lines().find_map(|line| line.strip_prefix("0::/")).expect("one of cgroup2");
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

    /// Removes the cgroup and what its processes have made below it; they are dead.
    pub(crate) fn remove(self) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = remove_tree(&self.group) {
            assert!(Instant::now() < deadline, "{}: {error}", self.group.display());
            sleep(Duration::from_millis(5));
        }
    }
}

fn move_to(group: &Path) {
    fs::write(group.join("cgroup.procs"), process::id().to_string()).expect("a cgroup takes it");
}

/// Removes directories from the bottom to the top; their files are the kernel's and go with them.
fn remove_tree(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    fs::remove_dir(directory)
}
