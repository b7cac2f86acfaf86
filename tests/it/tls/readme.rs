//! README's sections about TLS and about profiles are what happens.

use std::process::Command;

use super::Shown;
use super::command_line::{Process, ends};
use crate::cli::served::text;
use crate::support::skipped;

/// README's blocks of these sections in their order: whether it is a transcript, and its text.
fn blocks() -> Vec<(bool, String)> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut blocks: Vec<(bool, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console tls" || line == "```sh tls";
            if inside {
                blocks.push((line == "```console tls", String::new()));
            }
        } else if inside {
            blocks.last_mut().unwrap().1.push_str(&(line.to_owned() + "\n"));
        }
    }
    blocks
}

/// Goal: whoever follows README gets a network with a key, an authority, a certificate that fits, a server that speaks
/// TLS, profiles, and the answers that are shown. Method: its commands in order, in an empty folder and an empty home;
/// the port is one that is free, and this machine trusts one authority that is another. `cat` shows a file that is made
/// as shown. Without OpenSSL the certificate is the tests' own.
#[test]
fn the_sections_about_tls_and_profiles_are_what_happens() {
    let (folder, home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Shown::new());
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hourbook")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let sh = |command: &str| {
        let mut sh = Command::new("sh");
        sh.args(["-c", command])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", &path)
            .env("HOME", home.path());
        sh.env("SSL_CERT_FILE", other.ca());
        sh
    };
    let here = "localhost:4687";
    let (mut process, mut commands) = (None, 0);
    for (is_transcript, block) in blocks() {
        if !is_transcript {
            let (make, serve) = block.trim_end().rsplit_once('\n').unwrap();
            if Command::new("openssl").arg("version").output().is_ok() {
                let made = sh(&format!("set -e; {make}")).output().unwrap();
                assert!(made.status.success(), "{}", text(&made.stderr));
            } else {
                let authority = crate::support::certificates::Authority::new("The time banks' own");
                authority.write(folder.path());
                authority.local().write(folder.path());
                skipped(
                    "tls::readme::the_sections_about_tls_and_profiles_are_what_happens",
                    "openssl does not run; its commands are not tried",
                );
            }
            let serve = serve.strip_suffix(" &").unwrap().replace("0.0.0.0:4687", "127.0.0.1:0");
            process = Some(Process::start(&mut sh(&format!("exec {serve}"))));
            continue;
        }
        let there = process.as_ref().map_or(here.to_owned(), |process| format!("localhost:{}", process.port));
        for part in block.split("$ ").filter(|part| !part.is_empty()) {
            let (command, printed) = part.split_once('\n').unwrap_or((part, ""));
            commands += 1;
            if let Some(file) = command.strip_prefix("cat ") {
                let file = file.replace('~', home.path().to_str().unwrap());
                std::fs::write(file, printed.replace(here, &there)).unwrap();
                continue;
            }
            let told = ends(&mut sh(&format!("exec {} 2>&1", command.replace(here, &there))));
            let told =
                text(&told.stdout).replace(&there, here).replace(home.path().to_str().unwrap(), "/home/ann");
            let bare = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
            assert_eq!(bare(told.trim_end()), bare(printed.trim_end()), "$ {command}");
        }
    }
    assert!(commands >= 12 && process.is_some(), "{commands}");
}
