//! A network that begins, and keys, as they are typed.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use hourbook::domain::KeyText;

use super::served::{Served, hourbook, text};

/// `hourbook init` over the books in a folder.
fn init(folder: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = hourbook("127.0.0.1:9");
    command.current_dir(folder).args(["init", "--data", "books"]).args(arguments);
    command
}

fn is_key(line: &str) -> bool {
    KeyText::parse(line).is_ok()
}

/// Goal: a network begins once, its key alone on standard output; never while a server has the books; and the
/// way to another admin key is said. Method: each, with what is printed and how it ends.
#[test]
fn a_network_begins_at_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let begin = ["--name", "Rivermeet"];
    let told = init(folder.path(), &["--new-admin-key"]).output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stderr).contains("has no keys yet"), "{}", text(&told.stderr));
    for (arguments, code) in
        [(vec![], 2), (vec!["--name", "x", "--new-admin-key"], 2), (vec!["--name", ""], 2)]
    {
        assert_eq!(
            init(folder.path(), &arguments).output().unwrap().status.code(),
            Some(code),
            "{arguments:?}"
        );
    }

    let served = Served::over(&folder.path().join("books"));
    let told = init(folder.path(), &begin).output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stderr).contains("in use by process"), "{}", text(&told.stderr));
    assert!(told.stdout.is_empty());
    drop(served);

    let told = init(folder.path(), &begin).output().unwrap();
    let (key, said) = (text(&told.stdout), text(&told.stderr));
    assert!(told.status.success() && key.ends_with('\n') && is_key(key.trim_end()), "{said}");
    assert!(said.contains("\"Rivermeet\" has begun") && !said.contains("hbk_"), "{said}");

    let told = init(folder.path(), &begin).output().unwrap();
    let said = text(&told.stderr);
    assert_eq!(told.status.code(), Some(1));
    assert!(said.contains("\"Rivermeet\" began here") && said.contains("--new-admin-key"), "{said}");
    let told = init(folder.path(), &["--new-admin-key", "--output", "json"]).output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(said["credential_number"], 2);
    assert!(is_key(said["key"].as_str().unwrap()));

    let out = folder.path().join("admin.key");
    let told = init(folder.path(), &["--new-admin-key", "--out", "admin.key"]).output().unwrap();
    assert!(told.status.success() && told.stdout.is_empty());
    assert!(is_key(fs::read_to_string(&out).unwrap().trim_end()));
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    let told = init(folder.path(), &["--new-admin-key", "--out", "admin.key"]).output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stderr).contains("nothing was asked for"), "{}", text(&told.stderr));
}

