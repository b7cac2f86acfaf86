//! Entries folded into people: what follows, and what does not.

use super::apply::{BadFact, REPRESENTATIVES_MAX};
use super::note::Said;
use super::pause::PAUSE_SECONDS;
use super::register::{MayTake, People};
use super::sites::{InUse, Sites, TILLS_MAX, VENUES_MAX};
use super::terms::{Opens, PauseCause, Pays, PersonKind, Representative, Site, Speaks, Standing, Taking};
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, Attachment, BankNumber, Close, Command, Day, Entry, Limits,
    NewAccount, Note, OpenBank, Opened, Outcome, OwnerNumber, RequestId, RequestKey, Scope, Sequence,
    Timestamp, Topic,
};
use crate::seal::Place;

const DAY: Day = Day::from_days(20_000);
const PARTNER: u32 = 5;

fn owner(number: u32) -> OwnerNumber {
    OwnerNumber::new(number)
}

fn account(slot: u32) -> AccountNumber {
    AccountNumber::from_slot(slot).unwrap()
}

fn bank(number: u32) -> BankNumber {
    BankNumber::new(number)
}

struct Story {
    people: People,
    sequence: u64,
    now: Timestamp,
    next_slot: u32,
}

impl Story {
    /// Two banks with their pots (slots 0 and 2); members 1 to 3 and organisation 4 of bank 1, partner 5.
    fn new() -> Self {
        let now = Timestamp::from_micros(0);
        let mut story = Self { people: People::default(), sequence: 0, now, next_slot: 0 };
        for number in [1, 2] {
            let limits = Limits::WIDEST;
            let open = OpenBank {
                owner: owner(100 + number),
                time_zone: "UTC".into(),
                pot: limits,
                issuance: limits,
            };
            let opened = Opened::Bank(bank(number), account(story.next_slot));
            story.next_slot += 2;
            story.write(Action::OpenBank(Box::new(open)), opened, None).unwrap();
        }
        for number in 1..=3 {
            story.join(number, AccountKind::Member);
        }
        story.join(4, AccountKind::Organisation);
        story.join(PARTNER, AccountKind::Partner);
        story
    }

    fn write(&mut self, action: Action, opened: Opened, said: Option<Said>) -> Result<(), BadFact> {
        self.sequence += 1;
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([9; 16]) };
        let mut command = Command::new(key, owner(1), action);
        command.attachment =
            said.map(|said| Box::new(Attachment { topic: said.topic(), body: said.encode() }));
        let outcome = Outcome { opened, ..Outcome::default() };
        let (sequence, recorded_at) = (Sequence::new(self.sequence), self.now);
        self.people.apply_entry(&Entry { sequence, recorded_at, command, outcome })
    }

    fn open(&mut self, number: u32, of: u32, kind: AccountKind, said: Option<Said>) -> Result<(), BadFact> {
        let new = NewAccount {
            bank: bank(of),
            kind,
            owner: owner(number),
            limits: Limits::WIDEST,
            label: Box::default(),
        };
        let opened = Opened::Accounts(account(self.next_slot));
        self.next_slot += 1;
        self.write(Action::OpenAccounts(vec![new]), opened, said)
    }

    fn join(&mut self, number: u32, kind: AccountKind) {
        let person_kind = match kind {
            AccountKind::Organisation => PersonKind::Organisation,
            AccountKind::Partner => PersonKind::Partner,
            _ => PersonKind::Member,
        };
        self.open(number, 1, kind, Some(profile(person_kind, 1))).unwrap();
    }

    /// A note; if it is refused, nothing may have changed.
    fn say(&mut self, subject: u32, said: Said) -> Result<(), BadFact> {
        let note = Note { topic: said.topic(), subject: u64::from(subject), body: said.encode() };
        let before = self.people.clone();
        let applied = self.write(Action::Note(note), Opened::Nothing, None);
        assert!(applied.is_ok() || self.people == before, "an error changed something");
        applied
    }

    fn refuses(&mut self, subject: u32, said: Said) -> bool {
        matches!(self.say(subject, said), Err(BadFact::Order(sequence, _)) if sequence.get() == self.sequence)
    }

    fn erase(&mut self, number: u32) {
        let note = Note { topic: Topic::ERASURE, subject: u64::from(number), body: Box::default() };
        self.write(Action::Note(note), Opened::Nothing, None).unwrap();
    }

    fn person(&self, number: u32) -> &super::Person {
        self.people.person(owner(number)).unwrap()
    }
}

