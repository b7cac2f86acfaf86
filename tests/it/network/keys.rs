//! Keys, erasure, and what a restore must do again.

use std::fs;

use hourbook::audit;
use hourbook::domain::{Action, Command, Kind, Note, OwnerNumber, Topic};
use hourbook::ledger::{NoReceipt, Repeated};
use hourbook::network::{KeysError, Network, NetworkError};
use hourbook::seal::{self, KeyError, OpenError, Place, Text};

use super::{account, exchange_many, folder, open, open_a_bank, options_with_checkpoints};
use crate::support::{HOUR, key, post, wait_until};

fn with_memo(network: &Network, owner: OwnerNumber, number: u128) -> Command {
    let text = Text { memo: Some("brought the shopping".into()), ..Text::default() };
    let sealed = seal::seal(&network.keyring, &[owner], &key(number), Place::Entry, &text).unwrap();
    let exchange = post(Kind::Exchange, &[(account(2), account(3), HOUR)]);
    Command { text: sealed.into_bytes().into(), ..Command::new(key(number), OwnerNumber::OPERATOR, exchange) }
}

fn read(network: &Network, number: u128) -> Result<Text, OpenError> {
    let entry = network.ledger.find(key(number)).unwrap().unwrap();
    seal::open(&network.keyring, &key(number), Place::Entry, &entry.command.text)
}

/// Goal: with the key gone the text is gone, hours stay, the books verify, an honest retry still hears
/// its first answer; and an older keyring put back is erased again before anything is answered.
#[test]
fn an_erasure_lasts() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    let owner = network.register_owners(key(10), OwnerNumber::OPERATOR, 1).unwrap()[0];
    let command = with_memo(&network, owner, 11);
    let first = network.ledger.post(command.clone()).unwrap();
    assert_eq!(with_memo(&network, owner, 11), command, "an honest retry seals to the same bytes");
    assert_eq!(read(&network, 11).unwrap().memo.as_deref(), Some("brought the shopping"));
    let keyring = network.directory().keyring();
    let older = fs::read(&keyring).unwrap();

    network.erase(key(12), OwnerNumber::OPERATOR, owner).unwrap();
    let erased = |network: &Network| matches!(read(network, 11), Err(OpenError::Erased { owner: gone }) if gone == owner);
    assert!(erased(&network));
    let retry = network.ledger.post(Command { text: Box::default(), ..command.clone() }).unwrap();
    assert_eq!(
        (retry.repeated, retry.entry),
        (Repeated::Yes, first.entry),
        "text that is gone is not compared"
    );
    assert!(audit::verify(&network.ledger, &mut |_| {}).is_clean());
    drop(network);

    fs::write(&keyring, older).unwrap();
    let network = open(folder.path()).unwrap();
    assert!(erased(&network), "the older keyring had the key");
    assert!(audit::verify(&network.ledger, &mut |_| {}).is_clean());
}

/// Goal: text whose key is there is compared: a retry with another memo is another request.
#[test]
fn another_memo_is_another_request() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    let owner = network.register_owners(key(10), OwnerNumber::OPERATOR, 1).unwrap()[0];
    let command = with_memo(&network, owner, 11);
    network.ledger.post(command.clone()).unwrap();
    let Err(NoReceipt::Refused(refusal)) = network.ledger.post(Command { text: Box::default(), ..command })
    else {
        panic!("taken for the same")
    };
    assert_eq!(*refusal, hourbook::domain::Refusal::RequestIdReused { fields: vec!["text"] });
}

/// Goal: a crash between the erasure's entry and the overwriting is mended at the next start.
/// Method: the entry is written by itself, as if the process had died right after.
#[test]
fn an_erasure_cut_short_is_finished_at_the_next_start() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    let owner = network.register_owners(key(10), OwnerNumber::OPERATOR, 1).unwrap()[0];
    network.ledger.post(with_memo(&network, owner, 11)).unwrap();
    let note = Note { topic: Topic::ERASURE, subject: u64::from(owner.get()), body: Box::default() };
    network.ledger.post(Command::new(key(12), OwnerNumber::OPERATOR, Action::Note(note))).unwrap();
    assert!(read(&network, 11).is_ok());
    drop(network);
    let network = open(folder.path()).unwrap();
    assert!(matches!(read(&network, 11), Err(OpenError::Erased { .. })));
}

/// Goal: books without their keyring are not opened as if names had never been there.
#[test]
fn a_missing_keyring_is_said() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    let keyring = network.directory().keyring();
    drop(network);
    fs::remove_file(keyring).unwrap();
    assert!(matches!(open(folder.path()), Err(NetworkError::KeyringMissing(_))));
}

/// Goal: owners keep their numbers and keys over a retry and a restart.
#[test]
fn registering_again_gives_the_same_owners() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    let first = network.register_owners(key(10), OwnerNumber::OPERATOR, 3).unwrap();
    assert_eq!(network.register_owners(key(10), OwnerNumber::OPERATOR, 3).unwrap(), first);
    drop(network);
    let network = open(folder.path()).unwrap();
    assert_eq!(network.register_owners(key(10), OwnerNumber::OPERATOR, 3).unwrap(), first);
    let next = network.register_owners(key(11), OwnerNumber::OPERATOR, 1).unwrap();
    assert_eq!(next[0].get(), first[2].get() + 1);
}

