//! Hours handed out of a pot.

use hourbook::api;

use super::{Town, number, of_seconds, reason, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: a grant from a pot is a grant and no help, with its reason; of nothing but a pot, for nobody's account but a
/// person's, a group's, a partner's or a pot's; a broker does not grant themselves. Method: each, and the balances.
#[test]
fn a_pot_grants() {
    let mut town = Town::new();
    town.member("Amina", 0);
    town.begin_with("A created", &[("A pot", 20 * HOUR)]);
    let grant = |pot: &str, to: &str| api::GrantFromPotRequest {
        request_id: fresh(),
        pot_account_number: town.of(pot),
        to_account_number: town.of(to),
        length: of_seconds(2 * HOUR),
        reason: "a warm room".into(),
        ..Default::default()
    };
    let asked = grant("A pot", "Amina");
    let done = town.grant_from_pot("Tobias", asked.clone()).unwrap().done.unwrap();
    let sequence = number(&done);
    let entry = done.receipt.unwrap().entry.unwrap();
    assert_eq!((entry.sequence, entry.kind()), (sequence, api::Kind::Grant));
    assert_eq!(entry.details.unwrap().reason, "a warm room");
    let again = town.grant_from_pot("Tobias", asked).unwrap().done.unwrap();
    assert!(again.receipt.unwrap().repeated);
    assert_eq!([town.posted("A pot"), town.posted("Amina")], [18 * HOUR, 2 * HOUR]);
    for (pot, to, field) in [
        ("A created", "Amina", "pot_account_number"),
        ("Amina", "A pot", "pot_account_number"),
        ("A pot", "A created", "to_account_number"),
    ] {
        assert_eq!(reason(town.grant_from_pot("Tobias", grant(pot, to))), field, "{pot} {to}");
    }
    assert_eq!([town.posted("A pot"), town.posted("Amina")], [18 * HOUR, 2 * HOUR]);
    let mut town = town;
    town.give_key("Amina", api::Role::Broker);
    let own = api::GrantFromPotRequest {
        request_id: fresh(),
        pot_account_number: town.of("A pot"),
        to_account_number: town.of("Amina"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    waits(town.grant_from_pot("Amina", own).unwrap().done);
}