fn profile(kind: PersonKind, of: u32) -> Said {
    Said::Person { kind, bank: bank(of), profile: [7; 3].into() }
}

fn speaker(number: u32, speaks: Speaks, limit: Option<i64>, last_day: Option<Day>) -> Said {
    let monthly_limit = limit.map(|seconds| Amount::new(seconds).unwrap());
    Said::Named(Representative { owner: owner(number), speaks, monthly_limit, last_day })
}

fn standing(pot: u32) -> Said {
    Said::Standing(Standing { pays: Pays::Pot(account(pot)), ..Standing::default() })
}

/// Goal: people come with their accounts and profiles, close, reopen, move, and are forgotten.
/// Method: one life in each step's words.
#[test]
fn a_life_in_the_books() {
    let mut story = Story::new();
    let ann = story.person(1);
    assert_eq!((ann.kind, ann.bank, ann.accounts.len()), (PersonKind::Member, bank(1), 1));
    assert_eq!(ann.profile.as_ref().map(|sealed| sealed.place), Some(Place::Attachment));
    let own = ann.accounts[0].number;
    assert_eq!(story.people.owner_of(own).map(|person| person.owner), Some(owner(1)));
    assert_eq!(story.people.owner_of(account(0)), None, "a pot");

    story.say(1, standing(0)).unwrap();
    assert!(story.refuses(1, standing(2)), "a pot of the other bank");
    assert!(story.refuses(1, standing(1)), "not a pot");
    assert!(story.refuses(77, standing(0)) && story.refuses(0, standing(0)), "nobody");
    assert!(story.refuses(1, profile(PersonKind::Partner, 1)), "accounts say otherwise");

    story
        .write(Action::Close(Close { account: own, remainder_to: account(0) }), Opened::Nothing, None)
        .unwrap();
    assert!(story.person(1).is_closed());
    story.open(1, 2, AccountKind::Member, Some(profile(PersonKind::Member, 2))).unwrap();
    let ann = story.person(1);
    assert!(!ann.is_closed() && ann.is_of(bank(1)) && ann.is_of(bank(2)) && !ann.is_of(bank(3)));
    assert_eq!((ann.bank, ann.standing), (bank(2), Standing::default()), "the pot stayed behind");
    story.write(Action::Reopen(own), Opened::Nothing, None).unwrap();
    assert_eq!(story.person(1).accounts[0].in_use(), InUse::Yes);

    story.say(1, profile(PersonKind::Member, 1)).unwrap();
    assert_eq!(story.person(1).profile.as_ref().unwrap().place, Place::Note);
    story.say(4, speaker(1, Speaks::ForAll, None, None)).unwrap();
    story.say(1, speaker(2, Speaks::ForAll, None, None)).unwrap();
    assert!(story.people.speaks_for(owner(1), owner(4), DAY));
    story.erase(1);
    let gone = story.person(1);
    assert!(gone.profile.is_none() && gone.erased_at.is_some() && gone.accounts.len() == 2);
    assert!(!story.people.speaks_for(owner(1), owner(4), DAY), "whoever is forgotten speaks for nobody");
    assert!(!story.people.speaks_for(owner(2), owner(1), DAY), "and nobody for them");
    assert!(story.refuses(1, profile(PersonKind::Member, 1)) && story.refuses(1, Said::Resumed));

    story.open(9, 1, AccountKind::Member, None).unwrap();
    assert_eq!(story.person(9).profile, None, "of whom nothing was said");
    assert_eq!(story.write(Action::Void(Sequence::new(1)), Opened::Nothing, None), Ok(()));
    let astray = story.write(Action::Void(Sequence::new(1)), Opened::Nothing, Some(Said::Resumed));
    assert!(matches!(astray, Err(BadFact::Order(..))));
    let body = Box::from([1, 9]);
    let note = Note { topic: Topic::PAUSE, subject: 2, body };
    let bad = story.write(Action::Note(note), Opened::Nothing, None).unwrap_err();
    assert_eq!(
        bad.to_string(),
        format!("entry {} about a person cannot be read: it is damaged", story.sequence)
    );
}

