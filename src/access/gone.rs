//! Keys that end with what or whom they are for: a till that is closed, somebody who is forgotten.
//!
//! Who is gone is for the directory to say. What ends a key is a note like any other, so it is over for good.

use super::Access;
use super::desk::NotMade;
use super::note::Said;
use super::register::Credential;
use crate::domain::{OwnerNumber, RequestId, RequestKey, Scope};
use crate::ledger::Mode;
use crate::network::{Network, derived_id};

impl Access {
    /// Ends every key that works and is for somebody or something gone, in the name of `by`; says how many. The last
    /// admin key that works stays. Blocking, until it is on disk.
    ///
    /// # Errors
    /// [`NotMade`]; keys before the one that could not be ended are over.
    pub fn end_keys(
        &self,
        network: &Network,
        by: OwnerNumber,
        is_gone: impl Fn(&Credential) -> bool,
    ) -> Result<usize, NotMade> {
        let mut desk = self.desk();
        let now = self.now();
        let live = desk.register().credentials.iter().filter(|one| one.ended(now).is_none());
        let gone: Vec<_> = live.filter(|one| is_gone(one)).map(|one| one.number).collect();
        let mut ended: usize = 0;
        for number in gone {
            if desk.is_last_admin(number, now) {
                continue;
            }
            desk.write(network, (ends(number.get()), by), number.get(), &Said::Revoked, Mode::Write)?;
            self.publish(&desk);
            ended = ended.saturating_add(1);
        }
        Ok(ended)
    }
}

/// One request for each key: it ends once.
fn ends(number: u32) -> RequestKey {
    let id: RequestId = derived_id("hourbook ends the key of what is gone", &number.to_le_bytes());
    RequestKey { scope: Scope::OPERATOR, id }
}
