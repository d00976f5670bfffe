//! The file systems of the container: an overlay over a Linux system, and the mounts and files that
//! a kernel and a boot loader would provide.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root};

/// Units that start by default, and that no test needs or that would change the shared kernel.
const MASKED: [&str; 11] = [
    "modprobe@.service",
    "systemd-modules-load.service",
    "systemd-sysctl.service",
    "systemd-udevd.service",
    "systemd-udev-trigger.service",
    "systemd-networkd.service",
    "systemd-update-utmp.service",
    "timers.target",
    "dev-hugepages.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
];

/// systemd reports a hang long before the test gives up.
const LIMITS: &str = "[Manager]\nDefaultTimeoutStartSec=10s\nDefaultTimeoutStopSec=10s\n";

/// The account of an ordinary user, without a password.
const ACCOUNT: [(&str, &str); 3] = [
    ("etc/passwd", "pingbot:x:61235:61235::/home/pingbot:/bin/sh\n"),
    ("etc/group", "pingbot:x:61235:\n"),
    ("etc/shadow", "pingbot:*:1::::::\n"),
];

/// Builds the root directory `scratch/root`. `scratch` becomes a mount point.
pub(crate) fn build(system: &Path, bots: &Path, scratch: &Path) {
    let nothing = None::<&str>;
    mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing).expect("privacy");
    place("tmpfs", scratch, "mode=755");
    let [upper, work, root] = ["upper", "work", "root"].map(|name| scratch.join(name));
    for directory in [&upper, &work, &root] {
        fs::create_dir(directory).expect("a directory");
    }
    let [lower, upper, work] = [system, &upper, &work].map(Path::display);
    place("overlay", &root, &format!("lowerdir={lower},upperdir={upper},workdir={work}"));
    chdir(&root).expect("the root directory");
    place_kernel_file_systems();
    place_devices();
    fs::create_dir("bots").expect("a directory");
    bind(bots, "bots");
    set_up();
}

/// Makes a directory the root directory, and unmounts the old one.
pub(crate) fn change_to(root: &Path) {
    chdir(root).expect("the root directory");
    pivot_root(".", "mnt").expect("a mount point");
    umount2("/mnt", MntFlags::MNT_DETACH).expect("the old root directory");
}

fn place(kind: &str, at: impl AsRef<Path>, options: &str) {
    let at = at.as_ref();
    let done = mount(Some(kind), at, Some(kind), MsFlags::empty(), Some(options));
    done.unwrap_or_else(|error| panic!("{kind} at {}: {error}", at.display()));
}

fn bind(what: &Path, at: &str) {
    let nothing = None::<&str>;
    let done = mount(Some(what), at, nothing, MsFlags::MS_BIND, nothing);
    done.unwrap_or_else(|error| panic!("{} at {at}: {error}", what.display()));
}

fn make_read_only(at: &str) {
    let nothing = None::<&str>;
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    mount(nothing, at, nothing, flags, nothing).expect("read-only");
}

fn place_kernel_file_systems() {
    place("proc", "proc", "");
    // The container shares the kernel's settings with the host.
    bind(Path::new("proc/sys"), "proc/sys");
    make_read_only("proc/sys");
    place("sysfs", "sys", "");
    place("cgroup2", "sys/fs/cgroup", "");
    make_read_only("sys");
    place("tmpfs", "run", "mode=755");
    place("tmpfs", "tmp", "mode=1777");
}

fn place_devices() {
    place("tmpfs", "dev", "mode=755");
    for device in ["null", "zero", "full", "random", "urandom", "tty"] {
        let inside = format!("dev/{device}");
        File::create(&inside).expect("a mount point");
        bind(&Path::new("/").join(&inside), &inside);
    }
    fs::create_dir("dev/pts").expect("a directory");
    place("devpts", "dev/pts", "newinstance,ptmxmode=0666,mode=620,gid=5");
    fs::create_dir("dev/shm").expect("a directory");
    place("tmpfs", "dev/shm", "mode=1777");
    let links = [
        ("pts/ptmx", "dev/ptmx"),
        ("/proc/self/fd", "dev/fd"),
        ("/proc/self/fd/0", "dev/stdin"),
        ("/proc/self/fd/1", "dev/stdout"),
        ("/proc/self/fd/2", "dev/stderr"),
    ];
    for (target, link) in links {
        symlink(target, link).expect("a link");
    }
}

fn set_up() {
    fs::create_dir_all("run/systemd/system").expect("a directory");
    for unit in MASKED {
        symlink("/dev/null", format!("run/systemd/system/{unit}")).expect("a link");
    }
    fs::create_dir_all("run/systemd/system.conf.d").expect("a directory");
    fs::write("run/systemd/system.conf.d/limits.conf", LIMITS).expect("a file");
    for (file, line) in ACCOUNT {
        let accounts = OpenOptions::new().append(true).open(file);
        accounts.and_then(|mut accounts| accounts.write_all(line.as_bytes())).expect("an account");
    }
    // The bot in `docs/deploy.md`.
    let _none = fs::remove_file("usr/local/bin/pingbot");
    symlink("/bots/commander", "usr/local/bin/pingbot").expect("a link");
    // Writable for everybody, like `/tmp`: services of several users work here.
    fs::create_dir("run/bots").expect("a directory");
    fs::set_permissions("run/bots", Permissions::from_mode(0o1777)).expect("permissions");
    // systemd makes a new machine ID if the file is empty.
    let _none = fs::remove_file("etc/machine-id");
    File::create("etc/machine-id").expect("a file");
}
