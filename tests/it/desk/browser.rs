//! Letters as a browser shows them, on paper and on a telephone.

use std::fs;
use std::path::Path;
use std::process::Command;

use hourbook::{api, letters};
use serde_json::Value;

use super::printed::{NAMES, street, this_month};
use crate::cli::readme::MONTHS;
use crate::cli::served::Served;
use crate::support::skipped;

/// What looks at pages from inside of the browser.
const CHECK: &str = include_str!("check.html");
/// What a browser of this kind is called.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Begins the words of a picture: keyword, not packed, no language, no other keyword.
const WORDS_BEGIN: &[u8] = b"Description\0\0\0\0\0";
/// A picture that README shows is no larger.
const PICTURE_BYTES_MAX: usize = 150_000;

/// The browser's command, for a page in `folder`; none, said loudly, where this machine has none.
fn browser(folder: &Path) -> Option<Command> {
    let runs =
        |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|asked| asked.status.success());
    let Some(name) = BROWSERS.iter().find(runs) else {
        skipped("desk::browser", "chromium does not run: nobody looked at the pages");
        return None;
    };
    let mut command = Command::new(name);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
    command.args(["--allow-file-access-from-files", "--virtual-time-budget=60000"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    Some(command)
}

/// What `check.html` writes down of these pages, two widths each.
fn looked_at(folder: &Path, pages: &[String]) -> Option<Vec<Value>> {
    let check = folder.join("check.html");
    fs::write(&check, CHECK.replace("PAGES", &serde_json::to_string(pages).unwrap())).unwrap();
    let told = browser(folder)?.arg("--dump-dom").arg(&check).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let said = told.split_once("<pre id=\"said\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let (said, _) = said.unwrap_or_else(|| panic!("{told}"));
    let said =
        said.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    Some(serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// Goal: a letter, a record of help and an export can be read as wide as paper of A4 and on a telephone of 360 pixels, by eyes that need contrast and
/// by a reader of screens: nothing is cut or runs off, one first heading and no level left out, the language is said; large print is
/// large; a name is text, runs its own way, and runs no other. Method: a street of names in Chromium, each page at both widths;
/// every element is measured there. A page that is known to be bad shows that the measuring finds it.
#[test]
fn pages_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    if browser(folder.path()).is_none() {
        return;
    }
    let served = Served::new();
    let accounts = street(&served);
    let out = folder.path().to_str().unwrap();
    served.done(&["letter", "--month", &this_month(), "--out", out]);
    let today = jiff::Timestamp::now().in_tz("Europe/London").unwrap().date().to_string();
    let (help, who) = (folder.path().join("help.html"), accounts[1].to_string());
    let typed = ["member", "record-of-help", &who, "--from", &today, "--through", &today, "--out"];
    served.done(&[&typed[..], &[help.to_str().unwrap()]].concat());
    let bad =
        "<!doctype html><html><body><h1>Bad</h1><h3 style=\"color:#999;white-space:nowrap;overflow:hidden\">"
            .to_owned()
            + &"long ".repeat(200)
            + "</h3></body></html>";
    fs::write(folder.path().join("bad.html"), bad).unwrap();
    let month = this_month();
    let mut pages: Vec<String> = accounts.iter().map(|number| format!("{number}-{month}.html")).collect();
    let held = folder.path().join("held.json");
    served.done(&["member", "export", &who, "--out", held.to_str().unwrap()]);
    pages.extend(["help.html".to_owned(), "held.html".to_owned(), "bad.html".to_owned()]);

    let mut looked = looked_at(folder.path(), &pages).unwrap();
    assert_eq!(looked.len(), pages.len() * 2);
    for bad in looked.split_off(pages.len() * 2 - 2) {
        let wrong = bad["wrong"].to_string();
        assert!(wrong.contains("is cut") && wrong.contains("contrast"), "{wrong}");
        assert_eq!(bad["levels"], serde_json::json!([1, 3]));
    }
    for (place, page) in looked.iter().enumerate() {
        let (name, width) = (&page["name"], page["width"].as_u64().unwrap());
        assert_eq!(width, if place % 2 == 0 { 794 } else { 360 });
        assert_eq!(page["wrong"], serde_json::json!([]), "{name} at {width}");
        assert!(page["texts"].as_u64().unwrap() >= 15, "{name} at {width}: {page}");
        let levels: Vec<u64> =
            page["levels"].as_array().unwrap().iter().map(|level| level.as_u64().unwrap()).collect();
        assert!(
            levels[0] == 1 && levels[1..].iter().all(|level| *level == 2) && levels.len() > 2,
            "{levels:?}"
        );
        assert_eq!((&page["lang"], &page["scripts"]), (&"en".into(), &0.into()), "{name}");
        let Some(person) = NAMES.get(place / 2) else {
            let title =
                if place / 2 == NAMES.len() { "Record of help given" } else { "What is held about you" };
            assert_eq!(page["title"], title);
            continue;
        };
        assert!(page["title"].as_str().unwrap().starts_with("Your hours in "), "{}", page["title"]);
        let direction =
            if matches!(person.chars().next().unwrap(), '\u{590}'..='\u{6ff}') { "rtl" } else { "ltr" };
        assert_eq!(page["names"][0], serde_json::json!([person, direction]));
        let large = place / 2 >= NAMES.len() / 2;
        assert_eq!(page["letters"].as_f64().unwrap(), if large { 24.0 } else { 16.0 }, "{name}");
    }
    println!("{} pages at 794 and 360 pixels: nothing cut, nothing off the page", pages.len() - 1);
}

/// What a page looks like on paper, as a page for the screen: what only print has is for all.
fn as_printed(page: &str) -> String {
    assert_eq!(page.matches("@media print{").count(), 1, "{page}");
    page.replace("@media print{", "@media all{")
}

/// Widths and heights of all pages of a PDF, in points.
fn sizes(paper: &[u8]) -> Vec<[i64; 4]> {
    let paper = String::from_utf8_lossy(paper);
    let size = |part: &str| {
        let corners =
            part.split_once(']').unwrap().0.split_whitespace().map(|corner| corner.parse::<f64>().unwrap());
        corners.map(|corner| corner.round() as i64).collect::<Vec<_>>().try_into().unwrap()
    };
    paper.split("/MediaBox [").skip(1).map(size).collect()
}

/// A letter in large print with so many long lines.
fn long_letter(lines: u64) -> String {
    let line = |number| api::LetterLine {
        sequence: number,
        day: Some(api::Date { year: 2026, month: 6, day: 9 }),
        sentence: format!(
            "line{number}end gave 1 h 30 min to {} and 4 others, gardening, on 9 June 2026",
            NAMES[11]
        ),
        change_seconds: 5_400,
        posted_seconds: 5_400,
    };
    let letter = api::Letter {
        account_number: 10_035,
        name: NAMES[5].into(),
        bank_name: "Ashenford".into(),
        large_print: true,
        lines: (1..=lines).map(line).collect(),
        ..api::Letter { year: 2026, month: 6, ..Default::default() }
    };
    letters::page(&letters::letter(&letter))
}

/// Goal: on paper nothing is cut either: between the margins of A4 each row has room and is not parted, no heading stands alone at
/// the foot, large print is 18 points, and every page of a long letter is A4, with all of its lines. Method: letters of the street
/// and a long one with what print has made to be for the screen, at the width that paper leaves; letters of 40, 80 and 160 lines
/// printed by Chromium: pages are counted and measured, each line takes its room, and where `pdftotext` is there, each is read.
#[test]
fn pages_can_be_printed() {
    let folder = tempfile::tempdir().unwrap();
    if browser(folder.path()).is_none() {
        return;
    }
    let served = Served::new();
    let accounts = street(&served);
    served.done(&["letter", "--month", &this_month(), "--out", folder.path().to_str().unwrap()]);
    let mut pages = Vec::new();
    for number in &accounts {
        let page = fs::read_to_string(folder.path().join(format!("{number}-{}.html", this_month()))).unwrap();
        pages.push(format!("printed-{number}.html"));
        fs::write(folder.path().join(pages.last().unwrap()), as_printed(&page)).unwrap();
    }
    pages.push("printed-long.html".to_owned());
    fs::write(folder.path().join("printed-long.html"), as_printed(&long_letter(40))).unwrap();
    for (place, page) in looked_at(folder.path(), &pages).unwrap().iter().enumerate() {
        let name = &page["name"];
        assert_eq!((&page["width"], &page["wrong"]), (&658.into(), &serde_json::json!([])), "{name}");
        assert_eq!((&page["parted"], &page["alone"]), (&0.into(), &0.into()), "{name}");
        let large = place >= NAMES.len() / 2;
        assert_eq!(
            page["letters"].as_f64().unwrap(),
            if large { 24.0 } else { 16.0 },
            "{name}: 18 or 12 points"
        );
    }

    let mut counts = Vec::new();
    for lines in [40, 80, 160] {
        let (paper, page) = (folder.path().join("long.pdf"), folder.path().join("long.html"));
        fs::write(&page, long_letter(lines)).unwrap();
        let mut print = browser(folder.path()).unwrap();
        print.arg("--no-pdf-header-footer").arg(format!("--print-to-pdf={}", paper.display())).arg(&page);
        assert!(print.output().unwrap().status.success());
        let sizes = sizes(&fs::read(&paper).unwrap());
        assert!(sizes.iter().all(|size| *size == [0, 0, 595, 842]), "A4 in points: {sizes:?}");
        counts.push(sizes.len());
        match Command::new("pdftotext").arg(&paper).arg("-").output() {
            Ok(told) => {
                let told = String::from_utf8_lossy(&told.stdout).into_owned();
                assert!((1..=lines).all(|line| told.contains(&format!("line{line}end"))), "{told}");
            }
            Err(_) => skipped("desk::browser", "pdftotext does not run: pages are counted and not read"),
        }
    }
    println!("{counts:?} pages of A4 for 40, 80 and 160 lines in large print");
    assert!(counts[0] > 2 && counts[1] > counts[0] && counts[2] > counts[1], "{counts:?}");
    // Twice as many lines more take twice as many pages more, give or take what is left of the last: none is left out.
    let more = [counts[1] - counts[0], counts[2] - counts[1]];
    assert!(more[1] + 1 >= 2 * more[0] && more[1] <= 2 * more[0] + 1, "{counts:?}");
}

/// What a picture says of itself in its text parts, as PNG has them: a keyword, a zero, the text.
fn words_of(picture: &[u8]) -> Option<String> {
    let mut rest = picture.get(8..)?;
    loop {
        let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let (kind, body) = (rest.get(4..8)?, rest.get(8..8 + length)?);
        if kind == b"iTXt" {
            return String::from_utf8(body.strip_prefix(WORDS_BEGIN)?.to_vec()).ok();
        }
        rest = rest.get(12 + length..)?;
    }
}

/// The picture with what it shows in words, behind its head.
fn with_words(picture: &[u8], words: &str) -> Vec<u8> {
    let body = [b"iTXt".as_slice(), WORDS_BEGIN, words.as_bytes()].concat();
    let (length, sum) =
        (u32::try_from(body.len() - 4).unwrap().to_be_bytes(), crc32fast::hash(&body).to_be_bytes());
    let (head, rest) = picture.split_at(33); // The signature, and the head: it is always 25 bytes.
    [head, length.as_slice(), body.as_slice(), sum.as_slice(), rest].concat()
}

/// The words without days and months: a letter is of the month in which it is made.
fn of_any_month(words: &str) -> String {
    let is_month = |word: &&str| !MONTHS.contains(word) && !word.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<_> =
        words.split_whitespace().map(|word| word.trim_matches([',', '.'])).filter(is_month).collect();
    words.join(" ")
}

/// Goal: README's picture of a letter shows a letter as it is. Method: one is made, as large as a screen shows it, with the words
/// it shows inside of the file, beside the tests' other files: whoever changes how letters look or what they say copies it to
/// `tests/it/desk/letter.png`, which must be as wide and high, small, and of the same words but for the month.
#[test]
fn the_picture_shows_a_letter() {
    let folder = tempfile::tempdir().unwrap();
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("letter.png");
    let Some(mut shows) = browser(folder.path()) else { return };
    let served = Served::new();
    served.done(&["bank", "open", "--name", "Ashenford", "--time-zone", "Europe/London"]);
    let made = |typed: &[&str]| served.json(typed)["account_number"].to_string();
    let ann = made(&[
        "member",
        "add",
        "--name",
        "Ann Ash",
        "--post",
        "12 Mill Lane, Ashenford",
        "--consent",
        "post",
        "--floor",
        "-5",
    ]);
    let dev = made(&["member", "add", "--name", "Dev Dale", "--floor", "-5"]);
    let sara = made(&["member", "add", "--name", "שרה כהן", "--floor", "-5"]);
    let hours = |from: &str, to: &str, hours: &str, kind: &str| {
        served.done(&["post", "--from", from, "--to", to, "--hours", hours, "--kind", kind]);
    };
    hours(&dev, &ann, "1:30", "exchange");
    hours(&ann, &sara, "0:45", "exchange");
    hours(&sara, &ann, "2", "exchange");
    hours(&ann, &dev, "0:30", "gift");
    served.done(&["letter", &ann, "--month", &this_month(), "--out", folder.path().to_str().unwrap()]);
    shows.args(["--window-size=794,900"]).arg(format!("--screenshot={}", picture.display()));
    let page = format!("{ann}-{}.html", this_month());
    let shown = shows.arg(folder.path().join(&page)).output().unwrap();
    assert!(shown.status.success());
    let words = looked_at(folder.path(), &[page]).unwrap()[0]["text"].as_str().unwrap().to_owned();
    fs::write(&picture, with_words(&fs::read(&picture).unwrap(), &words)).unwrap();
    let kept = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/desk/letter.png"));
    for bytes in [fs::read(picture).unwrap(), kept.unwrap_or_default()] {
        assert_eq!(bytes.get(1..4), Some(b"PNG".as_slice()));
        assert!(bytes.len() < PICTURE_BYTES_MAX, "{} bytes", bytes.len());
        assert_eq!(
            bytes.get(16..24),
            Some([794_u32.to_be_bytes(), 900_u32.to_be_bytes()].concat().as_slice())
        );
        assert_eq!(words_of(&bytes).map(|words| of_any_month(&words)), Some(of_any_month(&words)));
    }
    assert_ne!(of_any_month("You gave help 2 hours"), of_any_month("You received help 2 hours"));
}
