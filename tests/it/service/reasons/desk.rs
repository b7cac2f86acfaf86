//! A town where something of each kind is open, and every call of ExchangeService that writes, asked for something it
//! would take.

use hourbook::api;

use super::asking::hear;
use super::seen::Refused;
use crate::service::exchange::{Town, approve_it, day, of_seconds, sequence, waits};
use crate::support::HOUR;
use crate::support::served::{floor, fresh};

/// The calls of ExchangeService that write, in the order of the API.
pub const EXCHANGE_WRITES: [&str; 19] = [
    "RecordExchange",
    "ProposeExchange",
    "ConfirmExchange",
    "RejectExchange",
    "DisputeExchange",
    "ResolveDispute",
    "RecordGroupExchange",
    "BookHours",
    "TakeBooking",
    "CancelBooking",
    "CreditMember",
    "GrantFromPot",
    "ClaimFromPot",
    "Gift",
    "Donate",
    "TransferBetweenBanks",
    "PutRight",
    "Approve",
    "Decline",
];
/// What a call is asked about: people by their names, what is open by its number.
#[derive(Clone)]
pub struct About {
    pub giver: &'static str,
    pub receiver: &'static str,
    pub pot: &'static str,
    pub elsewhere: &'static str,
    pub seconds: i64,
    pub on: api::Date,
    pub booked_for: api::Date,
    pub proposal: u64,
    pub dispute: u64,
    pub booking: u64,
    pub waiting: u64,
    pub entry: u64,
    /// An entry in which the hall paid.
    pub line: u64,
}

/// People, and something open of each kind.
pub fn town() -> (Town, About) {
    let mut town = Town::new();
    for (name, floor_hours) in [("Dev", -60), ("Ann", 0), ("Kit", -5), ("Zoe", -5), ("Cap", -5)] {
        town.member(name, floor_hours);
    }
    town.account("Dev in Quillmere", (2, api::AccountKind::Member), "Dev", -5);
    town.owner("Quin");
    town.account("Quin", (2, api::AccountKind::Member), "Quin", -5);
    for name in ["Dev", "Kit"] {
        town.give_key(name, api::Role::Member);
    }
    town.broker("Oswin");
    town.owner("Hall");
    town.account("Hall", (1, api::AccountKind::Organisation), "Hall", -5);
    town.begin_with("A created", &[("A pot", 60 * HOUR), ("Kit", 10 * HOUR)]);
    let mut about = About {
        giver: "Dev",
        receiver: "Kit",
        pot: "A pot",
        elsewhere: "Dev in Quillmere",
        seconds: HOUR,
        on: day(5, 4),
        booked_for: day(5, 20),
        proposal: 0,
        dispute: 0,
        booking: 0,
        waiting: 0,
        entry: 0,
        line: 0,
    };
    let said = |seconds, on| town.said(("Dev", "Kit"), api::Side::Giver, seconds, day(4, on));
    about.proposal = town.proposed("Dev", said(HOUR, 1));
    about.dispute = town.proposed("Dev", said(HOUR, 2));
    let differs = api::DisputeExchangeRequest {
        request_id: fresh(),
        proposal_sequence: about.dispute,
        ..Default::default()
    };
    town.dispute_exchange("Kit", differs).unwrap();
    about.booking = book(&town, day(5, 5));
    about.entry = town.recorded("Tobias", town.helped("Kit", "Dev", HOUR, day(4, 3)));
    about.line = town.recorded("Tobias", town.helped("Dev", "Hall", HOUR / 2, day(4, 5)));
    let long = api::RecordExchangeRequest {
        confirmed_amount_seconds: 41 * HOUR,
        ..town.helped("Kit", "Dev", 41 * HOUR, day(4, 4))
    };
    about.waiting = waits(town.record_exchange("Oswin", long).unwrap().done);
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: town.of("Zoe"),
        remainder_to_account_number: town.of("A pot"),
        ..Default::default()
    };
    town.close_account("integration", close).unwrap();
    let limits = api::Limits { ceiling_seconds: Some(HOUR / 2), ceiling_is_hard: true, ..floor(-5) };
    let set = api::SetLimitsRequest {
        request_id: fresh(),
        account_number: town.of("Cap"),
        limits: Some(limits),
        ..Default::default()
    };
    let set = crate::access::with(town.key("integration"), set);
    town.served.block_on(town.served.ledger().set_limits(set)).unwrap();
    (town, about)
}

/// An hour that Dev is to give Kit on a day.
pub fn book(town: &Town, on: api::Date) -> u64 {
    let booked = api::BookHoursRequest {
        request_id: fresh(),
        giver_account_number: town.of("Dev"),
        receiver_account_number: town.of("Kit"),
        length: of_seconds(HOUR),
        day: Some(on),
        ..Default::default()
    };
    sequence(&town.book_hours("Tobias", booked).unwrap().receipt)
}

