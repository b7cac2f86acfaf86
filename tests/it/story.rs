//! The demo, as its users start it.

use std::process::Command;

/// Goal: `hourbook demo --once` tells chapter 1 and the short chapter to their ends and exits 0, which
/// it does only if every balance is the story's and both books verify. Method: the real program.
#[test]
fn the_demo_tells_its_story() {
    let told = Command::new(env!("CARGO_BIN_EXE_hourbook")).args(["demo", "--once"]).output().unwrap();
    let said = String::from_utf8(told.stdout).unwrap();
    assert!(told.status.success(), "{said}\n{}", String::from_utf8_lossy(&told.stderr));
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        "Dev now has 3 hours 30 minutes, Ivy 30 minutes.",
        "15 minutes each, nothing left over.",
        "Kit can use 6 hours 45 minutes: the 1 hour 45 minutes Kit has, and up to 5 hours below zero.",
        "took 1 hour 15 minutes, and let 45 minutes go back",
        "so it ran out. Nothing was taken",
        "All 26 balances after chapter 1 are what the story says.",
        "are there, each once, and every one gives its first answer",
        "the name cannot be read any more",
    ] {
        assert!(said.contains(sentence), "not said: {sentence}\n{said}");
    }
}

/// Goal: words that are no command say what is.
#[test]
fn unknown_words_are_answered_with_the_usage() {
    let told = Command::new(env!("CARGO_BIN_EXE_hourbook")).arg("dmeo").output().unwrap();
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8(told.stderr).unwrap().contains("Usage: hourbook"));
}

/// Goal: README shows what the demo prints. Method: chapter 1 is the same in every telling and is
/// compared line by line, but for the line about this machine's processor; how far the writer of the
/// short chapter gets before it is killed differs.
#[test]
fn the_transcript_is_what_the_demo_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let told = Command::new(env!("CARGO_BIN_EXE_hourbook")).args(["demo", "--once"]).output().unwrap();
    let chapter = |text: &str| {
        let lines = text.lines().skip_while(|line| !line.starts_with("Rivermeet"));
        let lines = lines
            .take_while(|line| !line.contains("bad days"))
            .filter(|line| !line.starts_with("On this machine"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let (shown, printed) = (chapter(&readme), chapter(&String::from_utf8(told.stdout).unwrap()));
    assert!(printed.len() > 50, "{printed:?}");
    assert_eq!(shown, printed);
}
