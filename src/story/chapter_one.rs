//! Chapter 1, steps 1 to 9: the books.

use super::StoryError;
use super::cast::{ASHENFORD, QUILLMERE};
use super::stage::{HOUR, MINUTE, Stage, utc};
use crate::domain::{
    Action, AtDeadline, Capture, Command, Hold, Kind, Rest, ReversalKind, Reverse, Sequence, Timestamp,
    Transfer,
};
use crate::ledger::HoldStanding;
use crate::seal::{self, Text};
use crate::words::{self, hours};

// Numbers in Ashenford's list of activities.
const GARDENING: u16 = 1;
const WALKING_GROUP: u16 = 2;
const LEAFLETS: u16 = 3;

pub fn play(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    hours_are_created(stage)?;
    everybody_is_welcomed(stage)?;
    an_exchange(stage)?;
    a_walk(stage)?;
    not_done(stage)?;
    taken_in_part(stage)?;
    ran_out(stage)?;
    put_right(stage)?;
    verified(stage)
}

fn hours_are_created(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(1, utc(2026, 5, 5, 9, 0));
    stage.transfers("Una", Kind::Grant, None, &[("A created", "A pot", 80 * HOUR)])?;
    stage.transfers("Una", Kind::Grant, None, &[("Q created", "Q pot", 20 * HOUR)])?;
    let (ashenford, quillmere) = (stage.has("A pot")?, stage.has("Q pot")?);
    stage.say(&format!(
        "The health board backs {ashenford} for Ashenford's community pot and {quillmere} for Quillmere's. \
         Hours made this way are counted apart, never as help given."
    ))
}

fn everybody_is_welcomed(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(2, utc(2026, 5, 5, 10, 0));
    for name in ASHENFORD {
        stage.transfers("Tobias", Kind::Grant, None, &[("A pot", name, 2 * HOUR)])?;
    }
    for name in QUILLMERE {
        stage.transfers("Oyin", Kind::Grant, None, &[("Q pot", name, 2 * HOUR)])?;
    }
    stage.say(&format!(
        "Everyone who joins is welcomed with {} from the pot: {} people in Ashenford, {} in Quillmere.",
        hours(2 * HOUR),
        ASHENFORD.len(),
        QUILLMERE.len(),
    ))
}

fn an_exchange(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(3, utc(2026, 5, 6, 15, 0));
    let seconds = HOUR + 30 * MINUTE;
    stage.transfers("Tobias", Kind::Exchange, Some(GARDENING), &[("Ivy", "Dev", seconds)])?;
    let (dev, ivy) = (stage.has("Dev")?, stage.has("Ivy")?);
    stage.say(&format!("Dev gave Ivy {} (gardening). Dev now has {dev}, Ivy {ivy}.", hours(seconds)))
}

fn a_walk(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(4, utc(2026, 5, 7, 13, 0));
    let walkers = ["Bernard", "Cora", "Esme", "Farid", "Greta", "Hanif", "Jonah", "Kit"];
    let walk = stage.amount(2 * HOUR)?;
    let shares = walk.split(walkers.len()).ok_or_else(|| stage.otherwise("a share for everybody", "none"))?;
    let shares: Vec<_> =
        walkers.into_iter().zip(shares).map(|(walker, share)| (walker, "Amina", share.seconds())).collect();
    let each = shares.first().map_or(0, |share| share.2);
    stage.transfers("Tobias", Kind::Group, Some(WALKING_GROUP), &shares)?;
    stage.say(&format!(
        "Amina led a walk of {} for {} people ({}): {} each, nothing left over.",
        hours(walk.seconds()),
        walkers.len(),
        walkers.join(", "),
        hours(each),
    ))
}

fn not_done(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(5, utc(2026, 5, 8, 11, 0));
    let before = stage.network.ledger.position();
    let booking = set_aside(
        stage,
        "Tobias",
        Kind::Exchange,
        ("Kit", "Lantern Hall", 8 * HOUR),
        utc(2026, 5, 16, 20, 0),
    )?;
    let sentence = stage.refused(booking)?;
    if stage.network.ledger.position() != before {
        return Err(stage.otherwise("nothing was written", "something was"));
    }
    stage.say(&format!("Kit wanted to book Lantern Hall for {}. {sentence}", hours(8 * HOUR)))
}

fn taken_in_part(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(6, utc(2026, 5, 9, 10, 0));
    let baths = ("Hanif", "Ladle Street Baths", 2 * HOUR);
    let command = set_aside(stage, "Tobias", Kind::Redemption, baths, utc(2026, 5, 9, 17, 0))?;
    let hold = stage.write(command)?.entry.sequence;
    let took = HOUR + 15 * MINUTE;
    let capture = Capture { hold, amount: Some(stage.amount(took)?), rest: Rest::Release };
    let command = stage.command("Tobias", Action::Capture(capture))?;
    stage.write(command)?;
    stage.say(&format!(
        "Ladle Street Baths set {} of Hanif's aside, took {}, and let {} go back to Hanif, who now has {}.",
        hours(2 * HOUR),
        hours(took),
        hours(2 * HOUR - took),
        stage.has("Hanif")?,
    ))
}

