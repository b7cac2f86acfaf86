//! How commands are submitted and answered: the only place that knows.

use std::time::Instant;

use hourbook::domain::{Command, Sequence};
use hourbook::ledger::{Decided, Decision, Detail, Ledger, Mode, Ticket};

/// A submission on its way.
pub struct InFlight {
    ticket: Ticket,
    entries: usize,
    /// Where its holds begin, if it has any.
    captures: usize,
    /// When it was, or should have been, sent.
    pub since: Instant,
}

/// Sends commands; the first `captures` of them take holds.
pub fn submit(ledger: &Ledger, commands: Vec<Command>, captures: usize, since: Instant) -> InFlight {
    let entries = commands.len();
    let ticket = ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap();
    InFlight { ticket, entries, captures, since }
}

/// An answered submission; all of it was accepted.
pub struct Settled {
    decisions: Vec<Decision>,
    captures: usize,
    /// The commands, to be filled again.
    pub commands: Vec<Command>,
}

/// Waits until a submission is on disk.
pub fn settle(in_flight: InFlight) -> Settled {
    let Decided { commands, decisions } = in_flight.ticket.wait().unwrap();
    assert_eq!(decisions.len(), in_flight.entries);
    for decision in &decisions {
        assert!(matches!(decision, Decision::Accepted(_)), "{decision:?}");
    }
    Settled { decisions, captures: in_flight.captures, commands }
}

impl Settled {
    /// How many entries.
    pub fn entries(&self) -> u64 {
        self.decisions.len() as u64
    }

    /// Where those that are not captures are in the books.
    pub fn sequences(&self) -> impl Iterator<Item = Sequence> + '_ {
        self.decisions.iter().skip(self.captures).map(|decision| match decision {
            Decision::Accepted(sequence) => *sequence,
            Decision::AcceptedWith(_)
            | Decision::Known(_)
            | Decision::Refused(_)
            | Decision::WouldBe(_)
            | Decision::NotNow => {
                unreachable!("all are accepted")
            }
        })
    }
}
