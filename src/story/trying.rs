//! What to try while the demo serves, in plain words and with the real numbers.

use std::net::SocketAddr;

use super::StoryError;
use super::stage::Stage;

/// Account numbers that the commands name, as they are typed.
#[derive(Clone, Copy, Debug)]
pub struct People {
    dev: u32,
    ivy: u32,
    leonie: u32,
}

impl People {
    pub fn of(stage: &Stage<'_>) -> Result<Self, StoryError> {
        let account = |name| stage.account(name);
        Ok(Self { dev: account("Dev")?, ivy: account("Ivy")?, leonie: account("Leonie")? })
    }
}

/// The commands. `--server` is named only where the port is not the usual one.
pub fn what_to_try(address: SocketAddr, people: &People) -> String {
    let People { dev, ivy, leonie } = people;
    // Named always: whoever has HOURBOOK_SERVER set would else try it on books of their own.
    let server = format!(" --server {address}");
    let commands = [
        ("who has an account in Ashenford", "account list --bank 1".to_owned()),
        ("what Dev has", format!("balance {dev}")),
        ("Leonie's lines, with the slip that was put right", format!("statement {leonie}")),
        (
            "Dev helps Ivy again, for an hour and a half",
            format!("post --from {ivy} --to {dev} --hours 1:30 --kind exchange"),
        ),
        ("the books in sums", "trial-balance".to_owned()),
        ("the whole journal checked", "verify".to_owned()),
    ];
    let commands: String = commands
        .iter()
        .map(|(what, command)| format!("  # {what}\n  hourbook{server} {command}\n"))
        .collect();
    format!(
        "\nThe books of chapter 1 stay open on {address} until Ctrl-C; then they go away.\n\
         The clock goes on from the story's last moment. In another terminal, try:\n\n\
         {commands}  # what Dev has, without the command line\n  \
         buf curl --protocol grpc --http2-prior-knowledge -d '{{\"account_number\": {dev}}}' \\\n      \
         http://{address}/hourbook.v1.LedgerService/GetBalance\n\n\
         Where hourbook is not installed, type 'cargo run --release --' instead of 'hourbook'."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::USUAL_ADDRESS;

    /// Goal: each command names the demo's own server, and lines stay short with the longest address.
    #[test]
    fn every_command_names_the_server() {
        let people = People { dev: 10_100, ivy: 10_168, leonie: 10_192 };
        let other = what_to_try(SocketAddr::new(USUAL_ADDRESS.ip(), 65_535), &people);
        let commands = other.lines().filter(|line| line.trim_start().starts_with("hourbook "));
        assert!(commands.clone().count() >= 6, "{other}");
        assert!(commands.clone().all(|line| line.contains(" --server 127.0.0.1:65535 ")), "{other}");
        assert!(other.contains("  hourbook --server 127.0.0.1:65535 verify\n"), "{other}");
        assert!(other.lines().all(|line| line.chars().count() <= super::super::LINE_LETTERS), "{other}");
    }
}