fn ran_out(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    // 3 o'clock in Ashenford is 14:00 in UTC in May.
    stage.step(7, utc(2026, 5, 11, 11, 0));
    let three_o_clock = utc(2026, 5, 11, 14, 0);
    let command =
        set_aside(stage, "Tobias", Kind::Redemption, ("Jonah", "Saucer & Spoon", HOUR), three_o_clock)?;
    let hold = stage.write(command)?.entry.sequence;
    stage.step(7, three_o_clock);
    let step_failed = |source| StoryError::Step { step: 7, source };
    stage.network.ledger.tick().map_err(step_failed)?;
    let standing = stage.network.ledger.books().hold(hold)?;
    let Some(HoldStanding::Expired(_)) = standing else {
        return Err(stage.otherwise("it ran out", format!("{standing:?}")));
    };
    stage.say(&format!(
        "{} of Jonah's was set aside at the Saucer & Spoon. Jonah did not come by 3 o'clock, so it ran out. \
         Nothing was taken; Jonah has {}.",
        hours(HOUR),
        stage.has("Jonah")?,
    ))
}

fn put_right(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(8, utc(2026, 5, 13, 10, 0));
    let typed = ("Lantern Hall", "Leonie", 15 * HOUR);
    let slip = stage.transfers("Imelda", Kind::Exchange, Some(LEAFLETS), &[typed])?.entry.sequence;
    let reversal = reversal(stage, slip)?;
    let reason = reason_of(stage, &reversal)?;
    let right = HOUR + 30 * MINUTE;
    stage.transfers("Imelda", Kind::Exchange, Some(LEAFLETS), &[("Lantern Hall", "Leonie", right)])?;
    stage.say(&format!(
        "Tuesday's slip said 1.5 and 15 was typed. Imelda put it right: the {} are taken back ({reason}), and Leonie \
         gave Lantern Hall {} (leaflets). Both lines stay in the books.",
        hours(15 * HOUR),
        hours(right),
    ))?;
    let lines = stage.network.ledger.books().statement(stage.account("Leonie")?, None, 10)?;
    let mut statement = String::from("Leonie's lines, newest first:\n");
    for line in lines {
        let kind = line.entry.kind().map_or("", words::kind);
        statement.push_str(&format!(
            "  {:>2}. {kind:<14} then {}\n",
            line.number,
            words::balance(line.line.posted)
        ));
    }
    stage.show(&statement)
}

/// The reversal of a whole entry, with its reason sealed under the keys of both it concerns.
fn reversal(stage: &mut Stage<'_>, original: Sequence) -> Result<Command, StoryError> {
    let reverse = Reverse { original, kind: ReversalKind::Reversal, parts: Vec::new() };
    let mut command = stage.command("Imelda", Action::Reverse(reverse))?;
    let about = [stage.staff("Leonie")?, stage.staff("Lantern Hall")?];
    let text = Text { reason: Some("the slip said 1.5, 15 was typed".to_owned()), ..Text::default() };
    if let Some(key) = command.key {
        command.text = stage.seal(&about, &key, &text)?;
    }
    stage.write(command.clone())?;
    Ok(command)
}

/// The reason as it is read back from the books.
fn reason_of(stage: &Stage<'_>, command: &Command) -> Result<String, StoryError> {
    let Some(key) = command.key else { return Ok(String::new()) };
    let text = seal::open(&stage.network.keyring, &key, seal::Place::Entry, &command.text)?;
    Ok(text.reason.unwrap_or_default())
}

fn verified(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(9, utc(2026, 5, 13, 18, 0));
    let trial_balance = stage.trial_balance()?;
    let report = stage.verify()?;
    stage.say("The books of both banks add up to zero. Verify: every line checked, nothing wrong.")?;
    stage.show("Bank 1 is Ashenford, bank 2 is Quillmere.")?;
    stage.show(&trial_balance.to_string())?;
    stage.show(&report.to_string())
}

/// Hours set aside from one for another, until a deadline, then let go.
fn set_aside(
    stage: &mut Stage<'_>,
    actor: &'static str,
    kind: Kind,
    (from, to, seconds): (&'static str, &'static str, i64),
    deadline: Timestamp,
) -> Result<Command, StoryError> {
    let transfer = Transfer::new(stage.account(from)?, stage.account(to)?, stage.amount(seconds)?);
    let hold =
        Hold { kind, transfers: smallvec::smallvec![transfer], deadline, at_deadline: AtDeadline::Release };
    stage.command(actor, Action::Hold(hold))
}
