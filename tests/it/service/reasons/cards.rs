//! Rules of cards and PINs, broken one after the other.

use hourbook::api;
use hourbook::domain::{AccountNumber, Reason};

use super::asking::hear;
use super::seen::{Refused, Seen};
use crate::service::exchange::Town;
use crate::support::START;
use crate::support::served::fresh;

/// The calls about cards, in the order of the API.
pub const CARD_WRITES: [&str; 4] = ["IssueCard", "SetPin", "ReplaceCard", "BlockCard"];

/// Asks a call that writes, about the card of an account; with the PIN there is where that is said.
fn ask(
    town: &Town,
    (who, call): (&str, &'static str),
    request_id: &str,
    (account_number, old_pin): (u32, &str),
) -> Result<(), Refused> {
    let (request_id, validate_only) = (request_id.to_owned(), false);
    match call {
        "IssueCard" => {
            let request = api::IssueCardRequest { request_id, account_number, validate_only };
            hear(call, town.issue_card(who, request))
        }
        "SetPin" => {
            let (pin, old_pin) = ("2580".into(), old_pin.into());
            let request = api::SetPinRequest { request_id, account_number, pin, old_pin, validate_only };
            hear(call, town.set_pin(who, request))
        }
        "ReplaceCard" => {
            let request = api::ReplaceCardRequest { request_id, account_number, validate_only };
            hear(call, town.replace_card(who, request))
        }
        "BlockCard" => {
            let request = api::BlockCardRequest { request_id, account_number, validate_only };
            hear(call, town.block_card(who, request))
        }
        other => panic!("{other} is none of these"),
    }
}

/// Everything about cards.
pub fn everything(seen: &mut Seen) {
    let mut town = Town::new();
    for who in ["Ann", "Bo", "Cy"] {
        town.member(who, -5);
    }
    town.give_key("Ann", api::Role::Member);
    town.give_another_key("Ann at the desk", "Ann", api::Role::Broker);
    let (ann, bo, cy) = (town.of("Ann"), town.of("Bo"), town.of("Cy"));
    ask(&town, ("Tobias", "IssueCard"), &fresh(), (ann, "")).unwrap();
    let with_card = |call| if call == "IssueCard" { (bo, "") } else { (ann, "") };
    town.reopened(|options| options.bounds.disk_headroom_bytes = u64::MAX);
    for call in CARD_WRITES {
        let refused = ask(&town, ("Tobias", call), &fresh(), with_card(call));
        seen.refused(refused, Reason::DiskLow, &[], &["the disk under the books is nearly full"]);
    }
    town.reopened(|_| {});
    let known = fresh();
    let pause = api::PauseMemberRequest {
        request_id: known.clone(),
        owner_number: town.owner_number("Bo"),
        ..Default::default()
    };
    town.pause_member("Una", pause).unwrap();
    for call in CARD_WRITES {
        // Una shares no ids with Tobias.
        let refused = ask(&town, ("Una", call), &known, with_card(call));
        seen.refused(
            refused,
            Reason::RequestIdReused,
            &[("fields", &"*")],
            &["this request id was used before"],
        );
    }
    town.served.clock.set_wall(START.plus_seconds(366 * 86_400));
    for call in CARD_WRITES {
        let refused = ask(&town, ("Tobias", call), &fresh(), with_card(call));
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    town.served.clock.set_wall(START);
    rules(&town, (ann, bo, cy), seen);
}

fn rules(town: &Town, (ann, bo, cy): (u32, u32, u32), seen: &mut Seen) {
    let of_account: [(&str, &dyn ToString); 1] = [("account_number", &"*")];
    let nobodys = AccountNumber::from_slot(9_000_000).unwrap().printed();
    for call in CARD_WRITES {
        let refused = ask(town, ("Tobias", call), &fresh(), (nobodys, ""));
        seen.refused(refused, Reason::AccountNotFound, &of_account, &[]);
    }
    let refused = ask(town, ("Tobias", "IssueCard"), &fresh(), (ann, ""));
    seen.refused(refused, Reason::AlreadyThere, &of_account, &["put another one in its place"]);
    for call in ["IssueCard", "SetPin", "ReplaceCard"] {
        let refused = ask(town, ("Ann at the desk", call), &fresh(), (ann, ""));
        seen.refused(refused, Reason::SecondPersonNeeded, &[], &["somebody else has to do that"]);
    }
    for call in ["SetPin", "ReplaceCard", "BlockCard"] {
        let refused = ask(town, ("Tobias", call), &fresh(), (bo, ""));
        seen.refused(refused, Reason::CardNotFound, &of_account, &["no card in use"]);
    }
    let refused = ask(town, ("Ann", "SetPin"), &fresh(), (ann, "4021"));
    seen.refused(refused, Reason::CardNotFound, &of_account, &["The first one is set at the desk"]);
    ask(town, ("Tobias", "SetPin"), &fresh(), (ann, "")).unwrap();
    let tries = ["4 more tries are left", "3 more", "2 more", "One more try is left", "the last try"];
    for (left, said) in (0..5).rev().zip(tries) {
        let refused = ask(town, ("Ann", "SetPin"), &fresh(), (ann, "4021"));
        let figures: [(&str, &dyn ToString); 2] = [("account_number", &"*"), ("left", &left)];
        seen.refused(refused, Reason::PinWrong, &figures, &[said, "talk to your time broker"]);
    }
    let refused = ask(town, ("Ann", "SetPin"), &fresh(), (ann, "2580"));
    seen.refused(refused, Reason::PinLocked, &of_account, &["typed too often"]);

    (1..200).for_each(|_| ask(town, ("Tobias", "ReplaceCard"), &fresh(), (ann, "")).unwrap());
    let figures: [(&str, &dyn ToString); 2] = [("what", &"cards"), ("most", &200)];
    let refused = ask(town, ("Tobias", "ReplaceCard"), &fresh(), (ann, ""));
    seen.refused(refused, Reason::BooksFull, &figures, &["at most 200 cards"]);
    ask(town, ("Tobias", "BlockCard"), &fresh(), (ann, "")).unwrap();
    let refused = ask(town, ("Tobias", "IssueCard"), &fresh(), (ann, ""));
    seen.refused(refused, Reason::BooksFull, &figures, &["at most 200 cards"]);

    ask(town, ("Tobias", "IssueCard"), &fresh(), (cy, "")).unwrap();
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: cy,
        remainder_to_account_number: town.of("A pot"),
        ..Default::default()
    };
    town.close_account("integration", close).unwrap();
    for call in ["IssueCard", "SetPin", "ReplaceCard"] {
        let refused = ask(town, ("Tobias", call), &fresh(), (cy, ""));
        seen.refused(refused, Reason::AccountClosed, &of_account, &[]);
    }
}
