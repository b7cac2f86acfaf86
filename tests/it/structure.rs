//! The shape of the tree: who may import whom, and how long a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder or file of `src` may use of the others. Calls go down; `domain` is the vocabulary
/// of all and knows nobody.
const MAY_USE: &[(&str, &[&str])] = &[
    ("access", &["domain", "journal", "ledger", "network", "outward", "seal"]),
    ("api", &[]),
    ("cli", &["api", "client", "config", "domain", "hooks", "import", "letters", "outward", "words"]),
    ("client", &["domain"]),
    ("config", &["access", "hooks"]),
    ("domain", &[]),
    ("exchange", &["directory", "domain", "journal", "ledger"]),
    ("redemption", &["directory", "domain", "exchange", "journal"]),
    ("hooks", &["directory", "domain", "journal", "outward", "redemption"]),
    ("import", &["api", "client", "domain", "words"]),
    ("journal", &["domain"]),
    ("ledger", &["domain", "journal"]),
    ("letters", &["api", "domain", "words"]),
    ("seal", &["domain"]),
    ("words", &["access", "directory", "domain", "exchange", "hooks", "redemption"]),
    ("background", &[]),
    ("outward", &[]),
    ("past", &["background", "domain", "journal", "ledger"]),
    ("audit", &["domain", "journal", "ledger", "past"]),
    ("network", &["domain", "journal", "ledger", "seal"]),
    (
        "story",
        &[
            "access",
            "api",
            "audit",
            "client",
            "config",
            "domain",
            "hooks",
            "journal",
            "ledger",
            "network",
            "past",
            "seal",
            "server",
            "telemetry",
            "words",
        ],
    ),
    ("directory", &["domain", "journal", "ledger", "seal"]),
    ("telemetry", &["domain", "ledger"]),
    (
        "service",
        &[
            "access",
            "api",
            "audit",
            "background",
            "directory",
            "domain",
            "exchange",
            "hooks",
            "ledger",
            "letters",
            "network",
            "past",
            "redemption",
            "seal",
            "telemetry",
            "words",
        ],
    ),
    (
        "server",
        &[
            "access",
            "api",
            "config",
            "directory",
            "hooks",
            "journal",
            "ledger",
            "network",
            "outward",
            "past",
            "service",
            "telemetry",
            "words",
        ],
    ),
    ("lib", &[]),
];
const FILE_LINES_MAX: usize = 500;

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let top = inside.components().next().unwrap().as_os_str().to_str().unwrap();
                found.push((
                    top.trim_end_matches(".rs").to_owned(),
                    path.clone(),
                    fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    found
}

/// Goal: imports go one way. Method: every `crate::name` outside comments is looked up in the table.
#[test]
fn imports_go_one_way() {
    let may_use: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (top, path, text) in sources().iter().filter(|(top, ..)| top != "main") {
        let allowed = may_use.get(top.as_str()).unwrap_or_else(|| panic!("{top} is not in the table"));
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            for used in code.split("crate::").skip(1) {
                let name: String =
                    used.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                if name != *top && may_use.contains_key(name.as_str()) && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}:{}: {top} uses {name}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Goal: the map in `lib.rs` says of each folder what it uses, and no more and no less. Method: the names in the last column of
/// each row against the table.
#[test]
fn the_map_says_the_same() {
    let map = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    for (top, uses) in MAY_USE.iter().filter(|(top, _)| *top != "lib") {
        let row = map.lines().find(|line| line.starts_with(&format!("//! | [`{top}`]")));
        let row = row.unwrap_or_else(|| panic!("{top} has no row in the map"));
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: BTreeSet<_> =
            last.split('`').skip(1).step_by(2).filter(|name| !name.contains('.')).collect();
        assert_eq!(named, uses.iter().copied().collect(), "{row}");
    }
}

/// Goal: no room grows into a hall.
#[test]
fn files_stay_short() {
    let long = sources().into_iter().filter(|(_, _, text)| text.lines().count() > FILE_LINES_MAX);
    let long: Vec<_> = long.map(|(_, path, _)| path).collect();
    assert!(long.is_empty(), "more than {FILE_LINES_MAX} lines: {long:?}");
}

/// Goal: the calls of sled that lose or lock are nowhere: their lock is static, or they deadlock.
/// Method: their names are looked for outside comments.
#[test]
fn dangerous_calls_are_nowhere() {
    let mut found = Vec::new();
    for (_, path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            for name in ["apply_batch", ".transaction(", "flush_async", "flush_every_ms(Some"] {
                if code.contains(name) {
                    found.push(format!("{}:{}: {name}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Goal: why something is not done is said by the catalogue alone. Method: how each such sentence begins is looked for
/// everywhere else, in tests and comments too; and it is found in the catalogue.
#[test]
fn sentences_for_people_are_in_one_catalogue() {
    let (inside, outside): (Vec<_>, Vec<_>) = sources()
        .into_iter()
        .filter(|(_, _, text)| text.contains("Not done:"))
        .map(|(top, path, _)| (top, path))
        .partition(|(top, _)| top == "words");
    assert!(outside.is_empty(), "sentences outside src/words: {outside:?}");
    assert!(!inside.is_empty());
}

/// Files of the ledger that `tests/proof` builds on other atomics, other threads and another queue.
const PROVEN: &[&str] = &["balances", "bell", "gate", "handoff", "queue", "relay"];

/// Goal: the models check what the ledger runs: the files of the protocol take what threads share from
/// `ledger::sync` alone, and each is in both checkers. Method: names are looked for outside comments.
#[test]
fn the_protocol_shares_through_sync_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checkers = ["loom", "shuttle"]
        .map(|checker| fs::read_to_string(root.join(format!("tests/proof/{checker}.rs"))).unwrap());
    for name in PROVEN {
        let text = fs::read_to_string(root.join(format!("src/ledger/{name}.rs"))).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            for elsewhere in
                ["std::sync", "std::thread", "std::cell", "crossbeam", "portable_atomic", "tokio", "cfg("]
            {
                assert!(!code.contains(elsewhere), "{name}.rs:{}: {elsewhere}", number + 1);
            }
        }
        for checker in &checkers {
            assert!(checker.contains(&format!("src/ledger/{name}.rs")), "{name} is not checked");
        }
    }
}
