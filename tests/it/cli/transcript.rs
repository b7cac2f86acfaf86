//! Transcripts: what is typed, by whose key, and what is printed.
//!
//! A line `desk$ hourbook …` is typed with the key in `desk.key`; the lines below it are what is printed. TODAY is
//! today, where the banks are.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::readme::bare_of_digits;
use super::served::{Served, text};

/// What is typed, and what is printed for it.
fn lines_of(transcript: &str) -> Vec<(String, Vec<String>)> {
    let today = jiff::Timestamp::now().in_tz("Europe/London").unwrap().date();
    let written = fs::read_to_string(transcript).unwrap();
    let written = written.replace("TODAY", &today.to_string());
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for line in written.lines() {
        match lines.last_mut() {
            Some((_, printed)) if !line.contains("$ hourbook") => printed.push(bare_of_digits(line)),
            Some(_) | None => lines.push((line.to_owned(), Vec::new())),
        }
    }
    lines
}

/// Types each line of a transcript at the real program, in `folder`, and compares what it prints, times aside.
pub fn played(transcript: &str, folder: &Path, served: &Served) {
    let program = Path::new(env!("CARGO_BIN_EXE_hourbook")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let (mut wrong, mut told_all) = (Vec::new(), String::new());
    for (typed, printed) in lines_of(transcript) {
        let (who, command) = typed.split_once("$ ").unwrap();
        let told = Command::new("sh")
            .args(["-c", &format!("{command} 2>&1")])
            .env_clear()
            .env("PATH", &path)
            .env("HOURBOOK_SERVER", &served.address)
            .env("HOURBOOK_KEY_FILE", format!("{who}.key"))
            .current_dir(folder)
            .output()
            .unwrap();
        let told = text(&told.stdout);
        told_all.push_str(&format!("{typed}\n{told}"));
        let lines: Vec<_> = told.lines().map(bare_of_digits).collect();
        if lines != printed {
            wrong.push(format!("{typed}\n{}\nbut expected\n{}", told.trim_end(), printed.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}\n\nIn all:\n{told_all}", wrong.join("\n\n"));
}
