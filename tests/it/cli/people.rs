//! People at a broker's desk, as they are typed and as it is answered.

use std::path::Path;

use serde_json::{Value, json};

use super::served::{Served, hourbook, text};
use super::transcript::played;

/// What is typed, by whose key, and what is printed.
const TRANSCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cli/people.txt");

/// A network of one bank with 20 hours in its pot, which welcomes whoever joins with two; Ivy's account was taken over
/// from elsewhere. Keys for the desk, a lead and another lead.
pub fn bank(folder: &Path) -> Served {
    let books = folder.join("books");
    let mut begin = hourbook("127.0.0.1:9");
    begin.current_dir(folder).args(["init", "--data", "books", "--name", "Net", "--out", "admin.key"]);
    assert!(begin.output().unwrap().status.success());
    let served = Served::over(&books);
    for typed in [
        "admin bank open --name Rivermeet --cap 80",
        "admin key create --role broker --bank 1 --name desk --out desk.key",
        "admin key create --role lead --bank 1 --name lead --out lead.key",
        "admin key create --role lead --bank 1 --name other --out other.key",
        "admin key create --role integration --bank 1 --name accounts --out accounts.key",
        "accounts post --from 10024 --to 10019 --hours 20 --kind grant",
        "accounts account open --bank 1 --name Ivy --floor -5",
        "lead bank policy set --bank 1 --welcome-grant 2",
        "admin staff add --bank 1 --name Del --person 4",
    ] {
        let (who, typed) = typed.split_once(' ').unwrap();
        let mut command = hourbook(&served.address);
        let told =
            command.current_dir(folder).args(["--key-file", &format!("{who}.key")]).args(typed.split(' '));
        let told = told.output().unwrap();
        assert!(told.status.success(), "{typed}: {}", text(&told.stderr));
    }
    served
}

/// What is asked in JSON with one of the keys: the exit code, and the answer or what was said.
fn ask(served: &Served, folder: &Path, who: &str, typed: &[&str]) -> (i32, Value) {
    let mut command = hourbook(&served.address);
    let key = format!("{who}.key");
    let told = command.current_dir(folder).args(["--output", "json", "--key-file", &key]).args(typed);
    let told = told.output().unwrap();
    let said = if told.status.success() { &told.stdout } else { &told.stderr };
    let said = serde_json::from_slice(said).unwrap_or_else(|_| panic!("{typed:?}: {}", text(said)));
    (told.status.code().unwrap(), said)
}

/// Goal: all that a broker does with people can be typed with a name and little more, and is told in words: taken in,
/// asked about, found, changed, represented, paused, closed, forgotten; and refused. Method: a transcript, each line
/// typed at the real program, what it prints compared.
#[test]
fn people_at_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    played(TRANSCRIPT, folder.path(), &served);
}

/// Goal: asking again under the same id is safe for every command about people, and what is only checked is not
/// written. Method: each command only checked, then twice under one id; as many entries as commands.
#[test]
fn people_are_asked_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    let last = || {
        let (_, said) = ask(&served, folder.path(), "desk", &["member", "find"]);
        said.as_array().unwrap().len()
    };
    assert_eq!(last(), 1);
    for (number, (who, typed)) in (1..).zip([
        ("desk", &["member", "add", "--name", "Ann Ash", "--consent", "phone"][..]),
        ("lead", &["member", "add", "--name", "Bo Birch", "--floor", "-3"]),
        ("desk", &["organisation", "add", "--name", "Lantern Hall"]),
        ("desk", &["partner", "add", "--name", "Saucer & Spoon"]),
        ("desk", &["partner", "venue", "add", "saucer", "--name", "Ladle Street"]),
        ("desk", &["partner", "till", "add", "saucer", "--venue", "1"]),
        ("desk", &["partner", "till", "close", "saucer", "1"]),
        ("desk", &["partner", "venue", "close", "saucer", "1"]),
        ("desk", &["staff", "add", "--name", "Imelda Iver"]),
        ("desk", &["member", "change", "ann", "--phone", "1234567", "--no-consent", "phone"]),
        ("desk", &["member", "standing", "ann", "--paid-by", "pot"]),
        ("desk", &["member", "represent", "ann", "--by", "bo"]),
        ("desk", &["card", "issue", "ann"]),
        ("desk", &["card", "replace", "ann"]),
        ("desk", &["card", "block", "ann"]),
        ("lead", &["pot", "open", "--purpose", "garden", "--broker-line", "3"]),
        ("lead", &["member", "pause", "ann"]),
        ("lead", &["member", "pause", "ann", "--over"]),
        ("lead", &["member", "forget", "ann"]),
        ("lead", &["member", "forget", "ann", "--take-back"]),
        ("desk", &["member", "standing", "ivy", "--rest-to", "bo"]),
        ("lead", &["member", "close", "ivy"]),
    ]) {
        let id = format!("01900000-0000-7000-8000-{number:012}");
        let asked =
            |more: &[&str]| ask(&served, folder.path(), who, &[typed, &["--request-id", &id], more].concat());
        let (code, checked) = asked(&["--validate-only"]);
        assert_eq!((code, &checked["sequence"]), (0, &0.into()), "{typed:?}: {checked}");
        let (code, first) = asked(&[]);
        assert_eq!(code, 0, "{typed:?}: {first}");
        let (code, again) = asked(&[]);
        assert_eq!(code, 0, "{typed:?}: {again}");
        if typed.contains(&"close") {
            // What waits is no entry to show: the same number says that it waits once.
            assert_eq!(again["waiting_number"], first["waiting_number"]);
            continue;
        }
        assert_eq!(
            (&first["repeated"], &again["repeated"]),
            (&false.into(), &true.into()),
            "{typed:?}: {again}"
        );
        assert_eq!(again["sequence"], first["sequence"], "{typed:?}");
    }
    let (_, waiting) = ask(&served, folder.path(), "desk", &["approve", "list"]);
    assert_eq!(waiting.as_array().unwrap().len(), 1);
    assert_eq!(last(), 3);
}

