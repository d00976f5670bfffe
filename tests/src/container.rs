//! A container, which contains only a bot and busybox. Its first process is PID 1 in the namespaces
//! that an engine makes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::{begin, copy};
use crate::files::set_mode;
use crate::launch::{Launch, Launching};
use crate::need::{self, Need};
use crate::process::Process;
use crate::wait;

/// The container engines, which take the same arguments.
const ENGINES: [&str; 2] = ["crun", "runc"];

const BUSYBOX: &str = "/bin/busybox";

/// A container, running or not yet started. Dropping it deletes it.
#[derive(Debug)]
pub struct Container {
    engine: &'static str,
    name: String,
    bundle: TempDir,
    config: Value,
}

/// A container engine, and a statically linked busybox.
#[must_use]
pub fn engine() -> Need {
    // The search for an engine needs root and busybox.
    let conditions =
        [need::root, static_busybox, || Need::new("crun or runc", working_engine().is_some())];
    let mut needs = conditions.into_iter().map(|need: fn() -> Need| need());
    needs.find(|need| need.missing().is_some()).unwrap_or_else(need::nothing)
}

fn static_busybox() -> Need {
    need::command(
        "busybox-static",
        &["sh", "-c", "command -v ldd && ! ldd /bin/busybox && /bin/busybox true"],
    )
}

/// The first engine that is installed and works. crun fails where both cgroup versions are mounted.
fn working_engine() -> Option<&'static str> {
    static ENGINE: OnceLock<Option<&str>> = OnceLock::new();
    *ENGINE.get_or_init(|| {
        ENGINES.into_iter().find(|engine| {
            let run = Container::of(engine, Path::new(BUSYBOX), &["true"]).ask("run", &[]).output();
            run.is_ok_and(|output| output.status.success())
        })
    })
}

impl Container {
    /// A container whose first process is this program with these arguments. Its working directory
    /// is `/work`, which is writable for all users.
    #[must_use]
    pub fn new(program: impl AsRef<Path>, words: &[&str]) -> Self {
        Self::of(working_engine().expect("an engine"), program.as_ref(), words)
    }

    fn of(engine: &'static str, program: &Path, words: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let bundle = TempDir::with_prefix("container-").expect("a directory");
        let name = program.file_name().expect("a name").to_str().expect("text");
        let first = format!("/bin/{name}");
        let arguments: Vec<_> = [&[&*first], words].concat();
        let config = configuration(&arguments);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("daemonize-tests-{}-{number}", std::process::id());
        let container = Self { engine, name, bundle, config };
        container.furnish(program);
        container
    }

    /// Changes the configuration at this JSON pointer.
    #[must_use]
    #[track_caller]
    pub fn with(mut self, at: &str, value: Value) -> Self {
        *self.config.pointer_mut(at).expect("a place in the configuration") = value;
        self
    }

    /// Copies the program, its libraries and busybox into the root directory.
    fn furnish(&self, program: &Path) {
        for directory in ["bin", "dev", "proc", "tmp", "work"] {
            fs::create_dir_all(self.file(directory)).expect("a directory");
        }
        set_mode(self.file("work"), 0o777);
        copy(program, &self.file("bin"));
        let libraries = Command::new("ldd").arg(program).output().expect("`ldd` can be executed");
        let libraries = String::from_utf8(libraries.stdout).expect("text");
        for library in libraries.split_ascii_whitespace().filter(|word| word.starts_with('/')) {
            let directory = Path::new(library).parent().expect("a directory");
            let directory = self.file(directory.strip_prefix("/").expect("an absolute path"));
            fs::create_dir_all(&directory).expect("a directory");
            copy(Path::new(library), &directory);
        }
        copy(Path::new(BUSYBOX), &self.file("bin"));
        symlink("busybox", self.file("bin/sh")).expect("a link");
    }

    /// The path, from outside, of a file in the container.
    #[must_use]
    pub fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.bundle.path().join("rootfs").join(path)
    }

    /// Runs the container. The launcher returns when the first process ends, with the same code.
    #[must_use]
    pub fn begin(&self) -> Launching {
        begin(self.ask("run", &[]))
    }

    /// Runs another command in the running container.
    #[must_use]
    pub fn execute(&self, words: &[&str]) -> Launch {
        begin(self.ask("exec", words)).finish()
    }

    /// Waits until a file in `/work` contains a line, and returns the text.
    #[must_use]
    #[track_caller]
    pub fn await_text(&self, name: &str) -> String {
        let path = self.file("work").join(name);
        wait::for_some(&format!("text in {name}"), || {
            fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n'))
        })
    }

    /// The first process, as seen from outside.
    #[must_use]
    #[track_caller]
    pub fn first_process(&self) -> Process {
        let state = begin(self.ask("state", &[])).finish().stdout;
        let state: Value = serde_json::from_str(&state).expect("JSON");
        let pid = state["pid"].as_i64().and_then(|pid| pid.try_into().ok());
        Process(Pid::from_raw(pid.expect("a PID")))
    }

    /// The process with this PID in the container, as seen from outside.
    #[must_use]
    #[track_caller]
    pub fn process(&self, pid: i32) -> Process {
        let is_it = |process: &Process| process.is_in_namespace_as(pid);
        let first = self.first_process();
        first.children().into_iter().find(is_it).expect("a child of the first process")
    }

    fn ask(&self, request: &str, words: &[&str]) -> Command {
        let config = self.bundle.path().join("config.json");
        fs::write(config, self.config.to_string()).expect("a file");
        let mut command = Command::new(self.engine);
        command.args([request, &self.name]).args(words).current_dir(&self.bundle);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// What Docker would ask of such an engine, without limits.
fn configuration(arguments: &[&str]) -> Value {
    let namespaces = ["pid", "ipc", "uts", "mount", "network"].map(|kind| json!({ "type": kind }));
    json!({
        "ociVersion": "1.0.0",
        "process": {
            "args": arguments,
            "cwd": "/work",
            "env": ["PATH=/bin"],
            "user": { "uid": 0, "gid": 0 },
            "capabilities": { "bounding": [], "permitted": [], "effective": [] },
            "noNewPrivileges": true,
        },
        "root": { "path": "rootfs", "readonly": false },
        "mounts": [
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs" },
            { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs" },
            { "destination": "/proc", "type": "proc", "source": "proc" },
        ],
        "linux": { "namespaces": namespaces },
    })
}

impl Drop for Container {
    fn drop(&mut self) {
        // This fails without an engine, or when the container has ended. Nothing is left then.
        drop(self.ask("delete", &["--force"]).output());
    }
}
