//! Whether a move counts as hours moved, or takes hours moved back.
//!
//! A transfer counts plus, a correction of other books minus. A reversal counts against what it
//! reverses, so what is put right twice counts again. The place of a transfer (`Move::of`) is the
//! same in a hold, its captures and everything that puts them right.

use crate::domain::{Action, Capture, Correction, Entry, Sequence, Transfer};
use crate::journal::{JournalReader, codec};
use crate::ledger::recovery::RecoveryError;

/// Which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counts {
    /// As hours moved.
    #[default]
    Plus,
    /// Against hours moved.
    Minus,
}

impl Counts {
    /// The other way.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Plus => Self::Minus,
            Self::Minus => Self::Plus,
        }
    }

    /// How a transfer counts where it is posted.
    #[must_use]
    pub const fn of(transfer: &Transfer) -> Self {
        match transfer.people.correction {
            Correction::No => Self::Plus,
            Correction::Yes => Self::Minus,
        }
    }
}

/// How the moves of an entry count, by the place of their transfer; what is not listed counts plus.
/// Empty and free of reads for all but reversals and what `is_correcting` says of a hold.
///
/// # Errors
/// [`RecoveryError`] if the journal is damaged at the original.
pub fn by_place(
    entry: &Entry,
    is_correcting: impl Fn(Sequence) -> bool,
    reader: &dyn JournalReader,
) -> Result<Vec<Counts>, RecoveryError> {
    let action = &entry.command.action;
    if let Action::Post(post) = action
        && post.transfers.iter().any(|one| Counts::of(one) == Counts::Minus)
    {
        return Ok(post.transfers.iter().map(Counts::of).collect());
    }
    if let Action::Capture(Capture { hold, .. }) | Action::Expire(hold) = action
        && is_correcting(*hold)
    {
        return of_transfers(*hold, reader);
    }
    let Action::Reverse(reverse) = action else { return Ok(Vec::new()) };
    let counts = of_original(reverse.original, reader)?;
    let places = entry.outcome.moves.iter().map(|part| usize::from(part.of));
    let longest = places.max().map_or(0, |place| place.saturating_add(1));
    Ok((0..longest).map(|place| counts.get(place).copied().unwrap_or_default().turned()).collect())
}

/// How an original's transfers counted. Walks from reversal to reversal to the entry that posted:
/// rarely more than one step, and each goes further back.
fn of_original(original: Sequence, reader: &dyn JournalReader) -> Result<Vec<Counts>, RecoveryError> {
    let (mut at, mut turned) = (original, false);
    let mut places = 1; // A closing, the only move without a transfer, has one place.
    let mut counts = loop {
        let Some(entry) = read(at, reader)? else { break Vec::new() };
        let action = &entry.command.action;
        // An original comes before what reverses it; else the journal is forged.
        if let Action::Reverse(reverse) = action
            && reverse.original < at
        {
            let furthest = entry.outcome.moves.iter().map(|part| usize::from(part.of)).max();
            places = places.max(furthest.map_or(0, |place| place.saturating_add(1)));
            (at, turned) = (reverse.original, !turned);
            continue;
        }
        break if let Action::Capture(Capture { hold, .. }) | Action::Expire(hold) = action {
            of_transfers(*hold, reader)?
        } else {
            action.transfers().iter().map(Counts::of).collect()
        };
    };
    counts.resize(counts.len().max(places), Counts::Plus);
    if turned {
        counts.iter_mut().for_each(|one| *one = one.turned());
    }
    Ok(counts)
}

fn of_transfers(sequence: Sequence, reader: &dyn JournalReader) -> Result<Vec<Counts>, RecoveryError> {
    let entry = read(sequence, reader)?;
    Ok(entry.iter().flat_map(|entry| entry.command.action.transfers()).map(Counts::of).collect())
}

fn read(sequence: Sequence, reader: &dyn JournalReader) -> Result<Option<Entry>, RecoveryError> {
    let Some(record) = reader.record(sequence)? else { return Ok(None) };
    let entry = codec::decode(&record.bytes, record.sequence, record.recorded_at);
    entry.map(Some).map_err(|source| RecoveryError::Entry { sequence, source })
}
