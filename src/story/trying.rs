//! What to try while the demo serves, in plain words and with the real numbers.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::stage::Stage;
use super::{StoryError, keys};

/// Account numbers that the commands name, as they are typed, and where the keys are.
#[derive(Clone, Debug)]
pub struct People {
    dev: u32,
    ivy: u32,
    leonie: u32,
    cafe: u32,
    keys: PathBuf,
}

impl People {
    pub fn of(stage: &Stage<'_>) -> Result<Self, StoryError> {
        let account = |name| stage.account(name);
        let keys = stage.folder().to_owned();
        Ok(Self {
            dev: account("Dev")?,
            ivy: account("Ivy")?,
            leonie: account("Leonie")?,
            cafe: account("Saucer & Spoon")?,
            keys,
        })
    }
}

/// The commands. `--server` is named only where the port is not the usual one.
pub fn what_to_try(address: SocketAddr, people: &People) -> String {
    let People { dev, ivy, leonie, cafe, keys } = people;
    // Named always: whoever has HOURBOOK_SERVER set would else try it on books of their own.
    let server = format!(" --server {address}");
    let commands = [
        ("who has an account in Ashenford", "account list --bank 1".to_owned()),
        ("what Dev has", format!("balance {dev}")),
        ("Leonie's lines, with the slip that was put right", format!("statement {leonie}")),
        (
            "Dev helps Ivy again, for an hour and a half",
            format!("exchange record --gave {dev} --received {ivy} \\\n      --hours 1:30 --on 2026-06-27"),
        ),
        ("what shops offer, and what is left of it", "offer list".to_owned()),
        ("what the Saucer & Spoon took, a line a receipt", format!("partner statement {cafe}")),
    ];
    let as_lead = [("the books in sums", "trial-balance")];
    let as_admin = [("the whole journal checked", "verify")];
    let line = |what: &str, command: &str| format!("  # {what}\n  hourbook{server} {command}\n");
    let export = |file| format!("  export HOURBOOK_KEY_FILE={}\n", shown(keys, file));
    let all = [
        export(keys::BROKER_FILE),
        commands.iter().map(|(what, command)| line(what, command)).collect(),
        export(keys::LEAD_FILE),
        as_lead.iter().map(|(what, command)| line(what, command)).collect(),
        export(keys::ADMIN_FILE),
        as_admin.iter().map(|(what, command)| line(what, command)).collect(),
    ];
    let commands: String = all.concat();
    format!(
        "\nThe books of chapter 3 stay open on {address} until Ctrl-C; then they go away.\n\
         The clock goes on from the story's last moment. In another terminal, try, with the keys of\n\
         a broker, a lead and an admin:\n\n\
         {commands}  # what Dev has, without the command line\n  \
         curl -H \"authorization: Bearer $(cat {})\" \\\n      \
         -H 'content-type: application/json' -d '{{\"accountNumber\": {dev}}}' \\\n      \
         http://{address}/hourbook.v1.LedgerService/GetBalance\n\n\
         Where hourbook is not installed, type 'cargo run --release --' instead of 'hourbook'.",
        shown(keys, keys::BROKER_FILE)
    )
}

fn shown(folder: &Path, file: &str) -> String {
    folder.join(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::USUAL_ADDRESS;

    /// Goal: each command names the demo's own server, and lines stay short with the longest address.
    #[test]
    fn every_command_names_the_server() {
        let keys = PathBuf::from("/tmp/hourbook-demo-AbCdEf");
        let people = People { dev: 10_100, ivy: 10_168, leonie: 10_192, cafe: 10_244, keys };
        let other = what_to_try(SocketAddr::new(USUAL_ADDRESS.ip(), 65_535), &people);
        let commands = other.lines().filter(|line| line.trim_start().starts_with("hourbook "));
        assert!(commands.clone().count() >= 8, "{other}");
        assert!(commands.clone().all(|line| line.contains(" --server 127.0.0.1:65535 ")), "{other}");
        assert!(other.contains("  hourbook --server 127.0.0.1:65535 verify\n"), "{other}");
        assert!(other.lines().all(|line| line.chars().count() <= super::super::LINE_LETTERS), "{other}");
    }
}
