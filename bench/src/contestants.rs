//! The contestants, built and ready to start.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bench::LEAVE;

use crate::Result;

/// One way to make a daemon.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    /// The program, if it is written in Rust.
    pub(crate) rust_program: Option<PathBuf>,
    command: Vec<PathBuf>,
    /// The start directory.
    pub(crate) directory: PathBuf,
    /// Whether it stays in the foreground instead of becoming a daemon.
    pub(crate) is_foreground: bool,
}

pub(crate) struct LineUp(Vec<Contestant>);

pub(crate) const FOREGROUND: &str = "no daemon";
pub(crate) const ATTRIBUTE: &str = "`#[daemonize]`";
pub(crate) const ATTRIBUTE_BEFORE: &str = "`#[daemonize]` with `before`";
pub(crate) const HANDWRITTEN: &str = "hand-written Rust";
pub(crate) const ORIGINAL: &str = "the Python original";

/// The Rust programs, with their files in `src/bin/`.
const RUST: [(&str, &str); 9] = [
    (FOREGROUND, "foreground"),
    (ATTRIBUTE, "attribute"),
    (ATTRIBUTE_BEFORE, "attribute_before"),
    (HANDWRITTEN, "handwritten"),
    ("the bare two forks", "bare_forks"),
    ("`daemonize` 0.5", "crate_daemonize"),
    ("`daemonize2` 0.7", "crate_daemonize2"),
    ("`fork` 0.11, `checked_daemon`", "crate_fork"),
    ("`daemonize-me` 2.0", "crate_daemonize_me"),
];

impl LineUp {
    /// Compiles the contestants. One whose language is not installed is left out.
    pub(crate) fn build() -> Result<Self> {
        let target = target_directory()?;
        let programs = target.join("release");
        let built = cargo("build")
            .args(["--quiet", "--release", "--bins", "--locked", "--manifest-path"])
            .arg(sources().join("../Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        if !built.success() {
            return Err("cannot build the contestants".into());
        }
        let programs = install(&programs, &target.join("installed"))?;
        let starts = target.join("starts");
        let mut line_up: Vec<Contestant> = RUST
            .iter()
            .map(|(name, file)| Contestant::rust(name, programs.join(file), &starts))
            .collect();
        let c = compile_c(&programs)?.map(|program| vec![program]);
        let python = find_python().map(|python| vec![python, sources().join("original.py")]);
        line_up
            .extend(c.map(|command| Contestant::new("hand-written C", command, starts.join("c"))));
        line_up.extend(
            python.map(|command| Contestant::new(ORIGINAL, command, starts.join("python"))),
        );
        Ok(Self(line_up))
    }

    pub(crate) fn all(&self) -> Vec<&Contestant> {
        self.0.iter().collect()
    }

    /// The Rust programs. The sizes of programs in other languages do not compare.
    pub(crate) fn rust_programs(&self) -> impl Iterator<Item = (&Contestant, &Path)> {
        self.0
            .iter()
            .filter_map(|contestant| Some((contestant, contestant.rust_program.as_deref()?)))
    }
}

impl Contestant {
    fn new(name: &'static str, command: Vec<PathBuf>, directory: PathBuf) -> Self {
        Self { name, rust_program: None, command, directory, is_foreground: name == FOREGROUND }
    }

    fn rust(name: &'static str, program: PathBuf, starts: &Path) -> Self {
        let directory = starts.join(program.file_name().unwrap_or_default());
        Self { rust_program: Some(program.clone()), ..Self::new(name, vec![program], directory) }
    }

    /// The command that starts it. A contestant in the foreground ends after its first act, or the
    /// runner could not wait for it.
    pub(crate) fn command(&self) -> Command {
        self.leaving_command(&[])
    }

    /// The same command after other words.
    pub(crate) fn leaving_command(&self, before: &[PathBuf]) -> Command {
        let mut command = self.lasting_command(before);
        if self.is_foreground {
            command.arg(LEAVE);
        }
        command
    }

    /// The command that starts it after other words, such as those of a tracer. The body does not
    /// end by itself, in the foreground either.
    pub(crate) fn lasting_command(&self, before: &[PathBuf]) -> Command {
        let mut words = before.iter().chain(&self.command);
        let mut command = Command::new(words.next().map_or(Path::new(""), PathBuf::as_path));
        // cargo sets this variable. The loader would search its directories first.
        command
            .args(words)
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

/// The cargo that runs this program, or the one in the PATH.
pub(crate) fn cargo(verb: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(verb);
    command
}

/// Copies the Rust programs, as an installation does. The page cache holds a file that the linker
/// has just written in smaller pieces, which may cause more page faults.
fn install(from: &Path, to: &Path) -> Result<PathBuf> {
    fs::create_dir_all(to)?;
    for (_, file) in RUST {
        let new = to.join(file);
        let _ = fs::remove_file(&new);
        fs::copy(from.join(file), new)?;
    }
    Ok(to.to_owned())
}

/// The target directory. The runner is in a profile's directory below it.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let runner = std::env::current_exe()?;
    Ok(runner.ancestors().nth(2).ok_or("the runner is not in a target directory")?.to_owned())
}

pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn compile_c(directory: &Path) -> Result<Option<PathBuf>> {
    let program = directory.join("handwritten_c");
    let compiled = Command::new("cc")
        .args(["-O2", "-s", "-o"])
        .arg(&program)
        .arg(sources().join("handwritten.c"))
        .status();
    match compiled {
        Ok(status) if status.success() => Ok(Some(program)),
        Ok(_) => Err("cannot compile src/handwritten.c".into()),
        Err(_) => Ok(None),
    }
}

/// The path of the interpreter. In the PATH there may be a slow wrapper script.
pub(crate) fn find_python() -> Option<PathBuf> {
    let output =
        Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_file().then_some(path)
}