/// Goal: an erasure of nobody is refused, stops no start, and takes no number from those who come.
/// Method: the operator, a number not yet handed out, and the same notes written past the check.
#[test]
fn nobody_cannot_be_erased() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    for (id, owner) in [(20, 0), (21, 2), (22, u32::MAX)] {
        let refused = network.erase(key(id), OwnerNumber::OPERATOR, OwnerNumber::new(owner));
        assert!(matches!(refused, Err(KeysError::NoReceipt(NoReceipt::Refused(_)))), "{owner}");
        let note = Note { topic: Topic::ERASURE, subject: u64::from(owner), body: Box::default() };
        network.ledger.post(Command::new(key(id + 10), OwnerNumber::OPERATOR, Action::Note(note))).unwrap();
    }
    drop(network);
    let network = open(folder.path()).unwrap();
    let next = network.register_owners(key(40), OwnerNumber::OPERATOR, 1).unwrap();
    assert_eq!(next, [OwnerNumber::new(2)]);
    assert!(network.keyring.key(next[0]).is_ok());
    network.keyring.note_applied_through(hourbook::domain::Sequence::ZERO).unwrap();
    drop(network);
    let network = open(folder.path()).unwrap();
    assert!(
        network.keyring.key(next[0]).is_ok(),
        "read from the start again: the note came before the person"
    );
}

/// Goal: an erasure whose answer was lost is done by the next one, not skipped. Method: the first is
/// only written down, as if the process had been cut off; then another person is erased.
#[test]
fn a_later_erasure_does_not_skip_an_earlier_one() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    let owners = network.register_owners(key(10), OwnerNumber::OPERATOR, 2).unwrap();
    let note = Note { topic: Topic::ERASURE, subject: u64::from(owners[0].get()), body: Box::default() };
    network.ledger.post(Command::new(key(11), OwnerNumber::OPERATOR, Action::Note(note))).unwrap();
    network.erase(key(12), OwnerNumber::OPERATOR, owners[1]).unwrap();
    for owner in owners {
        assert!(matches!(network.keyring.key(owner), Err(KeyError::Erased { .. })), "{owner}");
    }
}

/// Goal: a wrong count makes no keys.
#[test]
fn a_wrong_count_makes_no_keys() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    for count in [0, 1_025] {
        let refused = network.register_owners(key(1), OwnerNumber::OPERATOR, count);
        assert!(matches!(refused, Err(KeysError::NoReceipt(NoReceipt::Invalid(_)))), "{count}");
    }
    assert!(matches!(network.keyring.key(OwnerNumber::new(1)), Err(KeyError::NoKey { .. })));
}

/// Goal: a start looks for erasures only where there can be some that are not applied: the keyring is told
/// at every checkpoint how far there are none, and is not while one was asked for and its end not heard.
/// Method: a checkpoint every hundred entries; an erasure under an id that stands for something else, which
/// the books refuse, then one that they take.
#[test]
fn the_keyring_knows_where_a_start_must_look() {
    let folder = folder();
    let network = Network::open(folder.path(), options_with_checkpoints(100)).unwrap();
    open_a_bank(&network);
    exchange_many(&network, 1_000, 200);
    let told = |network: &Network, at_least: u64| {
        wait_until("the keyring was told", || {
            network.keyring.erasures_applied_through().unwrap().get() >= at_least
        });
        network.keyring.erasures_applied_through().unwrap().get()
    };
    let before = told(&network, 100);
    assert!(before <= network.ledger.position().get());

    // Whatever the books said: the network does not take it for an end that was heard.
    network.erase(key(1_000), OwnerNumber::OPERATOR, OwnerNumber::new(1)).unwrap_err();
    let unsettled = network.keyring.erasures_applied_through().unwrap().get();
    exchange_many(&network, 2_000, 300);
    // Two checkpoints later it would have been told at the first.
    let newest = || {
        let names =
            fs::read_dir(network.directory().checkpoints()).unwrap().map(|file| file.unwrap().file_name());
        let position = |name: std::ffi::OsString| name.to_str()?.strip_suffix(".checkpoint")?.parse().ok();
        names.filter_map(position).max().unwrap_or(0u64)
    };
    for _ in 0..2 {
        let before = newest();
        exchange_many(&network, 10_000 * (1 + u128::from(before)), 150);
        wait_until("another checkpoint", || newest() > before);
    }
    assert_eq!(network.keyring.erasures_applied_through().unwrap().get(), unsettled);

    network.erase(key(8), OwnerNumber::OPERATOR, OwnerNumber::new(1)).unwrap();
    let settled = network.ledger.position().get();
    exchange_many(&network, 3_000, 300);
    told(&network, settled + 100);
}
