//! Sessions that come again, typed at the real program.

use std::path::Path;

use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::cli::people::bank;
use crate::cli::served::{Served, hourbook, text};

struct Desk<'a> {
    served: &'a Served,
    folder: &'a Path,
}

impl Desk<'_> {
    /// What is typed with a key: the exit code, and what is printed or said.
    fn types(&self, key: &str, typed: &[&str]) -> (i32, String) {
        let mut command = hourbook(&self.served.address);
        command.current_dir(self.folder).args(["--key-file", &format!("{key}.key")]).args(typed);
        let told = command.output().unwrap();
        let said = if told.status.success() { told.stdout } else { told.stderr };
        (told.status.code().unwrap(), text(&said))
    }

    /// The same where it is done.
    fn done(&self, key: &str, typed: &[&str]) -> String {
        let (code, said) = self.types(key, typed);
        assert_eq!(code, 0, "{typed:?}: {said}");
        said
    }

    fn json(&self, typed: &[&str]) -> Value {
        serde_json::from_str(&self.done("desk", &[&["--output", "json"], typed].concat())).unwrap()
    }

    /// What somebody has, seconds.
    fn has(&self, account: &str) -> i64 {
        self.json(&["balance", account])["posted_seconds"].as_i64().unwrap()
    }

    /// Somebody joins: their account.
    fn joins(&self, name: &str) -> String {
        self.json(&["member", "add", "--name", name])["account_number"].to_string()
    }

    /// Somebody's account is closed, and two agree.
    fn leaves(&self, account: &str) {
        let close = ["--output", "json", "member", "close", account, "--reason", "moved away"];
        let waits: Value = serde_json::from_str(&self.done("lead", &close)).unwrap();
        // Whoever agrees works for the bank: Del, whose key it is.
        let key = ["key", "create", "--role", "lead", "--bank", "1", "--name", "del", "--holder", "4"];
        self.done("admin", &[&key[..], &["--out", "del.key"]].concat());
        self.done("del", &["approve", &waits["waiting_number"].to_string()]);
    }
}

/// Goal: what one giver gave leaves the other givers as usual, a group can be changed after somebody left, what cannot be meant
/// is named by a flag there is, a second list of one walk is asked about, and the list says all that is usual. Method: a walk of
/// two givers and one walker, a choir; typed at the program, balances and lists compared.
#[test]
fn a_walk_as_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    let desk = Desk { served: &served, folder: folder.path() };
    let [ann, bo, cy] = ["Ann Alder", "Bo Brook", "Cy Crane"].map(|name| desk.joins(name));
    // Not too long ago: after 200 days nobody is asked about a second list any more.
    let today = Timestamp::now().in_tz("Europe/London").unwrap().date();
    let [on, later] = [9, 2].map(|ago| today.checked_sub(ago.days()).unwrap().to_string());
    let (walk, on) = ("Thursday walk", on.as_str());
    let usual = ["--gives", "bo brook=1:30", "--gives", "ann alder=1", "--takes-part", "cy crane"];
    let set = ["group", "standing", "set", walk, "--rule", "pot-pays-provider"];
    desk.done("desk", &[&set[..], &usual].concat());
    desk.done("lead", &["bank", "activities", "add", "--bank", "1", "Gardening"]);
    let choir = ["group", "standing", "set", "Choir", "--rule", "each-pays-session", "--takes-part", &cy];
    let about = ["--length", "1:15", "--keeper", "pot", "--activity", "gardening"];
    desk.done("desk", &[&choir[..], &about].concat());

    desk.done("desk", &["group", "came", walk, "--on", on, "--gave", "bo brook=2"]);
    assert_eq!([&bo, &ann].map(|who| desk.has(who)), [7_200, 3_600], "Ann gave as usual");
    let (code, said) = desk.types("desk", &["group", "came", walk, "--on", on, "--also", "ivy"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("--another-one"), "{said}");
    desk.done("desk", &["group", "came", walk, "--on", &later, "--gave", "ivy=0:30", "--without", &ann]);
    assert_eq!([&bo, &ann].map(|who| desk.has(who)), [12_600, 3_600], "Bo as usual, Ivy beside");

    let list = ["group", "standing", "list"];
    let rows = desk.json(&list);
    let choirs = rows.as_array().unwrap().iter().find(|row| row["name"] == "Choir").unwrap();
    assert_eq!((&choirs["length_seconds"], &choirs["keeper"]), (&4_500.into(), &10_019.into()));
    assert!(choirs["activity"].as_u64().unwrap() > 0, "{choirs}");
    let table = desk.done("desk", &list);
    assert!(
        ["each pays", "1:15", "the pot (10019)", "Gardening"].iter().all(|word| table.contains(word)),
        "{table}"
    );

    desk.leaves(&cy);
    let table = desk.done("desk", &list);
    assert!(table.contains("left"), "{table}");
    desk.done("desk", &["group", "standing", "set", walk, "--change", walk, "--length", "1:30"]);
    let (code, said) = desk.types(
        "desk",
        &["group", "standing", "set", "Run", "--rule", "pot-pays-provider", "--takes-part", &cy],
    );
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--takes-part"), "{said}");
    let (code, said) = desk.types(
        "desk",
        &["group", "standing", "set", "Run", "--rule", "pot-pays-provider", "--gives", &format!("{cy}=1")],
    );
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--gives"), "{said}");
}
