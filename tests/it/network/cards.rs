//! A card on the counter, over whole books: whose it is, and whether it is taken.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use hourbook::directory::Directory;
use hourbook::directory::cards::{self, Said};
use hourbook::domain::{
    AccountNumber, Action, Close, Command, Digits, Note, OwnerNumber, Pin, Refusal as Books, Sequence, Topic,
};
use hourbook::network::Network;
use hourbook::redemption::Refusal;
use hourbook::redemption::cards::{CardShown, Presented, Proof};
use hourbook::redemption::pins::Pins;

use super::{account, folder, open, open_a_bank};
use crate::support::key;

/// Books with a bank, the directory of them, and PINs.
struct Counter {
    directory: Directory,
    pins: Pins,
    network: Network,
    next: RefCell<u128>,
}

impl Counter {
    fn open(folder: &std::path::Path, next: u128) -> Self {
        let network = open(folder).unwrap();
        let (journal, keyring) = (network.ledger.books().journal(), &network.keyring);
        let file = network.directory().derived().join("directory");
        let directory =
            Directory::open(Arc::clone(journal), Arc::clone(keyring), file, network.ledger.position())
                .unwrap();
        let pins = Pins::open(network.directory().local().join("pins")).unwrap();
        Self { directory, pins, network, next: RefCell::new(next) }
    }

    /// Writes what a note says of the card of somebody.
    fn say(&self, owner: OwnerNumber, said: impl FnOnce(&Self, u128) -> Said) -> Sequence {
        let id = *self.next.borrow();
        *self.next.borrow_mut() += 1;
        let body = said(self, id).encode();
        let note = Note { topic: Topic::CARD, subject: u64::from(owner.get()), body };
        let command = Command::new(key(id), OwnerNumber::OPERATOR, Action::Note(note));
        self.network.ledger.post(command).unwrap().entry.sequence
    }

    fn issue(&self, of: AccountNumber, owner: OwnerNumber, number: &Digits) -> Sequence {
        self.say(owner, |here, id| {
            let sealed = cards::seal_number(&here.network.keyring, owner, &key(id), number).unwrap();
            Said::Issued(of, sealed.into_bytes().into())
        })
    }

    fn set_pin(&self, of: AccountNumber, owner: OwnerNumber, pin: &str) -> Sequence {
        self.say(owner, |here, id| {
            let hash = here.pins.hash(of, &typed(pin), &SystemRandom::new()).unwrap();
            let sealed = cards::seal_hash(&here.network.keyring, owner, &key(id), &hash).unwrap();
            Said::PinSet(of, sealed.into_bytes().into())
        })
    }

    fn shown(&self, number: Digits, pin: Option<&str>) -> Result<CardShown, Refusal> {
        let known = self.directory.known_now(&self.network.ledger).unwrap();
        let card =
            Presented::find(&known, number, |sealed| cards::open_hash(&self.network.keyring, sealed).ok());
        drop(known);
        card.shown(&self.pins, pin.map(typed).as_ref())
    }

    /// What was shown by whoever is `owner`.
    fn proof(&self, number: Digits, pin: Option<&str>) -> Result<Proof, Refusal> {
        self.shown(number, pin).map(|shown| shown.proof)
    }
}

fn typed(pin: &str) -> Pin {
    Pin::parse(pin).unwrap()
}

fn number(first: u8) -> Digits {
    Digits::from_random([first, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]).unwrap()
}

