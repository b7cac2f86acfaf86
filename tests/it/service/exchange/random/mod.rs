//! One broker who is a lead and a member too, any calls (I11).

mod desk;
mod dice;

use std::collections::BTreeSet;

use desk::{AGREED, Desk, NOTHING};
use dice::Random;
use hourbook::api;

use super::{Town, approve_it, sequence};
use crate::support::HOUR;
use crate::support::served::{fresh, transfer};

const SEQUENCES: usize = 400;
const CALLS_MAX: usize = 12;
/// What was done then, each once.
const ARMS: [&str; 20] = [
    "record",
    "propose",
    "confirm",
    "dispute",
    "resolve",
    "group",
    "book",
    "take",
    "credit",
    "gift",
    "donate",
    "claim",
    "put right",
    "approve",
    AGREED,
    "standing choice",
    "representative",
    "somebody taken in or linked",
    "close",
    "days pass",
];
/// Goal: nothing that one broker does alone adds to the account she owns, nor to that of a group she speaks for (I11):
/// not as a member or a lead either, nor by what she says of people, nor by what silence or time do. Method: 400 random
/// sequences of up to 12 calls of hers, by all of her keys, with the days that pass, among entries of others that would
/// add to her or the group if they were put right, and the answers of another broker; neither balance ever rises but by
/// those. At the end he agrees to what waits, and they do. Every kind of step is taken.
#[test]
fn one_broker_never_raises_her_own() {
    let seed = std::env::var("HOURBOOK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
        u64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() & u128::from(u64::MAX)).unwrap()
    });
    println!("HOURBOOK_SEED={seed}");
    let mut town = Town::new();
    for name in ["Imelda", "Jonah", "Ivy", "Kit"] {
        town.member(name, -100_000);
    }
    town.owner("Lantern Hall");
    town.account("Lantern Hall", (1, api::AccountKind::Organisation), "Lantern Hall", -100_000);
    town.owner("Wayside");
    town.account("Wayside", (1, api::AccountKind::Organisation), "Wayside", -100_000);
    town.give_key("Imelda", api::Role::Broker);
    town.give_another_key("Imelda herself", "Imelda", api::Role::Member);
    town.give_another_key("Imelda as lead", "Imelda", api::Role::Lead);
    town.broker("Oswin");
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Wayside"),
        representative: Some(api::Representative {
            owner_number: town.owner_number("Imelda"),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    town.set_representative("Tobias", speaks).unwrap();
    town.begin_with("A created", &[("A pot", 100_000 * HOUR)]);
    let mut desk = Desk {
        town: &town,
        random: Random(seed),
        entries: Vec::new(),
        proposals: vec![1],
        bookings: vec![1],
        waiting: Vec::new(),
        accepted: 0,
        kept: 0,
        refused: 0,
    };
    let mut ran = BTreeSet::new();
    for _ in 0..SEQUENCES {
        // Others write what would add to her, put right.
        let (me, group, jonah) = (town.of("Imelda"), town.of("Wayside"), town.of("Jonah"));
        for transfers in [
            vec![transfer(me, jonah, HOUR)],
            vec![transfer(me, jonah, HOUR), transfer(town.of("Ivy"), me, HOUR)],
            vec![transfer(group, jonah, HOUR)],
        ] {
            let request = api::PostEntryRequest {
                request_id: fresh(),
                kind: api::Kind::Group.into(),
                transfers,
                ..Default::default()
            };
            desk.entries.push(sequence(&town.post_entry("integration", request).unwrap().receipt));
        }
        let both = || ["Imelda", "Wayside"].map(|name| town.posted(name));
        let mut stood = both();
        let mut did = Vec::new();
        for _ in 0..1 + desk.random.below(CALLS_MAX) {
            did.push(desk.step());
            let stands = both();
            let rose = std::iter::zip(stands, stood).any(|(stands, stood)| stands > stood);
            assert!(
                !rose || did.last() == Some(&AGREED),
                "{stood:?} became {stands:?} by {did:?}; HOURBOOK_SEED={seed}"
            );
            stood = stands;
        }
        ran.extend(did.into_iter().filter(|did| *did != NOTHING));
    }
    println!("{} accepted, {} of them wait, {} refused", desk.accepted, desk.kept, desk.refused);
    assert_eq!(ran, BTreeSet::from(ARMS), "HOURBOOK_SEED={seed}");
    assert!(desk.accepted > 500 && desk.kept > 100 && desk.refused > 100);
    let stood = town.posted("Imelda");
    let agreed = desk.waiting.iter().filter(|one| town.approve("Oswin", approve_it(**one)).is_ok()).count();
    assert!(agreed > 10 && town.posted("Imelda") > stood, "{agreed} agreed to");
}
