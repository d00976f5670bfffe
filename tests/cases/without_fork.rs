//! A platform without `fork`: WASI. The programs are in `tests/without-fork`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use tempfile::TempDir;
use tests::bot::begin;
use tests::launch::Launch;
use tests::need::{self, Need};

const TARGET: &str = "wasm32-wasip1";
const RUNNER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/without-fork/run.mjs");
const BUILT: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/without-fork");

/// How long a build may take.
const BUILD_LIMIT: Duration = Duration::from_secs(600);

const UNSUPPORTED: &str = "bot: daemon mode is not supported on wasm32";

fn wasi() -> Need {
    let library = format!("$(rustc --print=target-libdir --target {TARGET})");
    let script = format!("node --eval \"require('node:wasi')\" && test -d \"{library}\"");
    need::command("Node.js 20, and Rust's standard library for WASI", &["sh", "-c", &script])
}

/// Builds all programs once.
static PROGRAMS: LazyLock<()> = LazyLock::new(|| {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--locked", "--package", "tests-without-fork", "--target"]);
    command.args([TARGET, "--target-dir", BUILT]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let built = begin(command).finish_unless(BUILD_LIMIT, || false);
    assert!(built.is_some_and(|built| built.status.success()));
});

/// A start directory, and the path under which the program sees it.
struct Sandbox {
    directory: TempDir,
    shown_as: &'static str,
}

impl Sandbox {
    fn shown_as(shown_as: &'static str) -> Self {
        let directory = TempDir::new().expect("a directory");
        fs::create_dir(directory.path().join("nest")).expect("a directory");
        fs::write(directory.path().join("nest/egg"), "an egg\n").expect("a file");
        Self { directory, shown_as }
    }

    fn run(&self, program: &str, words: &[&str]) -> Launch {
        LazyLock::force(&PROGRAMS);
        let mut node = Command::new("node");
        node.args(["--no-warnings", RUNNER]);
        node.arg(format!("{BUILT}/{TARGET}/debug/{program}.wasm")).args(words);
        node.env("SHOW", self.shown_as).current_dir(&self.directory);
        node.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        begin(node).finish()
    }
}

fn run(program: &str, words: &[&str]) -> Launch {
    Sandbox::shown_as("/").run(program, words)
}

#[track_caller]
fn assert_runs(launch: &Launch, stdout: &str, stderr: &str) {
    let end = (launch.status.code(), &*launch.stdout, &*launch.stderr);
    assert_eq!(end, (Some(7), stdout, stderr));
}

#[test(needs = wasi)]
fn detaching_is_refused_in_one_line() {
    for (program, words) in [
        ("plain", &[][..]),
        ("foreground", &[]),
        ("foreground", &["when=true"]),
        ("words", &[]),
        ("words", &["start"]),
    ] {
        assert_eq!(run(program, words).refusal("bot", 69), UNSUPPORTED, "{program} {words:?}");
    }
}

#[test(needs = wasi)]
fn the_body_runs_in_the_foreground() {
    assert_runs(&run("foreground", &["when=false"]), "the body runs\n", "");
    let words = ["when=false", "stdout=out.log", "reopen=true", "restart=always", "wait_ready=1"];
    assert_runs(&run("foreground", &words), "the body runs\n", "");
}

#[test(needs = wasi)]
fn chdir_works() {
    let body = "an egg\nthe body runs\n";
    for shown_as in ["/", "."] {
        let sandbox = Sandbox::shown_as(shown_as);
        let run = |words: &[&str]| sandbox.run("foreground", &[&["when=false"], words].concat());
        assert_runs(&run(&["print=nest/egg"]), body, "");
        assert_runs(&run(&["chdir=nest", "print=egg"]), body, "");
        let refusal = run(&["chdir=none"]).refusal("bot", 78);
        assert!(refusal.contains("cannot change to the directory none: "), "{refusal}");
    }
}

#[test(needs = wasi)]
fn options_without_effect_are_named_and_others_refused() {
    let launch = run("foreground", &["when=false", "umask=23", "pid_file=bot.pid"]);
    let warnings =
        "bot: `pid_file` has no effect on wasm32\nbot: `umask` has no effect on wasm32\n";
    assert_runs(&launch, "the body runs\n", warnings);
    for option in ["user", "group", "chroot"] {
        let launch = run("foreground", &["when=false", &format!("{option}=/bot")]);
        let refusal = format!("bot: cannot start: `{option}` is not supported on wasm32");
        assert_eq!(launch.refusal("bot", 69), refusal);
    }
}

#[test(needs = wasi)]
fn option_values_are_checked_as_elsewhere() {
    for (word, what) in [("umask=512", "umask"), ("restart=often", "restart"), ("chdir=", "chdir")]
    {
        let refusal = run("foreground", &["when=false", word]).refusal("bot", 64);
        assert!(refusal.contains(what), "{refusal}");
    }
}

#[test(needs = wasi)]
fn only_the_words_run_and_help_work() {
    for word in ["stop", "restart", "status", "log"] {
        assert_eq!(run("words", &[word]).refusal("bot", 69), UNSUPPORTED, "{word}");
    }
    assert_runs(&run("words", &["run"]), "the body runs\n", "");
    let help = run("words", &["help"]);
    assert!(help.status.success() && help.stdout.contains("only `run` and `help`"), "{help:?}");
}

#[test(needs = wasi)]
fn the_public_interface_works_or_says_that_it_is_unsupported() {
    let launch = run("outside", &["a", "b"]);
    let sentence = UNSUPPORTED.strip_prefix("bot: ").expect("the program's name");
    let expected = format!(
        "status: {sentence}\n\
         stop: {sentence}\n\
         arguments: [\"a\", \"b\"]\n\
         start: {sentence} (Unsupported, 69)\n\
         second start: AlreadyStarted\n\
         false None 7\n"
    );
    assert_eq!((launch.status.code(), &*launch.stdout, &*launch.stderr), (Some(0), &*expected, ""));
}
