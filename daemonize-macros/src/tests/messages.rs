//! The sentences of the attribute, as they are written in the house style.

use super::errors_of;
use crate::args::options::Known;
use crate::errors::Errors;

const MAIN: &str = "fn main() { body() }";

fn unknown(name: &str) -> String {
    format!(
        "unknown option `{name}`; the options are `before`, `chdir`, `chroot`, `close_fd`, `close_inherited`, `commands`, `crate`, `create_dirs`, `group`, `pid_file`, `redirect`, `reopen`, `restart`, `stderr`, `stdin`, `stdout`, `stop_signal`, `stop_timeout`, `umask`, `user`, `wait_ready`, `when`"
    )
}

#[track_caller]
fn options(options: &str, expected: &[&str]) {
    assert_eq!(errors_of(options, MAIN), expected, "#[daemonize({options})]");
}

#[track_caller]
fn function(item: &str, expected: &[&str]) {
    assert_eq!(errors_of("chdir = false", item), expected, "{item}");
}

#[test]
fn names() {
    options(r#"redirct = "a""#, &["unknown option `redirct`; did you mean `redirect`?"]);
    options("colour", &[&unknown("colour")]);
    options("cwd = \"/\"", &["`cwd` is called `chdir` here, as in `chdir = \"/srv/bot\"`"]);
    let plan = "a setting of `Restart`: `restart = daemonize_runtime::Restart::on_failure()";
    for (name, call) in [
        ("retries", "give_up(5, TIME)"),
        ("RestartSec", "first_delay(TIME)"),
        ("min_uptime", "healthy_after(TIME)"),
    ] {
        options(&format!("{name} = 5"), &[&format!("`{name}` is {plan}.{call}`")]);
    }
    options("chdir = false, chdir = true", &["`chdir` is given twice"]);
    options("chdir = false, r#chdir = true", &["`chdir` is given twice"]);
    options("io::redirect = \"a\"", &["unknown option `io::redirect`; did you mean `redirect`?"]);
    options("a::b = 5", &[&unknown("a::b")]);
    options("close-fd = false", &["unknown option `close-fd`; did you mean `close_fd`?"]);
    options(
        "working-dir = D",
        &["`working-dir` is called `chdir` here, as in `chdir = \"/srv/bot\"`"],
    );
    options(
        "a-b-c = 5, chdri = D",
        &[&unknown("a-b-c"), "unknown option `chdri`; did you mean `chdir`?"],
    );
}

#[test]
fn half_typed_options() {
    options("chdir", &["`chdir` needs a value, as in `chdir = \"/srv/bot\"`"]);
    options("redirect", &[r#"`redirect` needs a value, as in `redirect = "out.log"`"#]);
    options("redirect =", &["expected a value for `redirect`"]);
    options("before", &["`before` needs a value, as in `before = Args::parse()`"]);
    options("before =", &["expected a value for `before`"]);
    options("redirect = , chdir = false", &["expected a value for `redirect`"]);
    options("chdir: false", &["expected `=` after `chdir`, as in `chdir = \"/srv/bot\"`"]);
    options("chdir => false", &["expected `=` after `chdir`, as in `chdir = \"/srv/bot\"`"]);
    options("chdir == false", &["expected one `=`"]);
    options("chdir(FLAG)", &["write `chdir = FLAG`"]);
    options("redirect(f(\"a\"))", &["write `redirect = f(\"a\")`"]);
    options("umask(022)", &["write `umask` in octal, as in `umask = 0o22`"]);
    options("restart(always)", &[r#"write the word in quotes, as in `restart = "always"`"#]);
    options(r#"user("")"#, &["`user` cannot be empty"]);
    options("before(5)", &["write `before = 5`"]);
    let one_value = r#"`redirect` takes one value, as in `redirect = "out.log"`"#;
    options(r#"redirect("a", "b")"#, &[one_value]);
    options(r#"redirect(path = "a", append = true)"#, &[one_value]);
    options("redirect { path: 5 }", &[one_value]);
    options("redirect(append = true)", &[one_value]);
    options("chdir()", &["expected `=` after `chdir`, as in `chdir = \"/srv/bot\"`"]);
    options(r#"redirect = "a" +"#, &["unexpected end of input, expected an expression"]);
    options(
        r#"redirect = "a" + , chdir = 5"#,
        &[
            "expected an expression",
            "`chdir` takes `true`, `false` or a path, as in `chdir = \"/srv/bot\"`",
        ],
    );
}

#[test]
fn mistakes_within_a_value() {
    for (value, text) in [
        ("f(1 2)", "expected `,`"),
        ("f(, 1)", "expected an expression"),
        ("[1; 2 3]", "unexpected token, expected `]`"),
        ("match x { a b => 5 }", "expected `=>`"),
        ("f(|a, b| { c d })", "unexpected token, expected `;`"),
        ("{ let x = ; x }", "expected an expression"),
    ] {
        options(&format!("redirect = {value}"), &[text]);
        options(&format!("redirect = {value}, chdir = D"), &[text]);
    }
    options("io::redirect = f(1 2)", &["expected `,`"]);
}

#[test]
fn other_forms() {
    options("!chdir, not(pid_file)", &["write `chdir = false`", "write `pid_file = false`"]);
    options("!redirect", &[r#"`redirect` takes one value, as in `redirect = "out.log"`"#]);
    options("not(x)", &[&unknown("not")]);
    options("no_chdir", &["`no_chdir` is written `chdir = false` here"]);
    options("\"chdir\" = false", &["write `chdir` without quotes"]);
    options("\"chdri\" = false", &["unknown option `chdri`; did you mean `chdir`?"]);
    let builder = "the methods of `Daemon` are options here, as in `redirect = \"out.log\"`";
    options("Daemon::new().chdir(false)", &[builder]);
    options("::daemonize_runtime::Daemon::new()", &[builder]);
    let condition =
        "an option cannot be under `#[cfg]`; write `#[cfg_attr(.., daemonize(..))]` above `main`";
    options(
        "#[cfg(unix)] chdir = 5, #[cfg(windows)] chdir = true",
        &[
            condition,
            "`chdir` takes `true`, `false` or a path, as in `chdir = \"/srv/bot\"`",
            condition,
        ],
    );
    options("/// why\nchdir = false", &["an option takes no doc comment; use `//`"]);
    options(
        "#[allow(x)] chdir = false",
        &["an option takes no attributes; those above `main` apply to it too"],
    );
}

#[test]
fn generic_arguments() {
    let text = "generic arguments need `::`, as in `read::<..>`";
    for value in ["read<u8>(5)", "read<u8, Vec<[u8; 5]>>(5)", "a.read<&'a str>()?", "read<u8>::x()"]
    {
        options(&format!("redirect = {value}, chdir = false"), &[text]);
        options(&format!("chdir = false, redirect = {value}"), &[text]);
        options(
            &format!("redirct = {value}"),
            &["unknown option `redirct`; did you mean `redirect`?"],
        );
    }
    options("when = one < two, chdir = three > (four)", &[]);
    options("when = read::<u8, u16>(5) < 5", &[]);
}

#[test]
fn separators() {
    options(r#"chdir = false redirect = "a""#, &["expected `,`"]);
    options(r#"chdir = false; redirect = """#, &["expected `,`", "`redirect` cannot be empty"]);
    options(
        "chdir = false true, stdin = 5",
        &["expected `,`", r#"`stdin` takes a path, as in `stdin = "commands.txt"`"#],
    );
    let expected_option = r#"expected an option, such as `redirect = "out.log"`"#;
    options(r#""out.log""#, &[expected_option]);
    options("chdir = false,, x = 5", &[expected_option, &unknown("x")]);
    options(",", &[expected_option]);
}

#[test]
fn literals() {
    let redirect = r#"`redirect` takes a path, as in `redirect = "out.log"`"#;
    for wrong in ["5", "-5", "1.5", "true", "'a'", "b'a'", r#"b"a""#, r#"c"a""#, "(5)"] {
        options(&format!("redirect = {wrong}"), &[redirect]);
    }
    options("close_fd = 1", &["`close_fd` takes `true` or `false`, as in `close_fd = false`"]);
    options(
        r#"when = "yes""#,
        &["`when` takes `true` or `false`, as in `when = !args.foreground`"],
    );
    options(
        "chdir = 5",
        &["`chdir` takes `true`, `false` or a path, as in `chdir = \"/srv/bot\"`"],
    );
    options(r#"chdir = "false""#, &["write `chdir = false` without quotes"]);
    options(r#"pid_file = "true""#, &["write `pid_file = true` without quotes"]);
    options(r#"close_fd = "true""#, &["write `close_fd = true` without quotes"]);
    options(r#"commands = "true""#, &["write `commands = true` without quotes"]);
    options(r#"stdin = r"""#, &["`stdin` cannot be empty"]);
    options(r#"pid_file = """#, &["`pid_file` cannot be empty"]);
    options(r#"chdir = "a\0b""#, &["a path cannot contain a NUL"]);
    options(r#"stderr = "logs/""#, &["`stderr` takes a file, and `logs/` is a directory"]);
    options(r#"pid_file = "..""#, &["`pid_file` takes a file, and `..` is a directory"]);
    options(r#"redirect = "\n/""#, &[r"`redirect` takes a file, and `\n/` is a directory"]);
    options(r#"redirect = r"a", chdir = "logs/", pid_file = false, close_fd = true"#, &[]);
    let shell = "only a shell expands `~` and `$HOME`; write the full path, or ask `std::env`";
    for path in ["~", "~/bot.log", "$HOME/bot.log", "${HOME}/bot.log"] {
        options(&format!("chdir = {path:?}, redirect = {path:?}"), &[shell, shell]);
    }
    options(r#"redirect = "a~", stdin = "~a""#, &[]);
    for option in Known::ALL.iter().filter(|option| option.is_method()) {
        let name = option.name();
        let text = format!("`{name} = None` sets nothing; leave it out");
        if name != "pid_file" {
            options(&format!("{name} = None"), &[&text]);
        }
    }
    let no_file = "`pid_file = None` is the default file; write `pid_file = false` for none";
    options("pid_file = None, chdir = None::<bool>", &[no_file]);
}

#[test]
fn times_and_signals() {
    let timeout = "`stop_timeout` takes a number of seconds, as in `stop_timeout = 30`";
    for wrong in ["true", r#""30""#, "'3'"] {
        options(&format!("stop_timeout = {wrong}"), &[timeout]);
    }
    let wait =
        "`wait_ready` takes `true`, `false` or a number of seconds, as in `wait_ready = true`";
    options(r#"wait_ready = "yes""#, &[wait]);
    for zero in ["0", "0u8", "0.0"] {
        let text = "no start is ready within 0 s; write `wait_ready = false` for no wait";
        options(&format!("wait_ready = {zero}"), &[text]);
    }
    let signal = r#"`stop_signal` takes the name of a signal, as in `stop_signal = "INT"`"#;
    options("stop_signal = 15", &[signal]);
    options(r#"stop_signal = "TREM""#, &["there is no signal `TREM`; did you mean `TERM`?"]);
    options(r#"stop_signal = "SIGITN""#, &["there is no signal `SIGITN`; did you mean `INT`?"]);
    options(r#"stop_signal = "a\n""#, &[r"there is no signal `a\n`"]);
    options(r#"stop_signal = """#, &["`stop_signal` cannot be empty"]);
    options("stop_signal = TERM", &[r#"write the name in quotes, as in `stop_signal = "TERM"`"#]);
    options("stop_signal = SIGNAL", &[]);
    options("stop_timeout = -5", &[timeout]);
    options("wait_ready = -0.5", &[wait]);
    options("stop_timeout = 30s", &[]);
    options(r#"stop_signal = "sigint""#, &["write `stop_signal` in capitals, as in `SIGINT`"]);
    options(r#"stop_signal = "SIGKILL""#, &["`SIGKILL` cannot be caught"]);
    options(r#"stop_signal = "CONT""#, &["`CONT` does not ask a program to end"]);
    options(r#"stop_signal = "SIGTSTP""#, &["`SIGTSTP` does not ask a program to end"]);
    options(r#"stop_timeout = 0, wait_ready = 1.5, stop_signal = "SIGUSR1""#, &[]);
    options(r#"stop_timeout = limit(), wait_ready = 30, stop_signal = "PWR""#, &[]);
}

#[test]
fn contradictions() {
    let covered = "`redirect` sets standard output and standard error, which contradicts `stdout`";
    options(r#"redirect = "a", stdout = "b""#, &[covered]);
    options("stdout = f(), redirect = g()", &[covered]);
    options(
        "redirect = a, stdout = b, stderr = c",
        &[
            covered,
            "`redirect` sets standard output and standard error, which contradicts `stderr`",
        ],
    );
    let kept =
        "`close_fd = false` leaves the standard streams as they are, which contradicts `stdin`";
    options("close_fd = false, stdin = a", &[kept]);
    options("stdin = a, close_fd = false", &[kept]);
    options("stdin = a, close_fd = keep", &[]);
    options("stdin = a, close_fd = true", &[]);
    options(
        r#"redirect = "a", pid_file = "./a""#,
        &["`redirect` and `pid_file` name the same file"],
    );
    options(r#"pid_file = "a", stderr = "a""#, &["`stderr` and `pid_file` name the same file"]);
    options(
        r#"pid_file = "/a//b", stdout = "/a/./b""#,
        &["`stdout` and `pid_file` name the same file"],
    );
    options(r#"pid_file = "/a", stdout = "a""#, &[]);
    options(r#"redirect = "a", pid_file = "b", stdin = "a""#, &[]);
}

#[test]
fn one_signal_cannot_stop_and_reopen() {
    let text = "`reopen = true` opens the logs anew on SIGHUP, which contradicts `stop_signal`";
    options(r#"stop_signal = "HUP", reopen = true"#, &[text]);
    options(r#"reopen = true, stop_signal = "SIGHUP""#, &[text]);
    options(r#"reopen = wanted(), stop_signal = "HUP""#, &[]);
    options(r#"reopen = false, stop_signal = "HUP""#, &[]);
    options(r#"reopen = true, stop_signal = "INT""#, &[]);
}

#[test]
fn open_files() {
    let words =
        "`commands` evaluates `redirect` for every word, and this opens a file; write the path";
    options(r#"redirect = File::create("a")?, commands = true"#, &[words]);
    options(r#"commands = true, redirect = Some(std::fs::File::options().open("a")?)"#, &[words]);
    options(r#"commands = true, stdin = File::open("a")?"#, &[]);
    options(r#"commands = false, redirect = File::create("a")?"#, &[]);
    options(r#"commands = true, redirect = LogFile::create("a").file(create)"#, &[]);
    let reopened = "`reopen` needs the path of a log, and `stderr` is an open file";
    options(r#"reopen = true, stderr = { OpenOptions::new().open("a")? }"#, &[reopened]);
    options(r#"reopen = wanted(), stderr = File::create("a")?"#, &[]);
}

#[test]
fn the_path_of_the_runtime() {
    let path = "`crate` takes a path, as in `crate = my::daemonize_runtime`";
    options(r#"crate = "my::runtime""#, &[path]);
    options("crate = f()", &[path]);
    options("crate = <T as U>::V", &[path]);
    options("crate = a::<u8>", &["`crate` takes a path without generic arguments"]);
}

#[test]
fn functions() {
    let elsewhere =
        "only `main` can be daemonized, and this is `run`; elsewhere, use the builder `Daemon`";
    function("fn run() {}", &[elsewhere]);
    function("async unsafe fn run<T>(n: u8) {}", &[elsewhere]);
    for item in ["struct Main;", "pub mod app {}", "const A: u8 = 5;", "println! {}"] {
        function(item, &["`#[daemonize]` goes on `fn main`"]);
    }
    let unrun = "`#[daemonize]` must stand above the attribute that runs `async fn main`, such as `#[tokio::main]`";
    function("async fn main() {}", &[unrun]);
    function("#[inline] #[rustfmt::skip] async fn main() {}", &[unrun]);
    function("#[tokio::main] async fn main() {}", &[]);
    function("fn main<T>() {}", &["`main` cannot have generic parameters"]);
    function("fn main() where u8: Copy {}", &["`main` cannot have a `where` clause"]);
    function("unsafe fn main() {}", &["`main` cannot be `unsafe`"]);
    function("extern \"C\" fn main() {}", &["`main` cannot be `extern`"]);
    function("const fn main() {}", &["`main` cannot be `const`"]);
    function("fn main(args) {}", &[]);
    function("pub fn main {}", &[]);
    function("fn main(args:) {}", &[]);
    function("async fn main(args:, other: u8) {}", &[]);
    function("pub async fn main(a - b: u8) {}", &["expected `:`"]);
    function("fn main();", &["`#[daemonize]` goes on a `main` with a body"]);
    function("#[other::daemonize] fn main() {}", &[]);
    function(
        "#[doc(alias = \"daemonized by daemonize-runtime\")] fn main() {}",
        &["`main` is already daemonized by another `#[daemonize]`"],
    );
    function("#[instrument] async fn main() {}", &[unrun]);
    function("#[instrument] #[tokio::main] async fn main() {}", &[]);
    function(
        "#[rocket::launch] fn rocket() -> _ {}",
        &[
            "only `main` can be daemonized, and this is `rocket`; use `#[rocket::main]` on `async fn main`",
        ],
    );
}

#[test]
fn parameters() {
    let needs_before = "`main` takes a parameter, so `#[daemonize]` needs a `before` to fill it";
    let too_many = "`main` takes at most one parameter, the value of `before`";
    function("fn main(n: u8) {}", &[needs_before]);
    function("fn main(a: u8, b: u8, c: u8) {}", &[needs_before, too_many, too_many]);
    options(
        "before = 5",
        &["`before` has a value, but `main` has no parameter to take it, as in `fn main(_: ())`"],
    );
    assert_eq!(errors_of("before = 5", "fn main(a: u8, b: u8) {}"), [too_many]);
    assert_eq!(errors_of("before = f()?", "fn main(a: u8) {}"), [""; 0]);
    let one_of_two = "fn main(#[cfg(unix)] a: u8, #[cfg(not(unix))] b: u8) {}";
    assert_eq!(errors_of("before = f()?", one_of_two), [""; 0]);
    let one_more = "fn main(a: u8, #[cfg(unix)] b: u8, c: u8) {}";
    assert_eq!(errors_of("before = f()?", one_more), [too_many]);
}

#[test]
fn runtimes_with_parameters_of_their_own() {
    let smol = "#[apply(smol_macros::main!)] async fn main(executor: &Executor<'_>) {}";
    function(smol, &[]);
    let text = |call| {
        format!("this does not give `main` the value of `before`; call `{call}` in `fn main`")
    };
    assert_eq!(errors_of("before = 5", smol), [text("smol::block_on")]);
    let async_std = "#[async_std::main] async fn main(n: u8) {}";
    assert_eq!(errors_of("before = 5", async_std), [text("async_std::task::block_on")]);
    let rocket = "#[rocket::main] async fn main(n: u8) {}";
    assert_eq!(errors_of("before = 5", rocket), [text("rocket::execute")]);
}

#[test]
fn nothing_can_be_awaited_yet() {
    let text = |name| {
        format!(
            "`{name}` is evaluated before any async runtime starts; await in the body of `main`"
        )
    };
    let tokio = "#[tokio::main] async fn main(pool: Pool) {}";
    assert_eq!(errors_of("before = connect().await?", tokio), [text("before")]);
    assert_eq!(
        errors_of("before = f(&[one.await])?, when = x.await", tokio),
        [text("before"), text("when")]
    );
    for right in
        ["block_on(async { connect().await })", "block_on!(connect().await)", "own.r#await"]
    {
        assert_eq!(errors_of(&format!("before = {right}"), tokio), [""; 0], "{right}");
    }
}

#[test]
fn commands_are_answered_before_the_parameter_exists() {
    let errors = |options: &str| {
        errors_of(&format!("before = f(), {options}"), "fn main(Args { log, .. }: Args) {}")
    };
    let text =
        "`commands` needs `redirect` before `log` exists; use `daemonize_runtime::args_os()`";
    assert_eq!(errors("commands = true, redirect = &log"), [text]);
    assert_eq!(errors("redirect = format!(\"{log}\"), commands = true"), [text]);
    assert_eq!(errors("commands = true, redirect = logs.map(|log| log)"), [""; 0]);
    assert_eq!(errors("commands = true, redirect = log().path"), [""; 0]);
    assert_eq!(errors("commands = true, redirect = x.log, when = log.is_some()"), [""; 0]);
    assert_eq!(errors("commands = false, redirect = &log"), [""; 0]);
}

#[test]
fn one_mistake_is_not_reported_twice() {
    let one = |options: &str| errors_of(options, "fn main(args: Args) {}").len();
    assert_eq!(one("befor = f()"), 1);
    assert_eq!(one("before ="), 1);
    assert_eq!(one("init = f(), befour = g()"), 2);
    assert_eq!(one("before = f(), crat = a::b"), 1);
    assert_eq!(one("before = f(), redirct"), 1);
}

#[test]
fn all_mistakes_are_reported_in_the_order_of_the_source() {
    assert_eq!(
        errors_of(r#"redirct = "a", chdir = 5, stdin"#, "unsafe fn main(n: u8) where {}"),
        [
            "unknown option `redirct`; did you mean `redirect`?",
            "`chdir` takes `true`, `false` or a path, as in `chdir = \"/srv/bot\"`",
            r#"`stdin` needs a value, as in `stdin = "commands.txt"`"#,
            "`main` cannot be `unsafe`",
            "`main` takes a parameter, so `#[daemonize]` needs a `before` to fill it",
            "`main` cannot have a `where` clause",
        ]
    );
}

#[test]
fn masks() {
    options("umask = 0o027, user = 5", &[]);
    options("umask = 22", &["write `umask` in octal, as in `umask = 0o22`"]);
    options("umask = 022", &["write `umask` in octal, as in `umask = 0o22`"]);
    for zero in ["0", "00", "0o0", "0u32", "0x0"] {
        options(&format!("umask = {zero}"), &[]);
    }
    options("umask = 2_7u32", &["write `umask` in octal, as in `umask = 0o27`"]);
    options("umask = 0x12", &["write `umask` in octal, as in `umask = 0o22`"]);
    options("umask = 28", &["write `umask` in octal"]);
    options("umask = 1777", &["`umask` has no bits beyond `0o777`"]);
    for digits in ["0o22_u16", "22i8", "0o22usize"] {
        options(&format!("umask = {digits}"), &["`umask` takes a `u32`, as in `umask = 0o22`"]);
    }
    options(
        "umask = 0O22",
        &["write the `o` of an octal number in lower case, as in `umask = 0o22`"],
    );
    options("umask = -0o22", &["`umask` takes an octal number, as in `umask = 0o027`"]);
    options("umask = 0o1777", &["`umask` has no bits beyond `0o777`"]);
    options(r#"umask = "022""#, &["`umask` takes an octal number, as in `umask = 0o027`"]);
    options("umask = mask()", &[]);
}

#[test]
fn accounts() {
    options(r#"user = "bot", group = 1000"#, &[]);
    options("user = 5_000u32", &[]);
    options("group = 5u16", &["`group` takes a `u32`, as in `group = 5`"]);
    options("user = -5", &[r#"`user` takes a name or an id, as in `user = "bot"`"#]);
    options(r#"user = """#, &["`user` cannot be empty"]);
    options("user = true", &[r#"`user` takes a name or an id, as in `user = "bot"`"#]);
    options(r#"group = "a\0b""#, &["a name cannot contain a NUL"]);
    options(r#"user = "bot:www""#, &[r#"write `user = "bot", group = "www"`"#]);
    options(r#"group = "www:""#, &["a name cannot contain a colon"]);
    options("user = None", &["`user = None` sets nothing; leave it out"]);
}

#[test]
fn restart_words() {
    options(r#"restart = "always""#, &[]);
    options("restart = Restart::never()", &[]);
    let text = r#"`restart` takes `"never"`, `"on-failure"` or `"always"`, as in `restart = "on-failure"`"#;
    options(r#"restart = "sometimes""#, &[text]);
    options("restart = true", &[text]);
    options("restart = ALWAYS", &[]);
    for (word, meant) in [
        ("always", "always"),
        ("on-failure", "on-failure"),
        ("on_failure", "on-failure"),
        ("OnFailure", "on-failure"),
    ] {
        let text = format!("write the word in quotes, as in `restart = \"{meant}\"`");
        options(&format!("restart = {word}"), &[&text]);
    }
}

#[test]
fn commands() {
    options("commands = true, pid_file = \"bot.pid\"", &[]);
    options("commands = false, pid_file = false", &[]);
    let text = "`commands` takes `true` or `false`, as in `commands = true`";
    options("commands = wanted()", &[text]);
    options("commands = 1", &[text]);
    let text = "`commands` needs the PID file, which contradicts `pid_file = false`";
    options("commands = true, pid_file = false", &[text]);
}

#[test]
#[should_panic(expected = "not reported")]
fn mistakes_that_nobody_reports_are_noticed() {
    drop(Errors::new());
}
