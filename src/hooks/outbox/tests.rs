//! Outboxes, played against what they promise.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::directory::hooks::{EventKind, Kinds, Replay, Stands};
use crate::domain::OwnerNumber;
use crate::hooks::event::Says;
use crate::hooks::schedule::ATTEMPTS_MAX;
use crate::redemption::testing::redemption;

const NAME: EndpointName = EndpointName { partner: OwnerNumber::new(7), number: 1 };
const BEGAN: Timestamp = Timestamp::from_micros(1_782_000_000_000_000);

fn endpoint() -> Endpoint {
    Endpoint {
        url: "https://till.example/".into(),
        kinds: Kinds::ALL,
        stands: Stands::Open,
        made_by: Sequence::new(10),
        key_number: 1,
        key_by: Sequence::new(10),
        older_key_until: None,
        set_by: Sequence::new(10),
        opened_by: Sequence::new(10),
        replay: None,
    }
}

/// Something that happened to the redemption that entry `order` began.
fn event(entry: u64, order: u64, kind: EventKind) -> Event {
    let mut of_sale = redemption(1);
    of_sale.number = Sequence::new(order);
    Event {
        id: EventId { entry: Sequence::new(entry), kind },
        recorded_at: BEGAN,
        partner: NAME.partner,
        says: Says::Sale { redemption: Box::new(of_sale), amount: 3_600 },
    }
}

/// What is new, through this entry.
fn live(through: u64) -> (Wanted, Sequence) {
    (Wanted { from: Sequence::new(11), through: None }, Sequence::new(through))
}

struct Post {
    folder: tempfile::TempDir,
    outbox: Outbox,
}

impl Post {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(folder.path().join("7-1"), NAME, &endpoint(), Sequence::MAX).unwrap();
        Self { folder, outbox }
    }

    fn again(&mut self) {
        self.outbox = Outbox::open(self.folder.path().join("7-1"), NAME, &endpoint(), Sequence::MAX).unwrap();
    }

    fn take_in(&mut self, events: &[Event], through: u64) {
        let through = Sequence::new(through);
        // What is new first, as long as there is any.
        let wanted = self.outbox.wants(through).unwrap();
        self.outbox.take_in(&endpoint(), events, (wanted, through), BEGAN);
    }
}

const OK: Ended = Ended::Status(204);
const BUSY: Ended = Ended::Status(503);

/// Goal: events of one redemption are under way one at a time and in order, others beside them. Method: three of one and one of
/// another; the first fails, then arrives.
#[test]
fn in_order_of_each_redemption() {
    let mut all = Post::new();
    let events = [
        event(11, 11, EventKind::Authorized),
        event(12, 12, EventKind::Captured),
        event(13, 11, EventKind::Captured),
        event(14, 11, EventKind::Refunded),
    ];
    all.take_in(&events, 14);
    let begin = |all: &mut Post, now| all.outbox.begin(now).map(|one| one.id.entry.get());
    assert_eq!(
        [begin(&mut all, BEGAN), begin(&mut all, BEGAN), begin(&mut all, BEGAN)],
        [Some(11), Some(12), None]
    );
    all.outbox.ended(events[1].id, OK, None, BEGAN);
    all.outbox.ended(events[0].id, BUSY, None, BEGAN);
    assert_eq!(begin(&mut all, BEGAN.plus_seconds(4)), None, "five seconds and a little");
    let later = BEGAN.plus_seconds(6);
    assert_eq!([begin(&mut all, later), begin(&mut all, later)], [Some(11), None]);
    all.outbox.ended(events[0].id, OK, None, later);
    assert_eq!([begin(&mut all, later), begin(&mut all, later)], [Some(13), None]);
    all.outbox.ended(events[2].id, OK, None, later);
    assert_eq!(begin(&mut all, later), Some(14));
}

