//! What a start reads, and what no file can make it believe.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::domain::{Action, Command, Note, OwnerNumber, RequestId, RequestKey, Scope};
use crate::journal::{InspectProgress, Inspection, MemoryJournal, ReadError, StoredBatch, Tip};
use crate::ledger::{Ledger, Options};

const CHOICE: Choice = Choice { name: "tests", forms: &[], topics: &[Topic::POLICY] };
/// Seen so often, a file is written though nothing was chosen.
const EVERY: u64 = 10;

/// Books in memory, and how many records of them were read.
struct Books {
    ledger: Ledger,
    reader: Counting,
    folder: tempfile::TempDir,
}

struct Counting {
    reader: Arc<dyn JournalReader>,
    read: AtomicUsize,
}

impl JournalReader for Counting {
    fn tip(&self) -> Tip {
        self.reader.tip()
    }

    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError> {
        let batches = self.reader.read(from, entries_max)?;
        self.read.fetch_add(batches.iter().flat_map(StoredBatch::records).count(), Ordering::Relaxed);
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

/// Entries that were folded: sequence and first byte of the note.
type Folded = Vec<(u64, u8)>;

impl Books {
    fn new() -> Self {
        Self::on(MemoryJournal::new())
    }

    fn on(journal: MemoryJournal) -> Self {
        let options = Options { on_failure: Box::new(|_| {}), ..Options::default() };
        let ledger = Ledger::open(Box::new(journal), options).unwrap();
        let reader = Arc::clone(ledger.books().journal());
        let reader = Counting { reader, read: AtomicUsize::new(0) };
        Self { ledger, reader, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("excerpt")
    }

    /// One note a batch.
    fn note(&self, topic: Topic, body: &[u8]) -> Sequence {
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() };
        let note = Note { topic, subject: 1, body: body.into() };
        let command = Command::new(key, OwnerNumber::OPERATOR, Action::Note(note));
        self.ledger.post(command).unwrap().entry.sequence
    }

    /// Notes that are not chosen.
    fn others(&self, count: u64) {
        for _ in 0..count {
            self.note(Topic::POT, b"another's");
        }
    }

    fn notes(&self, count: u8, others: u8) {
        for number in 0..count {
            self.note(Topic::POLICY, &[number]);
            self.others(u64::from(others));
        }
    }

    /// Everything that was chosen, from the file and then the journal; how many records that took; the excerpt.
    fn start(&self, choice: Choice) -> (Folded, usize, Excerpt) {
        self.reader.read.store(0, Ordering::Relaxed);
        let (mut excerpt, mut folded) =
            Excerpt::open(choice, self.file(), &self.reader, |folded: &mut Folded, entry| {
                folded.push(seen(entry));
                Ok::<_, RecoveryError>(())
            });
        let folding = |entry: &Entry| {
            folded.push(seen(entry));
            Ok::<_, RecoveryError>(())
        };
        excerpt.read_on(&self.reader, self.ledger.position(), folding).unwrap();
        (folded, self.reader.read.load(Ordering::Relaxed), excerpt)
    }

    fn started(&self) -> (Folded, usize) {
        let (folded, read, _) = self.start(CHOICE);
        (folded, read)
    }
}

fn seen(entry: &Entry) -> (u64, u8) {
    let Action::Note(note) = &entry.command.action else { panic!() };
    (entry.sequence.get(), note.body[0])
}

/// Goal: a start reads what was written since the file, and one batch that vouches for it; and nothing chosen is
/// forgotten or there twice, however often the file was added to. Method: records read are counted.
#[test]
fn a_start_reads_only_the_tail() {
    let books = Books::new();
    books.notes(40, 4); // Past 128: positions of two bytes, as there are more and more.

    let (all, read, mut excerpt) = books.start(CHOICE);
    assert_eq!((all.len(), read), (40, 200));
    excerpt.add(&books.reader, EVERY);
    assert_eq!(books.started(), (all, 1));
    // Nothing chosen, but far: the file says so, and grows by nothing.
    let length = || fs::metadata(books.file()).unwrap().len();
    let (before, _) = books.started();
    let mut lengths = Vec::new();
    for _ in 0..3 {
        books.others(EVERY);
        excerpt.read_on(&books.reader, books.ledger.position(), |_| Ok::<_, RecoveryError>(())).unwrap();
        excerpt.add(&books.reader, EVERY);
        lengths.push(length());
        assert_eq!(books.started(), (before.clone(), 1));
    }
    assert_eq!(lengths, [lengths[0]; 3]);
    // Less than that is left to the journal.
    books.others(1);
    excerpt.pass(books.ledger.position());
    excerpt.add(&books.reader, EVERY);
    assert_eq!(books.started(), (before.clone(), 2));
    // Added to by each of two processes.
    books.note(Topic::POLICY, b"x");
    let (two, _, mut next) = books.start(CHOICE);
    next.add(&books.reader, EVERY);
    let last = books.note(Topic::POLICY, b"y");
    next.take_written(&books.reader, last).unwrap();
    next.add(&books.reader, EVERY);
    let three = [&two[..], &[(last.get(), b'y')]].concat();
    assert_eq!((two.len(), books.started()), (41, (three, 1)));
}

/// Goal: no kill, no changed byte and no other file makes a start forget or believe anything. Method: cut at every
/// length, as a kill may leave it, and every byte changed, with a record more in the journal; each is then
/// added to, and read again.
#[test]
fn whatever_the_file_is_the_start_is_right() {
    let books = Books::new();
    books.notes(3, 1);
    let (_, _, mut excerpt) = books.start(CHOICE);
    excerpt.add(&books.reader, EVERY);
    books.notes(2, 1);
    let (_, _, mut excerpt) = books.start(CHOICE);
    excerpt.add(&books.reader, EVERY);
    books.notes(1, 0);
    let whole = fs::read(books.file()).unwrap();
    fs::remove_file(books.file()).unwrap();
    let (all, from_journal) = books.started();
    assert_eq!((all.len(), from_journal), (6, 11));
    let mut tails = std::collections::BTreeSet::new();
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 0x21;
        for bytes in [&whole[..place], &changed] {
            fs::write(books.file(), bytes).unwrap();
            let (folded, read, mut excerpt) = books.start(CHOICE);
            assert_eq!(folded, all, "byte {place}");
            tails.insert(read);
            excerpt.add(&books.reader, 1);
            assert_eq!(books.started(), (all.clone(), 1), "added to after byte {place}");
        }
    }
    // From the beginning, or from the first segment on.
    assert_eq!(tails.into_iter().collect::<Vec<_>>(), [6, 11]);
}

/// Goal: the file of other books, of this one when it went further, or of another choice is nobody's. Method: each; the
/// other books are as long.
#[test]
fn the_file_of_others_is_not_believed() {
    let (books, others) = (Books::new(), Books::new());
    for one in [&books, &others] {
        one.notes(3, 1);
        let (_, _, mut excerpt) = one.start(CHOICE);
        excerpt.add(&one.reader, EVERY);
    }
    let (mine, read) = books.started();
    assert_eq!(read, 1);
    let whole = fs::read(books.file()).unwrap();
    fs::copy(others.file(), books.file()).unwrap();
    assert_eq!(books.started(), (mine.clone(), 7), "all, and the batch that does not vouch");
    // Books that were put back older: the same entries, fewer of them.
    others.note(Topic::POLICY, b"z");
    let (_, _, mut excerpt) = others.start(CHOICE);
    excerpt.add(&others.reader, EVERY);
    fs::copy(others.file(), books.file()).unwrap();
    assert_eq!(books.started(), (mine, 6));
    fs::write(books.file(), whole).unwrap();
    let wider = Choice { topics: &[Topic::POLICY, Topic::POT], ..CHOICE };
    let (folded, read, _) = books.start(wider);
    assert_eq!((folded.len(), read), (6, 6));
}

/// Goal: entries that do not follow from each other are told by the journal, not by a file. Method: the fold takes
/// nothing from the file.
#[test]
fn what_does_not_follow_is_read_from_the_journal() {
    let books = Books::new();
    books.notes(3, 0);
    let (_, _, mut excerpt) = books.start(CHOICE);
    excerpt.add(&books.reader, EVERY);
    let (excerpt, folded) =
        Excerpt::open(CHOICE, books.file(), &books.reader, |folded: &mut Folded, entry| {
            folded.push(seen(entry));
            if folded.len() == 2 { Err("out of order") } else { Ok(()) }
        });
    assert_eq!((excerpt.seen(), folded), (Sequence::ZERO, Vec::new()));
}

/// Goal: what ended is not kept, what is open is, also where it takes several segments; a file that is cut among them
/// is read on from where it is whole. Method: long notes, every other one ended.
#[test]
fn only_what_is_open_is_kept() {
    let books = Books::new();
    let long = [b'o'; 4_096];
    let sequences: Vec<_> = (0..1_200).map(|_| books.note(Topic::POLICY, &long)).collect();
    let (all, _, mut excerpt) = books.start(CHOICE);
    let added = fs::metadata(books.file()).unwrap().len();
    assert!(added > 4 * (1 << 20), "written while it was read: {added} bytes");
    assert_eq!(books.started().0, all);
    let open: Vec<_> = sequences.into_iter().step_by(2).collect();
    excerpt.keep_only(&books.reader, EVERY, &open);
    let kept: Vec<_> = open.iter().map(|sequence| (sequence.get(), b'o')).collect();
    assert_eq!(books.started(), (kept, 1));
    let length = fs::metadata(books.file()).unwrap().len();
    assert!(length < added * 2 / 3, "{length} bytes");
    // Not written for little, and added to by the next.
    excerpt.keep_only(&books.reader, EVERY, &[]);
    assert_eq!(books.started().0.len(), 600);
    let last = books.note(Topic::POLICY, b"x");
    let (_, _, mut next) = books.start(CHOICE);
    next.add(&books.reader, 1);
    assert_eq!(books.started().0.len(), 601);
    let file = fs::OpenOptions::new().write(true).open(books.file()).unwrap();
    file.set_len(1_500_000).unwrap();
    let (folded, read, _) = books.start(CHOICE);
    let is_there = |sequence: &Sequence| folded.iter().any(|(seen, _)| *seen == sequence.get());
    assert!(open.iter().all(is_there) && is_there(&last), "the journal has the rest");
    assert!((600..1_000).contains(&read), "{read} records read");
}
