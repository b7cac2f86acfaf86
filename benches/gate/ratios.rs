//! Which rungs are compared with what, what was recorded, and what falls short of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::common::figures::median;
use crate::stand::{Round, Rung};

/// Where the recorded ratios are: a name and a figure a line.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/gate/recorded.txt");
/// How much of a recorded ratio must be there.
pub const KEPT: f64 = 0.75;
/// Rounds that a ratio needs.
const ROUNDS_MIN: usize = 3;

/// Ratios by name.
pub type Measured = BTreeMap<String, f64>;

/// A rung, and what it is divided by. It passes where one of the references says that it is as fast as it was.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    pub rung: Rung,
    pub references: &'static [Rung],
}

impl Ratio {
    pub const ALL: [Self; 12] = [
        Self { rung: Rung::Core, references: &[Rung::CpuLoop] },
        Self { rung: Rung::DurableCpu, references: &[Rung::CpuLoop] },
        Self { rung: Rung::DurableBytes, references: &[Rung::PlainFileBytes] },
        Self { rung: Rung::Durable, references: &[Rung::PlainFile, Rung::CpuLoopOnAllCores] },
        Self { rung: Rung::Hot, references: &[Rung::Durable] },
        Self { rung: Rung::HotCpu, references: &[Rung::DurableCpu] },
        Self { rung: Rung::GrpcBatch, references: &[Rung::Durable] },
        Self { rung: Rung::GrpcBatchCpu, references: &[Rung::DurableCpu] },
        Self { rung: Rung::GrpcUnary, references: &[Rung::GrpcNoop] },
        Self { rung: Rung::GrpcUnaryCpu, references: &[Rung::GrpcNoopCpu] },
        Self { rung: Rung::BalanceRead, references: &[Rung::CpuLoop] },
        Self { rung: Rung::StatementPage, references: &[Rung::CpuLoop] },
    ];

    /// Every rung that takes part.
    pub fn rungs(&self) -> impl Iterator<Item = Rung> {
        std::iter::once(self.rung).chain(self.references.iter().copied())
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.references.iter().map(|reference| format!("{} ÷ {}", self.rung.name(), reference.name()))
    }

    /// The share that is there of what was recorded, by the reference that speaks best for it.
    fn share(&self, measured: &Measured, recorded: &Measured) -> Option<f64> {
        let share = |name: String| Some(measured.get(&name)? / recorded.get(&name)?);
        self.names().filter_map(share).reduce(f64::max)
    }

    /// The median over rounds of the rung divided by each reference; none where too few rounds were quiet.
    fn measured(&self, rounds: &[Round]) -> Measured {
        let mut measured = Measured::new();
        for (name, reference) in self.names().zip(self.references) {
            let by_clock = self.rung.is_by_clock() || reference.is_by_clock();
            let counts = rounds.iter().filter(|round| !by_clock || round.is_quiet());
            let ratio = |round: &Round| Some(round.figures.get(&self.rung)? / round.figures.get(reference)?);
            let figures: Vec<f64> = counts.filter_map(ratio).collect();
            if figures.len() >= ROUNDS_MIN {
                measured.insert(name, median(figures));
            }
        }
        measured
    }
}

/// What rounds come to.
pub fn measured(rounds: &[Round]) -> Measured {
    Ratio::ALL.iter().flat_map(|ratio| ratio.measured(rounds)).collect()
}

/// Those that are there and fall short, all their references agreeing.
pub fn short(measured: &Measured, recorded: &Measured) -> Vec<Ratio> {
    let falls_short = |ratio: &Ratio| ratio.share(measured, recorded).is_some_and(|share| share < KEPT);
    Ratio::ALL.into_iter().filter(falls_short).collect()
}

/// In a sentence.
pub fn names(ratios: &[Ratio]) -> String {
    let names: Vec<&str> = ratios.iter().map(|ratio| ratio.rung.name()).collect();
    names.join(", ")
}

/// For people.
pub fn table(rounds: &[Round], recorded: &Measured) -> String {
    let measured = measured(rounds);
    let others = median(rounds.iter().map(|round| round.others * 100.0).collect());
    let quiet = rounds.iter().filter(|round| round.is_quiet()).count();
    let mut text = format!(
        "{} rounds, {quiet} of them quiet; others had {others:.0} % of the processors in the middle one.\n\n",
        rounds.len()
    );
    if quiet < ROUNDS_MIN {
        text += "The machine is too busy to judge what is timed by the clock; what is timed by CPU is judged.\n\n";
    }
    text += "| ratio | now | recorded | of it |\n|---|---|---|---|\n";
    for name in Ratio::ALL.iter().flat_map(Ratio::names) {
        let Some(now) = measured.get(&name) else { continue };
        let (before, percent) = match recorded.get(&name) {
            Some(before) => (digits(*before), format!("{:.0} %", now / before * 100.0)),
            None => ("nothing".to_owned(), "not judged".to_owned()),
        };
        writeln!(text, "| {name} | {} | {before} | {percent} |", digits(*now)).unwrap();
    }
    text
}

/// The median of each that every run could measure.
pub fn medians(runs: &[Measured]) -> Measured {
    let middle = |name: String| {
        let figures: Option<Vec<f64>> = runs.iter().map(|run| run.get(&name).copied()).collect();
        Some((name, median(figures?)))
    };
    Ratio::ALL.iter().flat_map(Ratio::names).filter_map(middle).collect()
}

pub fn read() -> Measured {
    let text = std::fs::read_to_string(FILE).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let line = |line: &str| {
        let (name, figure) = line.rsplit_once(' ').unwrap();
        (name.trim().to_owned(), figure.parse().unwrap())
    };
    lines.map(line).collect()
}

pub fn write(recorded: &Measured, machine: &str) {
    let mut text = format!(
        "# Ratios as they were measured by `cargo bench --bench gate -- --record`; see benches/gate/main.rs.\n\
         # {machine}\n"
    );
    for name in Ratio::ALL.iter().flat_map(Ratio::names) {
        match recorded.get(&name) {
            Some(figure) => writeln!(text, "{name} {}", digits(*figure)).unwrap(),
            None => writeln!(text, "# {name}: the machine was too busy to measure it").unwrap(),
        }
    }
    std::fs::write(FILE, text).unwrap();
}

/// Four digits that count.
fn digits(figure: f64) -> String {
    let after_point = (3 - figure.log10().floor() as i32).clamp(0, 9) as usize;
    format!("{figure:.after_point$}")
}
