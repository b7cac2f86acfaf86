//! I11: who adds to their own account alone is found, whatever the entry; and nobody else is.
//!
//! The ledger does not judge who asks, so nothing is forged here: the entries are written past the rules.

use hourbook::audit::Invariant;
use hourbook::domain::{
    AccountKind, Action, AtDeadline, BankNumber, Close, Command, Ends, Kind, Limits, NewAccount, Opened,
    OwnerNumber, Post, Rest, Sequence,
};

use super::played::{Network, capture, hold, reverse, take};
use super::{only_fault, verified};
use crate::support::{HOUR, post};

/// Books with a filled pot, and who owns two of the accounts.
struct Books {
    network: Network,
    ann: OwnerNumber,
    bea: OwnerNumber,
}

impl Books {
    fn new() -> Self {
        let network = Network::new();
        let owner = |account| network.desk.ledger.views().account(account).unwrap().owner;
        let (ann, bea) = (owner(network.ann), owner(network.bea));
        network.post(post(Kind::Grant, &[(network.issuance, network.pot, 20 * HOUR)]));
        Self { network, ann, bea }
    }

    /// Writes it, whoever gains.
    fn written(&self, actor: OwnerNumber, second_person: Option<OwnerNumber>, action: Action) -> Sequence {
        let desk = &self.network.desk;
        let command = Command { second_person, ..Command::new(desk.key(), actor, action) };
        desk.ledger.post(command).unwrap().entry.sequence
    }

    /// By Ann, and nobody agreed.
    fn alone(&self, action: Action) -> Sequence {
        self.written(self.ann, None, action)
    }

    fn for_ann(&self) -> Action {
        post(Kind::Gift, &[(self.network.bea, self.network.ann, HOUR)])
    }

    /// An hour of Bea's set aside for Ann.
    fn hold(&self, actor: OwnerNumber, at_deadline: AtDeadline) -> Sequence {
        let set_aside = [(self.network.bea, self.network.ann, HOUR)];
        self.written(actor, None, hold(&set_aside, 600, at_deadline, &self.network.desk))
    }

    fn hold_until_later(&self, actor: OwnerNumber, at_deadline: AtDeadline) {
        self.hold(actor, at_deadline);
        self.network.desk.clock.advance_seconds(700);
        self.network.desk.ledger.tick().unwrap();
    }
}

type Deed = fn(&Books);

