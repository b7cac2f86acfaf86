//! Goal: the six rules come out to the second, every hour has its place, and who helped and who was helped
//! can be read from the entry.
//! Method: the examples of the rules and of the story as printed tables; random sessions against sums that
//! know nothing of legs; every error once.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::hours::format_hours;
use crate::domain::{EntryStep, People, Rounding, Transfer};

const POT: u32 = 900;
const BANK: u32 = 9_000;

fn account(number: u32) -> AccountNumber {
    AccountNumber::from_slot(number).unwrap()
}

fn owner(number: u32) -> OwnerNumber {
    OwnerNumber::new(number)
}

fn amount(minutes: i64) -> Amount {
    Amount::new(minutes * 60).unwrap()
}

fn pot() -> Holder {
    Holder { account: account(POT), owner: owner(BANK) }
}

/// Owner and account have one number, so that a row can be read.
fn person(number: u32) -> Person {
    Person::own(owner(number), account(number))
}

fn paid_by_pot(number: u32) -> Person {
    Person { owner: owner(number), moves: pot() }
}

fn gave(number: u32, minutes: i64) -> Giver {
    Giver { person: person(number), gave: amount(minutes), in_the_name_of: None }
}

fn people(count: u32) -> Vec<Person> {
    (1..=count).map(person).collect()
}

fn session<'a>(rule: GroupRule, givers: &'a [Giver], participants: &'a [Person]) -> Session<'a> {
    Session {
        rule,
        givers,
        participants,
        guests: 0,
        length: None,
        keeper: Some(pot()),
        activity: Some(7),
        entering: Entering::USUAL,
    }
}

/// What the entry does to each account. Seconds.
fn net(plan: &Plan) -> BTreeMap<AccountNumber, i64> {
    let mut net = BTreeMap::new();
    for transfer in &plan.transfers {
        *net.entry(transfer.debit).or_insert(0) -= transfer.amount.seconds();
        *net.entry(transfer.credit).or_insert(0) += transfer.amount.seconds();
    }
    net
}

fn seconds(shares: &[Share]) -> Vec<i64> {
    shares.iter().map(|share| share.pays.or(share.gets).map_or(0, Amount::seconds)).collect()
}

