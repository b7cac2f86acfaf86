//! What is not done, and why.

use hourbook::api::{Limits, SetLimitsRequest};
use hourbook::domain::RequestId;
use hourbook::import::{BadRowsMean, ImportError, Named, Options, PostedAs};

use super::{Server, file, opening};
use crate::support::HOUR;

const ROW: &str = "Leith,2019-01-24,Ann,Joe,1.50,gardening,";

/// Goal: without being told nothing is opened; unknown names are listed with the nearest known ones.
#[test]
fn unknown_names_are_listed() {
    let server = Server::start();
    let unknown = |rows: &[&str]| match server.import(&file(rows), &Options::default()) {
        Err(ImportError::Unknown(unknown)) => unknown,
        other => panic!("{other:?}"),
    };
    let first = unknown(&[ROW]);
    assert_eq!((first.total, first.listed[0].named, first.listed[0].nearest.len()), (1, Named::Bank, 0));
    assert!(server.bank_names().is_empty());
    server.import(&file(&[ROW]), &opening()).unwrap();
    let text =
        unknown(&[ROW, "Lieth,2019-01-24,Ann,Joe,1,gardening,", "Leith,2019-01-24,ann,Bertha,1,gardning,"]);
    assert_eq!(
        text.to_string(),
        "nothing was posted, because 4 names are not in the books:
    line 3: bank \"Lieth\"; did you mean \"Leith\"?
    line 4: account \"ann\" in \"Leith\"; did you mean \"Ann\"?
    line 4: account \"Bertha\" in \"Leith\"
    line 4: activity \"gardning\" in \"Leith\"; did you mean \"gardening\"?
put them right, or open what is missing with --open-missing"
    );
    assert_eq!((server.bank_names().len(), server.balances().len()), (1, 2));
}

/// Goal: bad rows stop everything before anything is opened or posted, unless they are to be left out.
#[test]
fn bad_rows_stop_everything() {
    let server = Server::start();
    let rows = file(&[ROW, "Leith,2019-02-30,Ann,Joe,1,,", "Leith,2019-01-24,Ann,Joe,0,,"]);
    let Err(ImportError::BadRows(bad)) = server.import(&rows, &opening()) else { panic!() };
    assert_eq!((bad.total, bad.listed.iter().map(|bad| bad.line).collect::<Vec<_>>()), (2, vec![3, 4]));
    assert!(server.bank_names().is_empty());
    let skip = Options { bad_rows: BadRowsMean::Skip, ..opening() };
    let summary = server.import(&rows, &skip).unwrap();
    assert_eq!((summary.rows_read, summary.rows_posted, summary.rows_skipped), (3, 1, 2));
    assert_eq!(summary.skipped, bad.listed);
}

/// Goal: limits are judged for what happens now and not for history; the rows refused are grouped with
/// their reason and lines, and the others are posted.
#[test]
fn limits_are_judged_for_exchanges() {
    let server = Server::start();
    server.import(&file(&[ROW]), &opening()).unwrap();
    let balances = server.balances();
    let joe = balances.iter().find(|(label, ..)| label == "Joe").unwrap().1;
    let limits = Limits { floor_seconds: Some(-2 * HOUR), ..Limits::default() };
    let request = SetLimitsRequest {
        request_id: RequestId::derived([1; 16]).to_string(),
        account_number: joe,
        limits: Some(limits),
        ..SetLimitsRequest::default()
    };
    server.wait(server.client().set_limits(request)).unwrap();
    let rows = [
        "Leith,2019-03-01,Ann,Joe,0.25,gardening,",
        "Leith,2019-03-02,Ann,Joe,3,gardening,",
        "Leith,2019-03-03,Ann,Joe,4,gardening,",
        "Leith,2199-12-31,Joe,Ann,1,gardening,",
        "Leith,2019-03-05,Joe,Ann,0.50,gardening,",
    ];
    let exchange = Options { posted_as: PostedAs::Exchange, ..Options::default() };
    let summary = server.import(&file(&rows), &exchange).unwrap();
    assert_eq!((summary.rows_posted, summary.rows_refused), (2, 3), "{summary}");
    let refused: Vec<_> =
        summary.refused.iter().map(|group| (group.reason.as_str(), group.first_lines.as_slice())).collect();
    assert_eq!(refused, [("BELOW_FLOOR", &[3, 4][..]), ("DAY_IN_FUTURE", &[5][..])]);
    let text = summary.to_string();
    assert!(
        text.contains("2 rows because Joe ") && text.contains("1 row because that day has not begun"),
        "{text}"
    );
    assert!(summary.refused[0].message.contains("Joe"), "{summary}");
    let history = file(&["Leith,2018-03-02,Ann,Joe,30,gardening,"]);
    assert_eq!(server.import(&history, &Options::default()).unwrap().rows_posted, 1);
}

/// Goal: a label that two open accounts of a bank share is refused, and both numbers are named.
#[test]
fn ambiguous_names_are_refused() {
    let server = Server::start();
    server.import(&file(&[ROW]), &opening()).unwrap();
    let ann = server.balances()[0].1;
    let other = server.member(1, "Ann");
    let Err(ImportError::Ambiguous(ambiguous)) = server.import(&file(&[ROW]), &opening()) else { panic!() };
    let [one] = ambiguous.listed.as_slice() else { panic!("{ambiguous}") };
    assert_eq!((one.first, one.second, one.named), (ann, other, Named::Account));
    let line = format!("account \"Ann\" in \"Leith\" is number {ann} and number {other}");
    assert!(ambiguous.to_string().contains(&line), "{ambiguous}");
}
