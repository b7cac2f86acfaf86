//! What a start reads of the books for the people and for what is open, and what no file can make it believe.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hourbook::directory::Directory;
use hourbook::directory::people::terms::PersonKind;
use hourbook::directory::people::{Draft, Profile, Said, seal_profile};
use hourbook::domain::{Action, BankNumber, Command, Kind, Note, OwnerNumber, RequestKey, Sequence, Topic};
use hourbook::exchange::OpenMatters;
use hourbook::exchange::waiting::{Waits, WhyWaits};
use hourbook::journal::{InspectProgress, Inspection, JournalReader, ReadError, Record, StoredBatch, Tip};
use hourbook::network::Network;
use hourbook::seal::Place;

use super::{account, exchange_many, folder, open, open_a_bank};
use crate::support::{HOUR, key, post};

/// Exchanges between the people and the end of the books.
const HISTORY: u128 = 2_000;
/// What is kept beside a note of what waits.
const FINGERPRINT: [u8; 8] = [7; 8];

/// A journal that counts what is read of it.
struct Counting {
    reader: Arc<dyn JournalReader>,
    records: AtomicUsize,
}

impl JournalReader for Counting {
    fn tip(&self) -> Tip {
        self.reader.tip()
    }

    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError> {
        let batches = self.reader.read(from, entries_max)?;
        self.records.fetch_add(batches.iter().flat_map(StoredBatch::records).count(), Ordering::Relaxed);
        Ok(batches)
    }

    fn record(&self, sequence: Sequence) -> Result<Option<Record>, ReadError> {
        self.reader.record(sequence)
    }

    fn all_in_place(&self) -> Result<bool, ReadError> {
        self.reader.all_in_place()
    }

    fn inspect(&self, progress: &mut dyn FnMut(InspectProgress)) -> Result<Inspection, ReadError> {
        self.reader.inspect(progress)
    }
}

/// An open network with what starts read of it.
struct Started {
    directory: Directory,
    matters: OpenMatters,
    counting: Arc<Counting>,
    network: Network,
}

/// Who is found by a name, and the numbers of what waits.
type Picture = (Vec<u32>, Vec<u64>);

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join("derived").join(name)
}

impl Started {
    fn open(folder: &Path) -> Self {
        let network = open(folder).unwrap();
        let reader = Arc::clone(network.ledger.books().journal());
        let counting = Arc::new(Counting { reader, records: AtomicUsize::new(0) });
        let keyring = Arc::clone(&network.keyring);
        let (journal, position) = (Arc::clone(&counting), network.ledger.position());
        let directory = Directory::open(journal, keyring, file(folder, "directory"), position).unwrap();
        let matters = OpenMatters::open(Arc::clone(&counting) as _, file(folder, "matters"));
        drop(matters.now(&network.ledger).unwrap());
        Self { directory, matters, counting, network }
    }

    /// Records that the two read of the journal.
    fn read(&self) -> usize {
        self.counting.records.load(Ordering::Relaxed)
    }

    /// As a kill would leave it: nothing is written any more.
    fn kill(self) {
        std::mem::forget((self.directory, self.matters));
        drop(self.network);
    }

    fn picture(&self) -> Picture {
        let known = self.directory.known_now(&self.network.ledger).unwrap();
        let found = known.names.search(&known.people, BankNumber::new(1), "feather", None, 10);
        let matters = self.matters.now(&self.network.ledger).unwrap();
        let waiting = matters.waiting_after(BankNumber::new(1), Sequence::ZERO);
        let waiting = waiting.map(|one| one.number.get()).collect();
        (found.into_iter().map(|one| one.owner.get()).collect(), waiting)
    }

    fn note(&self, id: u128, note: Note) -> Sequence {
        let command = Command::new(key(id), OwnerNumber::OPERATOR, Action::Note(note));
        self.network.ledger.post(command).unwrap().entry.sequence
    }

    /// Somebody new of bank 1, without an account.
    fn person(&self, id: u128, name: &str) -> OwnerNumber {
        let operator = OwnerNumber::OPERATOR;
        let owner = self.network.register_owners(key(id), operator, 1).unwrap()[0];
        let (request, bank): (RequestKey, _) = (key(id + 1), BankNumber::new(1));
        let profile = Profile::new(Draft { name: name.into(), ..Draft::default() }).unwrap();
        let sealed = seal_profile(&self.network.keyring, owner, &request, Place::Note, &profile).unwrap();
        let said = Said::Person { kind: PersonKind::Member, bank, profile: sealed.into_bytes().into() };
        self.note(
            id + 1,
            Note { topic: Topic::PERSON, subject: u64::from(owner.get()), body: said.encode() },
        );
        owner
    }

