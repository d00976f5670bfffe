//! The time of a clean build of a bot, and of an incremental build.
//!
//! All dependencies come from a directory in place of crates.io, the library too. Cargo compiles a
//! path dependency incrementally and in more parts, and it is linked more slowly.

mod registry;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use crate::contestants::{ATTRIBUTE, FOREGROUND, cargo, sources, target_directory};
use crate::random::Random;
use crate::report::{Finding, Goal, table};
use crate::statistics::Samples;
use crate::{Bench, Result};

const CLEAN_ROUNDS: usize = 5;
const INCREMENTAL_ROUNDS: usize = 30;

/// The goal for a clean build with tokio and clap: so many seconds more.
const MOST_SECONDS_MORE: f64 = 1.7;
/// The goal for an incremental build, as a ratio.
const MOST_INCREMENTAL: f64 = 1.15;

/// A program and its dependencies. `NUMBER` in the program changes between two builds.
struct Recipe {
    name: &'static str,
    dependencies: &'static [&'static str],
    program: &'static str,
}

const RUNTIME: &str = "daemonize-runtime = '0.1'";
const TOKIO: &str = "tokio = { version = '1', features = ['full'] }";
const CLAP: &str = "clap = { version = '4', features = ['derive'] }";

const BESIDE: &str = "tokio and clap";
const ATTRIBUTE_BESIDE: &str = "tokio, clap and `#[daemonize]`";

const RECIPES: [Recipe; 9] = [
    Recipe {
        name: FOREGROUND,
        dependencies: &[],
        program: "fn main() { println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: ATTRIBUTE,
        dependencies: &[RUNTIME],
        program: "#[daemonize_runtime::daemonize(redirect = \"bot.log\")] fn main() { println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: "`libc`, for hand-written forks",
        dependencies: &["libc = '0.2'"],
        program: "fn main() { unsafe { libc::setsid() }; println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: "`daemonize` 0.5",
        dependencies: &["daemonize = '0.5'"],
        program: "fn main() { daemonize::Daemonize::new().start().unwrap(); println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: "`daemonize2` 0.7",
        dependencies: &["daemonize2 = '0.7'"],
        program: "fn main() { unsafe { daemonize2::Daemonize::new().start() }.unwrap(); println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: "`fork` 0.11",
        dependencies: &["fork = '0.11'"],
        program: "fn main() { fork::daemon(false, false).unwrap(); println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: "`daemonize-me` 2.0",
        dependencies: &["daemonize-me = '2'"],
        program: "fn main() { daemonize_me::Daemon::new().start().unwrap(); println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: BESIDE,
        dependencies: &[TOKIO, CLAP],
        program: "#[derive(clap::Parser)] struct Arguments; #[tokio::main] async fn main() { \
                  <Arguments as clap::Parser>::parse(); println!(\"{}\", NUMBER); }",
    },
    Recipe {
        name: ATTRIBUTE_BESIDE,
        dependencies: &[TOKIO, CLAP, RUNTIME],
        program: "#[derive(clap::Parser)] struct Arguments; #[daemonize_runtime::daemonize(redirect = \"bot.log\", \
                  before = <Arguments as clap::Parser>::parse())] #[tokio::main] async fn main(_arguments: Arguments) \
                  { println!(\"{}\", NUMBER); }",
    },
];

