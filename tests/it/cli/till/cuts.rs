//! A line that is cut in the middle of a sale.

use super::between::{Between, Line};
use super::counter::Counter;
use super::{ANN, CAFE, Shop};

const CUT: &str = "No answer came: it is not known whether this sale was taken. It is asked for again with the same receipt, \
                   so that it is taken once at most. Asking again in 1 second, try 2 of 6.\n";

/// Goal: a sale whose answer, or whose call, was lost is taken once, and the till says which of both it was. Method: a line
/// that is cut at each, with a receipt and without one; hours and sales counted.
#[test]
fn a_cut_in_the_middle() {
    let shop = Shop::new();
    let line = Between::to(&shop.served.address);
    let mut till = Counter::begin(&shop, &line.address, &[]);
    let arrived = "An answer came. The first try had arrived: it counts once, not twice.\n\
                   This receipt was accepted before. 1 hour was taken.\n";
    let lost = "An answer came: the tries before had not arrived.\n1 hour was taken.\n";
    for (cuts, receipt, number, said) in [
        (Line::CutsAnswers(1), "184", "184", arrived),
        (Line::CutsCalls(1), "185", "185", lost),
        (Line::CutsAnswers(1), "", "MADE", arrived),
        (Line::CutsCalls(1), "", "MADE", lost),
    ] {
        till.shows(&shop.code());
        line.becomes(cuts);
        let told = till.types(receipt, "help:");
        let rest = told.strip_prefix(CUT).and_then(|told| told.strip_prefix(said));
        let rest = rest.unwrap_or_else(|| panic!("{cuts:?}: {told}"));
        assert!(rest.starts_with(&format!("Receipt {number} of WHEN sale ")), "{told}");
    }
    assert_eq!((shop.hours(ANN), shop.hours(CAFE)), ((6, 0), (4, 0)));
    assert_eq!(shop.json("cafe", &["redemption", "list"]).as_array().unwrap().len(), 4);
    assert_eq!(till.ends().0, 0);
}

/// Goal: steps of a sale survive a cut too: set aside, taken, given back, once each. Method: the answer of each is lost.
#[test]
fn later_steps_are_cut() {
    let shop = Shop::new();
    let line = Between::to(&shop.served.address);
    let mut till = Counter::begin(&shop, &line.address, &[]);
    till.types(&shop.code(), "for 1):");
    till.types("3", "offer:");
    till.types("aside", "aside:");
    till.types("1", "one):");
    line.becomes(Line::CutsAnswers(1));
    let told = till.types("7", "help:");
    assert!(told.contains("This receipt was accepted before. 3 hours were set aside."), "{told}");
    assert_eq!(shop.hours(ANN), (10, 3));
    let number = shop.json("till", &["redemption", "show", "7"])["redemption_sequence"].to_string();
    for (typed, said, hours) in [
        (format!("take {number} 2"), "2 hours were taken. 1 hour went back.", (8, 0)),
        (format!("back {number} too cold"), "2 hours were taken and given back.", (10, 0)),
    ] {
        line.becomes(Line::CutsAnswers(1));
        let told = till.types(&typed, "help:");
        assert!(told.starts_with("No answer came: it is not known whether that was done."), "{told}");
        assert!(told.contains("The first try had arrived") && told.contains(said), "{told}");
        assert_eq!(shop.hours(ANN), hours, "{typed}");
    }
    let told = till.types(&format!("let-go {number}"), "help:");
    assert!(told.contains("given back, so this cannot be done with them"), "{told}");
    assert_eq!(till.ends().0, 0);
}

