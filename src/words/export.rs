//! What is held about one person, in words for the file and beside it.

use super::figures::hours;
use super::letters::whole_day;
use crate::domain::Day;
use crate::domain::hours::in_short;

/// Another person, wherever one is named.
pub const SOMEBODY: &str = "somebody";

/// Where the hours of help went that moved no account of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// They gave it, and a pot got the hours.
    ToAPot,
    /// They gave it, and others got them.
    ToOthers,
    /// They received it, and others paid.
    PaidByOthers,
}

/// Such help: "gave 2 h, gardening, on 4 May 2026; the hours went to a pot". Below zero it was put right that day.
#[must_use]
pub fn help_elsewhere(went: Went, seconds: i64, activity: Option<&str>, day: Day) -> String {
    let (deed, whose) = match went {
        Went::ToAPot => ("gave", "the hours went to a pot"),
        Went::ToOthers => ("gave", "the hours went to others"),
        Went::PaidByOthers => ("received", "others paid"),
    };
    let activity = activity.map_or_else(String::new, |activity| format!(", {activity}"));
    let (hours, day) = (in_short(seconds), whole_day(day));
    if seconds < 0 {
        return format!("{deed} {hours} less{activity}, put right on {day}; {whose}");
    }
    format!("{deed} {hours}{activity}, on {day}; {whose}")
}

/// So many seconds of theirs, or for them, are set aside.
#[must_use]
pub fn set_aside(seconds: i64, is_theirs: bool) -> String {
    let whose = if is_theirs { "of theirs are set aside" } else { "for them are set aside" };
    format!("Hours {whose}: {}.", hours(seconds))
}

/// What was written into files, and what to mind.
#[must_use]
pub fn written([file, text, page]: [&str; 3], accounts: usize, lines: usize, matters: usize) -> Vec<String> {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        more => format!("{more} {one}s"),
    };
    vec![
        format!(
            "Everything that is held about them is in {file}, and to be read in {text} and {page}: {}, {}, {}.",
            count(accounts, "account"),
            count(lines, "line"),
            count(matters, "open matter")
        ),
        READ_FIRST.to_owned(),
    ]
}

/// What to mind before an export is handed on.
pub const READ_FIRST: &str = "No other person is named in it, as far as names could be told from other words in memos and reasons: \
     read these before you hand it on.";

/// Over the page.
pub const TITLE: &str = "What is held about you";
/// Headings, in their order.
pub const KNOWN: &str = "What is known of you";
/// Over their accounts.
pub const ACCOUNTS: &str = "Your accounts";
/// Over cards, codes, keys and sign-ins.
pub const SHOWN: &str = "Cards, codes, keys and sign-ins";
/// Over what waits.
pub const MATTERS: &str = "What is open";
/// Over sessions that come again.
pub const GROUPS: &str = "Groups you usually come to";
/// Over what tills did not take.
pub const REFUSALS: &str = "Not taken at a till";
/// Over earlier profiles.
pub const FORMER: &str = "What was known of you before";
/// Over the lines of their accounts.
pub const LINES: &str = "Your accounts, line by line";
/// Over help in no line.
pub const HELP: &str = "Help whose hours moved the accounts of others";
/// Where there is nothing of the sort.
pub const NOTHING: &str = "Nothing.";
/// Over the columns of lines.
pub const COLUMNS: [&str; 3] = ["Day", "What", "Hours"];

/// What is known of somebody, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says what it is in words")]
pub enum Fact {
    WhatYouAre,
    TimeBank,
    PaidBy,
    HoursTo,
    RestToAccount,
    RestTo,
    NothingNewUntil,
    ForgottenOn,
    LargePrint,
    Under18,
    Name,
    KnownAs,
    Language,
}

impl Fact {
    /// Before a colon.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::WhatYouAre => "What you are",
            Self::TimeBank => "Time bank",
            Self::PaidBy => "Help you get is paid by account",
            Self::HoursTo => "Hours for help you give go to account",
            Self::RestToAccount => "What is left in the end goes to account",
            Self::RestTo => "What is left in the end goes to",
            Self::NothingNewUntil => "Nothing new until",
            Self::ForgottenOn => "Forgotten on",
            Self::LargePrint => "Large print",
            Self::Under18 => "Under 18",
            Self::Name => "Name",
            Self::KnownAs => "Known as",
            Self::Language => "Language",
        }
    }
}

/// When something happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says what it is in words")]
pub enum KeyTime {
    Made,
    Rotated,
    Ends,
    Revoked,
    Used,
}

impl KeyTime {
    const fn words(self) -> &'static str {
        match self {
            Self::Made => "made on",
            Self::Rotated => "with another secret since",
            Self::Ends => "ending on",
            Self::Revoked => "revoked on",
            Self::Used => "used last on",
        }
    }
}

