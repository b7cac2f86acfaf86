//! Cards at the desk, as they are typed and as it is answered.

use std::fs;

use super::people::bank;
use super::served::{hourbook, text};
use super::transcript::played;

/// What is typed, by whose key, and what is printed.
const TRANSCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cli/cards.txt");

/// Goal: cards are issued, replaced and blocked with a name, their PINs are read from a pipe or said to be none, and all of
/// it is told in words. Method: a transcript, each line typed at the real program, with PINs in files; and Ivy, who changes
/// hers with a key of her own.
#[test]
fn cards_at_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    for (name, typed) in [
        ("first", "2580\n"),
        ("easy", "1234"),
        ("short", "12\n"),
        ("change", "2580\n4021\n"),
        ("wrong", "2580\n7391\n"),
    ] {
        fs::write(folder.path().join(name), typed).unwrap();
    }
    let mut command = hourbook(&served.address);
    command.current_dir(folder.path()).args(["--key-file", "admin.key", "key", "create", "--role", "member"]);
    let made = command.args(["--bank", "1", "--holder", "8", "--name", "ivy", "--out", "ivy.key"]).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
    played(TRANSCRIPT, folder.path(), &served);
}
