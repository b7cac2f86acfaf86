//! README's transcripts are what the program prints.

use std::process::Command;

use hourbook::config::USUAL_ADDRESS;

use super::served::{Served, text};
use crate::support::skipped;

/// A command as README shows it, and what it says that it prints.
struct Shown {
    command: String,
    printed: Vec<String>,
}

/// The commands of README's `console` blocks, in their order.
fn shown() -> Vec<Shown> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            shown.push(Shown { command: command.to_owned(), printed: Vec::new() });
        } else if inside {
            shown.last_mut().unwrap().printed.push(line.to_owned());
        }
    }
    shown
}

/// Names in JSON of what differs, and where it ends: a time, a day, and bytes that say the same in another order.
const JSON_OF_A_DAY: [(&str, char); 3] =
    [("\"recordedAt\":\"", '"'), ("\"day\":{", '}'), ("\"value\":\"", '"')];

/// Months, as they are said.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A line without what stands behind `name`, once, up to the end of it.
fn without(line: &str, name: &str, end: char) -> String {
    let Some((before, after)) = line.split_once(name) else { return line.to_owned() };
    format!("{before}{name}…{}", after.trim_start_matches(|letter| letter != end))
}

/// A line without what differs from day to day and from machine to machine, nor digits of a card or a code.
pub fn bare_of_digits(line: &str) -> String {
    let line = bare(line);
    let mut words: Vec<&str> = line.split(' ').collect();
    for length in [4, 3] {
        while let Some(place) =
            words.windows(length).position(|some| some.iter().all(|word| is_three_digits(word)))
        {
            words.splice(place..place + length, ["NUMBER"]);
        }
    }
    words.join(" ")
}

/// A line without what differs from day to day and from machine to machine.
pub fn bare(line: &str) -> String {
    if line.ends_with("rows a second") {
        return "so many rows a second".to_owned();
    }
    let line = JSON_OF_A_DAY.iter().fold(line.to_owned(), |line, (name, end)| without(&line, name, *end));
    let is_day = |word: &str| word.len() == 10 && word.starts_with("20") && word.matches('-').count() == 2;
    let is_minute = |word: &str| word.len() == 5 && word.as_bytes()[2] == b':';
    let is_second = |word: &str| word.len() == 8 && word.matches(':').count() == 2;
    let mut words = Vec::new();
    for word in line.split_whitespace() {
        let plain = word.trim_end_matches(['.', ';', ',']);
        if is_second(plain)
            || is_day(plain)
            || (plain.ends_with('Z') && is_day(plain.split('T').next().unwrap()))
        {
            words.push("WHEN");
        } else if ["hbk_", "whpk_"].iter().any(|key| plain.starts_with(key)) {
            words.push("KEY");
        } else if MONTHS.contains(&plain) && words.last().is_some_and(|day| day.parse::<u8>().is_ok()) {
            // In a sentence.
            words.pop();
            words.push("WHEN");
        } else if words.last() != Some(&"WHEN") || !is_minute(plain) {
            words.push(word);
        }
    }
    words.join(" ")
}

fn is_three_digits(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits of codes as README shows them, and those that were printed instead.
#[derive(Default)]
struct Codes(Vec<(String, String)>);

impl Codes {
    /// A line of digits in threes that was printed in the place of another is what that one stands for.
    fn learn(&mut self, told: &str, printed: &[String]) {
        let digits = |line: &str| bare_of_digits(line) == "NUMBER";
        let pairs = told.lines().zip(printed).filter(|(told, shown)| digits(told) && digits(shown));
        self.0.extend(pairs.map(|(told, shown)| (shown.trim().to_owned(), told.trim().to_owned())));
    }

    fn put_into(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (shown, told)| text.replace(shown, told))
    }
}

/// Goal: whoever types what README shows sees what README shows. Method: every `console` block is run in
/// order against one server with new books; times, days and speeds aside, each line is compared. A code that README shows
/// is the one that was printed in its place. `cat` shows
/// a file that is made as shown; the server is stopped and started where README does, and where there is no `curl`,
/// that is said, and its lines are not run.
#[test]
fn the_transcripts_are_what_is_printed() {
    let mut served = Served::new();
    let folder = tempfile::tempdir().unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hourbook")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let (mut wrong, mut codes, shown) = (Vec::new(), Codes::default(), shown());
    assert!(shown.len() > 10, "README shows {} commands", shown.len());
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    if !has_curl {
        skipped("cli::readme::the_transcripts_are_what_is_printed", "curl does not run: its lines are not");
    }
    for Shown { command, printed } in shown {
        if command.starts_with("curl ") && !has_curl {
            continue;
        }
        // Whoever reads README has the server where it usually is.
        let command = codes.put_into(&command.replace(&USUAL_ADDRESS.to_string(), &served.address));
        if let Some(file) = command.strip_prefix("cat ") {
            // Whoever reads README has the server where it usually is, here too.
            let shown = printed.join("\n").replace(&USUAL_ADDRESS.to_string(), &served.address);
            let shown = codes.put_into(&shown) + "\n";
            std::fs::write(folder.path().join(file.trim_start_matches("~/")), shown).unwrap();
            continue;
        }
        if command == "kill %1; wait %1" {
            served.kill();
            continue;
        }
        let flags = command.strip_prefix("hourbook serve").and_then(|rest| rest.strip_suffix('&'));
        if let Some(flags) = flags {
            served.restart_with(&flags.split_whitespace().collect::<Vec<_>>());
            continue;
        }
        let told = Command::new("sh")
            .args(["-c", &format!("{command} 2>&1")])
            .env("PATH", &path)
            .env("HOURBOOK_SERVER", &served.address)
            .env("HOURBOOK_DATA", &served.data)
            // Whoever runs the tests may have profiles.
            .env("HOME", folder.path())
            .env_remove("XDG_CONFIG_HOME")
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let told = text(&told.stdout).replace(folder.path().to_str().unwrap(), "/home/ann");
        codes.learn(&told, &printed);
        let (told, printed) =
            (told.lines().map(bare_of_digits), printed.iter().map(|line| bare_of_digits(line)));
        let (told, printed): (Vec<_>, Vec<_>) = (told.collect(), printed.collect());
        if told != printed {
            wrong.push(format!("$ {command}\n{}\nbut README shows\n{}", told.join("\n"), printed.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