/// Goal: attempts follow the schedule to its end, then the event is given up and the next one of its redemption goes on. Method: a
/// receiver that takes everything but this one, the clock moved on to each attempt.
#[test]
fn the_schedule_to_its_end() {
    let mut all = Post::new();
    let events = [event(11, 11, EventKind::Authorized), event(12, 11, EventKind::Captured)];
    all.take_in(&events, 12);
    let mut now = BEGAN;
    for attempt in 0..ATTEMPTS_MAX {
        let due = all.outbox.next_due().unwrap();
        let pause = schedule::pause_seconds(attempt).unwrap() * MICROS_PER_SECOND;
        assert!((pause..=pause * 11 / 10).contains(&due.micros_since(now)), "attempt {attempt}");
        assert_eq!(all.outbox.begin(due.plus_micros(-1)), None);
        now = due;
        assert_eq!(all.outbox.begin(now).unwrap().attempts, attempt);
        assert_eq!(all.outbox.ended(events[0].id, Ended::Failed(Failure::Timeout), None, now), None);
        // Another one arrives.
        let entry = 20 + u64::from(attempt);
        let other = event(entry, entry, EventKind::Captured);
        all.outbox.take_in(&endpoint(), std::slice::from_ref(&other), live(entry), now);
        while let Some(one) = all.outbox.begin(now) {
            if one.id == events[1].id {
                continue; // It went on, and is looked at below.
            }
            all.outbox.ended(one.id, OK, None, now);
        }
    }
    let given_up = all.outbox.deliveries().into_iter().find(|one| one.id == events[0].id).unwrap();
    assert_eq!((given_up.state, given_up.attempts), (State::GivenUp, ATTEMPTS_MAX));
    assert!(all.outbox.under_way.contains(&events[1].id), "the next one goes on");
    assert_eq!(all.outbox.ended(events[1].id, OK, None, now), None);
    assert_eq!(all.outbox.doing().failing_since, None);
}

/// Goal: where nothing arrives for three days the endpoint is given up and not the event: opened again, it is sent. Method: one that
/// takes nothing, the clock moved on to each attempt.
#[test]
fn nothing_arrives_for_days() {
    let mut all = Post::new();
    let one = event(11, 11, EventKind::Captured);
    all.take_in(std::slice::from_ref(&one), 11);
    let mut now = BEGAN;
    for attempt in 1..=ATTEMPTS_MAX {
        now = all.outbox.next_due().unwrap();
        all.outbox.begin(now).unwrap();
        let because = all.outbox.ended(one.id, BUSY, None, now);
        assert_eq!(because, (attempt == ATTEMPTS_MAX).then_some(Because::Failing), "attempt {attempt}");
    }
    assert_eq!((all.outbox.doing().waiting, all.outbox.begin(now)), (1, None));
    let opened = Endpoint { opened_by: Sequence::new(12), ..endpoint() };
    all.outbox.follow(&opened, now);
    assert_eq!(all.outbox.begin(now).map(|again| (again.id, again.attempts)), Some((one.id, 0)));
}

/// Goal: what could not be made or signed here is no fault of the receiver's: it costs no attempt, and is tried again soon. Method: a
/// week of it.
#[test]
fn faults_of_our_own() {
    let mut all = Post::new();
    let one = event(11, 11, EventKind::Captured);
    all.take_in(std::slice::from_ref(&one), 11);
    for minute in 0..7 * 24 * 60 {
        let now = BEGAN.plus_seconds(minute * schedule::HERE_SECONDS);
        assert_eq!(all.outbox.begin(now).unwrap().attempts, 0);
        assert_eq!(all.outbox.ended(one.id, Ended::Failed(Failure::Here), None, now), None);
    }
    assert_eq!(all.outbox.doing().failing_since, None);
}

/// Goal: what is kept of other books, such as those before a backup was put back, is not believed. Method: a file that goes beyond the
/// newest entry.
#[test]
fn a_file_of_other_books() {
    let mut all = Post::new();
    let events = [event(11, 11, EventKind::Captured), event(14, 14, EventKind::Captured)];
    all.take_in(&events, 20);
    let tip = Sequence::new(12);
    let path = all.folder.path().join("7-1");
    let outbox = Outbox::open(path, NAME, &endpoint(), tip).unwrap();
    assert_eq!((outbox.doing().position, outbox.doing().waiting), (tip, 1));
}

/// Goal: whoever says that it is gone is given up at once, and a pause that is asked for is kept. Method: 410; 503 with an hour.
#[test]
fn gone_and_not_now() {
    let mut all = Post::new();
    let events = [event(11, 11, EventKind::Captured), event(12, 12, EventKind::Captured)];
    all.take_in(&events, 12);
    all.outbox.begin(BEGAN);
    all.outbox.begin(BEGAN);
    assert_eq!(all.outbox.ended(events[0].id, BUSY, Some(3_600), BEGAN), None);
    assert_eq!(all.outbox.next_due(), Some(BEGAN.plus_seconds(3_600)));
    assert_eq!(all.outbox.ended(events[1].id, Ended::Status(GONE), None, BEGAN), Some(Because::Gone));
}

/// Goal: a full outbox takes in no more, and its position stays before what it could not take; with room it goes on there. Method:
/// one more than there may be, then one that arrives.
#[test]
fn a_full_outbox_stands_still() {
    let mut all = Post::new();
    let many: Vec<_> = (0..=u64::try_from(WAITING_MAX).unwrap())
        .map(|place| event(11 + place, 11 + place, EventKind::Captured))
        .collect();
    let last = many.last().unwrap().id.entry;
    all.take_in(&many, last.get() + 5);
    assert_eq!((all.outbox.doing().waiting, all.outbox.wants(last)), (WAITING_MAX, None));
    assert_eq!(all.outbox.doing().position.next(), last);
    let first = all.outbox.begin(BEGAN).unwrap();
    all.outbox.ended(first.id, OK, None, BEGAN);
    assert_eq!(all.outbox.wants(last), Some(Wanted { from: last, through: None }));
}

