//! README's section about TLS is what happens.

use std::process::Command;

use super::Shown;
use super::command_line::{Process, ends};
use crate::cli::served::text;
use crate::support::skipped;

/// The lines of README's blocks that begin with this fence.
fn blocks(fence: &str) -> Vec<String> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (mut lines, mut inside) = (Vec::new(), false);
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == fence;
        } else if inside {
            lines.push(line.to_owned());
        }
    }
    assert!(!lines.is_empty(), "README has no block {fence}");
    lines
}

/// Goal: whoever follows README gets an authority, a certificate that fits, a server that speaks TLS, and the
/// answers that are shown. Method: its commands in order, in an empty folder; the port is one that is free, and
/// this machine trusts one authority that is another. Without OpenSSL the certificate is the tests' own.
#[test]
fn the_section_about_tls_is_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let other = Shown::new();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hourbook")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let sh = |command: &str| {
        let mut sh = Command::new("sh");
        sh.args(["-c", command]).current_dir(folder.path()).env("PATH", &path);
        sh.env("SSL_CERT_FILE", other.ca()).env_remove("HOURBOOK_CA").env_remove("HOURBOOK_SERVER");
        sh
    };
    let commands = blocks("```sh tls");
    let (serve, make) = commands.split_last().unwrap();
    if Command::new("openssl").arg("version").output().is_ok() {
        let made = sh(&format!("set -e; {}", make.join("\n"))).output().unwrap();
        assert!(made.status.success(), "{}", text(&made.stderr));
    } else {
        let authority = crate::support::certificates::Authority::new("The time banks' own");
        authority.write(folder.path());
        authority.local().write(folder.path());
        skipped(
            "tls::readme::the_section_about_tls_is_what_happens",
            "openssl does not run; its commands are not tried",
        );
    }
    let serve = serve.strip_suffix(" &").unwrap().replace("0.0.0.0:4687", "127.0.0.1:0");
    let process = Process::start(&mut sh(&format!("exec {serve}")));
    let (here, there) = ("localhost:4687", format!("localhost:{}", process.port));
    let shown = blocks("```console tls").join("\n");
    let mut commands = 0;
    for part in shown.split("$ ").filter(|part| !part.is_empty()) {
        let (command, printed) = part.split_once('\n').unwrap_or((part, ""));
        let told = ends(&mut sh(&format!("exec {} 2>&1", command.replace(here, &there))));
        assert_eq!(text(&told.stdout).trim_end().replace(&there, here), printed.trim_end(), "$ {command}");
        commands += 1;
    }
    assert!(commands >= 3);
}