/// Whom it is about, where no name is known.
pub const YOU: &str = "you";
/// After the day on which that was asked for.
pub const TO_BE_FORGOTTEN: &str = "You are to be forgotten.";
/// Before the name of an account.
pub const CALLED: &str = "It is called";
/// Before a memo, and before a reason.
pub const TYPED: [&str; 2] = ["note", "because"];

/// How they are reached, before a colon: "Reached by phone".
#[must_use]
pub fn reached_by(how: &str) -> String {
    format!("Reached by {how}")
}

/// What they agreed to, or did not: "Agreed to post, since 1 May 2026."
#[must_use]
pub fn consent(is_given: bool, purpose: &str, since: &str) -> String {
    let agreed = if is_given { "Agreed to" } else { "Not agreed to" };
    format!("{agreed} {purpose}, since {since}.")
}

/// Whether something is so.
#[must_use]
pub const fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// A line of an account of theirs.
#[must_use]
pub fn line(account: u32, sequence: u64, sentence: &str) -> String {
    format!("Account {account}, entry {sequence}: {sentence}")
}

/// Help in no line of theirs.
#[must_use]
pub fn help(sequence: u64, sentence: &str) -> String {
    format!("Entry {sequence}: {sentence}")
}

/// From which books, and about whom.
#[must_use]
pub fn position(owner: u32, sequence: u64) -> String {
    format!("You are person {owner}. From the books up to entry {sequence}.")
}

/// One account, before the name of its bank and after it: "Account 10035 at", "(time bank 1): open, 3 hours, 0 hours of it set
/// aside."
#[must_use]
pub fn account(number: u32, bank: u32, (standing, posted, held): (&str, i64, i64)) -> [String; 2] {
    let stands = format!("{standing}, {}, {} of it set aside.", super::balance(posted), hours(held));
    [format!("Account {number} at"), format!("(time bank {bank}): {stands}")]
}

/// How far an account may go: "It may go to 20 hours below zero and up to 40 hours; a note comes at 10 hours below zero."
#[must_use]
pub fn limits(
    floor: Option<i64>,
    ceiling: Option<i64>,
    (below, above): (Option<i64>, Option<i64>),
) -> String {
    use super::figures::level;
    let down = floor.map_or_else(
        || "as far below zero as it comes".to_owned(),
        |floor| format!("down to {}", level(floor)),
    );
    let up = ceiling
        .map_or_else(|| "as far up as it comes".to_owned(), |ceiling| format!("up to {}", level(ceiling)));
    let notes: Vec<_> = [below, above].into_iter().flatten().map(level).collect();
    let notes = if notes.is_empty() {
        String::new()
    } else {
        format!("; a friendly note comes at {}", notes.join(" and at "))
    };
    format!("It may go {down} and {up}{notes}.")
}

/// A card of theirs.
#[must_use]
pub fn card(account: u32, issued: &str, blocked: Option<&str>, has_pin: bool, is_locked: bool) -> String {
    let blocked = blocked.map_or_else(String::new, |blocked| format!(", blocked on {blocked}"));
    let pin = if has_pin { "with a PIN" } else { "without a PIN" };
    let locked = if is_locked { ", locked after wrong PINs" } else { "" };
    format!("A card for account {account}, given out on {issued}, {pin}{locked}{blocked}.")
}

/// A code that may still be used.
#[must_use]
pub fn code(account: u32, ends: &str, is_voucher: bool, (partner, offer): (u32, u32)) -> String {
    let what = if is_voucher { "A code of a voucher" } else { "A code" };
    let whose = if account == 0 { String::new() } else { format!(" for account {account}") };
    let place = match (partner, offer) {
        (0, _) => String::new(),
        (partner, 0) => format!(", for shop {partner} alone"),
        (partner, offer) => format!(", for offer {offer} of shop {partner} alone"),
    };
    format!("{what}{whose}, good until {ends}{place}.")
}

/// A key of theirs, before what it is called and after it.
#[must_use]
pub fn key(number: u32, role: &str, is_live: bool, times: &[(KeyTime, String)]) -> [String; 2] {
    let times: Vec<_> = times.iter().map(|(what, when)| format!("{} {when}", what.words())).collect();
    let live = if is_live { "It is let in." } else { "It is let in no more." };
    [format!("Key {number} ({role}), called"), format!(": {}. {live}", times.join(", "))]
}

/// Sign-ins that are taken for them.
#[must_use]
pub fn linked(count: u32) -> Option<String> {
    match count {
        0 => None,
        1 => Some(
            "A sign-in elsewhere is linked: whoever comes with it is you here. Its name is kept so that nobody can read it."
                .to_owned(),
        ),
        more => Some(format!(
            "{more} sign-ins elsewhere are linked: whoever comes with one of them is you here. Their names are kept so that \
             nobody can read them."
        )),
    }
}