/// Goal: what is for others, or not wanted, does not wait; and nothing waits twice. Method: another partner's, another endpoint's
/// test, a kind that is not wanted, the same again.
#[test]
fn only_what_is_wanted() {
    let mut all = Post::new();
    let wants = Endpoint { kinds: Kinds::of(&[EventKind::Refunded]), ..endpoint() };
    let test = |entry, number| Event {
        id: EventId { entry: Sequence::new(entry), kind: EventKind::Test },
        says: Says::Test { endpoint: number },
        ..event(entry, entry, EventKind::Test)
    };
    let others = Event { partner: OwnerNumber::new(8), ..event(11, 11, EventKind::Refunded) };
    let events = [
        others,
        event(12, 12, EventKind::Captured),
        event(13, 12, EventKind::Refunded),
        test(14, 1),
        test(15, 2),
    ];
    all.outbox.take_in(&wants, &events, live(15), BEGAN);
    all.outbox.take_in(&wants, &events, live(15), BEGAN);
    let waiting: Vec<_> = all.outbox.deliveries().iter().map(|one| one.id.entry.get()).collect();
    assert_eq!(waiting, [14, 13]);
}

/// Goal: what was asked to be sent once more is, also what had arrived or waits for its next attempt, and what is new goes first.
/// Method: a replay of three events in two parts, with something new between; another one asked for meanwhile; a start.
#[test]
fn sent_once_more() {
    let mut all = Post::new();
    let events = [11, 12, 13].map(|entry| event(entry, entry, EventKind::Captured));
    all.take_in(&events, 20);
    while let Some(one) = all.outbox.begin(BEGAN) {
        let ended = if one.id == events[2].id { BUSY } else { OK };
        all.outbox.ended(one.id, ended, None, BEGAN);
    }
    let asked = |asked_by, from, through| {
        let sequence = Sequence::new;
        let replay =
            Replay { asked_by: sequence(asked_by), from: sequence(from), through: sequence(through) };
        Endpoint { replay: Some(replay), ..endpoint() }
    };
    let tip = Sequence::new;
    let wanted = |from, through: u64| {
        Some(Wanted { from: Sequence::new(from), through: (through != 0).then_some(Sequence::new(through)) })
    };
    let replayed = |all: &mut Post, events: &[Event], through| {
        let wanted = all.outbox.wants(tip(20)).unwrap();
        all.outbox.take_in(&endpoint(), events, (wanted, Sequence::new(through)), BEGAN);
    };
    all.outbox.follow(&asked(20, 11, 12), BEGAN);
    assert_eq!(all.outbox.wants(tip(21)), wanted(21, 0), "what is new goes first");
    assert_eq!(all.outbox.wants(tip(20)), wanted(11, 12));
    replayed(&mut all, &events[..1], 11);
    all.outbox.follow(&asked(25, 13, 13), BEGAN);
    all.again();
    assert_eq!(all.outbox.wants(tip(20)), wanted(12, 12), "it goes on after a start");
    replayed(&mut all, &events[1..2], 12);
    assert!(all.outbox.has_replay_to_begin(&asked(25, 13, 13)));
    all.outbox.follow(&asked(25, 13, 13), BEGAN);
    assert_eq!(all.outbox.wants(tip(20)), wanted(13, 13));
    replayed(&mut all, &events[2..], 13);
    assert_eq!(all.outbox.wants(tip(20)), None);
    all.again();
    all.outbox.follow(&asked(25, 13, 13), BEGAN);
    assert_eq!(all.outbox.wants(tip(20)), None, "it is done once");
    let sent: Vec<_> = std::iter::from_fn(|| all.outbox.begin(BEGAN)).map(|one| one.id.entry.get()).collect();
    assert_eq!(sent, [11, 12, 13]);
}

/// Goal: an endpoint that is opened again is sent all that waits, at once and with all attempts. Method: one that failed, opened.
#[test]
fn opened_again() {
    let mut all = Post::new();
    let one = event(11, 11, EventKind::Captured);
    all.take_in(std::slice::from_ref(&one), 11);
    all.outbox.begin(BEGAN);
    all.outbox.ended(one.id, BUSY, Some(80_000), BEGAN);
    let opened = Endpoint { opened_by: Sequence::new(12), ..endpoint() };
    all.outbox.follow(&opened, BEGAN.plus_seconds(1));
    let again = all.outbox.begin(BEGAN.plus_seconds(1)).unwrap();
    assert_eq!((again.id, again.attempts), (one.id, 0));
    assert_eq!(all.outbox.doing().failing_since, None);
}

