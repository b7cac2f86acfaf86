//! The files that the program writes, and what it says about them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::cli::served::Served;

/// Names as people have them, and as nobody should.
pub const NAMES: [&str; 12] = [
    "Ann Ash",
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "=1+1",
    "@SUM(A1:A9)",
    "שרה כהן",
    "محمد بن عبد الله",
    "李小龍",
    "Zoë O'Hara-Müller & Söhne \"AG\"",
    "e\u{301}\u{327}\u{30a} Z\u{335}\u{335}\u{335}algo",
    "\u{202e}drawkcab\u{202c} Bo",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafe",
];

/// This month, as it is typed.
pub fn this_month() -> String {
    jiff::Timestamp::now().in_tz("Europe/London").unwrap().strftime("%Y-%m").to_string()
}

/// Everybody of [`NAMES`] wants letters; the second half reads large print. Each helped the first for a quarter of an hour.
/// Account numbers in the order of names.
pub fn street(served: &Served) -> Vec<u32> {
    served.done(&["bank", "open", "--name", "Ashenford", "--time-zone", "Europe/London"]);
    let mut accounts: Vec<u32> = Vec::new();
    for (place, name) in NAMES.iter().enumerate() {
        let mut typed = vec!["member", "add", "--name", name, "--floor", "-20", "--consent", "post"];
        typed.extend(Some("--large-print").filter(|_| place >= NAMES.len() / 2));
        let made = served.json(&typed);
        accounts.push(made["account_number"].as_u64().unwrap().try_into().unwrap());
    }
    let first = accounts[0].to_string();
    for account in &accounts[1..] {
        let other = account.to_string();
        served.done(&["post", "--from", &first, "--to", &other, "--hours", "0:15", "--kind", "exchange"]);
    }
    accounts
}

fn files(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Goal: each letter is two files named by account and month and nothing else, readable by their owner alone, in a folder
/// that is; names of every sort stand in them as they are, as text; a second time replaces them, and writes through no link.
/// Method: a street of such names; files, modes and contents; the folder's neighbours.
#[test]
fn letters_are_files_by_number() {
    let served = Served::new();
    let accounts = street(&served);
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("letters");
    let month = this_month();
    let typed = ["letter", "--month", &month, "--out", out.to_str().unwrap()];
    let said = served.done(&typed);
    assert!(said.starts_with("12 letters are in ") && said.contains("up to entry "), "{said}");

    let expected: BTreeSet<_> = accounts
        .iter()
        .flat_map(|number| ["txt", "html"].map(|end| format!("{number}-{month}.{end}")))
        .collect();
    assert_eq!(files(&out), expected);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out), 0o700);
    for (name, number) in NAMES.iter().zip(&accounts) {
        let (text, page) =
            (out.join(format!("{number}-{month}.txt")), out.join(format!("{number}-{month}.html")));
        assert_eq!([mode(&text), mode(&page)], [0o600; 2]);
        let (text, page) = (fs::read_to_string(text).unwrap(), fs::read_to_string(page).unwrap());
        assert!(text.contains(name), "{name} in\n{text}");
        assert!(page.contains(&format!("<bdi>{}</bdi>", as_html(name))), "{name} in\n{page}");
        for forbidden in ["<script", "<img", "src=\"", "href=", "url(", "@import"] {
            assert!(!page.contains(forbidden), "{forbidden} in the letter of {name}");
        }
        assert!(text.contains("Ashenford") && page.contains("Ashenford"), "whom to ask");
    }

    let elsewhere = home.path().join("elsewhere");
    fs::write(&elsewhere, "mine").unwrap();
    let first = out.join(format!("{}-{month}.txt", accounts[0]));
    let of_ann = fs::read_to_string(&first).unwrap();
    for name in &NAMES[1..] {
        let is_there = of_ann.split('\n').any(|line| line.contains(name.split(' ').next_back().unwrap()));
        assert!(is_there && !of_ann.contains('…'), "{name} whole in {of_ann}");
    }
    fs::remove_file(&first).unwrap();
    symlink(&elsewhere, &first).unwrap();
    let one = served.json(&[&typed[..], &["ann ash"]].concat());
    assert_eq!(one["letters_count"], 1);
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
    assert!(!fs::symlink_metadata(&first).unwrap().is_symlink());
    assert_eq!(files(&out), expected);
    assert_eq!(files(home.path()), BTreeSet::from(["elsewhere".to_owned(), "letters".to_owned()]));
}

