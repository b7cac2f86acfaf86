//! The same rows again: nothing twice.

use hourbook::import::{BadRowsMean, DecimalHours, Options, PostedAs};

use super::{HEADER, Server, file, opening};
use crate::support::HOUR;

const ROWS: [&str; 7] = [
    "Leith,2019-01-24,Ann,Joe,1.50,gardening,thanks",
    "Leith,2019-01-24,Ann,Joe,1.50,gardening,thanks",
    "Leith,2019-01-25,Joe,Zoë,2.00,,",
    "Leith,2019-01-26,Ann,Joe,-0.50,gardening,typed wrongly",
    "Fife,2019-01-24,Ann,Bob,17866.50,transport,",
    "Fife,2019-01-24,Bob,Ann,1.30,cooking,",
    "Leith,2019-01-24,Ann,Joe,1.50,gardening,thanks",
];

/// Goal: what a row says is in its entry, a correction with its sides swapped, and balances follow.
/// Method: two banks with an Ann each, three equal rows.
#[test]
fn rows_become_entries() {
    let server = Server::start();
    let summary = server.import(&file(&ROWS), &opening()).unwrap();
    assert_eq!((summary.rows_read, summary.rows_posted, summary.corrections_posted), (7, 7, 1));
    assert_eq!((summary.banks_opened, summary.accounts_opened, summary.activities_opened), (2, 5, 3));
    assert_eq!((summary.rows_already_there, summary.rows_refused, summary.rows_skipped), (0, 0, 0));
    let (fife, leith) = (17_866 * HOUR + HOUR / 2 - 4_680, 4 * HOUR);
    let balances = server.balances();
    let seconds: Vec<_> = balances.iter().map(|(label, _, seconds)| (label.as_str(), *seconds)).collect();
    let (mut ann, rest) = (vec![seconds[0], seconds[1]], &seconds[2..]);
    ann.sort();
    assert_eq!(ann, [("Ann", leith), ("Ann", fife)]);
    assert_eq!(rest, [("Bob", -fife), ("Joe", 2 * HOUR - leith), ("Zoë", -2 * HOUR)]);

    let last = server.entry_of_last();
    let correction = server.entry(last - 3);
    let details = correction.details.unwrap();
    assert_eq!(details.memo, "typed wrongly");
    let day = details.occurred_on.unwrap();
    assert_eq!((day.year, day.month, day.day), (2019, 1, 26));
    let (joe, ann) = (balances[3].1, correction.moves[0].debit_account_number);
    let transfer = &correction.moves[0];
    assert_eq!((transfer.credit_account_number, transfer.amount_seconds), (joe, HOUR / 2));
    assert!(transfer.is_correction && balances[..2].iter().any(|(_, number, _)| *number == ann));
    assert_eq!(correction.kind, i32::from(hourbook::api::Kind::Opening));
    assert_ne!(transfer.activity_number, 0);
    let plain = server.entry(last - 4);
    assert!(!plain.moves[0].is_correction && plain.moves[0].activity_number == 0);
}

/// Goal: a second, a shuffled, a longer and a differently ordered file post only what is new.
#[test]
fn only_what_is_new() {
    let server = Server::start();
    server.import(&file(&ROWS), &opening()).unwrap();
    let (before, last) = (server.balances(), server.entry_of_last());

    let mut shuffled = ROWS;
    shuffled.reverse();
    shuffled.swap(1, 4);
    let columns = "note,bank,day,giver,receiver,hours,activity";
    let moved: Vec<_> = ROWS.iter().map(|row| row.rsplit_once(',').unwrap()).collect();
    let moved: Vec<_> = moved.into_iter().map(|(cells, note)| format!("{note},{cells}")).collect();
    let moved = format!("{columns}\r\n{}", moved.join("\r\n"));
    for again in [file(&ROWS), file(&shuffled), moved] {
        for options in [Options::default(), opening()] {
            let summary = server.import(&again, &options).unwrap();
            assert_eq!((summary.rows_posted, summary.rows_already_there), (0, 7), "{summary}");
            assert_eq!((summary.corrections_posted, summary.corrections_already_there), (0, 1));
            assert_eq!((summary.banks_opened, summary.accounts_opened, summary.activities_opened), (0, 0, 0));
        }
    }
    assert_eq!((server.balances(), server.entry_of_last()), (before, last));

    let mut longer = vec!["Leith,2019-01-23,Joe,Ann,1,,", ROWS[0]];
    longer.extend(ROWS);
    longer.push("Leith,2019-02-01,Moe,Ann,1,,");
    let summary = server.import(&file(&longer), &opening()).unwrap();
    assert_eq!((summary.rows_posted, summary.rows_already_there), (3, 7), "{summary}");
    assert_eq!((summary.banks_opened, summary.accounts_opened), (0, 1));
}

/// Goal: a row that is read the other way the second time, or posted as something else, is refused and not
/// doubled.
#[test]
fn another_reading_doubles_nothing() {
    let server = Server::start();
    server.import(&file(&ROWS), &opening()).unwrap();
    let last = server.entry_of_last();
    let clock = Options { hours: DecimalHours::Clock, bad_rows: BadRowsMean::Skip, ..Options::default() };
    let summary = server.import(&file(&ROWS), &clock).unwrap();
    // 2.00 is the same both ways; 1.50, 0.50 and 1.30 are not, and 17866.50 is minutes as well.
    assert_eq!(
        (summary.rows_posted, summary.rows_already_there, summary.rows_refused),
        (0, 1, 6),
        "{summary}"
    );
    let [refused] = summary.refused.as_slice() else { panic!("{summary}") };
    assert_eq!(
        (refused.reason.as_str(), refused.first_lines.as_slice()),
        ("REQUEST_ID_REUSED", &[2, 3, 5, 6, 7, 8][..])
    );
    let exchange = Options { posted_as: PostedAs::Exchange, ..Options::default() };
    let summary = server.import(&file(&ROWS), &exchange).unwrap();
    assert_eq!((summary.rows_posted, summary.rows_refused), (0, 7), "{summary}");
    assert_eq!(server.entry_of_last(), last);
}

/// Goal: more rows and names than a batch, a portion of owners and a list of activities at once hold.
/// Method: 1,100 members, 60 activities, 9,000 rows with a long note in some; summed up by hand.
#[test]
fn more_than_fits_at_once() {
    let server = Server::start();
    let note = "n".repeat(1_024);
    let rows = (0..9_000).map(|row| {
        let (giver, receiver) = (row % 1_100, (row * 7 + 1) % 1_100);
        let receiver = if giver == receiver { (receiver + 1) % 1_100 } else { receiver };
        let note = if row % 3 == 0 { note.as_str() } else { "" };
        format!("Leith,2019-01-24,m{giver},m{receiver},0.25,a{},{note}\n", row % 60)
    });
    let text = format!("{HEADER}{}", rows.collect::<String>());
    let summary = server.import(&text, &opening()).unwrap();
    assert_eq!((summary.rows_posted, summary.accounts_opened, summary.activities_opened), (9_000, 1_100, 60));
    let again = server.import(&text, &Options::default()).unwrap();
    assert_eq!((again.rows_posted, again.rows_already_there), (0, 9_000));
}

impl Server {
    /// The newest entry.
    fn entry_of_last(&self) -> u64 {
        let account_number = self.accounts()[0].account_number;
        let request = hourbook::api::GetBalanceRequest { account_number, ..Default::default() };
        self.wait(self.client().get_balance(request)).unwrap().into_inner().sequence
    }
}
