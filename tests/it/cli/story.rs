//! Every command once, and what is refused, repeated or only checked.

use serde_json::Value;

use super::served::{Served, hourbook, text};

/// A bank with Ann (floor one hour below zero) and Bo, whose name is a trap for terminals and
/// spreadsheets.
struct Town {
    served: Served,
    pot: String,
    ann: String,
    bo: String,
}

const BO: &str = "=Bo\u{1b}[2J";

fn number(value: &Value) -> String {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}")).to_string()
}

impl Town {
    fn new() -> Self {
        let served = Served::new();
        let bank = served.json(&["bank", "open", "--name", "Rivermeet", "--cap", "100"]);
        assert_eq!(bank["bank_number"], 1);
        let open = |name: &str, floor: &str| {
            served.json(&["account", "open", "--bank", "1", "--name", name, "--floor", floor])
        };
        let (ann, bo) = (open("Ann", "-1"), open(BO, "-5"));
        let (ann, bo) = (number(&ann["account_number"]), number(&bo["account_number"]));
        Self { pot: number(&bank["pot_account_number"]), served, ann, bo }
    }

    /// Bo helps Ann.
    fn post<'a>(&'a self, hours: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let first = ["post", "--from", &self.ann, "--to", &self.bo, "--kind", "exchange", "--hours", hours];
        [&first[..], more].concat()
    }

    fn balance(&self, account: &str, more: &[&str]) -> i64 {
        let answer = self.served.json(&[&["balance", account], more].concat());
        answer["posted_seconds"].as_i64().unwrap()
    }
}

/// Goal: hours posted, set aside, taken, let go and put right arrive in balances, statements, entries and
/// the trial balance, and the books verify. Method: a small story, command by command, in JSON.
#[test]
fn a_day_at_the_desk() {
    let town = Town::new();
    let Town { served, ann, bo, pot } = &town;
    let posted = served.json(&town.post("0:45", &["--memo", "+1 hedge", "--on", "2026-05-13"]));
    let sequence = number(&posted["sequence"]);
    assert_eq!((town.balance(ann, &[]), town.balance(bo, &[])), (-2_700, 2_700));
    assert_eq!(town.balance(bo, &["--at", &(sequence.parse::<u64>().unwrap() - 1).to_string()]), 0);
    assert_eq!(town.balance(bo, &["--recorded-before", "2020-01-01"]), 0);
    assert_eq!(town.balance(bo, &["--as-of", "2026-05-12"]), 0);
    assert_eq!(town.balance(bo, &["--as-of", "2026-05-13"]), 2_700);

    let hold = ["hold", "--from", bo, "--to", pot, "--hours", "30m", "--kind", "donation", "--until", "2h"];
    let held = number(&served.json(&hold)["hold_sequence"]);
    served.json(&["capture", &held, "--hours", "10m"]);
    served.json(&["void", &held]);
    assert_eq!((town.balance(bo, &[]), town.balance(pot, &[])), (2_100, 600));
    served.json(&["reverse", &sequence, "--part", "0:15m", "--reason", "a quarter too much"]);
    assert_eq!((town.balance(ann, &[]), town.balance(bo, &[])), (-1_800, 1_200));

    let entry = served.json(&["entry", &sequence]);
    assert_eq!((&entry["memo"], &entry["kind"]), (&"+1 hedge".into(), &"exchange".into()));
    assert_eq!(served.json(&["entry", "--request-id", entry["request_id"].as_str().unwrap()]), entry);
    let lines = served.json(&["statement", bo, "--all"]);
    let changes: Vec<_> =
        lines.as_array().unwrap().iter().map(|line| line["change_seconds"].clone()).collect();
    assert_eq!(changes, [-900, 0, -600, 0, 2_700]);
    let digest = served.done(&["statement", bo, "--digest"]);
    assert_eq!(digest.trim().len(), 64);
    assert_eq!(served.json(&["statement", bo, "--digest"])["sha256"], digest.trim());
    assert_ne!(digest, served.done(&["statement", ann, "--digest"]));

    served.json(&["account", "limits", ann, "--ceiling", "20"]);
    let shown = served.json(&["account", "show", ann]);
    assert_eq!((&shown["floor_seconds"], &shown["ceiling_seconds"]), (&(-3_600).into(), &72_000.into()));
    assert_eq!(shown["history"].as_array().unwrap().len(), 2);
    served.json(&["account", "close", bo, "--remainder-to", pot]);
    assert_eq!(served.json(&["account", "list", "--kind", "member"])[1]["standing"], "closed");
    assert_eq!(served.json(&["bank", "list"])[0]["name"], "Rivermeet");

    let sums = served.json(&["trial-balance"]);
    assert_eq!(
        (&sums["is_zero"], &sums["net_moved_seconds"]),
        (&true.into(), &(2_700 - 900 + 600 + 1_200).into())
    );
    assert_eq!(served.json(&["trial-balance", "--as-of", "2026-05-13"])["through_day"], "2026-05-13");
    let verified = served.json(&["verify"]);
    assert_eq!((&verified["is_clean"], verified["checks"].as_array().unwrap().len()), (&true.into(), 10));
    let watched = served.done(&["watch", "--after", "0", "--count", "3", "--output", "json"]);
    let watched: Vec<Value> = watched.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(watched.iter().map(|entry| entry["sequence"].clone()).collect::<Vec<_>>(), [1, 2, 3]);
}