/// Goal: a card is taken alone, or with its PIN; no other PIN, a lock, which a restart keeps and which holds for the card
/// alone too, a card that is blocked, of a closed account or of somebody forgotten, and a number nobody has are told apart
/// here. Method: one card through all of it, the books opened again where it is locked.
#[test]
fn a_card_on_the_counter() {
    let folder = folder();
    let counter = Counter::open(folder.path(), 1_000);
    open_a_bank(&counter.network);
    let (ann, of_ann) = (OwnerNumber::new(1), account(2));
    assert_eq!(counter.proof(number(1), Some("2580")), Err(Refusal::CodeUnknown));
    counter.issue(of_ann, ann, &number(1));
    let shown = counter.shown(number(1), None).unwrap();
    assert_eq!((shown.owner, shown.account, shown.proof), (ann, of_ann, Proof::CardAlone));
    assert_eq!(counter.proof(number(1), Some("2580")), Err(Refusal::WrongPin), "it has none");
    counter.set_pin(of_ann, ann, "2580");
    assert_eq!(counter.proof(number(1), Some("2580")), Ok(Proof::CardAndPin));
    assert_eq!(counter.proof(number(2), Some("2580")), Err(Refusal::CodeUnknown));
    for _ in 0..5 {
        assert_eq!(counter.proof(number(1), Some("2581")), Err(Refusal::WrongPin));
    }
    drop(counter);
    let counter = Counter::open(folder.path(), 2_000);
    for pin in [Some("2580"), Some("2581"), None] {
        assert_eq!(counter.proof(number(1), pin), Err(Refusal::CardLocked), "{pin:?}");
    }
    counter.set_pin(of_ann, ann, "25800");
    let shown = counter.shown(number(1), Some("25800")).unwrap();
    let is_still = || shown.is_still(&counter.directory.known_now(&counter.network.ledger).unwrap());
    assert!(is_still());
    counter.say(ann, |here, id| {
        let sealed = cards::seal_number(&here.network.keyring, ann, &key(id), &number(2)).unwrap();
        Said::Replaced(of_ann, sealed.into_bytes().into())
    });
    assert!(!is_still(), "another one came in its place");
    for pin in [Some("25800"), None] {
        assert_eq!(counter.proof(number(1), pin), Err(Refusal::CardBlocked));
    }
    assert_eq!(counter.proof(number(2), None), Ok(Proof::CardAlone));
    assert_eq!(counter.proof(number(2), Some("25800")), Err(Refusal::WrongPin), "it has none");

    let close = Close { account: of_ann, remainder_to: account(0) };
    let close = Command::new(key(4_000), OwnerNumber::OPERATOR, Action::Close(close));
    counter.network.ledger.post(close).unwrap();
    for pin in [Some("25800"), None] {
        let closed = Refusal::Books(Books::AccountClosed(of_ann));
        assert_eq!(counter.proof(number(2), pin), Err(closed));
    }
    counter.network.erase(key(4_001), OwnerNumber::OPERATOR, ann).unwrap();
    for first in [1, 2] {
        assert_eq!(counter.proof(number(first), Some("25800")), Err(Refusal::CodeUnknown));
    }
}

/// Goal: how long an answer takes says nothing: a number nobody has, a card that is blocked and one without a PIN cost the
/// same hash as the right PIN; only one that is locked costs none, so that trying it for ever costs nothing. Method: each
/// asked five times, in turn; the quickest of each, which the machine's other work does not touch, is at least half of that
/// of the right PIN. A hash takes 20 ms, all else microseconds.
#[test]
fn each_answer_costs_a_hash() {
    let folder = folder();
    let counter = Counter::open(folder.path(), 1_000);
    open_a_bank(&counter.network);
    let ann = OwnerNumber::new(1);
    for (slot, first) in [(2, 1), (3, 2), (4, 3), (5, 4)] {
        counter.issue(account(slot), ann, &number(first));
    }
    for slot in [2, 3, 5] {
        counter.set_pin(account(slot), ann, "2580");
    }
    counter.say(ann, |_, _| Said::Blocked(account(3)));
    (0..5).for_each(|_| assert!(counter.proof(number(4), Some("2581")).is_err()));
    let asked = [
        (number(1), "2580", Ok(Proof::CardAndPin)),
        (number(9), "2580", Err(Refusal::CodeUnknown)),
        (number(2), "2580", Err(Refusal::CardBlocked)),
        (number(3), "2580", Err(Refusal::WrongPin)),
        (number(4), "2580", Err(Refusal::CardLocked)),
    ];
    let mut quickest = [Duration::MAX; 5];
    for _ in 0..5 {
        for (place, (number, pin, expected)) in asked.iter().enumerate() {
            let began = Instant::now();
            assert_eq!(counter.proof(*number, Some(pin)), *expected);
            quickest[place] = quickest[place].min(began.elapsed());
        }
    }
    println!("right, unknown, blocked, without, locked: {quickest:?}");
    let [others @ .., locked] = quickest;
    assert!(others.iter().all(|one| *one > quickest[0] / 2), "{quickest:?}");
    assert!(locked < quickest[0] / 2, "{quickest:?}");
}
