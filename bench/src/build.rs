//! How long it takes to build a bot: from nothing, and again after a change.
//!
//! Everything comes from a directory that stands in for crates.io, the library included. Cargo
//! compiles what a program names by path in another way, and links it more slowly.

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

const COLD_ROUNDS: usize = 5;
const INCREMENTAL_ROUNDS: usize = 30;

/// In seconds, beside tokio and clap.
const MOST_LONGER: f64 = 1.7;
/// As a ratio.
const MOST_AGAIN: f64 = 1.15;

/// A program and what it depends on. `NUMBER` in it is what changes between two builds.
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
        name: "`libc`, for the forks by hand",
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

/// A package made from a recipe.
struct Package<'a> {
    recipe: &'a Recipe,
    directory: PathBuf,
    /// Changed before each build.
    number: u32,
    cold: Samples,
    incremental: Samples,
}

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let builds = target_directory()?.join("builds");
    registry::make(&builds)?;
    let mut packages =
        RECIPES.iter().map(|recipe| Package::make(recipe, &builds)).collect::<Result<Vec<_>>>()?;
    for _ in 0..bench.rounds(COLD_ROUNDS) {
        each(&mut packages, &mut bench.random, Package::build_from_nothing)?;
    }
    each(&mut packages, &mut bench.random, |package| package.build("dev").map(drop))?;
    for _ in 0..bench.rounds(INCREMENTAL_ROUNDS) {
        each(&mut packages, &mut bench.random, Package::build_again)?;
    }
    let text = format!(
        "In seconds. From nothing: a release build with sources that are already fetched, the median of {}. Again: a debug \
         build after a change in the program, the median of {}.\n\n{}",
        bench.rounds(COLD_ROUNDS),
        bench.rounds(INCREMENTAL_ROUNDS),
        table(&["", "from nothing", "again"], packages.iter().map(Package::row))
    );
    Ok(Finding { title: "Build time", text, goals: goals(&packages, &mut bench.random)? })
}

/// In a new random order each time.
fn each<'a>(
    packages: &mut [Package<'a>],
    random: &mut Random,
    act: fn(&mut Package<'a>) -> Result<()>,
) -> Result<()> {
    let mut order: Vec<&mut Package<'a>> = packages.iter_mut().collect();
    random.shuffle(&mut order);
    order.into_iter().try_for_each(act)
}

fn goals(packages: &[Package], random: &mut Random) -> Result<Vec<Goal>> {
    let of = |name| {
        packages.iter().find(|package| package.recipe.name == name).ok_or("a package is missing")
    };
    let longer = of(ATTRIBUTE_BESIDE)?.cold.median() - of(BESIDE)?.cold.median();
    let mut again = |what, name, without| -> Result<Goal> {
        let ratio = of(name)?.incremental.ratio_to(&of(without)?.incremental, random);
        Ok(Goal {
            what,
            limit: format!("{MOST_AGAIN} x without the attribute"),
            is_met: ratio.value <= MOST_AGAIN,
            measured: ratio.to_string(),
        })
    };
    Ok(vec![
        Goal {
            what: "build from nothing, beside tokio and clap",
            limit: format!("{MOST_LONGER} s more"),
            measured: format!("{longer:.1} s"),
            is_met: longer <= MOST_LONGER,
        },
        again("build again after a change, beside tokio and clap", ATTRIBUTE_BESIDE, BESIDE)?,
        again("build again after a change, a bot of one line", ATTRIBUTE, FOREGROUND)?,
    ])
}

impl<'a> Package<'a> {
    /// The lock file of the benchmark holds the versions of everything, so that the network is not
    /// asked.
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
            cold: Samples::default(),
            incremental: Samples::default(),
        })
    }

    fn build_from_nothing(&mut self) -> Result<()> {
        let target = self.directory.join("target");
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        let seconds = self.build("release")?;
        self.cold.push(seconds);
        Ok(())
    }

    fn build_again(&mut self) -> Result<()> {
        let seconds = self.build("dev")?;
        self.incremental.push(seconds);
        Ok(())
    }

    /// Builds with a change, and says how many seconds it took.
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
            return Err(format!("the bot with {} cannot be built", self.recipe.name).into());
        }
        Ok(seconds)
    }

    fn row(&self) -> Vec<String> {
        let name = self.recipe.name.to_owned();
        vec![
            name,
            format!("{:.2}", self.cold.median()),
            format!("{:.2}", self.incremental.median()),
        ]
    }
}