    fn waits(&self, id: u128, waits: &Waits) -> Sequence {
        let body = [&waits.encode().unwrap()[..], &FINGERPRINT].concat().into();
        self.note(id, Note { topic: Topic::WAITING, subject: 1, body })
    }

    /// Two people and three things that wait, one of them done; all of it before and amid exchanges.
    fn furnish(&self) {
        open_a_bank(&self.network);
        self.person(10, "Annabel Quillfeather");
        let command =
            Command::new(key(1), OwnerNumber::OPERATOR, post(Kind::Gift, &[(account(2), account(3), HOUR)]));
        let waits = Waits::For(WhyWaits::SecondLine, Box::new(command));
        let first = self.waits(20, &waits);
        self.waits(21, &waits);
        exchange_many(&self.network, 10_000, HISTORY / 2);
        self.waits(22, &waits);
        self.waits(23, &Waits::Ended(first));
        self.person(30, "Bertram Featherstone");
        exchange_many(&self.network, 20_000, HISTORY / 2);
    }
}

/// Goal: a start reads what was written after the files, and not the history before them: after a clean end as after a
/// kill; and what it knows is the same. Method: records are counted; a kill is that nothing is written at the end, in
/// books that went on since.
#[test]
fn a_start_reads_only_the_tail() {
    let folder = folder();
    let started = Started::open(folder.path());
    started.furnish();
    let picture = started.picture();
    assert_eq!((picture.0.len(), picture.1.len()), (2, 2));
    drop(started);
    let started = Started::open(folder.path());
    assert_eq!(started.picture(), picture);
    assert!(started.read() <= 100, "{} records, all but two batches of fifty", started.read());

    exchange_many(&started.network, 30_000, 100);
    started.person(40, "Cat Feather");
    started.kill();
    let started = Started::open(folder.path());
    let later = started.picture();
    assert_eq!((later.0.len(), &later.1), (3, &picture.1), "nobody is forgotten by a kill");
    let tail = 2 * (100 + 2);
    assert!((tail..tail + 200).contains(&started.read()), "{} records for a tail of {tail}", started.read());
    started.kill();

    for name in ["directory", "matters"] {
        fs::remove_file(file(folder.path(), name)).unwrap();
    }
    let started = Started::open(folder.path());
    assert_eq!(started.picture(), later, "without the files");
    assert!(started.read() > 4_000, "{} records, all of them twice", started.read());
    drop(started);
    assert_eq!(Started::open(folder.path()).picture(), later, "they are made again");
}

/// Goal: the files of another network, and those of these books when they went further, are nobody's. Method: two networks
/// with as many entries; a copy of the books taken before.
#[test]
fn the_files_of_others_are_not_believed() {
    let (folder, other) = (folder(), folder());
    let started = Started::open(folder.path());
    started.furnish();
    let picture = started.picture();
    drop(started);
    let started = Started::open(other.path());
    started.furnish();
    started.person(50, "Somebody Featherless");
    drop(started);
    for name in ["directory", "matters"] {
        fs::copy(file(other.path(), name), file(folder.path(), name)).unwrap();
    }
    assert_eq!(Started::open(folder.path()).picture(), picture);
}

/// Goal: of somebody forgotten nothing can be read from the files, neither those written before nor after, and a start from
/// them does not find them; names stand in none. Method: a copy from before put back; every byte looked at.
#[test]
fn somebody_forgotten_is_in_no_file() {
    let folder = folder();
    let started = Started::open(folder.path());
    started.furnish();
    let [ann, ben] = started.picture().0[..] else { panic!() };
    drop(started);
    let before = fs::read(file(folder.path(), "directory")).unwrap();
    let started = Started::open(folder.path());
    let erased = started.network.erase(key(60), OwnerNumber::OPERATOR, OwnerNumber::new(ann));
    erased.unwrap();
    assert_eq!(started.picture().0, [ben]);
    drop(started);
    let after = fs::read(file(folder.path(), "directory")).unwrap();
    for bytes in [&before, &after] {
        for name in ["Annabel", "annabel", "Quillfeather", "quillfeather", "Bertram"] {
            assert!(!bytes.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
        }
    }
    assert!(after.len() > before.len(), "it says so");
    assert_eq!(Started::open(folder.path()).picture().0, [ben]);
    fs::write(file(folder.path(), "directory"), before).unwrap();
    let started = Started::open(folder.path());
    assert_eq!(started.picture().0, [ben]);
    let known = started.directory.known();
    assert!(known.people.person(OwnerNumber::new(ann)).unwrap().profile.is_none());
}
