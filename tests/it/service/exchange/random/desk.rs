//! What one broker may do: a step drawn at random.

use hourbook::api;
use tonic::{Code, Status};

use super::dice::Random;
use crate::service::exchange::{Town, approve_it, day, of_seconds, sequence};
use crate::support::HOUR;
use crate::support::served::fresh;

/// What may be drawn, each as often; some calls twice.
const STEPS: usize = 25;
const OTHERS: [&str; 4] = ["Jonah", "Ivy", "Lantern Hall", "Kit"];

/// By which of her keys she calls: mostly as a broker, now and then as a member or as a lead.
const KEYS: [&str; 6] = ["Imelda", "Imelda", "Imelda", "Imelda", "Imelda herself", "Imelda as lead"];
/// What another broker did, by which her balance may rise.
pub const AGREED: &str = "Oswin agrees";
/// Nothing waited.
pub const NOTHING: &str = "nothing";

/// What one broker has to work with.
pub struct Desk<'a> {
    pub town: &'a Town,
    pub random: Random,
    /// Entries there are: hers and others'.
    pub entries: Vec<u64>,
    pub proposals: Vec<u64>,
    pub bookings: Vec<u64>,
    pub waiting: Vec<u64>,
    pub accepted: usize,
    pub kept: usize,
    pub refused: usize,
}

