//! The attribute of `daemonize-runtime`, which re-exports it: programs depend on that crate alone.
//!
//! A use of the attribute passes through four stages: this file receives it from the compiler,
//! `args` reads what stands in the parentheses by the table in `args::options`, `entry` reads the
//! function, and `expand` writes the new `main`. Each of them adds what it finds wrong to `errors`;
//! if there is anything, `expand` writes the errors and, beneath them, the user's function and all
//! options that are right, so that nothing else is wrong because of them.
//!
//! # Adding an option
//!
//! An option is one method of the builder in `daemonize-runtime`, one row of the table in
//! `args::options`, and one row of each table in a manual: the one of [`macro@daemonize`], and the
//! one of the README. Tests compare them. Only an option that takes a new kind of literal needs
//! more, which is a variant of `Takes` and what can be wrong with it. Names that people may bring
//! for it from elsewhere stand in `args::names`.
//!
//! # How errors read
//!
//! An error begins in lower case and ends without a full stop. It is one line, says what is wrong,
//! and underlines the token where that is. What is code stands in backticks, as the user writes it.
//! At most one way out follows: `; did you mean ..?` for a name, or `, as in ..` with the example
//! of the table. The macro judges literals, because plain words are better than types there; rustc
//! judges everything else, under the tokens of the user. A mistake is reported once, and what only
//! follows from it not at all.

mod args;
mod entry;
mod errors;
mod expand;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Turns `main` into the body of a daemon.
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
/// Before the body begins, the process detaches from its terminal; the command that started it
/// returns as soon as the daemon is set up, or prints why it cannot be and exits with another code
/// than 0.
///
/// # Options
///
/// An option is written `name = value`. Its value is a literal or any other expression; relative
/// paths are relative to the directory in which the program was started. Mistakes are found when
/// you compile, all of them at once.
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
/// | `create_dirs` | bool | `false` | directories that are missing on the way to a log or the PID file are made |
/// | `umask` | 0 to `0o777` | inherited | file mode creation mask of the daemon and of its log files |
/// | `user` | name or id | unchanged | the user that the daemon becomes for good, with the groups of the account |
/// | `group` | name or id | unchanged | the group that the daemon becomes for good |
/// | `chroot` | path | none | new root directory |
/// | `close_inherited` | bool | `true` | descriptors that the launcher inherited do not reach the daemon |
/// | `before` | expression | none | evaluated before anything is detached; its value becomes the parameter of `main` |
/// | `when` | bool | decided at run time | `false` stays in the foreground, `true` detaches |
/// | `wait_ready` | bool, seconds or `Duration` | `false` | the launcher waits until the body calls `daemonize_runtime::ready()`, at most for so long |
/// | `reopen` | bool | `false` | SIGHUP opens the log files anew, for log rotation |
/// | `restart` | `"never"`, `"on-failure"`, `"always"`, or `Restart` | `"never"` | the body is started again when it ended |
/// | `stop_timeout` | seconds or `Duration` | 10 s | how long the daemon may take to end until it is killed |
/// | `stop_signal` | name of a signal | `"TERM"` | what asks the daemon to end |
/// | `commands` | `true` or `false` | `false` | the program answers `start`, `stop`, `restart`, `status`, `run`, `log` and `help` |
/// | `crate` | path | `::daemonize_runtime` | where the runtime lives, when it is renamed or re-exported |
///
/// Except for `before`, `commands` and `crate`, an option is the method of the same name of the
/// builder `Daemon`, whose documentation says more about it.
///
/// # What `main` may look like
///
/// Any `main` that Rust accepts, whatever it returns. Recursion reaches your function, not a second
/// start.
///
/// With `before` it takes one parameter, which the other options may use; so they may the variables
/// of a pattern such as `Args { log, .. }`, which have the types that they have in the body. `?` in
/// `before` leaves `main`. So whatever can go wrong with the command line or with a port is
/// answered on the terminal:
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
/// What `before` leaves in memory and what it opens reach the daemon; what fork(2) does not copy is
/// gone: threads, which are refused, record locks of fcntl(2), memory locked by mlock(2), alarms
/// and timers. With `restart` each body gets the same copy anew, so that a random number generator
/// which `before` has seeded draws the same numbers in all of them.
///
/// With `commands = true`, the words are answered before `before` is evaluated. So the options that
/// name the PID file and the logs, or say how the daemon is stopped, cannot use the parameter. They
/// are evaluated once, and may use `daemonize_runtime::args_os()`, which is without the word; the
/// program's own parser is to read it, too. `Daemon::answer_commands` lists the words. Without
/// `before`, `help` and `--help` list them as well, and a first argument that is nearly one of them
/// is refused.
///
/// It may be asynchronous. The daemon is detached before the runtime of an attribute like
/// `#[tokio::main]` starts, whichever of the two attributes stands first; when `main` takes the
/// value of `before`, `#[daemonize]` must be the first. So it must above `#[async_std::main]`,
/// which runs no `main` with a parameter. smol's `#[apply(main!)]` may stand on either side, and
/// the executor that it hands to `main` needs no `before`.
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
/// Lint levels and documentation above `main` hold for the options too. All other attributes stay
/// with your function.
#[proc_macro_attribute]
pub fn daemonize(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(options.into(), item.into()).into()
}