/// What a random play does.
#[derive(Clone, Debug)]
enum Move {
    /// So many entries more, each with an event of one of a few redemptions.
    Entries(Vec<u8>),
    /// Begins what is due.
    Begin,
    /// One under way ends so.
    End(usize, bool),
    /// Time passes, seconds.
    Wait(u32),
    /// The process is killed, with so many bytes at the end of the file lost.
    Kill(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => proptest::collection::vec(0_u8..6, 1..6).prop_map(Move::Entries),
        4 => Just(Move::Begin),
        4 => (0_usize..8, any::<bool>()).prop_map(|(which, arrives)| Move::End(which, arrives)),
        2 => (1_u32..40_000).prop_map(Move::Wait),
        1 => (0_usize..200).prop_map(Move::Kill),
    ];
    proptest::collection::vec(one, 1..80)
}

proptest! {
    /// Goal: whatever happens, and wherever it is killed, every event arrives at least once or is given up, nothing is invented, and
    /// the first arrivals of one redemption come in its order. Method: random plays against a list of what was written; at the end
    /// everything is let through.
    #[test]
    fn nothing_is_lost_and_nothing_invented(moves in moves()) {
        let mut all = Post::new();
        let mut books: Vec<Event> = Vec::new();
        let mut arrived: BTreeMap<u64, Vec<EventId>> = BTreeMap::new();
        let mut given_up = BTreeSet::new();
        let mut under_way: Vec<Delivery> = Vec::new();
        let mut now = BEGAN;
        let path = all.folder.path().join("7-1");
        let read_on = |all: &mut Post, books: &[Event], now| {
            let tip = 10 + u64::try_from(books.len()).unwrap();
            while let Some(wants) = all.outbox.wants(Sequence::new(tip)) {
                let from = usize::try_from(wants.from.get() - 11).unwrap();
                all.outbox.take_in(&endpoint(), &books[from..], (wants, Sequence::new(tip)), now);
            }
        };
        let mut end = |all: &mut Post, one: Delivery, arrives: bool, now| {
            all.outbox.ended(one.id, if arrives { OK } else { BUSY }, None, now);
            if arrives {
                let line = arrived.entry(one.order.get()).or_default();
                if !line.contains(&one.id) { line.push(one.id) }
            }
            if all.outbox.deliveries().iter().any(|other| other.id == one.id && other.state == State::GivenUp) {
                given_up.insert(one.id);
            }
        };
        for step in moves {
            match step {
                Move::Entries(orders) => for order in orders {
                    let entry = 11 + u64::try_from(books.len()).unwrap();
                    books.push(event(entry, u64::from(order), EventKind::Captured));
                },
                Move::Begin => {
                    read_on(&mut all, &books, now);
                    while let Some(one) = all.outbox.begin(now) { under_way.push(one) }
                    let orders: BTreeSet<_> = under_way.iter().map(|one| one.order).collect();
                    prop_assert_eq!(orders.len(), under_way.len(), "two of one redemption at once");
                }
                Move::End(which, arrives) => if !under_way.is_empty() {
                    let one = under_way.remove(which % under_way.len());
                    end(&mut all, one, arrives, now);
                },
                Move::Wait(seconds) => now = now.plus_seconds(i64::from(seconds)),
                Move::Kill(lost) => {
                    // Whatever is under way then may have arrived, and nobody was told.
                    under_way.clear();
                    let bytes = std::fs::read(&path).unwrap();
                    std::fs::write(&path, &bytes[..bytes.len().saturating_sub(lost)]).unwrap();
                    all.again();
                }
            }
        }
        for one in under_way { end(&mut all, one, false, now) }
        loop {
            read_on(&mut all, &books, now);
            let Some(due) = all.outbox.next_due() else { break };
            now = now.max(due);
            while let Some(one) = all.outbox.begin(now) { end(&mut all, one, true, now) }
        }
        for event in &books {
            let line = arrived.get(&event.in_order_with().get());
            prop_assert!(line.is_some_and(|line| line.contains(&event.id)) || given_up.contains(&event.id));
        }
        for line in arrived.values() {
            prop_assert!(line.iter().all(|id| books.iter().any(|event| event.id == *id)), "invented");
            let firsts: Vec<_> = line.iter().filter(|id| !given_up.contains(id)).collect();
            prop_assert!(firsts.is_sorted(), "{firsts:?}");
        }
    }
}