/// Goal: keys are made, listed, rotated and ended by typing; a key is where it should be, once, and in no log
/// line, error, table or help, however much is logged. Method: a life, with everything that is printed and all
/// of the server's log searched for every key.
#[test]
fn a_life_of_keys_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let admin = folder.path().join("admin.key").display().to_string();
    assert!(init(folder.path(), &["--name", "Rivermeet", "--out", "admin.key"]).status().unwrap().success());
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut server = hourbook(&address)
        .current_dir(folder.path())
        .args(["serve", "--data", "books", "--log", "debug", "--listen", &address])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = String::new();
    let mut ask = |key: &str, arguments: &[&str]| {
        let mut command = hourbook(&address);
        let told =
            command.current_dir(folder.path()).args(["--key-file", key]).args(arguments).output().unwrap();
        let (out, err) = (text(&told.stdout), text(&told.stderr));
        printed.push_str(&err);
        let is_alone = out.lines().count() == 1 && is_key(out.trim_end());
        if !is_alone {
            printed.push_str(&out);
        }
        (told.status.code().unwrap(), out.trim_end().to_owned(), err)
    };
    let auditor = ["key", "create", "--role", "auditor", "--network", "--name", "audit 2026"];
    let (code, _, said) = ask(&admin, &auditor);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--expires (expires_at)"), "{said}");
    let (code, first, said) = ask(&admin, &[&auditor[..], &["--expires", "90d"]].concat());
    assert!(code == 0 && is_key(&first), "{said}");
    assert!(said.contains("Key 2: auditor of the network, called \"audit 2026\"."), "{said}");

    let (code, second, said) = ask(&admin, &["key", "rotate", "2", "--overlap", "2h"]);
    assert!(code == 0 && is_key(&second) && said.contains("The key before works until"), "{said}");
    let (code, out, _) = ask(&admin, &["key", "rotate", "2", "--overlap", "0", "--out", "auditor.key"]);
    assert!(code == 0 && out.is_empty(), "{out}");
    let third = fs::read_to_string(folder.path().join("auditor.key")).unwrap().trim_end().to_owned();
    let file = folder.path().join("auditor.key").display().to_string();
    let (_, out, _) = ask(&file, &["whoami"]);
    assert!(out.contains("auditor") && out.contains("audit 2026") && out.contains("Rivermeet"), "{out}");
    let (_, out, _) = ask(&admin, &["key", "list"]);
    assert!(out.contains("first admin key") && out.lines().count() == 3, "{out}");
    let (code, out, _) = ask(&admin, &["--output", "json", "key", "list"]);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &rows[1]["role"], &rows[1]["state"]), (0, &"auditor".into(), &"works".into()));
    assert_eq!(rows[1]["reach"]["whole_network"], true);

    let (code, _, said) = ask(&file, &["key", "revoke", "1"]);
    assert!(code == 1 && said.contains("no key 1 that you can see"), "{said}");
    let (code, out, _) = ask(&admin, &["key", "revoke", "2"]);
    assert!(code == 0 && out.contains("Written down as entry"), "{out}");
    let (code, _, said) = ask(&file, &["whoami"]);
    assert!(code == 1 && said.contains("revoked") && said.contains("--key-file"), "{said}");
    let (code, out, _) = ask(&admin, &["key", "list", "--all", "--output", "csv"]);
    assert!(code == 0 && out.contains("revoked"), "{out}");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, said) = ask(&file, &["whoami"]);
    assert!(code == 64 && said.contains("chmod 600"), "{said}");
    let told = hourbook(&address).env("HOURBOOK_KEY", &third).arg("--help").output().unwrap();
    printed.push_str(&text(&told.stdout));
    let told = hourbook(&address).env("HOURBOOK_KEY", &first).arg("whoami").output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    printed.push_str(&text(&told.stderr));
    let told = hourbook(&address).env("HOURBOOK_KEY", &first[..40]).arg("whoami").output().unwrap();
    assert_eq!(told.status.code(), Some(64));
    printed.push_str(&text(&told.stderr));

    server.kill().unwrap();
    let mut log = String::new();
    server.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    server.wait().unwrap();
    assert!(log.contains("answered"), "the log was heard: {log}");
    let first_admin = fs::read_to_string(&admin).unwrap();
    for key in [first_admin.trim_end(), &first, &second, &third] {
        let letters = &key[key.len() - 56..key.len() - 30];
        assert!(!printed.contains(letters), "{printed}");
        assert!(!log.contains(letters), "{log}");
    }
}

/// Goal: with a keyring from before, the server says at its start that nobody can be let in, and the way out.
/// Method: its log, and the way out taken.
#[test]
fn a_lost_keyring_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = folder.path().join("books/keyring");
    assert_eq!(init(folder.path(), &["--new-admin-key"]).status().unwrap().code(), Some(1));
    let of_before = fs::read(&keyring).unwrap();
    assert!(init(folder.path(), &["--name", "Rivermeet", "--out", "admin.key"]).status().unwrap().success());
    fs::write(&keyring, of_before).unwrap();
    let data = folder.path().join("books");
    let mut served = Served::over(&data);
    let told = |served: &Served, key: &str| {
        let mut command = hourbook(&served.address);
        let told = command.current_dir(folder.path()).args(["--key-file", key, "whoami"]).output().unwrap();
        (told.status.code().unwrap(), text(&told.stderr))
    };
    let (code, said) = told(&served, "admin.key");
    assert!(code == 1 && said.contains("not in its keyring"), "{said}");
    served.kill();
    let log = served.log();
    assert!(log.contains("init --new-admin-key") && log.contains("ERROR"), "{log}");
    assert!(init(folder.path(), &["--new-admin-key", "--out", "other.key"]).status().unwrap().success());
    served.restart();
    assert_eq!(told(&served, "other.key").0, 0);
}
