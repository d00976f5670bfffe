//! The tools that are installed.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Pid;

use super::tool::{Supervisor, Tool, Words};
use crate::Result;
use crate::contestants::{find_python, sources};
use crate::processes::wait_until;

/// The directories of the benchmark's programs and of the tools' files.
pub(super) struct Places {
    pub(super) programs: PathBuf,
    pub(super) directories: PathBuf,
}

/// Sets up a tool. Returns `None` if it is not installed.
type SetUp = fn(&Places) -> Result<Option<Tool>>;

pub(super) const TOOLS: [(&str, SetUp); 6] = [
    ("this library", library),
    ("daemonocle", daemonocle),
    ("python-daemon", python_daemon),
    ("supervisord", supervisord),
    ("pm2", pm2),
    ("runit", runit),
];

impl Places {
    /// Makes an empty directory.
    pub(super) fn directory(&self, name: &str) -> Result<PathBuf> {
        let directory = self.directories.join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }
}

pub(super) fn words<const N: usize>(words: [&dyn AsRef<std::ffi::OsStr>; N]) -> Words {
    words.map(|word| word.as_ref().to_owned()).to_vec()
}

fn library(places: &Places) -> Result<Option<Tool>> {
    let (program, directory) = (places.programs.join("supervised"), places.directory("library")?);
    let what = "the program itself, with `commands`, `restart = \"always\"` and `wait_ready`. `start` returns when the \
                program is ready. The default delay after a crash is 1 s";
    Ok(Some(Tool {
        status: Some(words([&program, &"status"])),
        stop: Some(words([&program, &"stop"])),
        supervisor: Supervisor::Named(directory.join("bot.pid")),
        ..Tool::new("this library", what, directory, words([&program, &"start"]))
    }))
}

fn daemonocle(places: &Places) -> Result<Option<Tool>> {
    let Some((python, version)) = python_with("daemonocle") else { return Ok(None) };
    let script = sources().join("compare/daemonocle_bot.py");
    let act = |word| words([&python, &script, &word]);
    let what = format!(
        "{version}, a library for Python programs. `start` returns when the daemon has lived for a moment. A crashed \
         daemon is not restarted"
    );
    Ok(Some(Tool {
        status: Some(act("status")),
        stop: Some(act("stop")),
        ..Tool::new("daemonocle", what, places.directory("daemonocle")?, act("start"))
    }))
}

fn python_daemon(places: &Places) -> Result<Option<Tool>> {
    let Some((python, version)) = python_with("python-daemon") else { return Ok(None) };
    let script = sources().join("compare/python_daemon_bot.py");
    let what = format!(
        "{version}, a library for Python programs that implements PEP 3143. It makes a daemon and has no commands"
    );
    let directory = places.directory("python-daemon")?;
    Ok(Some(Tool::new("python-daemon", what, directory, words([&python, &script]))))
}

fn supervisord(places: &Places) -> Result<Option<Tool>> {
    let Some((python, version)) = python_with("supervisor") else { return Ok(None) };
    // In the interpreter's directory: in the PATH there may be a wrapper script.
    let [daemon, control] =
        ["supervisord", "supervisorctl"].map(|name| python.with_file_name(name));
    if !daemon.is_file() || !control.is_file() {
        return Ok(None);
    }
    let directory = places.directory("supervisord")?;
    let configuration = directory.join("supervisord.conf");
    let here = directory.display();
    let worker = places.programs.join("worker");
    fs::write(
        &configuration,
        format!(
            "[unix_http_server]\nfile={here}/socket\n\
             [supervisord]\nlogfile={here}/log\npidfile={here}/pid\nchildlogdir={here}\n\
             [rpcinterface:supervisor]\n\
             supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\
             [supervisorctl]\nserverurl=unix://{here}/socket\n\
             [program:worker]\ncommand={}\nautostart=false\nautorestart=true\nstartsecs=0\n",
            worker.display()
        ),
    )?;
    let control = |word| words([&control, &"-c", &configuration, &word, &"worker"]);
    let what = format!(
        "{version}, a permanent supervisor. `supervisorctl` talks to it through a socket. With the default `startsecs` \
         instead of 0, a start takes a second longer. A restart takes as long as one turn of its loop, a second"
    );
    let mut tool = Tool {
        status: Some(control("status")),
        stop: Some(control("stop")),
        ..Tool::new("supervisord", what, directory, control("start"))
    };
    let manager = tool.command(&words([&daemon, &"--nodaemon", &"-c", &configuration]))?.spawn()?;
    tool.supervisor = Supervisor::Process(Pid::from_child(&manager));
    tool.manager = Some(manager);
    let socket = tool.directory.join("socket");
    wait_until("supervisord", || Ok(socket.exists().then_some(())))?;
    Ok(Some(tool))
}

