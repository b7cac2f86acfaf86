//! The process `hourbook init`: the network begins, or gets another admin key. Owns the data directory for
//! as long, as `hourbook serve` does, so both never work beside each other.

use std::path::Path;
use std::sync::Arc;

use crate::access::pace::CALLS_PER_SECOND_USUAL;
use crate::access::{Access, AccessError, NewKey, NotMade};
use crate::journal::{DataDirectory, DirectoryError};
use crate::ledger::SystemClock;
use crate::network::{Network, NetworkError, NetworkOptions};
use crate::words::access as words;

/// What is asked of the machine.
#[derive(Clone, Copy, Debug)]
pub enum Init<'a> {
    /// The network begins, under this name.
    Begin(&'a str),
    /// Another admin key.
    NewAdminKey,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Another process, most likely the server, has the directory; or it is none of ours.
    #[error("{0}")]
    Directory(#[from] DirectoryError),
    /// The books cannot be opened.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Who may call cannot be known.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// It is not done.
    #[error("{}", not_made(.0))]
    NotMade(#[from] NotMade),
}

fn not_made(error: &NotMade) -> String {
    match error {
        NotMade::BegunBefore { .. } => {
            format!("{error}. For another admin key: 'hourbook init --new-admin-key'")
        }
        NotMade::Refused(crate::access::Refusal::NotBegun) => {
            "this network has no keys yet: 'hourbook init --name NAME' makes the first one".to_owned()
        }
        NotMade::Refused(refusal) => words::refusal_sentence(refusal),
        NotMade::Invalid(_)
        | NotMade::KeyringLost
        | NotMade::NoReceipt(_)
        | NotMade::Keys(_)
        | NotMade::Bad(_) => error.to_string(),
    }
}

/// Does it in the data directory `data`.
///
/// # Errors
/// [`InitError`], saying what to do.
pub fn init(data: &Path, asked: Init<'_>) -> Result<NewKey, InitError> {
    let network = Network::open_in(DataDirectory::open(data)?, NetworkOptions::default())?;
    let access = Access::open(&network, Arc::new(SystemClock), CALLS_PER_SECOND_USUAL)?;
    Ok(match asked {
        Init::Begin(name) => access.begin(&network, name)?,
        Init::NewAdminKey => access.new_admin_key(&network)?,
    })
}