/// Goal: what is set aside goes in parts to whom it was not set aside for: the rest stays set aside where that is said, and
/// is let go where it is not. Method: of half an hour ten minutes, then five; the flag where no hold is named.
#[test]
fn a_part_of_what_is_set_aside() {
    let town = Town::new();
    let Town { served, ann, bo, pot } = &town;
    served.json(&town.post("1", &[]));
    let hold = ["hold", "--from", bo, "--to", pot, "--hours", "30m", "--kind", "donation", "--until", "2h"];
    let held = number(&served.json(&hold)["hold_sequence"]);
    let instead = |hours, more: &[&str]| {
        let first =
            ["post", "--from", bo, "--to", ann, "--kind", "gift", "--hours", hours, "--ends-hold", &held];
        served.json(&[&first[..], more].concat())
    };
    let stands = || {
        let balance = served.json(&["balance", bo]);
        [&balance["posted_seconds"], &balance["held_seconds"]].map(|seconds| seconds.as_i64().unwrap())
    };
    let kept = instead("10m", &["--keep-rest"]);
    let action = &served.json(&["entry", &number(&kept["sequence"])])["action"];
    assert_eq!(
        (&action["ended_hold_sequence"], &action["keeps_rest"]),
        (&held.parse::<u64>().unwrap().into(), &true.into())
    );
    assert_eq!(stands(), [3_000, 1_200]);
    instead("5m", &[]);
    assert_eq!(stands(), [2_700, 0]);
    let (code, said) = served.not_done(&town.post("5m", &["--keep-rest"]));
    assert!(code == 2 && said.contains("--ends-hold"), "{code}: {said}");
}

/// Goal: people read sentences and tables, and nobody's name is acted upon by a terminal or worked out by
/// a spreadsheet. Method: the answers for people, and CSV, with a name that tries both.
#[test]
fn people_read_sentences() {
    let town = Town::new();
    let Town { served, ann, bo, .. } = &town;
    let said = served.done(&town.post("1", &["--memo", "=1+1"]));
    assert!(said.contains("Written down as entry") && said.contains("Ann ("), "{said}");
    assert!(said.contains("1 hour below zero"), "{said}");
    let said = served.done(&["balance", ann]);
    assert!(said.starts_with("Ann (") && said.contains("0 hours can be used"), "{said}");
    let table = served.done(&["statement", ann]);
    assert!(
        table.contains("−1:00") && table.contains("received 1 h from") && !table.contains('\u{1b}'),
        "{table}"
    );
    let list = served.done(&["account", "list"]);
    assert!(list.contains("=Bo\u{fffd}[2J"), "{list}");
    let csv = served.done(&["account", "list", "--output", "csv"]);
    assert!(csv.starts_with("account_number,bank_number,kind,label,") && csv.contains(",'=Bo"), "{csv}");
    let csv = served.done(&["statement", bo, "--output", "csv"]);
    assert!(csv.contains(",'=1+1,") && csv.contains(",3600,3600,"), "{csv}");
    let sums = served.done(&["trial-balance"]);
    assert!(sums.contains("Every bank adds up to zero.") && sums.contains("Net hours moved: 1."), "{sums}");
    assert!(served.done(&["trial-balance", "--bank", "1"]).contains("issuance"));
    let verified = served.done(&["verify"]);
    assert!(
        verified.contains("I1 ") && verified.contains("I9 ") && verified.contains("Nothing is wrong."),
        "{verified}"
    );
    assert!(served.done(&["watch", "--after", "0", "--count", "1"]).contains("owner numbers handed out"));
    assert!(served.done(&["entry", "1"]).contains("Written down"));
    assert!(served.done(&["account", "show", ann]).contains("May go down to"));
}