/// Goal: who speaks for whom, on which day, for what and how much; and not more than twenty.
/// Method: representatives next to each bound.
#[test]
fn representatives() {
    let mut story = Story::new();
    let rooms = 4;
    story.say(rooms, speaker(1, Speaks::ForAll, Some(7_200), Some(DAY))).unwrap();
    story.say(rooms, speaker(2, Speaks::ToReceive, None, None)).unwrap();
    assert!(story.refuses(rooms, speaker(rooms, Speaks::ForAll, None, None)), "themselves");
    assert!(story.refuses(rooms, speaker(66, Speaks::ForAll, None, None)), "nobody");
    let after = Day::from_days(DAY.days() + 1);
    let people = &story.people;
    for (actor, for_whom, day, speaks, may_spend) in [
        (1, rooms, DAY, true, MayTake::Monthly(Amount::new(7_200).unwrap())),
        (1, rooms, after, false, MayTake::Nothing),
        (2, rooms, after, true, MayTake::Nothing),
        (3, rooms, DAY, false, MayTake::Nothing),
        (rooms, 1, DAY, false, MayTake::Nothing),
        (3, 3, DAY, true, MayTake::AsTheAccountAllows),
        (0, 0, DAY, false, MayTake::Nothing),
        (0, rooms, DAY, false, MayTake::Nothing),
    ] {
        assert_eq!(people.speaks_for(owner(actor), owner(for_whom), day), speaks, "{actor} for {for_whom}");
        assert_eq!(
            people.may_take(owner(actor), owner(for_whom), day, Taking::Spending),
            may_spend,
            "{actor}"
        );
    }
    assert_eq!(people.spoken_for_by(owner(1), DAY).collect::<Vec<_>>(), [owner(rooms)]);
    assert_eq!(people.spoken_for_by(owner(1), after).count(), 0);
    story.say(rooms, speaker(1, Speaks::ToSpend, None, None)).unwrap();
    let all = MayTake::AsTheAccountAllows;
    assert_eq!(
        story.people.may_take(owner(1), owner(rooms), after, Taking::Spending),
        all,
        "the later word holds"
    );
    story.say(rooms, Said::Ended(owner(2))).unwrap();
    assert!(story.refuses(rooms, Said::Ended(owner(2))));
    assert!(!story.people.speaks_for(owner(2), owner(rooms), DAY));
    assert_eq!(story.people.spoken_for_by(owner(2), DAY).count(), 0);
    let most = u32::try_from(REPRESENTATIVES_MAX).unwrap();
    for number in 10..10 + most {
        story.join(number, AccountKind::Member);
    }
    for number in 10..9 + most {
        story.say(rooms, speaker(number, Speaks::ForAll, None, None)).unwrap();
    }
    let full = story.say(rooms, speaker(9 + most, Speaks::ForAll, None, None)).unwrap_err();
    assert_eq!(
        full.to_string(),
        format!("entry {} is one too many: at most 20 representatives of one owner", story.sequence)
    );
    assert_eq!(story.say(rooms, speaker(10, Speaks::ToSpend, None, None)), Ok(()), "known already");
}

/// Goal: a pause begins, is renewed, is taken back; asking to be forgotten lasts. Method: moments and words.
#[test]
fn pauses() {
    let mut story = Story::new();
    let end = |days: i64| Timestamp::from_micros(0).plus_seconds(days * 86_400);
    assert!(story.refuses(2, Said::Resumed));
    story.say(2, Said::Paused(PauseCause::ForNow)).unwrap();
    assert!(story.person(2).is_paused(end(13)) && !story.person(2).is_paused(end(14)));
    story.now = end(10);
    story.say(2, Said::Paused(PauseCause::ForNow)).unwrap();
    let pause = story.person(2).pause.unwrap();
    assert_eq!((pause.since, pause.until), (end(0), end(10).plus_seconds(PAUSE_SECONDS)));
    story.now = end(30);
    story.say(2, Said::Paused(PauseCause::ForNow)).unwrap();
    assert_eq!(story.person(2).pause.unwrap().since, end(30), "the other ran out");
    story.say(2, Said::Resumed).unwrap();
    assert!(!story.person(2).is_paused(end(30)));
    story.say(2, Said::Paused(PauseCause::ToBeForgotten)).unwrap();
    assert!(story.person(2).is_paused(end(1_000)));
    assert!(story.refuses(2, Said::Paused(PauseCause::ForNow)), "that would let them be found again");
    story.say(2, Said::Resumed).unwrap();
    let pause = story.person(2).pause.unwrap();
    assert_eq!((pause.cause, pause.until), (PauseCause::ForNow, end(30)), "who set it is kept");
    assert!(!story.person(2).is_paused(end(30)));
}

