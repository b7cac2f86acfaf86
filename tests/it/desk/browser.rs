//! Letters as a browser shows them, on paper and on a telephone.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::printed::{NAMES, street, this_month};
use crate::cli::served::Served;
use crate::support::skipped;

/// What looks at pages from inside of the browser.
const CHECK: &str = include_str!("check.html");
/// What a browser of this kind is called.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
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

/// Goal: a letter and a record of help can be read on paper of A4 and on a telephone of 360 pixels, by eyes that need contrast and
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
    let mut pages: Vec<String> = accounts.iter().map(|number| format!("{number}.html")).collect();
    pages.extend(["help.html".to_owned(), "bad.html".to_owned()]);

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
            assert_eq!(page["title"], "Record of help given");
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

    let (paper, page) = (folder.path().join("letter.pdf"), folder.path().join(&pages[0]));
    let mut print = browser(folder.path()).unwrap();
    print.arg("--no-pdf-header-footer").arg(format!("--print-to-pdf={}", paper.display())).arg(&page);
    assert!(print.output().unwrap().status.success());
    let paper = String::from_utf8_lossy(&fs::read(&paper).unwrap()).into_owned();
    let size =
        paper.split_once("/MediaBox [").and_then(|(_, rest)| rest.split_once(']')).unwrap().0.to_owned();
    let size: Vec<i64> =
        size.split_whitespace().map(|part| part.parse::<f64>().unwrap().round() as i64).collect();
    assert_eq!(size, [0, 0, 595, 842], "A4 in points");
}

/// Goal: README's picture of a letter is of a letter. Method: one is made, as large as a screen shows it, beside the tests'
/// other files: whoever changes how letters look copies it to `tests/it/desk/letter.png`, which must be there and small.
#[test]
fn the_picture_is_small() {
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
    let shown = shows.arg(folder.path().join(format!("{ann}.html"))).output().unwrap();
    assert!(shown.status.success());
    let kept = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/desk/letter.png"));
    for bytes in [fs::read(picture).unwrap(), kept.unwrap_or_default()] {
        assert_eq!(bytes.get(1..4), Some(b"PNG".as_slice()));
        assert!(bytes.len() < PICTURE_BYTES_MAX, "{} bytes", bytes.len());
    }
}
