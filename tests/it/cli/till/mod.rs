//! Hours at the till, typed: the real program at a counter, against a real server, also through a line that is cut.

mod between;
mod counter;
mod cuts;
mod played;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::readme::bare;
use super::served::{Served, hourbook, text};

/// Where Ann's hours are.
pub const ANN: &str = "10035";
/// The account of the café.
pub const CAFE: &str = "10056";

/// A bank with Ann, who has 10 hours, a hall, and a café with a till and a lunch for an hour; keys for the desk, a lead, Ann,
/// the café and its till.
pub struct Shop {
    pub served: Served,
    folder: tempfile::TempDir,
}

impl Shop {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut begin = hourbook("127.0.0.1:9");
        begin.current_dir(&folder).args(["init", "--data", "books", "--name", "Net", "--out", "admin.key"]);
        assert!(begin.output().unwrap().status.success());
        let shop = Self { served: Served::over(&folder.path().join("books")), folder };
        for typed in [
            "admin bank open --name Rivermeet --cap 80",
            "admin key create --role broker --bank 1 --name desk --out desk.key",
            "admin key create --role lead --bank 1 --name lead --out lead.key",
            "admin key create --role integration --bank 1 --name accounts --out accounts.key",
            "desk member add --name Ann",
            "desk organisation add --name Hall",
            "desk partner add --name <Saucer>",
            "desk partner venue add <saucer --name Ladle",
            "desk partner till add <saucer --venue 1",
            "lead key create --role partner --partner 9 --name cafe --out cafe.key",
            "lead key create --role till --partner 9 --till 1 --name till --out till.key",
            "lead key create --role member --bank 1 --holder 7 --name ann --out ann.key",
            "accounts post --from 10024 --to 10019 --hours 20 --kind grant",
            "accounts post --from 10019 --to 10035 --hours 10 --kind grant",
            "desk offer create <saucer --says lunch --hours 1",
            "desk offer staff <saucer --has EP --has RA",
        ] {
            let (who, typed) = typed.split_once(' ').unwrap();
            shop.done(who, &typed.split(' ').collect::<Vec<_>>());
        }
        shop
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program with somebody's key, asking the server at `address`.
    pub fn command(&self, who: &str, address: &str) -> std::process::Command {
        let mut command = hourbook(address);
        command.current_dir(&self.folder).env("HOURBOOK_KEY_FILE", format!("{who}.key"));
        command
    }

    pub fn ask(&self, who: &str, typed: &[&str]) -> Output {
        self.command(who, &self.served.address).args(typed).output().unwrap()
    }

    /// Done, and what was printed, times and days aside.
    pub fn done(&self, who: &str, typed: &[&str]) -> String {
        let told = self.ask(who, typed);
        assert!(told.status.success(), "{typed:?}: {}{}", text(&told.stdout), text(&told.stderr));
        bared(&text(&told.stdout))
    }

    pub fn json(&self, who: &str, typed: &[&str]) -> Value {
        let told = self.ask(who, &[&["--output", "json"], typed].concat());
        assert!(told.status.success(), "{typed:?}: {}", text(&told.stderr));
        serde_json::from_slice(&told.stdout).unwrap_or_else(|_| panic!("{typed:?}: {}", text(&told.stdout)))
    }

    /// Not done: the exit code, and what was said.
    pub fn not_done(&self, who: &str, typed: &[&str]) -> (i32, String) {
        let told = self.ask(who, typed);
        (told.status.code().unwrap(), text(&told.stderr))
    }

    /// A code for Ann's hours.
    pub fn code(&self) -> String {
        self.json("ann", &["code", "issue", ANN])["code"].as_str().unwrap().to_owned()
    }

    /// What somebody has, in hours: there, and set aside.
    pub fn hours(&self, account: &str) -> (i64, i64) {
        let balance = self.json("lead", &["balance", account]);
        let hours = |name: &str| balance[name].as_i64().unwrap() / 3_600;
        (hours("posted_seconds"), hours("held_seconds"))
    }

    /// A till at which all of this is typed: its lines, times and days aside, and how it ended.
    pub fn at_the_till(&self, flags: &[&str], typed: &str) -> (String, i32) {
        let mut till = self.command("till", &self.served.address);
        till.args(["till", "--staff", "EP"]).args(flags);
        let till = till.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = till.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let told = child.wait_with_output().unwrap();
        (bared(&(text(&told.stdout) + &text(&told.stderr))), told.status.code().unwrap())
    }

    /// The newest entry of the books.
    pub fn newest(&self) -> i64 {
        self.json("lead", &["trial-balance"])["sequence"].as_i64().unwrap()
    }
}

/// Without times, days, and numbers that a server made up.
fn bared(told: &str) -> String {
    let made_up =
        |word: &str| word.len() == 10 && word.starts_with("1000") && word.bytes().all(|b| b.is_ascii_digit());
    let line = |line: &str| {
        let words = bare(line);
        let words = words.split(' ').map(|word| if made_up(word) { "MADE" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    told.lines().map(line).collect::<Vec<_>>().join("\n")
}