/// Goal: each way to add to one's own account alone is found and named, and each that may be is clean.
/// Method: one act a row on books of its own; a reason, or nothing wrong.
#[test]
fn i11_whoever_helps_themselves_alone_is_found() {
    const NOBODY: Option<&str> = Some("names no second person.");
    const CLEAN: Option<&str> = None;
    let rows: &[(&str, Deed, Option<&str>)] = &[
        ("a gift to herself", |b| _ = b.alone(b.for_ann()), NOBODY),
        (
            "agreed by herself",
            |b| _ = b.written(b.ann, Some(b.ann), b.for_ann()),
            Some("names the same owner as second person."),
        ),
        (
            "agreed by nobody",
            |b| _ = b.written(b.ann, Some(OwnerNumber::OPERATOR), b.for_ann()),
            Some("names nobody who could be asked as second person."),
        ),
        ("agreed by who gives", |b| _ = b.written(b.ann, Some(b.bea), b.for_ann()), CLEAN),
        ("written by who gives", |b| _ = b.written(b.bea, None, b.for_ann()), CLEAN),
        (
            "agreed by who gains too",
            |b| {
                let n = &b.network;
                let thanked = post(Kind::Grant, &[(n.pot, n.ann, HOUR), (n.pot, n.bea, HOUR)]);
                b.written(b.ann, Some(b.bea), thanked);
            },
            Some("as second person, who gains by it too."),
        ),
        (
            "in and out again",
            |b| {
                let n = &b.network;
                b.alone(post(Kind::Group, &[(n.pot, n.ann, HOUR), (n.ann, n.bea, HOUR)]));
            },
            CLEAN,
        ),
        (
            "in, and less out",
            |b| {
                let n = &b.network;
                b.alone(post(Kind::Group, &[(n.pot, n.ann, HOUR), (n.ann, n.bea, HOUR - 60)]));
            },
            NOBODY,
        ),
        (
            "history of other books",
            |b| {
                b.alone(post(Kind::Opening, &[(b.network.pot, b.network.ann, HOUR)]));
            },
            CLEAN,
        ),
        ("by the operator", |b| _ = b.written(OwnerNumber::OPERATOR, None, b.for_ann()), CLEAN),
        (
            "to her account in another bank",
            |b| {
                let n = &b.network;
                let (bank, kind, limits) = (BankNumber::new(2), AccountKind::Member, Limits::WIDEST);
                let account = NewAccount { bank, kind, owner: b.ann, limits, label: Box::default() };
                let opened = n.desk.post(Action::OpenAccounts(vec![account])).unwrap().entry.outcome.opened;
                let Opened::Accounts(other) = opened else { panic!("{opened:?}") };
                let through = [(n.ann, n.clearing[0], HOUR), (n.clearing[1], other, HOUR)];
                b.alone(post(Kind::Exchange, &through));
            },
            CLEAN,
        ),
        (
            "captured, set aside by herself",
            |b| {
                let held = b.hold(b.ann, AtDeadline::Release);
                b.alone(capture(held, None, Rest::Release));
            },
            NOBODY,
        ),
        (
            "captured, set aside by who gives",
            |b| {
                let held = b.hold(b.bea, AtDeadline::Release);
                b.alone(capture(held, Some(HOUR / 2), Rest::Keep));
                b.alone(capture(held, None, Rest::Release));
            },
            CLEAN,
        ),
        (
            "more than was set aside by who gives",
            |b| {
                let held = b.hold(b.bea, AtDeadline::Release);
                let Action::Post(instead) = b.for_ann() else { unreachable!() };
                let ends = Ends { hold: held, rest: Rest::Release };
                b.alone(Action::Post(Post { ends: Some(ends), ..instead }));
            },
            CLEAN,
        ),
        (
            "a part of what was set aside by who gives",
            |b| {
                let held = b.hold(b.bea, AtDeadline::Release);
                b.alone(take(held, &[(b.network.bea, b.network.ann, 60)]));
            },
            CLEAN,
        ),
        (
            "a part of what was set aside by herself",
            |b| {
                let held = b.hold(b.ann, AtDeadline::Release);
                b.alone(take(held, &[(b.network.bea, b.network.ann, 60)]));
            },
            NOBODY,
        ),
        ("set aside, and let go by time", |b| b.hold_until_later(b.ann, AtDeadline::Release), CLEAN),
        ("set aside, and taken by time", |b| b.hold_until_later(b.ann, AtDeadline::Capture), NOBODY),
        ("set aside by who gives, and taken", |b| b.hold_until_later(b.bea, AtDeadline::Capture), CLEAN),
        (
            "put right",
            |b| {
                let given = b.written(b.ann, None, post(Kind::Gift, &[(b.network.ann, b.network.bea, HOUR)]));
                b.alone(reverse(given, &[(0, 60)]));
            },
            NOBODY,
        ),
        (
            "put right against herself",
            |b| {
                let given = b.written(b.bea, None, b.for_ann());
                b.alone(reverse(given, &[]));
            },
            CLEAN,
        ),
        (
            "closed, the rest to herself",
            |b| {
                b.network.post(post(Kind::Grant, &[(b.network.pot, b.network.bea, HOUR)]));
                b.alone(Action::Close(Close { account: b.network.bea, remainder_to: b.network.ann }));
            },
            NOBODY,
        ),
        (
            "closed below zero",
            |b| {
                b.written(b.ann, None, post(Kind::Gift, &[(b.network.ann, b.network.bea, HOUR)]));
                b.alone(Action::Close(Close { account: b.network.ann, remainder_to: b.network.pot }));
            },
            NOBODY,
        ),
        (
            "closed, the rest to the pot",
            |b| {
                b.written(b.bea, None, b.for_ann());
                b.alone(Action::Close(Close { account: b.network.ann, remainder_to: b.network.pot }));
            },
            CLEAN,
        ),
    ];
    for (what, deed, expected) in rows {
        let books = Books::new();
        deed(&books);
        let report = verified(&books.network.desk.ledger);
        let Some(reason) = expected else {
            println!("{what:<40} clean");
            assert!(report.is_clean(), "{what}\n{report}");
            continue;
        };
        let words = only_fault(&report, Invariant::SecondPerson);
        println!("{what:<40} {words}");
        assert!(words.contains(&format!(" by owner {} adds ", books.ann)), "{what}: {words}");
        let account = format!(" to account {}, which owner {} owns, and ", books.network.ann, books.ann);
        assert!(words.contains(&account) && words.contains(reason), "{what}: {words}");
        assert_eq!(report.check(Invariant::SecondPerson).unwrap().faults, 1, "{what}");
    }
}

/// Goal: the fault is told so that somebody can go and ask; what was looked at is counted. Method: one of three.
#[test]
fn i11_is_told_in_words() {
    let books = Books::new();
    books.written(books.bea, None, books.for_ann());
    let alone = books.alone(books.for_ann());
    books.written(books.ann, Some(books.bea), books.for_ann());
    let report = verified(&books.network.desk.ledger);
    let account = books.network.ann;
    assert_eq!(
        only_fault(&report, Invariant::SecondPerson),
        format!(
            "Entry {alone} by owner {ann} adds 1 h to account {account}, which owner {ann} owns, and names no second person. Ask \
             who agreed to it, and put it right if nobody did. Hourbook takes such an entry from nobody but an \
             integration: if none wrote it, keep a copy of the journal, and ask who had access to it since.",
            ann = books.ann,
        )
    );
    let counts: Vec<_> =
        report.check(Invariant::SecondPerson).unwrap().counts.iter().map(ToString::to_string).collect();
    assert_eq!(counts, ["3 entries by an owner", "2 adding to their own account"]);
}