/// Goal: the examples of the rules, to the second.
#[test]
fn examples_come_out_to_the_second() {
    use GroupRule::*;
    let hours = |hours: i64| amount(hours * 60);
    // rule, givers (minutes), how many take part, length, share of each, residual minutes, transfers
    type Row = (GroupRule, &'static [i64], u32, Option<Amount>, Vec<i64>, i64, usize);
    let rows: &[Row] = &[
        (SplitProviderTime, &[360], 12, None, vec![1_800; 12], 0, 12),
        (SplitProviderTimeCeil, &[300], 12, None, vec![1_800; 12], 60, 13),
        (EachPaysSession, &[60], 8, None, vec![3_600; 8], 420, 9),
        (ManyProvidersOneRecipient, &[120, 120, 90], 1, None, vec![19_800], 0, 3),
        (PotPaysProvider, &[120], 0, None, vec![], -120, 1),
        (PotPaysProvider, &[120], 4, None, vec![0; 4], -120, 4),
        (PotPaysEveryone, &[], 9, Some(amount(30)), vec![1_800; 9], -270, 9),
        (PotPaysEveryone, &[30], 8, None, vec![1_800; 8], -270, 9),
        (SplitProviderTime, &[600], 3, None, vec![12_000; 3], 0, 3),
        (SplitProviderTime, &[600], 7, None, vec![5_143, 5_143, 5_143, 5_143, 5_143, 5_143, 5_142], 0, 7),
        // Silent in the rules: two givers, the odd seconds go round; one who pays, two who gave.
        (SplitProviderTime, &[10, 11], 7, None, vec![180; 7], 0, 14),
        (EachPaysSession, &[60, 60], 1, None, vec![3_600], -60, 3),
        (EachPaysSession, &[60, 30], 2, Some(hours(1)), vec![3_600; 2], 30, 4),
        (SplitProviderTimeCeil, &[120], 8, None, vec![900; 8], 0, 8),
    ];
    println!(
        "{:<30} {:>14} {:>5} {:>10} {:>10} {:>9}",
        "rule", "given", "took", "first", "last", "left over"
    );
    for (rule, minutes, took, length, shares, residual, transfers) in rows {
        let givers: Vec<_> = (100..).zip(*minutes).map(|(number, time)| gave(number, *time)).collect();
        let participants = people(*took);
        let plan = Session { length: *length, ..session(*rule, &givers, &participants) }.plan().unwrap();
        let shown = |share: Option<&i64>| share.map_or("-".to_owned(), |share| format!("{share} s"));
        println!(
            "{:<30} {:>14} {took:>5} {:>10} {:>10} {:>5} min",
            rule.word(),
            format!("{minutes:?} min"),
            shown(seconds(&plan.shares).first()),
            shown(seconds(&plan.shares).last()),
            plan.residual_seconds / 60
        );
        assert_eq!(seconds(&plan.shares), *shares, "{rule:?}");
        assert_eq!(plan.residual_seconds, residual * 60, "{rule:?}");
        assert_eq!(plan.transfers.len(), *transfers, "{rule:?}");
        assert_eq!(plan.kind, rule.kind());
        assert_eq!(plan.present_count, None);
    }
}

/// Goal: the group sessions of the story move what the story says. Method: each transfer as a line.
#[test]
fn the_story_moves_what_it_says() {
    use GroupRule::*;
    let told = |step, session: Session<'_>| {
        let plan = session.plan().unwrap();
        let number = |account: AccountNumber| {
            if account == pot().account { "pot".to_owned() } else { account.slot().to_string() }
        };
        let lines = plan.transfers.iter().map(|transfer| {
            let Transfer { debit, credit, amount, people } = transfer;
            assert_eq!(people.activity, Some(7));
            let named =
                |word, who: Option<OwnerNumber>| who.map_or(String::new(), |who| format!(" {word} {who}"));
            let hours = format_hours(amount.seconds());
            let by = named("given by", people.given_by) + &named("received by", people.received_by);
            format!("{} → {} {hours}{by}", number(*debit), number(*credit))
        });
        let lines = lines.collect::<Vec<_>>();
        println!(
            "{step}: {:?}, {:?} counted, {} s left over",
            plan.kind, plan.present_count, plan.residual_seconds
        );
        lines.iter().for_each(|line| println!("    {line}"));
        (lines, plan)
    };
    let (eight, seven) = (people(8), people(7));
    let (lines, plan) = told("step 4", session(SplitProviderTime, &[gave(100, 120)], &eight));
    assert_eq!(lines, (1..=8).map(|walker| format!("{walker} → 100 0.25 h")).collect::<Vec<_>>());
    assert_eq!((plan.kind, plan.residual_seconds), (Kind::Group, 0));
    let walk = [gave(100, 90)];
    let (lines, plan) =
        told("step 13", Session { guests: 2, ..session(SplitProviderTimeCeil, &walk, &seven) });
    let mut expected: Vec<_> = (1..=7).map(|walker| format!("{walker} → pot 0.25 h given by 100")).collect();
    expected.push("pot → 100 1.5 h".to_owned());
    assert_eq!(lines, expected);
    assert_eq!((plan.kind, plan.present_count, plan.residual_seconds), (Kind::Group, Some(2), 900));
    let (lines, plan) = told("step 21", session(PotPaysProvider, &[gave(101, 60)], &[]));
    assert_eq!(lines, ["pot → 101 1 h"]);
    assert_eq!((plan.kind, plan.residual_seconds), (Kind::Community, -3_600));
}