/// Goal: where it stays unknown, the till says so, prints what to write on a slip without the digits, goes on, and ends with 69;
/// the slip that is entered later takes nothing twice, and `look` says what happened. Method: the line goes down for good at
/// the answer; the slip is entered by a broker; the line comes up again, at another till and at this one.
#[test]
fn unknown_for_good() {
    let shop = Shop::new();
    let line = Between::to(&shop.served.address);
    let mut till = Counter::begin(&shop, &line.address, &["--patience", "1"]);
    let code = shop.code();
    till.shows(&code);
    line.becomes(Line::CutsAnswerForGood);
    let told = till.types("184", "help:");
    let day = shop.json("till", &["redemption", "show", "184"])["day"].as_str().unwrap().to_owned();
    for line in [
        "Still no answer. Looking for receipt 184.",
        "It is not known whether this sale was taken. Write a paper slip, and keep it:",
        "receipt: 184",
        "day: WHEN",
        "till: till 1 of partner 9",
        "offer: 1, lunch",
        "people: 1",
        "staff: EP",
        "and the digits of the code, which this screen does not repeat",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    let told = till.types("look 184", "help:");
    assert!(told.ends_with("The line is down. Look again later."), "{told}");

    let mut other = Counter::begin(&shop, &shop.served.address, &[]);
    other.shows(&shop.code());
    let told = other.types("184", "help:");
    assert!(
        told.contains("this receipt was accepted before, for a sale that differs in what was shown"),
        "{told}"
    );
    assert_eq!(other.ends().0, 0);
    let slip =
        ["redemption", "slip", "184", "--till", "person 9:1", "--day", &day, "--offer", "1", "--staff", "EP"];
    let told = shop.done("cafe", &[&slip[..], &["--code", &code]].concat());
    assert!(told.starts_with("This receipt was accepted before. 1 hour was taken."), "{told}");
    assert_eq!((shop.hours(ANN), shop.hours(CAFE)), ((9, 0), (1, 0)));

    let (exit, all) = till.ends();
    assert_eq!(exit, 69);
    assert!(!all.contains(&code) && !all.contains(&code.replace(' ', "")), "{all}");

    let mut till = Counter::begin(&shop, &shop.served.address, &["--patience", "1"]);
    let told = till.types(&format!("look 184 {day}"), "help:");
    assert!(told.starts_with("This is sale ") && told.contains(": taken, 1 hour"), "{told}");
    assert_eq!(till.ends().0, 0);
}

/// Goal: when it looks for the receipt in the end, it says what became of this sale, and not of another one that has the same
/// receipt by mistake. Method: a till that asks twice and is not answered; then the line is up: the sale had arrived, had not
/// arrived, and the receipt was another one's.
#[test]
fn found_in_the_end() {
    let shop = Shop::new();
    let line = Between::to(&shop.served.address);
    let mut till = Counter::begin(&shop, &line.address, &["--patience", "1"]);
    for (cuts, receipt, said) in [
        (Line::CutsAnswers(2), "184", "This receipt was accepted before. 1 hour was taken."),
        (Line::CutsCalls(2), "185", "1 hour was taken."),
        (
            Line::CutsAnswers(2),
            "184",
            "Not done: this receipt was accepted before, for a sale that differs in what was shown.",
        ),
    ] {
        till.shows(&shop.code());
        line.becomes(cuts);
        let told = till.types(receipt, "help:");
        let mut lines =
            told.lines().skip_while(|line| !line.starts_with("Still no answer. Looking for receipt"));
        assert!(lines.next().is_some() && lines.any(|line| line.starts_with(said)), "{cuts:?}: {told}");
        assert!(!told.contains("slip"), "{told}");
    }
    assert_eq!(till.ends().0, 0);
    assert_eq!(shop.hours(ANN), (8, 0));
}

/// Goal: a till that finds out later what it did not know ends as any other. Method: the line comes up again, and the receipt is
/// looked for; of another one nothing had arrived.
#[test]
fn what_is_found_out_is_no_doubt() {
    let shop = Shop::new();
    let line = Between::to(&shop.served.address);
    let mut till = Counter::begin(&shop, &line.address, &["--patience", "1"]);
    till.shows(&shop.code());
    line.becomes(Line::CutsAnswerForGood);
    till.types("184", "help:");
    line.becomes(Line::Up);
    till.shows(&shop.code());
    line.becomes(Line::Down);
    till.types("185", "help:");
    line.becomes(Line::Up);
    let day = shop.json("till", &["redemption", "show", "184"])["day"].as_str().unwrap().to_owned();
    let told = till.types(&format!("look 184 {day}"), "help:");
    assert!(told.contains(": taken, 1 hour"), "{told}");
    let told = till.types("look 185", "help:");
    assert!(
        told.starts_with("Nothing was taken for receipt 185. Sell it again under the same receipt"),
        "{told}"
    );
    let told = till.types("look 185", "help:");
    assert!(told.contains("nothing was accepted under this receipt"), "{told}");
    assert_eq!(till.ends().0, 0);
    assert_eq!(shop.hours(ANN), (9, 0));
}

/// Goal: a look that has no answer takes nothing, and says so. Method: the line is down while the code is looked up.
#[test]
fn a_look_is_cut() {
    let shop = Shop::new();
    let line = Between::to(&shop.served.address);
    let mut till = Counter::begin(&shop, &line.address, &["--patience", "1"]);
    till.types(&shop.code(), "for 1):");
    line.becomes(Line::Down);
    let told = till.types("", "help:");
    assert!(
        told.starts_with("No answer came. Nothing was taken. Asking again in 1 second, try 2 of 2."),
        "{told}"
    );
    assert!(told.contains("The line is down. Nothing was taken."), "{told}");
    assert_eq!(till.ends().0, 0);
    assert_eq!(shop.hours(ANN), (10, 0));
}