/// A package that was made from a recipe.
struct Package<'a> {
    recipe: &'a Recipe,
    directory: PathBuf,
    /// Grows before each build.
    number: u32,
    clean: Samples,
    incremental: Samples,
}

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let builds = target_directory()?.join("builds");
    registry::make(&builds)?;
    let mut packages =
        RECIPES.iter().map(|recipe| Package::make(recipe, &builds)).collect::<Result<Vec<_>>>()?;
    let clean_rounds = bench.rounds(CLEAN_ROUNDS);
    let incremental_rounds = bench.rounds(INCREMENTAL_ROUNDS);
    for _ in 0..clean_rounds {
        bench.random.order(&mut packages).into_iter().try_for_each(Package::build_clean)?;
    }
    for package in bench.random.order(&mut packages) {
        package.build("dev")?;
    }
    for _ in 0..incremental_rounds {
        bench.random.order(&mut packages).into_iter().try_for_each(Package::build_incrementally)?;
    }
    let text = format!(
        "In seconds. Clean: a release build without downloads, the median of {clean_rounds}. Incremental: a debug build \
         after a change in the program, the median of {incremental_rounds}.\n\n{}",
        table(&["", "clean", "incremental"], packages.iter().map(Package::row))
    );
    Ok(Finding { title: "Build time", text, goals: goals(&packages, &mut bench.random)? })
}

fn goals(packages: &[Package], random: &mut Random) -> Result<Vec<Goal>> {
    let of = |name| {
        packages.iter().find(|package| package.recipe.name == name).ok_or("a package is missing")
    };
    let more = of(ATTRIBUTE_BESIDE)?.clean.median() - of(BESIDE)?.clean.median();
    let mut incremental = |what, name, without| -> Result<Goal> {
        let ratio = of(name)?.incremental.ratio_to(&of(without)?.incremental, random);
        Ok(Goal {
            what,
            limit: format!("{MOST_INCREMENTAL} x without the attribute"),
            is_met: ratio.value <= MOST_INCREMENTAL,
            measured: ratio.to_string(),
        })
    };
    Ok(vec![
        Goal {
            what: "clean build, with tokio and clap",
            limit: format!("{MOST_SECONDS_MORE} s more"),
            measured: format!("{more:.1} s"),
            is_met: more <= MOST_SECONDS_MORE,
        },
        incremental("incremental build, with tokio and clap", ATTRIBUTE_BESIDE, BESIDE)?,
        incremental("incremental build of a bot of one line", ATTRIBUTE, FOREGROUND)?,
    ])
}

impl<'a> Package<'a> {
    /// The benchmark's lock file has the versions of all packages. The build needs no network.
    fn make(recipe: &'a Recipe, builds: &Path) -> Result<Self> {
        let name: String = recipe.name.chars().filter(char::is_ascii_alphanumeric).collect();
        let directory = builds.join(name);
        fs::create_dir_all(directory.join("src"))?;
        fs::copy(sources().join("../Cargo.lock"), directory.join("Cargo.lock"))?;
        let manifest = format!(
            "[package]\nname = 'bot'\nedition = '2024'\n[workspace]\n[dependencies]\n{}\n",
            recipe.dependencies.join("\n")
        );
        fs::write(directory.join("Cargo.toml"), manifest)?;
        Ok(Self {
            recipe,
            directory,
            number: 0,
            clean: Samples::default(),
            incremental: Samples::default(),
        })
    }

    fn build_clean(&mut self) -> Result<()> {
        let target = self.directory.join("target");
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        let seconds = self.build("release")?;
        self.clean.push(seconds);
        Ok(())
    }

    fn build_incrementally(&mut self) -> Result<()> {
        let seconds = self.build("dev")?;
        self.incremental.push(seconds);
        Ok(())
    }

    /// Changes the program and builds it. Returns the time in seconds.
    fn build(&mut self, profile: &str) -> Result<f64> {
        self.number += 1;
        let program = self.recipe.program.replace("NUMBER", &self.number.to_string());
        fs::write(self.directory.join("src/main.rs"), program)?;
        let began = Instant::now();
        let status = cargo("build")
            .args(["--quiet", "--offline", "--profile", profile, "--target-dir", "target"])
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .status()?;
        let seconds = began.elapsed().as_secs_f64();
        if !status.success() {
            return Err(format!("cannot build the bot with {}", self.recipe.name).into());
        }
        Ok(seconds)
    }

    fn row(&self) -> Vec<String> {
        let name = self.recipe.name.to_owned();
        vec![
            name,
            format!("{:.2}", self.clean.median()),
            format!("{:.2}", self.incremental.median()),
        ]
    }
}