/// Goal: people whose hours go elsewhere are named, also where elsewhere is the account that keeps the rest.
/// Method: Bernard (2), whose hours the pot pays, and a giver (100) who leaves the hours to the pot.
#[test]
fn hours_that_go_elsewhere_keep_their_people() {
    let with = |given_by: Option<u32>, received_by: Option<u32>, paid_by: Option<u32>| People {
        activity: Some(7),
        given_by: given_by.map(owner),
        received_by: received_by.map(owner),
        paid_by: paid_by.map(owner),
        ..People::default()
    };
    let told = |session: Session<'_>| {
        let moved = session.plan().unwrap().transfers;
        let line = |one: &Transfer| (one.debit.slot(), one.credit.slot(), one.amount.seconds(), one.people);
        moved.iter().map(line).collect::<Vec<_>>()
    };
    let walkers = [person(1), paid_by_pot(2)];
    let (hour, fifty) = ([gave(100, 60)], [gave(100, 50)]);
    let straight = session(GroupRule::SplitProviderTime, &hour, &walkers);
    assert_eq!(
        told(straight),
        [(1, 100, 1_800, with(None, None, None)), (POT, 100, 1_800, with(None, Some(2), Some(BANK)))]
    );
    let ceil = session(GroupRule::SplitProviderTimeCeil, &fifty, &walkers);
    assert_eq!(
        told(ceil),
        [
            (1, POT, 1_800, with(Some(100), None, None)),
            (POT, 100, 1_500, with(None, Some(2), Some(BANK))),
            (POT, 100, 1_500, with(None, None, None)),
        ]
    );
    let to_the_pot = [Giver { person: paid_by_pot(100), ..gave(100, 50) }];
    let two = people(2);
    assert_eq!(
        told(session(GroupRule::SplitProviderTimeCeil, &to_the_pot, &two)),
        [
            (1, POT, 1_500, with(Some(100), None, None)),
            (1, POT, 300, with(None, None, None)),
            (2, POT, 1_500, with(Some(100), None, None)),
            (2, POT, 300, with(None, None, None)),
        ]
    );
    let nothing_moves = Err(GroupError::SameAccount { account: pot().account });
    for rule in [GroupRule::SplitProviderTime, GroupRule::SplitProviderTimeCeil, GroupRule::PotPaysProvider] {
        assert_eq!(session(rule, &to_the_pot, &walkers).plan(), nothing_moves, "{rule:?}");
    }
    let two_to_the_pot = [to_the_pot[0], Giver { person: paid_by_pot(101), ..gave(101, 50) }];
    let one = people(1);
    assert_eq!(session(GroupRule::EachPaysSession, &two_to_the_pot, &one).plan(), nothing_moves);
    let organisation = Person { owner: owner(100), moves: Holder { account: account(50), owner: owner(51) } };
    let named = [Giver { person: organisation, in_the_name_of: Some(owner(51)), ..gave(100, 60) }];
    let people = People { in_the_name_of: Some(owner(51)), ..with(Some(100), None, None) };
    assert_eq!(told(session(GroupRule::SplitProviderTime, &named, &one)), [(1, 50, 3_600, people)]);
}

/// Goal: every error is reachable, names a field that the API has, and the first that applies wins. Method: a table;
/// the fields are looked up in `proto`.
#[test]
fn errors_name_field_and_limit() {
    use GroupError::*;
    use GroupRule::*;
    let (none, two, many) = (people(0), people(2), people(300));
    let (giver, long) = ([gave(500, 60)], [gave(100, 60), gave(101, 30)]);
    let same = [gave(100, 60), gave(100, 30)];
    let walks = [gave(1, 60)];
    let twice = [two[1], two[0], two[1]];
    let second = [Giver { gave: Amount::new(1).unwrap(), ..gave(100, 60) }];
    let huge = [Giver { gave: Amount::MAX, ..gave(100, 60) }, gave(101, 60)];
    let leaders: Vec<_> = (400..416).map(|number| gave(number, 60)).collect();
    let (sixteen, seventeen, all) = (people(16), people(17), people(256));
    let too_many = |field, most, count| TooMany { field, most, count };
    let rows = [
        (session(SplitProviderTime, &[], &two), NobodyGives),
        (session(PotPaysProvider, &[], &two), NobodyGives),
        (session(SplitProviderTime, &giver, &none), NobodyTakesPart),
        (session(PotPaysEveryone, &[], &none), NobodyTakesPart),
        (session(ManyProvidersOneRecipient, &giver, &two), OneRecipient { named: 2 }),
        (session(SplitProviderTime, &giver, &many), too_many(PARTICIPANTS, 256, 300)),
        (session(SplitProviderTimeCeil, &giver, &all), TooManyTransfers { count: 257 }),
        (session(SplitProviderTime, &leaders, &seventeen), TooManyTransfers { count: 272 }),
        (
            Session { guests: 1_000_001, ..session(SplitProviderTime, &giver, &two) },
            too_many("guest_count", 1_000_000, 1_000_001),
        ),
        (session(SplitProviderTime, &same, &two), NamedTwice { field: "givers", owner: owner(100) }),
        (session(SplitProviderTime, &giver, &twice), NamedTwice { field: PARTICIPANTS, owner: owner(2) }),
        (session(SplitProviderTime, &walks, &two), GivesAndTakesPart { owner: owner(1) }),
        (session(EachPaysSession, &long, &two), LengthNeeded),
        (session(PotPaysEveryone, &[], &two), LengthNeeded),
        (Session { length: Some(amount(60)), ..session(SplitProviderTime, &giver, &two) }, LengthUnused),
        (session(SplitProviderTime, &second, &two), ShareIsNothing { participants: 2 }),
        (session(SplitProviderTime, &huge, &two), TooLong),
        (session(SplitProviderTimeCeil, &huge[..1], &two[..1]), TooLong),
        (
            Session { keeper: None, ..session(EachPaysSession, &giver, &two) },
            KeeperNeeded { residual_seconds: 3_600 },
        ),
    ];
    for (session, expected) in &rows {
        let error = session.plan().unwrap_err();
        println!("{:<24} {error:?}", error.field());
        assert_eq!(error, *expected);
    }
    let nothing_moves = SameAccount { account: account(1) };
    let errors = rows.into_iter().map(|(_, error)| error).chain([nothing_moves]);
    for field in errors.map(|error| error.field()) {
        for name in field.split(" and ") {
            let (outer, inner) = name.split_once('.').unwrap_or((name, ""));
            assert!(has_field("RecordGroupExchangeRequest", outer), "{field}");
            assert!(inner.is_empty() || has_field("GroupGiver", inner), "{field}");
        }
    }
    assert_eq!(session(SplitProviderTime, &leaders, &sixteen).plan().unwrap().transfers.len(), 256);
    let straight = Session { keeper: None, ..session(SplitProviderTime, &giver, &all) };
    assert_eq!(straight.plan().unwrap().transfers.len(), 256, "nothing left over needs no keeper");
}