/// Goal: programs find in JSON and CSV what people read, with names that say units, and text that a spreadsheet does not
/// work out. Method: somebody with everything there is, shown and found; two who are asked about; one who is none.
#[test]
fn programs_hear_of_people() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    let ask = |typed: &[&str]| ask(&served, folder.path(), "desk", typed);
    let (_, ann) = ask(&[
        "member",
        "add",
        "--name",
        "=Ann Ash",
        "--known-as",
        "Annie",
        "--phone",
        "1234567",
        "--email",
        "ann@example.org",
        "--best",
        "email",
        "--language",
        "cy",
        "--large-print",
        "--under-18",
        "no",
        "--consent",
        "phone",
        "--said-on",
        "2026-05-13",
    ]);
    assert_eq!(
        (&ann["welcome_grant_seconds"], &ann["entry"]["form"]),
        (&7_200.into(), &"account".into()),
        "{ann}"
    );
    let (_, shown) = ask(&["member", "show", "annie"]);
    assert_eq!(shown["owner_number"], ann["owner_number"]);
    assert_eq!(shown["accounts"][0]["account_number"], ann["account_number"]);
    assert_eq!(shown["accounts"][0]["posted_seconds"], 0);
    assert_eq!((&shown["large_print"], &shown["under_18"]), (&true.into(), &false.into()));
    assert_eq!(shown["contacts"][0], json!({ "kind": "email", "text": "ann@example.org" }));
    assert_eq!(shown["consents"], json!([{ "purpose": "phone", "is_given": true, "day": "2026-05-13" }]));
    let (code, said) = ask(&["member", "add", "--name", "Ann Ash"]);
    assert_eq!((code, &said["error"]["reason"]), (1, &"SAME_PERSON".into()));
    assert_eq!(
        (&said["error"]["answer"], &said["error"]["alike"][0]["owner_number"]),
        (&"--somebody-else".into(), &ann["owner_number"])
    );
    let (code, said) = ask(&["member", "add", "--name", "Ann Ash", "--somebody-else"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = ask(&["member", "show", "nobody at all"]);
    assert_eq!((code, &said["error"]["exit_code"]), (1, &1.into()));
    let mut command = hourbook(&served.address);
    let told = command.current_dir(folder.path()).args([
        "--key-file",
        "desk.key",
        "--output",
        "csv",
        "member",
        "find",
        "ann",
    ]);
    let told = text(&told.output().unwrap().stdout);
    let mut lines = told.lines();
    assert_eq!(lines.next(), Some("owner_number,account_numbers,name,known_as,contacts,state"));
    assert!(told.contains(",'=Ann Ash,Annie,"), "{told}");
}

/// Goal: whoever left is still named for help from before, and for nothing else; `pot` is the community pot whoever is called
/// like that; two banks agree to help each other by what README says. Method: Gus, who left, and Pat Pot.
#[test]
fn whoever_left_and_the_pot_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    let ask = |who: &str, typed: &str| {
        let (code, said) = ask(&served, folder.path(), who, &typed.split(' ').collect::<Vec<_>>());
        (code, said["error"]["reason"].as_str().unwrap_or_default().to_owned(), said)
    };
    for name in ["Gus", "Pat_Pot"] {
        assert_eq!(ask("desk", &format!("member add --name {name}")).0, 0);
    }
    let (code, _, waits) = ask("lead", "member close gus --reason moved");
    assert_eq!(code, 0, "{waits}");
    let number = waits["waiting_number"].as_u64().unwrap();
    let (code, _, said) = ask("desk", &format!("approve {number}"));
    assert_eq!(code, 0, "{said}");
    let (_, _, gus) = ask("desk", "member show gus");
    assert_eq!(
        (gus["accounts"].as_array().unwrap().len(), gus["closed_account_numbers"].as_array().unwrap().len()),
        (0, 1)
    );
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let help = format!("--gave gus --received pat --hours 1 --on {today}");
    let (code, _, said) = ask("desk", &format!("exchange record {help}"));
    assert_eq!(code, 0, "{said}");
    let session = format!("group --rule each-pays-session --gave gus=2 --took-part pat --on {today}");
    let (code, _, said) = ask("desk", &session);
    assert_eq!(code, 0, "{said}");
    let (code, _, said) = ask("desk", &format!("exchange propose {help} --said-by gave"));
    assert_eq!(code, 1, "{said}");
    assert!(said.to_string().contains("has no open account"), "{said}");

    let (code, _, said) = ask("desk", "pot grant pot --to pat --hours 1");
    assert_eq!(code, 0, "{said}");
    let (code, reason, said) = ask("desk", "pot grant pot --to pot --hours 1");
    assert_eq!((code, reason.as_str()), (1, "SAME_ACCOUNT"), "{said}");
    let (code, _, said) = ask("admin", "bank open --name Quillmere --cap 80");
    assert_eq!(code, 0, "{said}");
    let caps = "1 2 --first-may-owe 3 --second-may-owe 2";
    let (code, _, said) = ask("admin", &format!("between-banks cap {caps}"));
    assert_eq!(code, 1, "{said}");
    let (code, _, said) = ask("admin", &format!("between-banks agree {caps}"));
    assert_eq!(code, 0, "{said}");
    let (_, _, position) = ask("admin", "between-banks position 1 2");
    let may_owe = (&position["first_may_owe_seconds"], &position["second_may_owe_seconds"]);
    assert_eq!(may_owe, (&10_800.into(), &7_200.into()), "{position}");
}

