//! The memory of the daemon while it sleeps.

use std::fs;

use rustix::process::Pid;

use crate::contestants::{ATTRIBUTE, Contestant, FOREGROUND};
use crate::launch::Start;
use crate::processes::{end, reap_all};
use crate::report::{Finding, Goal, table};
use crate::statistics::Samples;
use crate::{Bench, Result};

const ROUNDS: usize = 20;

/// The memory of a contestant's daemons, in KiB.
struct Memory<'a> {
    contestant: &'a Contestant,
    private: Samples,
    dirty: Samples,
    proportional: Samples,
}

pub(crate) fn measure(bench: &mut Bench) -> Result<Finding> {
    let rounds = bench.rounds(ROUNDS);
    let mut memories: Vec<Memory> = bench.line_up.all().into_iter().map(Memory::of).collect();
    for _ in 0..rounds {
        bench.random.order(&mut memories).into_iter().try_for_each(Memory::sample)?;
    }
    let private = |name| {
        let of_name = memories.iter().find(|memory| memory.contestant.name == name);
        of_name.map_or(f64::NAN, |memory| memory.private.median())
    };
    let (attribute, foreground) = (private(ATTRIBUTE), private(FOREGROUND));
    let goal = Goal {
        what: "private memory",
        limit: format!("{foreground:.0} KiB, as without the attribute"),
        measured: format!("{attribute:.0} KiB"),
        is_met: attribute <= foreground,
    };
    let text = format!(
        "In KiB, medians of {rounds} daemons, one at a time. Private memory is used by no other process. Its dirty part \
         is not backed by a file. Proportional memory includes a share of the memory that other processes use, \
         too.\n\n{}",
        table(
            &["", "private", "private and dirty", "proportional"],
            memories.iter().map(Memory::row)
        )
    );
    Ok(Finding { title: "Memory of the sleeping daemon", text, goals: vec![goal] })
}

impl<'a> Memory<'a> {
    fn of(contestant: &'a Contestant) -> Self {
        let [private, dirty, proportional] = Default::default();
        Self { contestant, private, dirty, proportional }
    }

    fn sample(&mut self) -> Result<()> {
        let mut start = Start::spawn(
            self.contestant,
            self.contestant.lasting_command(&[]),
            &self.contestant.directory,
        )?;
        if !self.contestant.is_foreground {
            start.await_prompt()?;
        }
        let body = start.await_body()?;
        let [clean, dirty, proportional] =
            read(body.pid, ["Private_Clean", "Private_Dirty", "Pss"])?;
        self.private.push(clean + dirty);
        self.dirty.push(dirty);
        self.proportional.push(proportional);
        end(body.pid)?;
        reap_all()
    }

    fn row(&self) -> Vec<String> {
        let cell = |samples: &Samples| format!("{:.0}", samples.median());
        vec![
            self.contestant.name.to_owned(),
            cell(&self.private),
            cell(&self.dirty),
            cell(&self.proportional),
        ]
    }
}

/// The proportional memory of a process, in KiB.
pub(crate) fn proportional(process: Pid) -> Result<f64> {
    read(process, ["Pss"]).map(|[proportional]| proportional)
}

fn read<const N: usize>(process: Pid, names: [&str; N]) -> Result<[f64; N]> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let mut values = [0.0; N];
    for (value, name) in values.iter_mut().zip(names) {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = line.and_then(|line| line.split_whitespace().next());
        *value = number.ok_or_else(|| format!("the kernel does not report {name}"))?.parse()?;
    }
    Ok(values)
}