/// Goal: nobody who wants letters is said, and nothing is written; a month to come, a folder that cannot be made and somebody
/// there is not are refused in words. Method: a bank with nobody, then with one who does not want letters.
#[test]
fn nobody_wants_letters() {
    let served = Served::new();
    served.done(&["bank", "open", "--name", "Ashenford", "--time-zone", "Europe/London"]);
    served.done(&["member", "add", "--name", "Ann Ash"]);
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("letters");
    let (month, folder) = (this_month(), out.to_str().unwrap().to_owned());
    let said = served.done(&["letter", "--month", &month, "--out", &folder]);
    assert!(said.starts_with("There is no letter to write: nobody"), "{said}");
    assert_eq!(files(&out), BTreeSet::new());
    let (code, said) = served.not_done(&["letter", "--month", "2199-12", "--out", &folder]);
    assert!(code == 2 && said.contains("--month") && said.contains("has begun"), "{code} {said}");
    let (code, said) = served.not_done(&["letter", "nobody", "--month", &month, "--out", &folder]);
    assert!(code == 1 && said.contains("nobody"), "{code} {said}");
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let (code, said) = served.not_done(&["letter", "--month", &month, "--out", file.to_str().unwrap()]);
    assert!(code == 1 && said.contains("cannot be written"), "{code} {said}");
}

/// Goal: a record of help is text on the screen, or a page for nobody else to read, and says hours, occasions, who vouches and
/// the position. Method: one who helped once, in a table, in JSON and as a page.
#[test]
fn a_record_is_printed() {
    let served = Served::new();
    let accounts = street(&served);
    let today = jiff::Timestamp::now().in_tz("Europe/London").unwrap().date().to_string();
    let who = accounts[1].to_string();
    let typed = ["member", "record-of-help", &who, "--from", &today, "--through", &today];
    let said = served.done(&typed);
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        NAMES[1],
        "gave 15 minutes of help to others on ",
        "one occasion",
        "the books of Ashenford",
        "up to entry",
    ] {
        assert!(words.contains(part), "{part} in\n{said}");
    }
    let told = served.json(&typed);
    assert_eq!(
        (&told["total_seconds"], &told["times"], &told["help"][0]["seconds"]),
        (&900.into(), &1.into(), &900.into())
    );
    let home = tempfile::tempdir().unwrap();
    let page = home.path().join("help.html");
    served.done(&[&typed[..], &["--out", page.to_str().unwrap()]].concat());
    assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page.contains("&lt;script&gt;document.title='run'&lt;/script&gt;") && page.contains("15 minutes"),
        "{page}"
    );
}

/// Goal: what is held about somebody is there for programs and for people, with the same facts; nobody else can read it, nothing
/// that is there is written over, and no name is more than text. Method: the export of somebody whose name is a tag, and whose
/// notes name others; each sentence and note of the JSON is looked for in text and page.
#[test]
fn an_export_can_be_read() {
    let served = Served::new();
    let accounts = street(&served);
    let who = accounts[1].to_string();
    let first = accounts[0].to_string();
    let memo = "with ann ash and <b>her</b> \u{202e}cat";
    served.done(&[
        "post", "--from", &first, "--to", &who, "--hours", "1", "--kind", "exchange", "--memo", memo,
    ]);
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("held.json");
    let typed = ["member", "export", &who, "--out", out.to_str().unwrap()];
    let said = served.done(&typed);
    assert!(said.contains("held.json, and to be read in ") && said.contains("read these before"), "{said}");
    let expected = ["held.html", "held.json", "held.txt"].map(str::to_owned);
    assert_eq!(files(home.path()), BTreeSet::from(expected));
    let read = |end: &str| {
        let path = out.with_extension(end);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::read_to_string(path).unwrap()
    };
    let (json, text, page) = (read("json"), read("txt"), read("html"));
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = told["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    for line in lines {
        for fact in ["sentence", "memo"] {
            let fact = line[fact].as_str().unwrap();
            assert!(words(&text).contains(fact.trim_end_matches("\u{202e}cat")), "{fact} in {text}");
        }
    }
    assert_eq!(lines[0]["memo"], "with somebody and <b>her</b> \u{202e}cat");
    for told in [&json, &text, &page] {
        assert!(!told.to_lowercase().contains("ann ash"), "{told}");
    }
    assert!(text.contains(NAMES[1]) && page.contains(&as_html(NAMES[1])), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("\u{202e}cat\u{202c}"), "{page}");
    for part in ["Large print: no", "Agreed to post, since ", "It may go down to 20 hours below zero"] {
        assert!(words(&text).contains(part) && words(&page).contains(part), "{part} in {text}");
    }

    let (code, said) = served.not_done(&typed);
    assert!(code == 1 && said.contains("is there already"), "{code} {said}");
    fs::remove_file(&out).unwrap();
    served.not_done(&typed);
    assert!(!out.exists(), "one is there, so none is made");
    let page = home.path().join("other.html");
    let (code, said) = served.not_done(&["member", "export", &who, "--out", page.to_str().unwrap()]);
    assert!(code == 2 && said.contains("ann.json"), "{code} {said}");
}