/// Goal: names are looked up where the profile says; where nothing says in which bank, that is asked; a member's key looks
/// nobody up. Method: a network of two banks, a lead of both, with a profile and without; a member.
#[test]
fn a_profile_says_in_which_bank() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    let home = folder.path().join(".config/hourbook");
    std::fs::create_dir_all(&home).unwrap();
    let file = format!(
        "[profile.first]\nserver = \"{0}\"\nkey_file = \"{1}/both.key\"\nbank = 1\n\
         [profile.second]\nserver = \"{0}\"\nkey_file = \"{1}/both.key\"\nbank = 2\n",
        served.address,
        folder.path().display()
    );
    std::fs::write(home.join("config.toml"), file).unwrap();
    let type_in = |typed: &[&str]| {
        let mut command = hourbook(&served.address);
        let told =
            command.current_dir(folder.path()).env("HOME", folder.path()).args(typed).output().unwrap();
        (told.status.code().unwrap(), text(&told.stdout) + &text(&told.stderr))
    };
    for typed in [
        &["--key-file", "admin.key", "bank", "open", "--name", "Ashenford"][..],
        &[
            "--key-file",
            "admin.key",
            "key",
            "create",
            "--role",
            "lead",
            "--network",
            "--name",
            "b",
            "--out",
            "both.key",
        ],
        &["--profile", "first", "member", "add", "--name", "Ann Ash"],
        &["--profile", "second", "member", "add", "--name", "Ann Birch"],
    ] {
        let (code, said) = type_in(typed);
        assert_eq!(code, 0, "{typed:?}: {said}");
    }
    for (typed, code, told) in [
        (&["--profile", "first", "member", "show", "ann"][..], 0, "Ann Ash"),
        (&["--profile", "second", "member", "show", "ann"], 0, "Ann Birch"),
        (&["--profile", "second", "member", "show", "ann", "--bank", "1"], 0, "Ann Ash"),
        (
            &["--key-file", "both.key", "member", "show", "ann"],
            2,
            "say in which bank, with --bank or by a profile",
        ),
        (&["--key-file", "both.key", "member", "show", "ann", "--bank", "9"], 1, "no time bank 9"),
    ] {
        let (ended, said) = type_in(typed);
        assert!(ended == code && said.contains(told), "{typed:?}: {ended} {said}");
    }
    let (_, shown) = type_in(&["--profile", "first", "--output", "json", "member", "show", "ann"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let holder = shown["owner_number"].to_string();
    let member = [
        "--key-file",
        "admin.key",
        "key",
        "create",
        "--role",
        "member",
        "--bank",
        "1",
        "--name",
        "m",
        "--out",
        "m.key",
    ];
    let (code, said) = type_in(&[&member[..], &["--holder", &holder]].concat());
    assert_eq!(code, 0, "{said}");
    let account = shown["accounts"][0]["account_number"].to_string();
    let (code, said) =
        type_in(&["--key-file", "m.key", "gift", "--from", &account, "--to", "ivy", "--hours", "1"]);
    assert!(code == 1 && said.contains("Type the number of the account"), "{said}");
    let (code, said) = type_in(&["--key-file", "m.key", "member", "show", &account]);
    assert!(code == 0 && said.contains("Ann Ash"), "{said}");
}
