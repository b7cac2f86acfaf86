//! What is shown of a list: a row for each slip, and what it comes to.

use std::io;

use super::Meant;
use super::list::{Line, Stands};
use crate::cli::lookup::Someone;
use crate::cli::screen::{Cell, Column, Listing, Screen};
use crate::words::slips as words;

/// Shows every line, and how many of each sort there are.
///
/// # Errors
/// Of writing.
pub fn show(screen: &mut Screen<'_>, lines: &[Line], meant: Meant) -> io::Result<()> {
    let columns = vec![
        Column::figures("line", "Line", 4),
        Column::words("day", "Day", 10),
        Column::words("gave", "Gave", 8),
        Column::figures("giver_account_number", "", 0),
        Column::words("giver_name", "", 0),
        Column::words("received", "Received", 8),
        Column::figures("receiver_account_number", "", 0),
        Column::words("receiver_name", "", 0),
        Column::words("hours", "Hours", 5),
        Column::words("stands", "", 0),
        Column::words("reason", "", 0),
        Column::figures("entry_sequence", "", 0),
        Column::words("sentence", "What becomes of it", 24),
    ];
    let mut listing = Listing::begin(screen, columns)?;
    for line in lines {
        listing.row(row(line))?;
    }
    listing.end()?;
    if screen.is_for_people() {
        for sentence in words::in_all(&counted(lines), meant == Meant::Write) {
            screen.say(&sentence)?;
        }
    }
    Ok(())
}

fn row(line: &Line) -> Vec<Cell> {
    let (stands, reason, entry, sentence) = match &line.stands {
        Stands::Fine { notes } => ("fine", "", 0, words::fine(notes, line.slip.is_another)),
        Stands::Written { entry, before: false, notes } => {
            ("written", "", *entry, words::written(*entry, notes))
        }
        Stands::Written { entry, before: true, notes } => {
            ("written_before", "", *entry, words::written_before(*entry, notes, line.slip.is_another))
        }
        Stands::Waits(number) => ("waits", "", *number, words::waits(*number)),
        Stands::Question(reason, sentence) => ("question", &**reason, 0, sentence.clone()),
        Stands::NotDone(reason, sentence) => ("not_done", &**reason, 0, sentence.clone()),
        Stands::LeftOut => ("left_out", "", 0, words::left_out()),
    };
    let written = &line.written;
    let text = |text: &str| Cell::text_or_nothing(text.to_owned());
    let [gave, giver, giver_name] = person(&written.gave, line.gave.as_ref());
    let [received, receiver, receiver_name] = person(&written.received, line.received.as_ref());
    vec![
        Cell::Number(written.line),
        text(&written.day),
        gave,
        giver,
        giver_name,
        received,
        receiver,
        receiver_name,
        text(&written.hours),
        Cell::Word(stands.into()),
        text(reason),
        Cell::number_or_nothing(entry),
        Cell::Text(sentence),
    ]
}

/// Who was typed, and for people who is meant by that; their number; their name.
fn person(typed: &str, meant: Option<&Someone>) -> [Cell; 3] {
    let typed = || typed.to_owned();
    match meant {
        None => [Cell::text_or_nothing(typed()), Cell::Nothing, Cell::Nothing],
        Some(Someone { account, name }) => [
            Cell::Said(typed().into(), words::somebody(name, *account)),
            Cell::Number((*account).into()),
            Cell::text_or_nothing(name.clone()),
        ],
    }
}

fn counted(lines: &[Line]) -> words::Counted {
    let mut counted = words::Counted::default();
    for line in lines {
        *match line.stands {
            Stands::Fine { .. } => &mut counted.fine,
            Stands::Written { before: false, .. } => &mut counted.written,
            Stands::Written { before: true, .. } => &mut counted.written_before,
            Stands::Waits(_) => &mut counted.wait,
            Stands::Question(..) => &mut counted.questions,
            Stands::NotDone(..) => &mut counted.not_done,
            Stands::LeftOut => &mut counted.left_out,
        } += 1;
    }
    counted
}