/// A session that comes again, before its name and after it.
#[must_use]
pub fn group(bank: u32, number: u32, gives: i64) -> [String; 2] {
    let part = if gives == 0 {
        "you usually take part".to_owned()
    } else {
        format!("you usually give {}", hours(gives))
    };
    [format!("Group {number} of time bank {bank},"), format!(": {part}.")]
}

/// Who speaks for them.
#[must_use]
pub fn represented(speaks: &str, limit: Option<i64>, last_day: Option<&str>) -> String {
    let limit = limit.map_or_else(String::new, |limit| format!(", up to {} a month", hours(limit)));
    let until = last_day.map_or_else(String::new, |day| format!(", until {day}"));
    format!("Somebody speaks for you: {speaks}{limit}{until}.")
}

/// For how many they speak.
#[must_use]
pub fn speaks_for(count: u32) -> Option<String> {
    match count {
        0 => None,
        1 => Some("You speak for 1 other.".to_owned()),
        more => Some(format!("You speak for {more} others.")),
    }
}

/// Not taken at a till: when and where; the rest is said as it was.
#[must_use]
pub fn refusal(account: u32, when: &str, (shop, till, offer, people): (u32, u32, u32, u32)) -> String {
    format!("On {when}, account {account}, shop {shop}, till {till}, offer {offer}, {people} in all:")
}

/// What was known until it was said anew.
#[must_use]
pub fn former(sequence: u64, when: &str) -> String {
    format!("As said in entry {sequence} on {when}:")
}

/// Something open.
#[must_use]
pub fn matter(number: u64, when: Option<&str>, until: Option<&str>) -> String {
    let when = when.map_or_else(String::new, |when| format!(", written down on {when}"));
    let until = until.map_or_else(String::new, |until| format!(", until {until}"));
    format!("Entry {number}{when}{until}:")
}

/// Accounts in time banks that whoever asked does not reach.
#[must_use]
pub fn elsewhere(accounts: u32) -> String {
    match accounts {
        1 => "1 account of theirs is in another time bank: ask there too.".to_owned(),
        more => format!("{more} accounts of theirs are in other time banks: ask there too."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::plain;

    /// Goal: what is said beside an export is for people. Method: one and several of everything.
    #[test]
    fn an_export_is_told() {
        assert_eq!(set_aside(5_400, true), "Hours of theirs are set aside: 1 hour 30 minutes.");
        assert_eq!(set_aside(3_600, false), "Hours for them are set aside: 1 hour.");
        let day = Day::from_calendar(2026, 5, 4).unwrap();
        for (went, seconds, activity, said) in [
            (
                Went::ToAPot,
                7_200,
                Some("gardening"),
                "gave 2 h, gardening, on 4 May 2026; the hours went to a pot",
            ),
            (Went::ToOthers, 7_200, None, "gave 2 h, on 4 May 2026; the hours went to others"),
            (Went::PaidByOthers, 900, None, "received 15 min, on 4 May 2026; others paid"),
            (Went::ToAPot, -900, None, "gave 15 min less, put right on 4 May 2026; the hours went to a pot"),
        ] {
            assert_eq!(help_elsewhere(went, seconds, activity, day), said);
            plain(said);
        }
        let said = written(["ann.json", "ann.txt", "ann.html"], 1, 12, 0);
        assert!(said[0].ends_with("1 account, 12 lines, 0 open matters."), "{}", said[0]);
        let [before, after] = account(10_035, 1, ("open", -3_600, 0));
        assert_eq!(
            format!("{before} Ashenford {after}"),
            "Account 10035 at Ashenford (time bank 1): open, 1 hour below zero, 0 hours of it set aside."
        );
        assert_eq!(
            limits(Some(-72_000), None, (Some(-36_000), None)),
            "It may go down to 20 hours below zero and as far up as it comes; a friendly note comes at 10 hours below zero."
        );
        let [before, after] = key(
            3,
            "member",
            false,
            &[(KeyTime::Made, "1 May".to_owned()), (KeyTime::Revoked, "2 May".to_owned())],
        );
        assert_eq!(
            format!("{before} Ann{after}"),
            "Key 3 (member), called Ann: made on 1 May, revoked on 2 May. It is let in no more."
        );
        let more = [
            limits(None, Some(3_600), (None, None)),
            card(10_035, "1 May", Some("2 May"), true, true),
            code(10_035, "1 May", true, (7, 2)),
            code(0, "1 May", false, (7, 0)),
            represented("to spend", Some(3_600), Some("1 May")),
            position(7, 9),
        ];
        let more =
            more.into_iter().chain(linked(1)).chain(linked(2)).chain(speaks_for(1)).chain(speaks_for(2));
        let more: Vec<_> = more.collect();
        for sentence in said.iter().chain(&more).chain(&[set_aside(1, true), elsewhere(1), elsewhere(2)]) {
            plain(sentence);
            assert!(sentence.ends_with('.'), "{sentence}");
        }
    }
}