fn pm2(places: &Places) -> Result<Option<Tool>> {
    let Some(pm2) = find("pm2") else { return Ok(None) };
    let home = places.directory("pm2")?.join("home");
    let worker = places.programs.join("worker");
    let mut tool = Tool {
        status: Some(words([&pm2, &"describe", &"worker"])),
        stop: Some(words([&pm2, &"stop", &"worker"])),
        farewell: Some(words([&pm2, &"kill"])),
        supervisor: Supervisor::Named(home.join("pm2.pid")),
        ..Tool::new(
            "pm2",
            "",
            places.directories.join("pm2"),
            words([&pm2, &"start", &worker, &"--name", &"worker", &"--interpreter", &"none"]),
        )
    };
    tool.environment.push(("PM2_HOME", home.into()));
    tool.run(&words([&pm2, &"ping"]))?;
    let version = last_word(tool.command(&words([&pm2, &"--version"]))?)?;
    tool.what = format!(
        "{version}, a permanent supervisor in JavaScript. Each command is a Node.js program that talks to it. A start \
         returns when the program has been executed"
    );
    Ok(Some(tool))
}

fn runit(places: &Places) -> Result<Option<Tool>> {
    let (Some(supervisor), Some(control)) = (find("runsv"), find("sv")) else { return Ok(None) };
    let directory = places.directory("runit")?;
    let service = directory.join("service");
    fs::create_dir(&service)?;
    fs::write(service.join("down"), "")?;
    let run = service.join("run");
    let worker = places.programs.join("worker");
    fs::write(&run, format!("#!/bin/sh\nexec {}\n", worker.display()))?;
    fs::set_permissions(&run, Permissions::from_mode(0o755))?;
    let control = |word| words([&control, &word, &service]);
    let what = "a permanent supervisor, `runsv`, for each service. `sv` writes to its pipe and checks every 0.4 s \
                whether it has obeyed. A service that ran for less than a second is restarted after a second";
    let mut tool = Tool {
        status: Some(control("status")),
        stop: Some(control("stop")),
        ..Tool::new("runit", what, directory, control("start"))
    };
    let manager = tool.command(&words([&supervisor, &service]))?.spawn()?;
    tool.supervisor = Supervisor::Process(Pid::from_child(&manager));
    tool.manager = Some(manager);
    let pipe = service.join("supervise/ok");
    wait_until("runsv", || Ok(pipe.exists().then_some(())))?;
    Ok(Some(tool))
}

/// The interpreter that has a package, and the version of the package.
fn python_with(package: &str) -> Option<(PathBuf, String)> {
    let python = find_python()?;
    let mut question = Command::new(&python);
    question.args(["-c", "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"]);
    let answer = question.arg(package).output().ok().filter(|answer| answer.status.success())?;
    Some((python, String::from_utf8_lossy(&answer.stdout).trim().to_owned()))
}

/// Finds a program in the PATH.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// The last word of the output, which is the version. There may be other output before it.
fn last_word(mut command: Command) -> Result<String> {
    let said = command.stdout(std::process::Stdio::piped()).output()?.stdout;
    let said = String::from_utf8_lossy(&said);
    Ok(said.split_whitespace().last().unwrap_or_default().to_owned())
}