/// Goal: a refusal ends with 1, with its figures in the sentence and in JSON, and changes nothing; a bad
/// field names the flag. Method: more than Ann's floor, an entry and an account that are not there, a
/// memo that is too long, an activity the bank has not.
#[test]
fn refusals_have_figures() {
    let town = Town::new();
    let Town { served, ann, .. } = &town;
    let before = served.json(&["trial-balance"])["sequence"].clone();
    let (code, said) = served.not_done(&town.post("3", &[]));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("3 hours") && said.contains("1 hour"), "{said}");
    let (code, said) = served.not_done(&town.post("3", &["--output", "json"]));
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &said["error"]["reason"]), (1, &"BELOW_FLOOR".into()));
    assert_eq!(said["error"]["metadata"]["requested_seconds"], "10800");
    let nobody = hourbook::domain::AccountNumber::from_slot(500).unwrap().to_string();
    for (arguments, reason) in [
        (vec!["reverse", "999"], "ENTRY_NOT_FOUND"),
        (vec!["void", "999"], "HOLD_NOT_FOUND"),
        (vec!["balance", &nobody], "ACCOUNT_NOT_FOUND"),
        (vec!["balance", ann, "--at", "999"], "SEQUENCE_NOT_REACHED"),
    ] {
        let (code, said) = served.not_done(&[&["--output", "json"], &arguments[..]].concat());
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, &said["error"]["reason"]), (1, &reason.into()), "{arguments:?}: {said}");
    }
    let (code, said) = served.not_done(&town.post("1", &["--memo", &"x".repeat(1_025)]));
    assert!(code == 2 && said.contains("--memo"), "{code}: {said}");
    let (code, said) = served.not_done(&town.post("1", &["--activity", "gardning"]));
    assert!(code == 1 && said.contains("no activity called 'gardning'"), "{code}: {said}");
    assert_eq!(served.json(&["trial-balance"])["sequence"], before);
}

/// Goal: asking again with the same id happens once and says so, also where one command is two calls and
/// where a span counts; only checking writes nothing. Method: each twice, and the position of the books.
#[test]
fn asking_again_happens_once() {
    let town = Town::new();
    let Town { served, bo, pot, .. } = &town;
    let position = || served.json(&["trial-balance"])["sequence"].as_u64().unwrap();
    let before = position();
    let checked = served.json(&town.post("1", &["--validate-only"]));
    assert_eq!((&checked["sequence"], &checked["validate_only"]), (&0.into(), &true.into()));
    served.json(&["account", "open", "--bank", "1", "--name", "Cy", "--validate-only"]);
    served.json(&["bank", "open", "--name", "Next", "--validate-only"]);
    let (code, said) = served.not_done(&["account", "open", "--bank", "9", "--validate-only"]);
    assert_eq!(code, 1, "{said}");
    assert_eq!(position(), before);

    let id = ["--request-id", "01890a5d-ac96-774b-bcce-b302099a8057"];
    let first = served.json(&town.post("1", &id));
    let again = served.json(&town.post("1", &id));
    assert_eq!((&first["repeated"], &again["repeated"]), (&false.into(), &true.into()));
    assert_eq!((&first["sequence"], position()), (&again["sequence"], before + 1));
    let said = served.done(&town.post("1", &id));
    assert!(said.contains(&format!("written down before as entry {}", first["sequence"])), "{said}");
    let (code, said) = served.not_done(&[&["--output", "json"], &town.post("2", &id)[..]].concat());
    assert!(code == 1 && said.contains("REQUEST_ID_REUSED"), "{code}: {said}");

    let open = [
        "account",
        "open",
        "--bank",
        "1",
        "--name",
        "Cy",
        "--request-id",
        "01890a5d-ac96-774b-bcce-b302099a8058",
    ];
    let (first, again) = (served.json(&open), served.json(&open));
    assert_eq!(first["account_number"], again["account_number"]);
    assert_eq!((&again["repeated"], position()), (&true.into(), before + 3));

    // An id made now, as the program makes one: a span counts from the moment inside.
    let fresh = hourbook::domain::RequestId::fresh().to_string();
    let hold = ["hold", "--from", bo, "--to", pot, "--hours", "1", "--kind", "donation", "--until", "1 day"];
    let hold = [&hold[..], &["--request-id", &fresh]].concat();
    let (first, again) = (served.json(&hold), served.json(&hold));
    assert_eq!((&first["hold_sequence"], &again["repeated"]), (&again["hold_sequence"], &true.into()));
}

/// Goal: watching survives the server: after a kill it goes on where it was, without a gap or a double.
/// Method: one watcher of six entries; the server is killed and started again after the first four.
#[test]
fn watching_goes_on_after_a_cut() {
    let mut town = Town::new();
    let all = town.served.json(&["trial-balance"])["sequence"].as_u64().unwrap();
    let count = (all + 2).to_string();
    let watcher = hourbook(&town.served.address)
        .args(["watch", "--after", "0", "--count", &count, "--output", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    town.served.json(&town.post("15m", &[]));
    town.served.kill_and_restart();
    town.served.json(&town.post("15m", &[]));
    let told = watcher.wait_with_output().unwrap();
    assert!(told.status.success(), "{}", text(&told.stderr));
    let sequences: Vec<u64> = text(&told.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(sequences, (1..=all + 2).collect::<Vec<_>>());
}
