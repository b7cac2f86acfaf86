//! Forty slips from a week at the desk, typed as a list, sent by the real program to a real server.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::cli::people::bank;
use crate::cli::served::{Served, hourbook, text};

/// As it was typed in June 2026; played as the days up to today.
const PAPER: &str = include_str!("paper.csv");
/// Who is named in it and can go 10 hours below zero; Rex can go 3, and Hugo has left.
const PEOPLE: [&str; 12] = [
    "Ann Ash",
    "Bo Birch",
    "Cora Whitlock",
    "Bernard Kew",
    "Dév Áron",
    "Esme Hart",
    "Greta Lund",
    "Jonah Pell",
    "Leonie Sand",
    "Odile Çelik",
    "Tove Åkesson",
    "Wren Ó Dálaigh",
];

struct Desk {
    served: Served,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { served: bank(folder.path()), folder };
        let add = |name: &str, floor: &str| {
            desk.done("lead", &["member", "add", "--name", name, "--floor", floor]);
        };
        PEOPLE.iter().for_each(|name| add(name, "-10"));
        add("Rex Holt", "-3");
        add("Hugo Moss", "-10");
        desk.done("lead", &["bank", "activities", "add", "--bank", "1", "--default-list"]);
        let waits: Value = serde_json::from_str(&desk.done("lead", &["member", "close", "hugo"])).unwrap();
        desk.done("desk", &["approve", &waits["waiting_number"].to_string()]);
        desk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Asks as somebody, and answers `typed` to what is asked.
    fn ask(&self, who: &str, arguments: &[&str], typed: &str) -> Output {
        let mut command = hourbook(&self.served.address);
        command.current_dir(self.path()).args(["--key-file", &format!("{who}.key")]).args(arguments);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn done(&self, who: &str, arguments: &[&str]) -> String {
        let told = self.ask(who, &[&["--output", "json"], arguments].concat(), "");
        assert!(told.status.success(), "{arguments:?}: {}", text(&told.stderr));
        text(&told.stdout)
    }

    /// Sends the list as JSON: the exit code, and each line.
    fn sent(&self, more: &[&str]) -> (i32, Vec<Value>) {
        let list = ["--output", "json", "slips", "paper.csv"];
        let told = self.ask("desk", &[&list, more].concat(), "");
        let lines = text(&told.stdout);
        let rows = serde_json::from_str::<Vec<Value>>(&lines);
        let rows =
            rows.unwrap_or_else(|_| lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
        (told.status.code().unwrap(), rows)
    }

    fn write(&self, list: &str) {
        fs::write(self.path().join("paper.csv"), list).unwrap();
    }

    /// How many entries there are.
    fn position(&self) -> u64 {
        let told: Value = serde_json::from_str(&self.done("lead", &["balance", "10019"])).unwrap();
        told["sequence"].as_u64().unwrap()
    }

    fn verified(&self) {
        let told = self.ask("admin", &["verify"], "");
        assert!(told.status.success(), "{}", text(&told.stdout));
    }
}

/// Today, where the bank is.
fn today() -> Date {
    Timestamp::now().in_tz("Europe/London").unwrap().date()
}

/// The list, its 30th of June as today.
fn paper() -> String {
    let today = today();
    let days = (1..=30).map(|day| {
        let typed = date(2026, 6, day);
        (typed.to_string(), today.checked_add(typed.until(date(2026, 6, 30)).unwrap().negate()).unwrap())
    });
    // From the first, so that a day that was put in is not taken for another.
    let mut lines: Vec<_> = PAPER.lines().map(str::to_owned).collect();
    for line in &mut lines {
        let found = days.clone().find(|(typed, _)| line.starts_with(typed.as_str()));
        if let Some((typed, day)) = found {
            *line = line.replacen(&typed, &day.to_string(), 1);
        }
    }
    lines.join("\n") + "\n"
}

/// How many lines stand so.
fn count(lines: &[Value], stands: &str) -> usize {
    lines.iter().filter(|line| line["stands"] == stands).count()
}

/// The lines that ask something: where they stand, and the reason's word.
fn questions(lines: &[Value]) -> Vec<(u64, &str)> {
    let asked = lines.iter().filter(|line| line["stands"] == "question");
    asked.map(|line| (line["line"].as_u64().unwrap(), line["reason"].as_str().unwrap_or(""))).collect()
}

/// Goal: of forty slips with a double, a name with a slip, hours that can be read two ways, somebody past their floor and somebody
/// whose account was closed since, 36 are written, the one of who left among them; the four others ask, and nothing is guessed;
/// nothing is written before somebody says yes, and nothing twice. Method: a preview, a no, a yes, the same list again; then the
/// four answered in the file, twice.
#[test]
fn forty_slips() {
    let desk = Desk::new();
    let list = paper();
    desk.write(&list);
    let before = desk.position();
    let asked = [(11, "ALREADY_HERE"), (19, ""), (25, ""), (32, "BELOW_FLOOR")];

    let (code, lines) = desk.sent(&["--preview"]);
    assert_eq!((code, lines.len(), count(&lines, "fine")), (0, 40, 36), "{lines:#?}");
    assert_eq!(questions(&lines), asked);
    let said = |line: usize, lines: &[Value]| lines[line - 2]["sentence"].as_str().unwrap().to_owned();
    assert!(said(19, &lines).contains("Bernard Kew ("), "{}", said(19, &lines));
    assert!(said(25, &lines).contains("1 h 45 min") || said(25, &lines).contains("1 hour 45 minutes"));
    assert!(said(11, &lines).contains("line 4 of this list"), "{}", said(11, &lines));
    assert!(said(32, &lines).contains("Rex Holt"), "{}", said(32, &lines));

    let no = desk.ask("desk", &["slips", "paper.csv"], "no\n");
    assert_eq!(no.status.code(), Some(1));
    assert!(text(&no.stdout).contains("36 fine, 4 with a question."), "{}", text(&no.stdout));
    assert!(text(&no.stderr).contains("Nothing was written down."), "{}", text(&no.stderr));
    assert_eq!(desk.position(), before);

    let yes = desk.ask("desk", &["slips", "paper.csv"], "yes\n");
    assert_eq!(yes.status.code(), Some(1), "four are left");
    assert!(text(&yes.stdout).contains("36 written down, 4 with a question."), "{}", text(&yes.stdout));
    assert_eq!(desk.position(), before + 36);
    let hugo: Value = serde_json::from_str(&desk.done("lead", &["member", "show", "hugo"])).unwrap();
    assert!(hugo.to_string().contains("CLOSED") || hugo.to_string().contains("closed"), "{hugo}");

    let (code, lines) = desk.sent(&["--yes"]);
    assert_eq!((code, count(&lines, "written_before"), count(&lines, "written")), (1, 36, 0));
    assert_eq!(questions(&lines), asked);
    assert_eq!(desk.position(), before + 36);

    let mut answered: Vec<_> = list.lines().map(str::to_owned).collect();
    answered[10].push_str("skip");
    answered[18] = answered[18].replace("Bernhard", "Bernard");
    answered[24] = answered[24].replace("1.45", "1:45");
    answered[31].push_str("because he mended the oven since");
    desk.write(&(answered.join("\n") + "\n"));
    let (code, lines) = desk.sent(&["--yes"]);
    assert_eq!(code, 0, "{lines:#?}");
    let counts = ["written", "written_before", "left_out"].map(|stands| count(&lines, stands));
    assert_eq!(counts, [3, 36, 1]);
    let (code, lines) = desk.sent(&["--yes"]);
    assert_eq!((code, count(&lines, "written_before"), count(&lines, "left_out")), (0, 39, 1));
    assert_eq!(desk.position(), before + 39);
    desk.verified();
}

/// Goal: what is no list stops before anything is asked, and a line that cannot be read is that line's own question. Method: a file
/// that is missing, empty, without a column, with 201 slips; then good lines around bad ones.
#[test]
fn lists_that_cannot_be_read() {
    let desk = Desk::new();
    let before = desk.position();
    let why = |desk: &Desk| {
        let told = desk.ask("desk", &["slips", "paper.csv", "--yes"], "");
        assert_eq!(told.status.code(), Some(2), "{}", text(&told.stdout));
        text(&told.stderr)
    };
    assert!(why(&desk).contains("cannot be read"));
    for (list, said) in [
        ("", "its first line names the columns"),
        ("day,gave,received,hours\n", "holds no slip"),
        ("day,gave,received\n", "the column hours is missing"),
        (&format!("day,gave,received,hours\n{}", "2026-06-01,Bo,Ann,1\n".repeat(201)), "more than 200 slips"),
    ] {
        desk.write(list);
        assert!(why(&desk).contains(said), "{list:.60}");
    }
    let yesterday = today().yesterday().unwrap();
    let next = today().checked_add(3.days()).unwrap();
    desk.write(&format!(
        "day,gave,received,hours,answer,activity\n\
         {yesterday},bo,ann,1,,\n\
         {yesterday},bo,ann,1,maybe,\n\
         tuesday,bo,ann,1,,\n\
         {next},bo,ann,1,,\n\
         {yesterday},bo,ann,,,\n\
         {yesterday},bo,ann,1\n\
         {yesterday},bo,bo,1,,\n\
         {yesterday},bo,ann,\"1,5\",,\n\
         {yesterday},bo,ann,2,,no such thing\n\
         {yesterday},cora,ann,30,,\n\
         {yesterday},cora,ann,30,yes 30; because she moved house,\n"
    ));
    let (code, lines) = desk.sent(&["--yes"]);
    let stands: Vec<_> = lines.iter().map(|line| line["stands"].as_str().unwrap()).collect();
    let expected = [
        "written", "question", "question", "not_done", "question", "question", "not_done", "question",
        "question", "question", "written",
    ];
    assert_eq!((code, stands), (1, expected.to_vec()), "{lines:#?}");
    assert_eq!(lines[9]["reason"], "UNUSUAL_AMOUNT");
    assert_eq!(desk.position(), before + 2);
}

/// Goal: of two slips that say the same, the second is written once and not lost, whether the whole list is sent again with its
/// answer, only that line, or the lines swapped; that line alone without its answer says that the first is written, and how one
/// more is. Method: each of these, one after the other; the answer taken out again.
#[test]
fn only_the_rest_of_a_list() {
    let desk = Desk::new();
    let yesterday = today().yesterday().unwrap();
    let before = desk.position();
    let send = |answers: &[&str]| {
        let lines: String = answers.iter().map(|answer| format!("{yesterday},bo,ann,1,{answer}\n")).collect();
        desk.write(&format!("day,gave,received,hours,answer\n{lines}"));
        let (code, lines) = desk.sent(&["--yes"]);
        let stands: Vec<_> = lines.iter().map(|line| line["stands"].as_str().unwrap().to_owned()).collect();
        (code, stands, lines, desk.position() - before)
    };
    let (code, stands, lines, written) = send(&["", ""]);
    assert_eq!((code, written), (1, 1), "{lines:#?}");
    assert_eq!(stands, ["written", "question"]);
    assert_eq!(lines[1]["reason"], "ALREADY_HERE");
    let (code, stands, lines, written) = send(&[""]);
    assert_eq!((code, stands, written), (0, vec!["written_before".to_owned()], 1));
    let said = lines[0]["sentence"].as_str().unwrap();
    assert!(said.contains("One more of the same? Answer: another."), "{said}");
    let (code, stands, _, written) = send(&["another"]);
    assert_eq!((code, stands, written), (0, vec!["written".to_owned()], 2));
    for again in [&["another"][..], &["", "another"], &["another", ""], &[""]] {
        let (code, stands, lines, written) = send(again);
        assert_eq!((code, written), (0, 2), "{again:?}: {lines:#?}");
        assert!(stands.iter().all(|stands| stands == "written_before"), "{again:?}: {stands:?}");
    }
    let (code, stands, _, written) = send(&["", ""]);
    assert_eq!((code, written), (1, 2));
    assert_eq!(stands, ["written_before", "question"], "an answer taken out asks again");
    // However its hours are typed it is the same one, alone and beside the other.
    for hours in [&["1:00"][..], &["60m", "1"], &["1", "1 h"]] {
        let lines: String =
            hours.iter().map(|hours| format!("{yesterday},bo,ann,{hours},another\n")).collect();
        desk.write(&format!("day,gave,received,hours,answer\n{lines}"));
        let (code, lines) = desk.sent(&["--yes"]);
        assert_eq!((code, desk.position() - before), (0, if hours.len() == 1 { 2 } else { 3 }), "{lines:#?}");
    }
    desk.verified();
}

/// Goal: whoever reads a preview, or what was written, sees who is meant, with their number, in every form; a part of a name in the
/// middle of a word means nobody, and one who left is asked about beside one who is here. Method: parts of names, as a table, as
/// JSON and as CSV, only looked at and written.
#[test]
fn who_is_meant_is_shown() {
    let desk = Desk::new();
    for name in ["Hannah Moss", "Hugo Boss"] {
        desk.done("lead", &["member", "add", "--name", name, "--floor", "-10", "--somebody-else"]);
    }
    let yesterday = today().yesterday().unwrap();
    desk.write(&format!(
        "day,gave,received,hours\n\
         {yesterday},birch,ann,1\n\
         {yesterday},celik,rah,1\n\
         {yesterday},hugo,wren,1\n\
         {yesterday},hugo boss,wren,2\n\
         {yesterday},huugo mos,wren,3\n"
    ));
    let (code, lines) = desk.sent(&["--preview"]);
    let stands = |lines: &[Value]| -> Vec<String> {
        lines.iter().map(|line| line["stands"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (code, stands(&lines)),
        (0, ["fine", "question", "question", "fine", "question"].map(Into::into).to_vec())
    );
    assert_eq!((&lines[0]["gave"], &lines[0]["giver_name"]), (&"birch".into(), &"Bo Birch".into()));
    assert_eq!((&lines[0]["received"], &lines[0]["receiver_name"]), (&"ann".into(), &"Ann Ash".into()));
    let bo = lines[0]["giver_account_number"].as_u64().unwrap();
    assert_eq!(lines[1]["giver_name"], "Odile Çelik");
    assert_eq!(lines[1]["receiver_account_number"], Value::Null);
    let said = |place: usize| lines[place]["sentence"].as_str().unwrap().to_owned();
    assert!(said(1).contains("called 'rah'"), "{}", said(1));
    assert!(said(2).contains("Hugo Boss") && said(2).contains("Hugo Moss, closed"), "{}", said(2));
    assert!(said(4).contains("Hugo Moss (") && said(4).contains(", closed)"), "{}", said(4));

    for more in ["--preview", "--yes"] {
        let table = text(&desk.ask("desk", &["slips", "paper.csv", more], "").stdout);
        let words: Vec<_> = table.split_whitespace().collect();
        assert!(words.windows(3).any(|some| some == ["Bo", "Birch", &format!("({bo})")]), "{table}");
        let csv = text(&desk.ask("desk", &["--output", "csv", "slips", "paper.csv", more], "").stdout);
        let row = format!("birch,{bo},Bo Birch,ann,");
        assert!(csv.contains(&row), "{csv}");
    }
}

/// Goal: a stray quote in a file loses no slip unsaid: the lines it makes one of are a question with their numbers, and the others
/// are written. Method: one in the middle of a list, then none.
#[test]
fn a_stray_quote() {
    let desk = Desk::new();
    let yesterday = today().yesterday().unwrap();
    let list = |quote: &str| {
        format!(
            "day,gave,received,hours,note\n{yesterday},bo,ann,1,\n{yesterday},bo,ann,2,{quote}tea\n{yesterday},bo,ann,3,\n"
        )
    };
    let before = desk.position();
    desk.write(&list("\""));
    let (code, lines) = desk.sent(&["--yes"]);
    assert_eq!((code, lines.len(), desk.position() - before), (1, 2, 1), "{lines:#?}");
    let said = lines[1]["sentence"].as_str().unwrap();
    assert!(said.contains("lines 3 to 4"), "{said}");
    desk.write(&list(""));
    let (code, lines) = desk.sent(&["--yes"]);
    assert_eq!((code, lines.len(), desk.position() - before), (0, 3, 3), "{lines:#?}");
}

/// Goal: what a slip does not say is shown before anybody says yes: other hours than were typed, and where those of somebody who left
/// go; and one that is written in another way is the same slip. Method: one with seconds, one of who left, only looked at and
/// written; then its hours typed in other words.
#[test]
fn what_moves_is_shown() {
    let desk = Desk::new();
    let yesterday = today().yesterday().unwrap();
    let write = |hours: &str| {
        desk.write(&format!(
            "day,gave,received,hours\n{yesterday},bo,ann,{hours}\n{yesterday},hugo moss,wren,1:00:20\n"
        ));
    };
    write("1.5");
    for more in ["--preview", "--yes"] {
        let (code, lines) = desk.sent(&[more]);
        let said: Vec<_> = lines.iter().map(|line| line["sentence"].as_str().unwrap()).collect();
        assert_eq!(code, 0, "{said:?}");
        assert!(!said[0].contains("is written down as") && !said[0].contains("account"), "{}", said[0]);
        assert!(said[1].contains(" 1:00:20 is written down as 1 hour 15 minutes."), "{}", said[1]);
        assert!(said[1].contains("The hours go to the account 10019."), "{}", said[1]);
    }
    let (before, (_, first)) = (desk.position(), desk.sent(&["--preview"]));
    for hours in ["1:30", "90m"] {
        write(hours);
        let (code, again) = desk.sent(&["--yes"]);
        assert_eq!((code, count(&again, "written_before"), desk.position()), (0, 2, before), "{again:#?}");
        assert_eq!(again[0]["entry_sequence"], first[0]["entry_sequence"]);
    }
}
