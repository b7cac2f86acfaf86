//! Banks' lists of activities: what a note adds, what is refused, what is remembered.

use super::*;
use crate::domain::{Command, OwnerNumber, RequestId, RequestKey, Scope};
use crate::journal::MemoryJournal;
use crate::ledger::{Ledger, Options};

/// Books in memory, and what is asked of them.
struct Desk {
    ledger: Ledger,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let journal = Box::new(MemoryJournal::new());
        let options = Options { on_failure: Box::new(|_| {}), ..Options::default() };
        let ledger = Ledger::open(journal, options).unwrap();
        Self { ledger, folder: tempfile::tempdir().unwrap() }
    }

    fn activities(&self) -> Activities {
        let file = self.folder.path().join("activities");
        Activities::open(Arc::clone(self.ledger.books().journal()), file)
    }

    fn write(&self, note: Note) {
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() };
        self.ledger.post(Command::new(key, OwnerNumber::OPERATOR, Action::Note(note))).unwrap();
    }

    fn add(&self, activities: &Activities, bank: u32, names: &[&str]) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let note = activities.add(BankNumber::new(bank), &names, self.ledger.position());
        self.write(note.unwrap());
    }

    fn add_under(&self, activities: &Activities, parent: u16, names: &[&str]) {
        self.write(self.under(activities, parent, names).unwrap());
    }

    fn under(&self, activities: &Activities, parent: u16, names: &[&str]) -> Result<Note, ActivitiesError> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        activities.add_under(BankNumber::new(1), parent, &names, self.ledger.position())
    }

    /// Names, each with the number of its parent or 0.
    fn list(&self, activities: &Activities, bank: u32) -> Vec<(String, u16)> {
        let list = activities.list(BankNumber::new(bank), self.ledger.position()).unwrap();
        list.into_iter().map(|one| (one.name, one.parent.unwrap_or_default())).collect()
    }
}

fn named(list: &[(&str, u16)]) -> Vec<(String, u16)> {
    list.iter().map(|(name, parent)| ((*name).to_owned(), *parent)).collect()
}

/// Goal: a name gets the next number of its bank's list and keeps it; other notes change nothing.
#[test]
fn names_keep_their_numbers() {
    let desk = Desk::new();
    let activities = desk.activities();
    desk.add(&activities, 1, &["gardening", "transport"]);
    desk.add(&activities, 2, &["transport"]);
    desk.write(Note { topic: Topic::new(9), subject: 1, body: b"cooking".as_slice().into() });
    desk.add(&activities, 1, &["transport", "befriending", "befriending"]);
    let first = named(&[("gardening", 0), ("transport", 0), ("befriending", 0)]);
    assert_eq!(desk.list(&activities, 1), first);
    assert_eq!(desk.list(&activities, 2), named(&[("transport", 0)]));
    assert!(desk.list(&activities, 3).is_empty());
    assert_eq!(desk.list(&desk.activities(), 1), desk.list(&activities, 1), "read from the beginning");
}

/// Goal: what cannot be a name, or would be one too many, is said before anything is written.
/// Method: the values next to each bound.
#[test]
fn bounds_of_names_and_lists() {
    let desk = Desk::new();
    let activities = desk.activities();
    let add = |names: &[String]| activities.add(BankNumber::new(1), names, desk.ledger.position());
    let many = |from: usize, count: usize| (from..from + count).map(|n| n.to_string()).collect::<Vec<_>>();
    for bad in ["", " a", "a\n", &"x".repeat(65)] {
        assert!(matches!(add(&[bad.to_owned()]), Err(ActivitiesError::Name)), "{bad:?}");
    }
    assert!(add(&["x".repeat(64)]).is_ok());
    assert!(matches!(add(&[]), Err(ActivitiesError::Count)));
    assert!(matches!(add(&many(0, 51)), Err(ActivitiesError::Count)));
    for from in (0..1_000).step_by(50) {
        desk.write(add(&many(from, 50)).unwrap());
    }
    assert!(add(&many(999, 1)).is_ok(), "it is in the list already");
    assert!(matches!(add(&many(1_000, 1)), Err(ActivitiesError::Full)));
}