impl Desk<'_> {
    fn anybody(&mut self) -> &'static str {
        // Mostly herself and whom she speaks for: others' hours are not what this is about.
        match self.random.below(6) {
            0 | 1 => "Imelda",
            2 | 3 => "Wayside",
            _ => self.random.one::<&str>(&OTHERS),
        }
    }

    fn account_or_none(&mut self, names: &[&str]) -> u32 {
        if self.random.below(3) == 0 { self.town.of(self.random.one::<&str>(names)) } else { 0 }
    }

    fn on(&mut self) -> api::Date {
        day(4, i32::try_from(1 + self.random.below(30)).unwrap())
    }

    fn done(&mut self, answer: Result<Option<api::Done>, Status>) {
        match answer {
            Ok(done) => {
                let done = done.unwrap();
                self.accepted += 1;
                if done.waiting_number != 0 {
                    self.kept += 1;
                    self.waiting.push(done.waiting_number);
                } else {
                    self.entries.push(sequence(&done.receipt));
                }
            }
            Err(status) => self.no(&status),
        }
    }

    fn receipt(&mut self, answer: Result<Option<api::Receipt>, Status>) -> Option<u64> {
        match answer {
            Ok(receipt) => {
                self.accepted += 1;
                self.entries.push(sequence(&receipt));
                self.entries.last().copied()
            }
            Err(status) => {
                self.no(&status);
                None
            }
        }
    }

    /// Something said of people, which moves no hours.
    fn said(&mut self, answer: Result<Option<api::Receipt>, Status>) {
        match answer {
            Ok(_) => self.accepted += 1,
            Err(status) => self.no(&status),
        }
    }

    fn no(&mut self, status: &Status) {
        let codes = [
            Code::FailedPrecondition,
            Code::InvalidArgument,
            Code::NotFound,
            Code::AlreadyExists,
            Code::PermissionDenied,
        ];
        assert!(codes.contains(&status.code()), "{status:?}");
        self.refused += 1;
    }

    /// One call of hers, or some days.
    pub fn step(&mut self) -> &'static str {
        let key = *self.random.one(&KEYS);
        let (town, request_id) = (self.town, fresh());
        let (giver, receiver) = (self.anybody(), self.anybody());
        let (length, on) = (of_seconds(self.random.hours()), self.on());
        match self.random.below(STEPS) {
            0 | 1 => {
                let request = api::RecordExchangeRequest {
                    length,
                    paid_by_account_number: self.account_or_none(&["A pot", "Imelda", "Wayside", "Jonah"]),
                    hours_to_account_number: self.account_or_none(&["A pot"]),
                    in_the_name_of_account_number: self.account_or_none(&["Lantern Hall", "Wayside"]),
                    is_another: true,
                    ..town.helped(giver, receiver, HOUR, on)
                };
                self.done(town.record_exchange(key, request).map(|answer| answer.done));
                "record"
            }
            2 | 3 => {
                let side = *self.random.one(&[api::Side::Giver, api::Side::Receiver]);
                let request = api::ProposeExchangeRequest {
                    length,
                    is_another: true,
                    ..town.said((giver, receiver), side, HOUR, on)
                };
                let written = self.receipt(town.propose_exchange(key, request).map(|answer| answer.receipt));
                self.proposals.extend(written);
                "propose"
            }
            4 => {
                let proposal_sequence = *self.random.one(&self.proposals);
                let length = if self.random.below(2) == 0 { length } else { None };
                let request = api::ConfirmExchangeRequest {
                    request_id,
                    proposal_sequence,
                    length,
                    ..Default::default()
                };
                match town.confirm_exchange(key, request) {
                    Ok(answer) if answer.waiting_number != 0 => self.waiting.push(answer.waiting_number),
                    answer => drop(self.receipt(answer.map(|answer| answer.receipt))),
                }
                "confirm"
            }
            5 => {
                let proposal_sequence = *self.random.one(&self.proposals);
                let request = api::DisputeExchangeRequest {
                    request_id,
                    proposal_sequence,
                    length,
                    ..Default::default()
                };
                self.receipt(town.dispute_exchange(key, request).map(|answer| answer.receipt));
                "dispute"
            }
            6 => {
                let proposal_sequence = *self.random.one(&self.proposals);
                let request = api::ResolveDisputeRequest {
                    request_id,
                    proposal_sequence,
                    length,
                    ..Default::default()
                };
                self.receipt(town.resolve_dispute(key, request).map(|answer| answer.receipt));
                "resolve"
            }
            7 => {
                let rule = i32::try_from(1 + self.random.below(6)).unwrap();
                let others: Vec<u32> = OTHERS.iter().map(|name| town.of(name)).collect();
                let mut participants = others[..1 + self.random.below(3)].to_vec();
                for own in ["Imelda", "Wayside"] {
                    if self.random.below(2) == 0 {
                        participants.push(town.of(own));
                    }
                }
                participants.retain(|account| *account != town.of(giver));
                let giver = api::GroupGiver { account_number: town.of(giver), length: length.clone() };
                let request = api::RecordGroupExchangeRequest {
                    request_id,
                    rule,
                    givers: vec![giver],
                    participant_account_numbers: participants,
                    length,
                    occurred_on: Some(on),
                    is_another: true,
                    ..Default::default()
                };
                self.done(town.record_group_exchange(key, request).map(|answer| answer.done));
                "group"
            }
            8 => {
                let request = api::BookHoursRequest {
                    request_id,
                    giver_account_number: town.of(giver),
                    receiver_account_number: town.of(receiver),
                    length,
                    // Near, wherever the clock is by now: today's is taken today.
                    day: Some(self.today()),
                    is_another: true,
                    ..Default::default()
                };
                let written = self.receipt(town.book_hours(key, request).map(|answer| answer.receipt));
                self.bookings.extend(written);
                "book"
            }
            9 => {
                let booking_sequence = *self.random.one(&self.bookings);
                let length = if self.random.below(2) == 0 { length } else { None };
                let request = api::TakeBookingRequest {
                    request_id,
                    booking_sequence,
                    length,
                    is_another: true,
                    ..Default::default()
                };
                self.done(town.take_booking(key, request).map(|answer| answer.done));
                "take"
            }
            10 | 11 => {
                let from = *self.random.one(&["A pot", "A created"]);
                let request = api::CreditMemberRequest {
                    request_id,
                    account_number: town.of(giver),
                    from_account_number: town.of(from),
                    length,
                    is_help: self.random.below(2) == 0,
                    reason: "thanks".into(),
                    ..Default::default()
                };
                self.done(town.credit_member(key, request).map(|answer| answer.done));
                "credit"
            }
            12 => {
                let request = api::GiftRequest {
                    request_id,
                    from_account_number: town.of(receiver),
                    to_account_number: town.of(giver),
                    length,
                    ..Default::default()
                };
                self.done(town.gift(key, request).map(|answer| answer.done));
                "gift"
            }
            13 => {
                let request = api::DonateRequest {
                    request_id,
                    from_account_number: town.of(receiver),
                    length,
                    ..Default::default()
                };
                self.done(town.donate(key, request).map(|answer| answer.done));
                "donate"
            }
            14 | 15 => {
                let parts = if self.random.below(2) == 0 {
                    Vec::new()
                } else {
                    vec![api::ReversedPart { transfer_index: 0, amount_seconds: HOUR / 4 }]
                };
                let newest = self.entries.len().saturating_sub(20);
                let request = api::PutRightRequest {
                    request_id,
                    original_sequence: *self.random.one(&self.entries[newest..]),
                    parts,
                    reason: "a slip".into(),
                    validate_only: false,
                };
                self.done(town.put_right(key, request).map(|answer| answer.done));
                "put right"
            }
            16 => {
                let Some(waiting) = self.waiting.pop() else { return NOTHING };
                self.receipt(town.approve(key, approve_it(waiting)).map(|answer| answer.receipt));
                self.waiting.insert(0, waiting);
                "approve"
            }
            17 | 18 => {
                let Some(waiting) = self.waiting.pop() else { return NOTHING };
                // He agrees to whatever is not his: that is what he is for.
                match town.approve("Oswin", approve_it(waiting)) {
                    Ok(answer) => self.entries.push(sequence(&answer.receipt)),
                    Err(status) => self.no(&status),
                }
                AGREED
            }
            19 => {
                let whose = self.anybody();
                let request = api::SetMemberStandingRequest {
                    request_id,
                    owner_number: town.owner_number(whose),
                    paid_by_account_number: self.account_or_none(&["A pot"]),
                    hours_to_account_number: self.account_or_none(&["A pot"]),
                    rest_to_account_number: self.account_or_none(&["Imelda", "Wayside"]),
                    ..Default::default()
                };
                let answer = town.set_member_standing(key, request).map(|answer| answer.receipt);
                self.said(answer);
                "standing choice"
            }
            20 => {
                let (represented, speaker) = (self.anybody(), self.anybody());
                let request = api::SetRepresentativeRequest {
                    request_id,
                    owner_number: town.owner_number(represented),
                    representative: Some(api::Representative {
                        owner_number: town.owner_number(speaker),
                        speaks: api::Speaks::ForAll.into(),
                        ..Default::default()
                    }),
                    is_over: self.random.below(3) == 0,
                    ..Default::default()
                };
                let answer = town.set_representative(key, request).map(|answer| answer.receipt);
                self.said(answer);
                "representative"
            }
            21 => {
                let owner_number = town.owner_number(self.anybody());
                let answer = if self.random.below(2) == 0 {
                    let request = api::CreatePersonRequest {
                        request_id,
                        bank_number: 1,
                        kind: api::PersonKind::Staff.into(),
                        profile: Some(api::Profile { name: "Ivy Again".into(), ..Default::default() }),
                        owner_number: if self.random.below(2) == 0 { owner_number } else { 0 },
                        is_somebody_else: true,
                        ..Default::default()
                    };
                    town.create_person(key, request).map(|answer| answer.receipt)
                } else {
                    let request = api::LinkIdentityRequest {
                        request_id,
                        owner_number,
                        issuer: "https://issuer.example".into(),
                        subject: "imelda".into(),
                        ..Default::default()
                    };
                    town.link_identity(key, request).map(|answer| answer.receipt)
                };
                self.said(answer);
                "somebody taken in or linked"
            }
            22 => {
                let own = *self.random.one(&["Imelda", "Wayside"]);
                let request = api::CloseMemberRequest {
                    request_id,
                    account_number: town.of(own),
                    remainder_to_account_number: self.account_or_none(&["Imelda", "Wayside"]),
                    ..Default::default()
                };
                // Nobody agrees to it: what is closed is no more to be tried out.
                match town.close_member(key, request) {
                    Ok(_) => self.accepted += 1,
                    Err(status) => self.no(&status),
                }
                "close"
            }
            23 => {
                let days = i64::try_from(1 + self.random.below(10)).unwrap();
                town.served.clock.advance_seconds(days * 86_400);
                "days pass"
            }
            24 => {
                let newest = self.entries.len().saturating_sub(20);
                let request = api::ClaimFromPotRequest {
                    request_id,
                    pot_account_number: town.of("A pot"),
                    organisation_account_number: town
                        .of(self.random.one::<&str>(&["Wayside", "Lantern Hall"])),
                    line_sequences: vec![*self.random.one(&self.entries[newest..])],
                    reason: "the festival".into(),
                    ..Default::default()
                };
                self.done(town.claim_from_pot(key, request).map(|answer| answer.done));
                "claim"
            }
            one => panic!("nothing is done for {one}"),
        }
    }

    /// The day it is.
    fn today(&self) -> api::Date {
        use hourbook::ledger::Clock;
        let days = i32::try_from(self.town.served.clock.now().wall.micros() / 86_400_000_000).unwrap();
        let text = hourbook::domain::Day::from_days(days).to_string();
        let parts: Vec<i32> = text.split('-').map(|part| part.parse().unwrap()).collect();
        api::Date { year: parts[0], month: parts[1], day: parts[2] }
    }
}
