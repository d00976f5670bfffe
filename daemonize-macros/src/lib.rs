//! The `#[daemonize]` attribute of `daemonize-runtime`, which re-exports it. Programs depend on
//! that crate alone, and its documentation is the manual.

// An attribute passes through four stages. This file receives it from the compiler. `args` reads
// what stands in the parentheses, by the table in `args::options`. `entry` reads the function.
// `expand` writes the new `main`. Each stage adds its complaints to `errors`. If there are any,
// `expand` writes them, and below them the user's function and all options that are right, so that
// no other error follows from them.
//
// To add an option, add a method of the builder, a row of the table in `args::options`, and a row
// of each manual: the one of `daemonize` below, and the README. Tests compare them. An option that
// takes a new kind of literal also needs a variant of `Takes`, and its mistakes. Names that people
// may bring for it from elsewhere are in `args::names`.
//
// An error begins in lower case and ends without a full stop. It is one line, says what is wrong,
// and underlines that token. Code is in backticks, as the user writes it. At most one way out
// follows: `; did you mean ..?` for a name, or `, as in ..` with the example of the table. The
// macro judges literals, because plain words are better than types there, and `.await`, about which
// rustc would mislead. rustc judges everything else, under the user's tokens. A mistake is reported
// once, and its consequences are not reported.

mod args;
mod entry;
mod errors;
mod expand;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Turns `main` into the body of a daemon.
///
/// The process leaves its terminal before the body begins. The command that started it returns as
/// soon as the daemon is set up; if it cannot be set up, the command prints why and exits with a
/// code other than 0.
///
/// # Examples
///
/// ```no_run
/// use daemonize_runtime::daemonize;
///
/// #[daemonize(redirect = "out.log", chdir = false)]
/// fn main() {
///     println!("this line is in out.log");
/// }
/// ```
///
/// # Options
///
/// An option is written `name = value`. The value is any expression. A relative path is resolved
/// against the start directory, in which the program was started. Mistakes are compile errors, all
/// of them at once.
///
/// | option | value | default | meaning |
/// |---|---|---|---|
/// | `redirect` | path or open file | none | standard output and standard error are appended to this file |
/// | `stdin` | path or open file | `/dev/null` | standard input alone |
/// | `stdout` | path or open file | `/dev/null` | standard output alone |
/// | `stderr` | path or open file | `/dev/null` | standard error alone |
/// | `close_fd` | bool | `true` | `false` leaves the three standard streams as they are |
/// | `chdir` | bool or path | `true` | working directory: `true` is `/`, `false` the start directory |
/// | `pid_file` | bool or path | `true` | `true` is `<program>.pid` in the start directory, `false` is none |
/// | `create_dirs` | bool | `false` | missing parent directories of the logs and the PID file are created |
/// | `umask` | 0 to `0o777` | inherited | file mode creation mask of the daemon and its log files |
/// | `user` | name or id | unchanged | user that the daemon becomes for good, with the groups of the account |
/// | `group` | name or id | unchanged | group that the daemon becomes for good |
/// | `chroot` | path | none | new root directory |
/// | `close_inherited` | bool | `true` | descriptors that the launcher inherited do not reach the daemon |
/// | `before` | expression | none | evaluated before anything is detached; its value becomes the parameter of `main` |
/// | `when` | bool | decided at run time | `false` stays in the foreground, `true` detaches |
/// | `wait_ready` | bool, seconds or `Duration` | `false` | the launcher waits until the body calls `daemonize_runtime::ready()`, at most this long |
/// | `reopen` | bool | `false` | SIGHUP reopens the log files, for log rotation |
/// | `restart` | `"never"`, `"on-failure"`, `"always"`, or `Restart` | `"never"` | the body is supervised, and started again |
/// | `stop_timeout` | seconds or `Duration` | 10 s | how long the daemon may take to end before it is killed |
/// | `stop_signal` | name of a signal | `"TERM"` | signal that asks the daemon to end |
/// | `commands` | `true` or `false` | `false` | the program answers `start`, `stop`, `restart`, `status`, `run`, `log` and `help` |
/// | `crate` | path | `::daemonize_runtime` | path of the runtime, if it is renamed or re-exported |
///
/// Each option except `before`, `commands` and `crate` is documented at the method of the same name
/// of the builder `Daemon`.
///
/// # What `main` may look like
///
/// Any `main` that Rust accepts, whatever it returns. A recursive call reaches your function and
/// starts nothing.
///
/// With `before`, `main` takes one parameter. The other options may use it, and also the variables
/// of a pattern such as `Args { log, .. }`. `?` in `before` returns from `main`. So a wrong command
/// line or an address in use is reported on the terminal:
///
/// ```no_run
/// use std::{env, io, net::TcpListener};
///
/// use daemonize_runtime::daemonize;
///
/// #[daemonize(
///     before = TcpListener::bind("127.0.0.1:7007")?,
///     redirect = "bot.log",
///     when = env::args().len() == 1,
/// )]
/// fn main(listener: TcpListener) -> io::Result<()> {
///     for visitor in listener.incoming() {
///         println!("{:?} called", visitor?.peer_addr());
///     }
///     Ok(())
/// }
/// ```
///
/// Memory and open files of `before` reach the daemon. What fork(2) does not copy is lost: fcntl(2)
/// record locks, mlock(2) memory locks, alarms and timers. Threads are refused. With `restart` each
/// body gets the same copy, so a random number generator that `before` has seeded draws the same
/// numbers in all of them.
///
/// With `commands = true`, the words are answered before `before` is evaluated. So the options that
/// name the PID file and the logs, or say how the daemon is stopped, cannot use the parameter. They
/// may use `daemonize_runtime::args_os()`, which omits the word, and are evaluated once. The
/// program's own parser should read it too. `Daemon::answer_commands` lists the words. Without
/// `before`, `help` and `--help` list them as well, and a first argument that is nearly a word is
/// refused.
///
/// `main` may be asynchronous. The daemon is detached before the runtime of an attribute such as
/// `#[tokio::main]` starts, whichever attribute stands first. `#[daemonize]` must stand first if
/// `main` takes the value of `before`, or if the other is `#[async_std::main]`.
/// `#[async_std::main]` and `#[rocket::main]` refuse a `main` with a parameter. smol's
/// `#[apply(main!)]` may stand on either side, and the executor that it hands to `main` needs no
/// `before`.
///
/// ```no_run
/// # struct Args { log: std::path::PathBuf, foreground: bool }
/// # impl Args { fn parse() -> Self { todo!() } }
/// # async fn serve(args: Args) -> std::io::Result<()> { todo!() }
/// # use daemonize_runtime::daemonize;
/// #[daemonize(before = Args::parse(), redirect = &args.log, when = !args.foreground)]
/// #[tokio::main]
/// async fn main(args: Args) -> std::io::Result<()> {
///     serve(args).await
/// }
/// ```
///
/// Lint levels above `main` also apply to the options. Other attributes stay on your function.
#[proc_macro_attribute]
pub fn daemonize(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(options.into(), item.into()).into()
}
