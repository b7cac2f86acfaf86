//! A neighbour bank's broker agrees where one broker alone works.

use hourbook::api;

use super::{Town, approve_it, of_seconds, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Ashenford, where Tobias alone is a broker; Oyin in Quillmere next to it, and Perrin in a bank with no neighbour.
fn town() -> Town {
    let mut town = Town::new();
    town.member("Ivy", -10);
    town.begin_with("A created", &[("A pot", 100 * HOUR)]);
    town.broker_of(2, "Oyin");
    let far = town.bank("Farley", ("F pot", "F created"));
    town.broker_of(far, "Perrin");
    town
}

impl Town {
    /// Thanks to Ivy above a broker's line.
    fn thanks(&self, who: &str) -> u64 {
        let thanks = api::CreditMemberRequest {
            request_id: fresh(),
            account_number: self.of("Ivy"),
            from_account_number: self.of("A pot"),
            length: of_seconds(6 * HOUR),
            memo: "for Ivy's patience".into(),
            reason: "thanks".into(),
            ..Default::default()
        };
        waits(self.credit_member(who, thanks).unwrap().done)
    }

    fn waiting_in_ashenford(&self, who: &str) -> Result<Vec<u64>, tonic::Status> {
        let list = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
        let answer = self.list_waiting(who, list)?;
        Ok(answer.waiting.iter().map(|one| one.number).collect())
    }
}

/// Goal: where nobody else works, a neighbour's broker sees what waits, and agrees or does not; they see nothing else of
/// that bank, not even what became of it, and hear the first answer again. Whoever has no account with the bank, or
/// where two work, hears that nothing is there. Method: each asks for each; every call a stranger might try.
#[test]
fn a_neighbour_agrees_for_one_broker() {
    let mut town = town();
    let (nowhere, nothing) = ("BANK_NOT_FOUND", "ENTRY_NOT_FOUND");
    assert_eq!(reason(town.waiting_in_ashenford("Oyin")), nowhere, "nothing waits");
    let (first, second) = (town.thanks("Tobias"), town.thanks("Tobias"));
    assert_eq!(town.waiting_in_ashenford("Oyin").unwrap(), [first, second]);
    assert_eq!(reason(town.waiting_in_ashenford("Perrin")), nowhere);
    assert_eq!(reason(town.approve("Perrin", approve_it(first))), nothing);

    let agree = approve_it(first);
    let receipt = town.approve("Oyin", agree.clone()).unwrap().receipt;
    let written = receipt.as_ref().unwrap().entry.clone().unwrap();
    assert_eq!((town.posted("Ivy"), written.details.is_none()), (6 * HOUR, true));
    assert!(written.lines.is_empty() && written.moves.is_empty() && written.action.is_none(), "{written:?}");
    let again = town.approve("Oyin", agree).unwrap().receipt.unwrap();
    assert_eq!((again.repeated, again.entry.unwrap().sequence), (true, written.sequence));
    let look = |sequence| api::GetEntryRequest { sequence, min_sequence: 0 };
    for number in [first, second, sequence(&receipt)] {
        assert_eq!(reason(town.get_entry("Oyin", look(number))), nothing);
    }
    let balance = api::GetBalanceRequest { account_number: town.of("Ivy"), ..Default::default() };
    assert_eq!(reason(town.get_balance("Oyin", balance)), "ACCOUNT_NOT_FOUND");
    let entry = town.get_entry("Tobias", look(written.sequence)).unwrap().entry.unwrap();
    let details = entry.details.unwrap();
    assert_eq!(
        (entry.actor, details.second_person),
        (town.owner_number("Tobias"), town.owner_number("Oyin"))
    );
    assert_eq!(details.memo, "for Ivy's patience");

    // A lead of the network asks: Tobias could agree, so no neighbour does.
    let close =
        api::CloseMemberRequest { request_id: fresh(), account_number: town.of("Ivy"), ..Default::default() };
    let of_una = waits(town.close_member("Una", close).unwrap().done);
    assert_eq!(town.waiting_in_ashenford("Oyin").unwrap(), [second]);
    assert_eq!(reason(town.approve("Oyin", approve_it(of_una))), nothing);

    // A key nobody is known by is nobody who could agree; then there are two.
    let made = api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Broker.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        name: "desk".into(),
        ..Default::default()
    };
    town.create_key("admin", made).unwrap();
    assert_eq!(town.waiting_in_ashenford("Oyin").unwrap(), [second]);
    town.broker("Oswin");
    assert_eq!(reason(town.waiting_in_ashenford("Oyin")), nowhere);
    assert_eq!(reason(town.approve("Oyin", approve_it(second))), nothing);
    let no =
        |waiting_number| api::DeclineRequest { request_id: fresh(), waiting_number, ..Default::default() };
    assert_eq!(reason(town.decline("Oyin", no(second))), nothing);
    town.decline("Oswin", no(second)).unwrap();
    assert_eq!(town.posted("Ivy"), 6 * HOUR);
}

/// Goal: a neighbour who does not agree ends it. Method: Oyin declines.
#[test]
fn a_neighbour_declines() {
    let town = town();
    let number = town.thanks("Tobias");
    let no = api::DeclineRequest {
        request_id: fresh(),
        waiting_number: number,
        reason: "too much".into(),
        ..Default::default()
    };
    town.decline("Oyin", no).unwrap();
    assert_eq!(reason(town.approve("Una", approve_it(number))), "NOTHING_WAITS");
    assert_eq!(town.posted("Ivy"), 0);
}
