//! The demo, as its users start it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use hourbook::api;
use hourbook::api::exchange_service_client::ExchangeServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::client::Shown;
use hourbook::domain::KeyText;

use crate::support::served::{connect, fresh};

/// When the story ends, in seconds: 2026-06-28T18:00:00Z. The clock goes on from there.
const STORY_END_SECONDS: i64 = 1_782_669_600;

/// A demo that keeps serving; killed with its test.
struct Demo {
    process: Child,
    said: BufReader<ChildStdout>,
}

impl Demo {
    fn start(temporary: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hourbook"))
            .arg("demo")
            .env("TMPDIR", temporary)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        Self { process, said }
    }

    /// What it says, through the first line with `end` in it.
    fn listen_until(&mut self, end: &str) -> String {
        let mut said = String::new();
        while !said.lines().last().is_some_and(|line| line.contains(end)) {
            if self.said.read_line(&mut said).unwrap() == 0 {
                panic!("not said: {end}\n{said}\nbut {:?}", self.end());
            }
        }
        said
    }

    fn terminate(&mut self) {
        let process = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    }

    /// How it ended, and what it complained of.
    fn end(&mut self) -> (Option<i32>, String) {
        let (mut rest, mut complaints) = (String::new(), String::new());
        self.said.read_to_string(&mut rest).unwrap();
        self.process.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        (self.process.wait().unwrap().code(), complaints)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _nobody_to_wait_for = self.process.wait();
    }
}

fn number_after(text: &str, before: &str) -> u32 {
    let after = text.split_once(before).unwrap_or_else(|| panic!("no {before}: {text}")).1;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// Goal: after its story the demo answers over gRPC with the story's figures, its clock goes on, and on
/// TERM it exits 0 and leaves nothing behind. Method: the commands it prints, asked as a client would.
#[test]
fn the_demo_serves_after_its_story() {
    let temporary = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut demo = Demo::start(temporary.path());
    let said = demo.listen_until("Where hourbook is not installed");
    let address = format!("127.0.0.1:{}", number_after(&said, "stay open on 127.0.0.1:"));
    let (dev, ivy) = (number_after(&said, "record --gave "), number_after(&said, " --received "));
    let key = said.split_once("export HOURBOOK_KEY_FILE=").unwrap().1.lines().next().unwrap();
    let key = KeyText::parse(std::fs::read_to_string(key).unwrap().trim()).unwrap();
    assert!(said.contains(&format!("hourbook --server {address} balance {dev}")), "{said}");
    assert!(files_in(temporary.path()) > 0);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (balance, written) = runtime.block_on(async {
        let channel = connect(address.parse().unwrap()).await;
        let mut ledger = LedgerServiceClient::new(Shown::key(&key).on(channel.clone()));
        let mut exchanges = ExchangeServiceClient::new(Shown::key(&key).on(channel));
        let dev_has = api::GetBalanceRequest { account_number: dev, ..Default::default() };
        let balance = ledger.get_balance(dev_has).await.unwrap().into_inner().balance.unwrap();
        let slip = api::RecordExchangeRequest {
            request_id: fresh(),
            giver_account_number: dev,
            receiver_account_number: ivy,
            length: Some(api::Length { typed: "1:30".into(), amount_seconds: 0 }),
            occurred_on: Some(api::Date { year: 2026, month: 6, day: 27 }),
            ..Default::default()
        };
        let written = exchanges.record_exchange(slip).await.unwrap().into_inner().done.unwrap();
        (balance, written.receipt.unwrap().entry.unwrap())
    });
    assert_eq!((balance.posted_seconds, balance.held_seconds), (27_000, Some(0)));
    let recorded_at = written.recorded_at.unwrap();
    assert!((recorded_at.seconds, recorded_at.nanos) > (STORY_END_SECONDS, 0), "{recorded_at}");

    demo.terminate();
    assert_eq!(demo.end(), (Some(0), String::new()));
    assert_eq!(files_in(temporary.path()), 0);
}

/// Goal: a demo told to end in the middle of its story says so, exits 1 and leaves nothing behind.
#[test]
fn a_demo_cut_short_leaves_nothing_behind() {
    let temporary = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut demo = Demo::start(temporary.path());
    demo.listen_until("Rivermeet");
    assert!(files_in(temporary.path()) > 0);
    demo.terminate();
    let (code, complaints) = demo.end();
    assert_eq!(code, Some(1), "{complaints}");
    assert!(complaints.contains("told to end before the story was over"), "{complaints}");
    assert_eq!(files_in(temporary.path()), 0);
}

/// Goal: `hourbook demo --once` tells chapters 1 to 3 and the short chapter to their ends and exits 0, which
/// it does only if every balance and receipt is the story's and both books verify. Method: the real program.
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
        "Not done: really 5,012 hours?",
        "this looks like one that is here already",
        "It is late: May 2026 was closed before.",
        "Somebody else has to agree first.",
        "Ivy is 3 hours below zero, where a friendly note starts.",
        "All 27 balances after chapter 2 are what the story says.",
        "this time bank takes no goods for hours",
        "0412 Bernard (card and PIN)",
        "Esme sent it again and got the answer of the first time. \"This receipt was accepted before.",
        "\"1 hour was taken. 1 hour went back.\"",
        "\"This cannot be done today. Please talk to your time broker.\" and nothing else.",
        "Ivy is 3 hours below zero and can go to 5 hours below zero",
        "Nobody uses their own hours while on the till.",
        "The shop's hours of this month are used up: 0 hours left.",
        "10 sales, 10 hours taken, 1 hour given back. So its June has 1 hour again",
        "30 minutes stay on it until 30 September",
        "All 27 balances after chapter 3 are what the story says.",
        "All 12 receipts of 25 June are what the story says.",
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

/// Goal: README shows what the demo prints. Method: chapters 1 to 3 are the same in every telling and are
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
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert!(printed.len() > 50, "{printed:?}");
    assert_eq!(shown, printed);
}