/// Whether a message of the API has this field.
fn has_field(message: &str, field: &str) -> bool {
    let proto = include_str!("../../../../proto/hourbook/v1/exchange.proto");
    let (_, rest) = proto.split_once(&format!("\nmessage {message} {{")).unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    body.lines().any(|line| line.split(" = ").next().unwrap().ends_with(&format!(" {field}")))
}

/// Goal: `_ceil` rounds the exact part to the bank's step and up, whatever the bank does else.
/// Method: rows of step and rounding; a part that is a fraction of a second above a step.
#[test]
fn ceil_is_the_banks_step_upwards() {
    let three = people(3);
    for (minutes, gave_seconds, each) in [(15, 2_700, 900), (15, 2_701, 1_800), (1, 181, 120), (60, 1, 3_600)]
    {
        for rounding in [Rounding::Up, Rounding::Nearest, Rounding::Exact] {
            let entering = Entering { step: EntryStep::from_minutes(minutes).unwrap(), rounding };
            let givers = [Giver { gave: Amount::new(gave_seconds).unwrap(), ..gave(100, 1) }];
            let session = session(GroupRule::SplitProviderTimeCeil, &givers, &three);
            let plan = Session { entering, ..session }.plan().unwrap();
            assert_eq!(seconds(&plan.shares), [each; 3], "{minutes} {gave_seconds}");
            assert_eq!(plan.residual_seconds, each * 3 - gave_seconds);
        }
    }
}

/// Goal: words and rules are one to one.
#[test]
fn words_read_back() {
    for rule in GroupRule::ALL {
        assert_eq!(GroupRule::from_word(rule.word()), Some(rule));
    }
    assert_eq!(GroupRule::from_word("split"), None);
}

/// What an entry says one person gave, read as the module header says: legs away from the keeper, and only
/// where there are none the others that name them.
fn said_given(plan: &Plan, who: OwnerNumber) -> i64 {
    let named = |one: &&Transfer| {
        let own = (one.credit != pot().account).then(|| owner(one.credit.slot()));
        one.people.given_by.or(own) == Some(who)
    };
    let sum = |legs: &mut dyn Iterator<Item = &Transfer>| legs.map(|one| one.amount.seconds()).sum::<i64>();
    let away = sum(&mut plan.transfers.iter().filter(named).filter(|one| one.credit != pot().account));
    if away > 0 { away } else { sum(&mut plan.transfers.iter().filter(named)) }
}