/// One of the calls that write, by Tobias or whoever has `key`.
pub fn ask(
    town: &Town,
    key: &str,
    call: &'static str,
    request_id: &str,
    about: &About,
) -> Result<(), Refused> {
    let request_id = request_id.to_owned();
    let (giver, receiver) = (town.of(about.giver), town.of(about.receiver));
    let (length, occurred_on) = (of_seconds(about.seconds), Some(about.on));
    let proposal_sequence = about.proposal;
    let helped = api::RecordExchangeRequest {
        request_id: request_id.clone(),
        ..town.helped(about.giver, about.receiver, about.seconds, about.on)
    };
    let said = api::ProposeExchangeRequest {
        request_id: request_id.clone(),
        ..town.said((about.giver, about.receiver), api::Side::Giver, about.seconds, about.on)
    };
    match call {
        "RecordExchange" => hear(call, town.record_exchange(key, helped)),
        "ProposeExchange" => hear(call, town.propose_exchange(key, said)),
        "ConfirmExchange" => {
            let request = api::ConfirmExchangeRequest { request_id, proposal_sequence, ..Default::default() };
            hear(call, town.confirm_exchange(key, request))
        }
        "RejectExchange" => {
            let request = api::RejectExchangeRequest { request_id, proposal_sequence, ..Default::default() };
            hear(call, town.reject_exchange(key, request))
        }
        "DisputeExchange" => {
            let request = api::DisputeExchangeRequest { request_id, proposal_sequence, ..Default::default() };
            hear(call, town.dispute_exchange(key, request))
        }
        "ResolveDispute" => {
            let proposal_sequence = about.dispute;
            let request =
                api::ResolveDisputeRequest { request_id, proposal_sequence, length, ..Default::default() };
            hear(call, town.resolve_dispute(key, request))
        }
        "RecordGroupExchange" => {
            let request = api::RecordGroupExchangeRequest {
                request_id,
                rule: api::GroupRule::SplitProviderTime.into(),
                givers: vec![api::GroupGiver { account_number: giver, length }],
                participant_account_numbers: vec![receiver],
                occurred_on,
                ..Default::default()
            };
            hear(call, town.record_group_exchange(key, request))
        }
        "BookHours" => {
            let request = api::BookHoursRequest {
                request_id,
                giver_account_number: giver,
                receiver_account_number: receiver,
                length,
                day: Some(about.booked_for),
                is_another: true,
                ..Default::default()
            };
            hear(call, town.book_hours(key, request))
        }
        "TakeBooking" => {
            let booking_sequence = about.booking;
            let request =
                api::TakeBookingRequest { request_id, booking_sequence, length, ..Default::default() };
            hear(call, town.take_booking(key, request))
        }
        "CancelBooking" => {
            let booking_sequence = about.booking;
            let request = api::CancelBookingRequest { request_id, booking_sequence, ..Default::default() };
            hear(call, town.cancel_booking(key, request))
        }
        "CreditMember" => {
            let request = api::CreditMemberRequest {
                request_id,
                account_number: giver,
                from_account_number: town.of(about.pot),
                length,
                occurred_on,
                ..Default::default()
            };
            hear(call, town.credit_member(key, request))
        }
        "GrantFromPot" => {
            let request = api::GrantFromPotRequest {
                request_id,
                pot_account_number: town.of(about.pot),
                to_account_number: giver,
                length,
                occurred_on,
                ..Default::default()
            };
            hear(call, town.grant_from_pot(key, request))
        }
        "ClaimFromPot" => {
            let request = api::ClaimFromPotRequest {
                request_id,
                pot_account_number: town.of(about.pot),
                organisation_account_number: if about.giver == "Quin" { giver } else { town.of("Hall") },
                line_sequences: vec![about.line],
                reason: "the festival".into(),
                ..Default::default()
            };
            hear(call, town.claim_from_pot(key, request))
        }
        "Gift" => {
            let request = api::GiftRequest {
                request_id,
                from_account_number: receiver,
                to_account_number: giver,
                length,
                ..Default::default()
            };
            hear(call, town.gift(key, request))
        }
        "Donate" => {
            let request = api::DonateRequest {
                request_id,
                from_account_number: receiver,
                length,
                ..Default::default()
            };
            hear(call, town.donate(key, request))
        }
        "TransferBetweenBanks" => {
            let request = api::TransferBetweenBanksRequest {
                request_id,
                from_account_number: giver,
                to_account_number: town.of(about.elsewhere),
                length,
                ..Default::default()
            };
            // Of both banks.
            hear(call, town.transfer_between_banks("Una", request))
        }
        "PutRight" => {
            let request = api::PutRightRequest {
                request_id,
                original_sequence: about.entry,
                reason: "a slip".into(),
                ..Default::default()
            };
            hear(call, town.put_right(key, request))
        }
        "Approve" => {
            let request = api::ApproveRequest { request_id, ..approve_it(about.waiting) };
            hear(call, town.approve(key, request))
        }
        "Decline" => {
            let waiting_number = about.waiting;
            let request = api::DeclineRequest { request_id, waiting_number, ..Default::default() };
            hear(call, town.decline(key, request))
        }
        other => panic!("{other} does not write"),
    }
}