/// Goal: a name under another says so, in every bank its own; a parent gets children at any time; and what cannot
/// be under another is said before anything is written. Method: a list that grows, with each answer on the way.
#[test]
fn a_list_has_two_levels() {
    let desk = Desk::new();
    let activities = desk.activities();
    let refused = |parent, names: &[&str]| desk.under(&activities, parent, names).unwrap_err();
    assert!(matches!(refused(1, &["mowing"]), ActivitiesError::Parent), "an empty list");
    desk.add(&activities, 1, &["gardening", "transport"]);
    desk.add_under(&activities, 2, &["lifts", "errands"]);
    desk.add_under(&activities, 1, &["mowing"]);
    desk.add_under(&activities, 2, &["lifts", "moving things"]);
    let list = [
        ("gardening", 0),
        ("transport", 0),
        ("lifts", 2),
        ("errands", 2),
        ("mowing", 1),
        ("moving things", 2),
    ];
    assert_eq!(desk.list(&activities, 1), named(&list));
    assert_eq!(desk.list(&desk.activities(), 1), named(&list), "read from the beginning");
    for parent in [0, 3, 7, u16::MAX] {
        assert!(matches!(refused(parent, &["lawns"]), ActivitiesError::Parent), "{parent}");
    }
    for elsewhere in ["lifts", "transport", "gardening"] {
        assert!(matches!(refused(1, &["lawns", elsewhere]), ActivitiesError::Elsewhere), "{elsewhere}");
    }
    assert!(matches!(refused(1, &["\tlawns"]), ActivitiesError::Name));
    assert!(matches!(refused(1, &[]), ActivitiesError::Count));
    desk.add(&activities, 1, &["mowing"]);
    assert_eq!(desk.list(&activities, 1), named(&list), "it keeps its place");
    desk.add(&activities, 2, &["lifts"]);
    assert_eq!(desk.list(&activities, 2), named(&[("lifts", 0)]));
}

/// Goal: no note whatever makes a third level or a name twice. Method: notes written past `add`, and what a list
/// becomes by them.
#[test]
fn any_note_keeps_two_levels() {
    let rows: [(&str, &[(&str, u16)]); 5] = [
        ("\ta\nb", &[("a", 0), ("b", 0)]),
        ("a\n\ta\n\tb\n\tb", &[("a", 0), ("b", 1)]),
        ("a\n\tb\nb\n\tc", &[("a", 0), ("b", 1), ("c", 1)]),
        ("a\nb\n\tc\na\n\tc\n\td", &[("a", 0), ("b", 0), ("c", 2), ("d", 1)]),
        ("", &[]),
    ];
    for (body, expected) in rows {
        let mut fold = Fold::default();
        fold.apply(&Note { topic: Topic::ACTIVITIES, subject: 1, body: body.as_bytes().into() });
        let list = fold.lists.remove(&BankNumber::new(1)).unwrap();
        let list: Vec<_> = list.into_iter().map(|one| (one.name, one.parent.unwrap_or(0))).collect();
        assert_eq!(list, named(expected), "{body:?}");
    }
}

/// Goal: a bank gets the default list by one note, also where it has some of it. Method: an empty list; one
/// with a parent and a child of it the other way round; the same note again.
#[test]
fn the_default_list_is_one_note() {
    let desk = Desk::new();
    let activities = desk.activities();
    let add = |bank| {
        let bank = BankNumber::new(bank);
        desk.write(activities.add_default(bank, desk.ledger.position()).unwrap());
    };
    add(1);
    let list = desk.list(&activities, 1);
    let mut expected = Vec::new();
    for (parent, children) in DEFAULT_ACTIVITIES {
        expected.push(((*parent).to_owned(), 0));
        let number = u16::try_from(expected.len()).unwrap();
        expected.extend(children.iter().map(|child| ((*child).to_owned(), number)));
    }
    assert_eq!(list, expected);
    add(1);
    assert_eq!(desk.list(&activities, 1), expected, "nothing twice");

    desk.add(&activities, 2, &["dog walking", "our own"]);
    let own = activities.add_under(BankNumber::new(2), 2, &["animals".into()], desk.ledger.position());
    desk.write(own.unwrap());
    add(2);
    let list = desk.list(&activities, 2);
    assert_eq!(list.len(), expected.len() + 1, "all of it, and their own");
    assert_eq!(list[..3], named(&[("dog walking", 0), ("our own", 0), ("animals", 2)]));
    assert!(list.contains(&("feeding pets".to_owned(), 2)), "where animals are");
}

/// Goal: lists are the same from an excerpt, and are not those of other books.
/// Method: started again after a clean end; then with the excerpt of others, which is as long.
#[test]
fn a_start_from_an_excerpt_gives_the_same_lists() {
    let (desk, other) = (Desk::new(), Desk::new());
    for (desk, name) in [(&desk, "gardening"), (&other, "gardeners")] {
        let activities = desk.activities();
        desk.add(&activities, 1, &[name]);
        desk.add_under(&activities, 1, &["mowing"]);
    }
    let file = |desk: &Desk| desk.folder.path().join("activities");
    let own = std::fs::read(file(&desk)).unwrap();
    let first = desk.activities();
    assert_eq!(first.fold.lock().unwrap().1.seen(), Sequence::new(2), "nothing is left to the journal");
    assert_eq!(desk.list(&first, 1), named(&[("gardening", 0), ("mowing", 1)]));
    drop(first);
    let others = std::fs::read(file(&other)).unwrap();
    assert_eq!(others.len(), own.len());
    std::fs::write(file(&desk), others).unwrap();
    assert_eq!(desk.list(&desk.activities(), 1), named(&[("gardening", 0), ("mowing", 1)]));
    assert_eq!(std::fs::read(file(&desk)).unwrap(), own, "made anew, the same");
}
