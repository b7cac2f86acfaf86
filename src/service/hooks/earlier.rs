//! The events of entries, with the earlier entries they rest on.

use crate::domain::{AccountNumber, Entry, OwnerNumber, Sequence};
use crate::hooks::event::{Earlier, Event, events_of};
use crate::ledger::recovery::{self, RecoveryError};
use crate::service::installation::Installation;

/// What was before, as the books have it.
struct Books<'a>(&'a Installation);

impl Earlier for Books<'_> {
    type Error = RecoveryError;

    fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, RecoveryError> {
        self.0.network.ledger.books().durable(sequence)
    }

    fn owner(&self, account: AccountNumber) -> Option<OwnerNumber> {
        self.0.network.ledger.views().account(account).map(|view| view.owner)
    }
}

impl Installation {
    /// The events of the entries from `from` through `through`, in their order; of all partners. Whoever asks bounds how many
    /// entries these are. Blocking.
    ///
    /// # Errors
    /// The books cannot be read there.
    pub fn events_in(&self, from: Sequence, through: Sequence) -> Result<Vec<Event>, RecoveryError> {
        let mut entries = Vec::new();
        recovery::each_record(&**self.network.ledger.books().journal(), from, through, |record| {
            // Nobody sells by a plain post.
            entries.extend(recovery::decode_unless_plain(&record)?);
            Ok(())
        })?;
        // Afterwards: looking earlier ones up reads elsewhere in the journal.
        let events = entries.iter().map(|entry| events_of(entry, &Books(self)));
        Ok(events.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}
