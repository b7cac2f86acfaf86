//! The API as Rust: what `proto/build.rs` makes of `proto/hourbook/v1`.
//!
//! Messages, the servers' traits and the clients. Documented where it is written: in the proto files.

#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]

use std::fmt;

tonic::include_proto!("hourbook.v1");

/// The descriptors that reflection answers with.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// An answer that is printed by accident shows no key.
fn without_the_key(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    receipt: &Option<Receipt>,
    credential: &Option<Credential>,
) -> fmt::Result {
    f.debug_struct(name).field("receipt", receipt).field("credential", credential).finish_non_exhaustive()
}

impl fmt::Debug for CreateKeyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_the_key(f, "CreateKeyResponse", &self.receipt, &self.credential)
    }
}

impl fmt::Debug for RotateKeyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        without_the_key(f, "RotateKeyResponse", &self.receipt, &self.credential)
    }
}

impl fmt::Debug for EndpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointKey").field("key_number", &self.key_number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Contact {
    /// The length only: how to reach people must not reach a log by way of a `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({} bytes)", self.text.len())
    }
}

impl fmt::Debug for Profile {
    /// Lengths only, for the same reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile(name of {} bytes, {} contacts)", self.name.len(), self.contacts.len())
    }
}

impl fmt::Debug for SearchMembersRequest {
    /// Without what is looked for: a name, as a rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchMembersRequest").field("bank_number", &self.bank_number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Letter {
    /// Whose it is by number, for the same reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter(account {}, {} lines)", self.account_number, self.lines.len())
    }
}

impl fmt::Debug for LetterLine {
    /// Without its sentence, which has names in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LetterLine(entry {})", self.sequence)
    }
}

impl fmt::Debug for GetRecordOfHelpResponse {
    /// Without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GetRecordOfHelpResponse(person {}, {} times)", self.owner_number, self.times)
    }
}
