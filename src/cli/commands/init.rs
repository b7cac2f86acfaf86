//! `init`: the network begins, with its first admin key.

use std::path::PathBuf;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::key::Place;
use crate::cli::screen::{Cell, Column, Screen};
use crate::cli::{Begun, Programs};
use crate::config::{self, Environment};

/// What is to begin.
#[derive(Debug, Args)]
#[command(after_help = "\
The key is printed once, on standard output alone, or put into the file of --out. Stop the server first.

Examples:
  hourbook init --name \"Rivermeet Time Network\" --out admin.key
  hourbook init --new-admin-key --out admin.key")]
pub struct Flags {
    /// Folder the books are kept in; made if it is not there [env: HOURBOOK_DATA] [default: hb-data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<String>,
    /// What the network is called, 1 to 64 bytes
    #[arg(long, value_name = "TEXT", required_unless_present = "new_admin_key")]
    name: Option<String>,
    /// Another admin key for a network that has begun: for when none is left, or the keyring was lost
    #[arg(long, conflicts_with = "name")]
    new_admin_key: bool,
    /// Put the key into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub fn run(
    screen: &mut Screen<'_>,
    flags: Flags,
    environment: &dyn Environment,
    programs: &Programs<'_>,
) -> Result<(), Failure> {
    let data = config::data(flags.data.as_ref(), environment)?;
    let is_another = flags.name.is_none();
    let place = Place::open(flags.out)?;
    let begun = match (programs.init)(&data, flags.name.as_deref()) {
        Ok(begun) => begun,
        Err((exit, why)) => {
            place.leave();
            return Err(Failure::Process(exit, why));
        }
    };
    let Begun { key, network_name } = begun;
    let text = key.reveal();
    let kept = place.put(&text, "make another with 'hourbook init --new-admin-key'")?;
    screen.remark(&if is_another {
        format!("The network \"{network_name}\" has another admin key.")
    } else {
        format!("The network \"{network_name}\" has begun. From now on nobody calls without a key.")
    });
    let where_it_is = kept.as_ref().map_or_else(
        || "Keep it where nobody else can read it: it is not shown again.".to_owned(),
        |path| format!("It is in {} and nowhere else.", path.display()),
    );
    screen.remark(&format!("Key {}: admin of the whole network. {where_it_is}", key.number()));
    if screen.is_for_people() {
        if kept.is_none() {
            screen.say(&text)?;
        }
        return Ok(());
    }
    Ok(screen.record(&[
        (Column::words("network_name", "", 0), Cell::Text(network_name)),
        (Column::figures("credential_number", "", 0), Cell::Number(key.number().into())),
        (Column::words("key", "", 0), if kept.is_none() { Cell::Text(text) } else { Cell::Nothing }),
    ])?)
}