prop_compose! {
    fn sessions()(
        rule in prop::sample::select(GroupRule::ALL.to_vec()),
        times in prop::collection::vec((prop_oneof![1..400_i64, Just(5_400)], 0..6_u8), 1..5),
        took in prop::collection::vec(0..6_u8, 1..12),
        step in prop::sample::select(vec![1_u32, 15, 60]),
        guests in 0..3_u32,
        length in 1..20_000_i64,
    ) -> (GroupRule, Vec<Giver>, Vec<Person>, u32, u32, Amount) {
        // One in six leaves the hours to the pot, or is paid for by it.
        let moves = |number, elsewhere: u8| if elsewhere == 0 { paid_by_pot(number) } else { person(number) };
        let givers = (100..).zip(times).map(|(number, (gave, elsewhere))| Giver {
            person: moves(number, elsewhere),
            gave: Amount::new(gave).unwrap(),
            in_the_name_of: None,
        });
        let one = rule == GroupRule::ManyProvidersOneRecipient;
        let took = (1..).zip(took).map(|(number, elsewhere)| moves(number, elsewhere));
        let took = took.take(if one { 1 } else { 12 }).collect();
        (rule, givers.collect(), took, step, guests, Amount::new(length).unwrap())
    }
}

proptest! {
    /// Goal: every account moves by what its people gave, paid and got, and the keeper's by what is left
    /// over; what each gave can be read from the entry; the order of names moves odd seconds alone.
    #[test]
    fn every_hour_has_its_place((rule, givers, took, step, guests, length) in sessions()) {
        let asks = matches!(rule, GroupRule::EachPaysSession | GroupRule::PotPaysEveryone);
        let entering = Entering { step: EntryStep::from_minutes(step).unwrap(), rounding: Rounding::Up };
        let length = asks.then_some(length);
        let session = Session { guests, length, entering, ..session(rule, &givers, &took) };
        let plan = match session.plan() {
            Ok(plan) => plan,
            Err(error) => {
                let stays = givers.iter().any(|giver| giver.person.moves == pot())
                    || took.iter().any(|person| person.moves == pot());
                let few = matches!(error, GroupError::ShareIsNothing { .. });
                let same = stays && matches!(error, GroupError::SameAccount { .. });
                prop_assert!(few || same, "{error:?}");
                return Ok(());
            }
        };
        prop_assert_eq!(session.plan(), Ok(plan.clone()));

        let mut expected = BTreeMap::new();
        let mut moves = |account, seconds: i64| *expected.entry(account).or_insert(0) += seconds;
        for giver in &givers {
            moves(giver.person.moves.account, giver.gave.seconds());
        }
        for (person, share) in took.iter().zip(&plan.shares) {
            prop_assert_eq!(person.owner, share.owner);
            let seconds = |amount: Option<Amount>| amount.map_or(0, Amount::seconds);
            moves(person.moves.account, seconds(share.gets) - seconds(share.pays));
        }
        moves(pot().account, plan.residual_seconds);
        prop_assert_eq!(expected.values().sum::<i64>(), 0);
        expected.retain(|_, seconds| *seconds != 0);
        let mut moved = net(&plan);
        moved.retain(|_, seconds| *seconds != 0);
        prop_assert_eq!(moved, expected);

        for giver in &givers {
            prop_assert_eq!(said_given(&plan, giver.person.owner), giver.gave.seconds());
        }
        for transfer in &plan.transfers {
            let keeps = transfer.debit == pot().account || transfer.credit == pot().account;
            prop_assert!(keeps || plan.residual_seconds == 0);
            prop_assert_ne!(transfer.debit, transfer.credit);
        }
        prop_assert_eq!(plan.present_count, Some(guests).filter(|guests| *guests > 0));

        let (mut givers, mut took) = (givers.clone(), took.clone());
        givers.reverse();
        took.reverse();
        let other = Session { givers: &givers, participants: &took, ..session }.plan().unwrap();
        prop_assert_eq!(other.residual_seconds, plan.residual_seconds);
        for (one, other) in seconds(&plan.shares).into_iter().zip(seconds(&other.shares).into_iter().rev()) {
            prop_assert!((one - other).abs() <= 1);
        }
    }
}
