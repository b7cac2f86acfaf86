//! `change`: what is known of somebody said anew, without losing what is not said again.

use clap::Args;

use super::add::said_on;
use super::flags::Typed;
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::receipt;
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// Below the help of `member change`.
pub const MEMBER_EXAMPLES: &str = "\
Examples:
  hourbook member change 'ann ash' --phone '01632 960 003' --no-email
  hourbook member change 10035 --name 'Ann Birch' --no-consent photo

What is typed takes the place of what was known of that kind; what is not typed stays.";

/// Below the help of the others.
pub const GROUP_EXAMPLES: &str = "\
Examples:
  hourbook organisation change 'lantern hall' --email new@example.org
  hourbook partner change 10056 --name 'Saucer & Spoon' --no-phone
  hourbook staff change imelda --phone '01632 960 004'

What is typed takes the place of what was known of that kind; what is not typed stays.";

/// Of whom something else is known.
#[derive(Clone, Debug, Args)]
pub struct Flags<P: Args> {
    /// Whose: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// What they are called now
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    #[command(flatten)]
    said: P,
    #[command(flatten)]
    write: WriteFlags,
}

/// Of whom something else is known, whatever they are.
#[derive(Debug)]
pub struct Changing {
    who: Whom,
    bank: Option<u32>,
    name: Option<String>,
    typed: Typed,
    write: WriteFlags,
}

impl<P: Args + Into<Typed>> From<Flags<P>> for Changing {
    fn from(flags: Flags<P>) -> Self {
        let Flags { who, at, name, said, write } = flags;
        Self { who, bank: at.bank, name, typed: said.into(), write }
    }
}

/// Changes it. The call says all that is known, so that is read first. Somebody who says something else in between is
/// overruled; asked again with the same id after that, the answer is that the id was used for something else.
///
/// # Errors
/// [`Failure`].
pub async fn run(
    session: &mut Session<'_, '_>,
    flags: Changing,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    if flags.name.is_none() && flags.typed == Typed::default() {
        let what = "say what is known now, like --phone '01632 960 003' or --no-email; see --help";
        return Err(Failure::Usage(what.to_owned()));
    }
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let person = lookup::person(session, &flags.who, flags.bank, Some(kind)).await?;
    let said_on = said_on(session, &flags.typed, person.bank_number, id).await?;
    let mut profile = match (person.profile, person.account_numbers.first()) {
        (Some(profile), _) => profile,
        // Taken over from elsewhere: all that is known is what their account is called.
        (None, Some(account)) => {
            api::Profile { name: session.account(*account).await?.label, ..api::Profile::default() }
        }
        (None, None) => api::Profile::default(),
    };
    if let Some(name) = flags.name {
        profile.name = name;
    }
    flags.typed.over(&mut profile, said_on);
    let name = profile.name.clone();
    let request = api::UpdatePersonRequest {
        request_id: id.to_string(),
        owner_number: person.owner_number,
        profile: Some(profile),
        validate_only,
    };
    let answer = session.client.directory.update_person(call(request)).await.asking(id)?;
    let extra = vec![
        (Column::figures("owner_number", "", 0), Cell::Number(person.owner_number.into())),
        (Column::words("name", "Called", 0), Cell::Text(name)),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}