/// Goal: numbers of venues and tills are dense, given once and bounded; only partners have some.
/// Method: everything out of order on the way.
#[test]
fn venues_and_tills() {
    let mut story = Story::new();
    let venue = |number| Said::Site(Site::Venue { number, words: [1].into() });
    let till = |number, venue| Said::Site(Site::Till { number, venue });
    assert!(story.refuses(1, venue(1)), "a member");
    for wrong in
        [venue(0), venue(2), till(1, 1), Said::Site(Site::VenueClosed(1)), Said::Site(Site::TillClosed(1))]
    {
        assert!(story.refuses(PARTNER, wrong.clone()), "{wrong:?}");
    }
    assert_eq!(story.person(PARTNER).sites, Sites::default());
    for said in [venue(1), venue(2), venue(1), till(1, 1), till(2, 1), till(3, 2), till(2, 2)] {
        story.say(PARTNER, said).unwrap();
    }
    assert!(story.refuses(PARTNER, till(5, 1)) && story.refuses(PARTNER, till(4, 3)));
    story.say(PARTNER, Said::Site(Site::VenueClosed(1))).unwrap();
    let used = |story: &Story| {
        story.person(PARTNER).sites.tills.values().map(|till| till.in_use).collect::<Vec<_>>()
    };
    assert_eq!(used(&story), [InUse::NoLonger, InUse::Yes, InUse::Yes]);
    assert!(
        story.refuses(PARTNER, venue(1))
            && story.refuses(PARTNER, till(1, 2))
            && story.refuses(PARTNER, till(4, 1))
    );
    story.say(PARTNER, Said::Site(Site::TillClosed(3))).unwrap();
    assert!(story.refuses(PARTNER, Said::Site(Site::TillClosed(3))));
    for number in 3..=u8::try_from(VENUES_MAX).unwrap() {
        story.say(PARTNER, venue(number)).unwrap();
    }
    for number in 4..=u16::try_from(TILLS_MAX).unwrap() {
        story.say(PARTNER, till(number, 2)).unwrap();
    }
    assert!(story.refuses(PARTNER, venue(51)) && story.refuses(PARTNER, till(201, 2)));
}

/// Goal: pots know what they are for; a person who only works has no account.
#[test]
fn pots_and_staff() {
    let mut story = Story::new();
    let warm = Said::Pot { last_day: Some(DAY), opens: Opens::Panel, purpose: [1].into() };
    assert!(story.refuses(1, warm.clone()), "issuance is no pot");
    story.say(0, warm.clone()).unwrap();
    let pot = story.people.pot(account(0)).unwrap();
    assert_eq!((pot.bank, pot.terms.as_ref().unwrap().opens), (bank(1), Opens::Panel));
    let slot = story.next_slot;
    story.open(101, 1, AccountKind::Pot, Some(warm)).unwrap();
    assert!(story.people.pot(account(slot)).unwrap().terms.is_some());
    assert_eq!(story.people.pots(bank(1)).count(), 2);
    assert_eq!(story.people.person(owner(101)), None, "a bank is nobody's member");
    story
        .write(
            Action::Close(Close { account: account(slot), remainder_to: account(0) }),
            Opened::Nothing,
            None,
        )
        .unwrap();
    assert_eq!(story.people.pot(account(slot)).unwrap().in_use, InUse::NoLonger);

    story.say(50, profile(PersonKind::Staff, 1)).unwrap();
    assert!(story.person(50).accounts.is_empty() && !story.person(50).is_closed());
    story.open(50, 1, AccountKind::Member, None).unwrap();
    assert_eq!(story.person(50).kind, PersonKind::Member, "who joins is a member");
    assert!(story.person(50).profile.is_some());
}
