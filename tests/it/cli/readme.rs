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

/// Names in JSON of what differs: a time, and bytes that say the same in another order.
const JSON_OF_A_DAY: [&str; 2] = ["\"recordedAt\":\"", "\"value\":\""];

const MONTHS: [&str; 12] = [
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

/// A line without the text in quotes that stands behind `name`, once.
fn without(line: &str, name: &str) -> String {
    let Some((before, after)) = line.split_once(name) else { return line.to_owned() };
    format!("{before}{name}…{}", after.trim_start_matches(|letter| letter != '"'))
}

/// A line without what differs from day to day and from machine to machine.
pub fn bare(line: &str) -> String {
    if line.ends_with("rows a second") {
        return "so many rows a second".to_owned();
    }
    let line = JSON_OF_A_DAY.iter().fold(line.to_owned(), |line, name| without(&line, name));
    let is_day = |word: &str| word.len() == 10 && word.starts_with("20") && word.matches('-').count() == 2;
    let is_minute = |word: &str| word.len() == 5 && word.as_bytes()[2] == b':';
    let mut words = Vec::new();
    for word in line.split_whitespace() {
        let plain = word.trim_end_matches(['.', ';', ',']);
        if is_day(plain) || (plain.ends_with('Z') && is_day(plain.split('T').next().unwrap())) {
            words.push("WHEN");
        } else if plain.starts_with("hbk_") {
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

/// Goal: whoever types what README shows sees what README shows. Method: every `console` block is run in
/// order against one server with new books; times, days and speeds aside, each line is compared. `cat` shows
/// a file that is made as shown; the server is stopped and started where README does, and where there is no `curl`,
/// that is said, and its lines are not run.
#[test]
fn the_transcripts_are_what_is_printed() {
    let mut served = Served::new();
    let folder = tempfile::tempdir().unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hourbook")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let (mut wrong, shown) = (Vec::new(), shown());
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
        let command = command.replace(&USUAL_ADDRESS.to_string(), &served.address);
        if let Some(file) = command.strip_prefix("cat ") {
            // Whoever reads README has the server where it usually is, here too.
            let shown = printed.join("\n").replace(&USUAL_ADDRESS.to_string(), &served.address);
            std::fs::write(folder.path().join(file.trim_start_matches("~/")), shown + "\n").unwrap();
            continue;
        }
        match command.as_str() {
            "kill %1" => {
                served.kill();
                continue;
            }
            "hourbook serve &" => {
                served.restart();
                continue;
            }
            _ => {}
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
        let (told, printed) = (told.lines().map(bare), printed.iter().map(|line| bare(line)));
        let (told, printed): (Vec<_>, Vec<_>) = (told.collect(), printed.collect());
        if told != printed {
            wrong.push(format!("$ {command}\n{}\nbut README shows\n{}", told.join("\n"), printed.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
