//! Every sentence of a statement, rendered.

use super::statement::{Line, What, Whose, allowed_by, approved_by};
use super::tests::plain;
use crate::domain::{Day, Kind, Sequence};

const HOUR: i64 = 3_600;

fn day(month: i8, day: i8) -> Day {
    Day::from_calendar(2026, month, day).unwrap()
}

fn line(what: What) -> Line {
    Line {
        what,
        others: vec!["Bea".to_owned()],
        others_count: 1,
        giver: None,
        receiver: None,
        in_the_name_of: None,
        activity: None,
        claimed_lines: None,
        day: day(3, 3),
        entered: day(3, 3),
        today: day(6, 1),
    }
}

fn moved(kind: Kind, came: i64, went: i64) -> Line {
    line(What::Moved { kind, came, went })
}

/// Goal: help is said with whom, what for and when, and that it was entered later; whoever pays for another or gives
/// for an organisation is said. Method: each way, both sides of it.
#[test]
fn exchange_lines_are_told() {
    let help = moved(Kind::Exchange, 5_400, 0);
    let claimed = |lines, came, went| Line { claimed_lines: Some(lines), ..moved(Kind::Claim, came, went) };
    let some = |name: &str| Some(name.to_owned());
    let late = Line { activity: some("gardening"), entered: day(3, 5), ..help.clone() };
    assert_eq!(late.sentence(), "gave 1 h 30 min to Bea, gardening, on 3 March (entered 5 March)");
    let received = moved(Kind::Exchange, 0, 5_400);
    let to_bernard = Line { receiver: some("Bernard"), others: vec!["the pot".to_owned()], ..help.clone() };
    let for_hall = Line { giver: some("Hanif"), in_the_name_of: some("the hall"), ..help.clone() };
    let by_hanif = Line { giver: some("Hanif"), ..received.clone() };
    let three = |count| Line {
        others: ["Ann", "Bea", "Cy"].map(str::to_owned).to_vec(),
        others_count: count,
        ..moved(Kind::Group, HOUR, 0)
    };
    let unnamed =
        |count| Line { others: Vec::new(), others_count: count, ..moved(Kind::Redemption, HOUR, 0) };
    for (line, said) in [
        (unnamed(1), "took 1 h from somebody, on 3 March"),
        (unnamed(3), "took 1 h from 3 others, on 3 March"),
        (help.clone(), "gave 1 h 30 min to Bea, on 3 March"),
        (received.clone(), "received 1 h 30 min from Bea, on 3 March"),
        (to_bernard.clone(), "gave 1 h 30 min to Bernard, paid by the pot, on 3 March"),
        (
            Line { receiver: some("Bernard"), ..received.clone() },
            "paid 1 h 30 min for help that Bea gave to Bernard, on 3 March",
        ),
        (for_hall, "got 1 h 30 min for help that Hanif gave to Bea, in the name of the hall, on 3 March"),
        (by_hanif, "received 1 h 30 min from Hanif, on 3 March"),
        (
            Line { today: Day::from_calendar(2027, 1, 2).unwrap(), entered: day(3, 4), ..help },
            "gave 1 h 30 min to Bea, on 3 March 2026 (entered 4 March 2026)",
        ),
        (three(3), "gave 1 h to Ann, Bea and 1 other, on 3 March"),
        (three(12), "gave 1 h to Ann, Bea and 10 others, on 3 March"),
        (moved(Kind::Group, 8 * HOUR, HOUR), "took in 8 h and gave out 1 h, on 3 March"),
        (claimed(1, HOUR, 0), "claimed back 1 h from Bea for 1 line, on 3 March"),
        (claimed(3, 0, HOUR), "paid back 1 h to Bea for 3 lines, on 3 March"),
        (moved(Kind::Community, HOUR, 0), "gave 1 h for the community, paid by Bea, on 3 March"),
        (moved(Kind::Community, 0, HOUR), "paid 1 h for help that Bea gave to the community, on 3 March"),
    ] {
        assert_eq!(line.sentence(), said);
        plain(said);
        println!("{said}");
    }
    assert_eq!(allowed_by("Rosa", Some("the walk was long")), "allowed by Rosa because the walk was long");
    assert_eq!(allowed_by("Rosa", None), "allowed by Rosa");
    assert_eq!(approved_by("Oyin"), "approved by Oyin");
}

/// Goal: there is a sentence for whatever a line did, no two the same, each with how much, with whom and when, where
/// there is that. Method: every kind both ways, and everything else.
#[test]
fn every_line_has_a_sentence() {
    let entry = Sequence::new(12);
    let kinds = Kind::ALL.into_iter().flat_map(|kind| [moved(kind, HOUR, 0), moved(kind, 0, HOUR)]);
    let closed = [Whose::Own, Whose::Other].into_iter().flat_map(|whose| {
        [(HOUR, 0), (0, HOUR)].map(|(came, went)| line(What::Closed { whose, came, went }))
    });
    let put_right = [(HOUR, 0), (0, HOUR), (HOUR, HOUR)]
        .map(|(came, went)| line(What::PutRight { original: entry, came, went }));
    let aside = [What::SetAside(HOUR), What::LetGo(HOUR), What::RanOut(HOUR)].map(line);
    let mut all: Vec<_> =
        kinds.chain(closed).chain(put_right).chain(aside).map(|line| line.sentence()).collect();
    for sentence in &all {
        println!("{sentence}");
        plain(sentence);
        assert!(sentence.contains("1 h") && sentence.contains("on 3 March"), "{sentence}");
        let is_within = sentence.contains("earlier books") || sentence.contains("took in");
        assert!(sentence.contains("Bea") || is_within, "{sentence}");
    }
    let count = all.len();
    all.sort();
    all.dedup();
    // A group is told as help between two is.
    assert_eq!(all.len(), count - 2);
    assert_eq!(line(What::NoHours).sentence(), "no hours moved, on 3 March");
}
