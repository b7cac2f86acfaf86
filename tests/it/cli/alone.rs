//! What needs no server: slips, settings, patience, completions.

use super::served::{hourbook, text};

/// Goal: a slip of usage ends with 2 and says both readings of a doubtful amount.
/// Method: a word that is no command, a doubtful amount, a wrong digit, times that exclude each other.
#[test]
fn slips_end_with_two() {
    for (arguments, said) in [
        (vec!["dmeo"], "demo"),
        (
            vec!["post", "--from", "10019", "--to", "10024", "--kind", "gift", "--hours", "1.30"],
            "1 h 18 min and 1.5 h",
        ),
        (vec!["balance", "10018"], "one digit is wrong"),
        (vec!["balance", "10019", "--at", "1", "--recorded-before", "2026-05-01"], "cannot be used with"),
        (vec!["bank", "open", "--name", "x", "--request-id", "7"], "not a UUID"),
    ] {
        let told = hourbook("127.0.0.1:9").args(&arguments).output().unwrap();
        assert_eq!(told.status.code(), Some(2), "{arguments:?}");
        assert!(text(&told.stderr).contains(said), "{arguments:?}: {}", text(&told.stderr));
        assert!(told.stdout.is_empty());
    }
}

/// Goal: a setting that cannot be meant ends with 64 and names flag and variable, for both programs.
/// Method: an address without a port for the client, one that is no loopback for the server.
#[test]
fn bad_settings_end_with_64() {
    let client = hourbook("nowhere").args(["bank", "list"]).output().unwrap();
    assert_eq!(client.status.code(), Some(64));
    assert!(text(&client.stderr).contains("--server (HOURBOOK_SERVER) is 'nowhere'"));
    let server = hourbook("127.0.0.1:9").args(["serve", "--listen", "0.0.0.0:1"]).output().unwrap();
    assert_eq!(server.status.code(), Some(64));
    assert!(text(&server.stderr).contains("--listen (HOURBOOK_LISTEN)"));
}

/// Goal: where nobody listens the answer is 69 and what to do, in JSON too.
/// Method: a port that was free a moment ago; the ten seconds of patience pass.
#[test]
fn no_server_ends_with_69() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = hourbook(&port.to_string()).args(["bank", "list", "--output", "json"]).output().unwrap();
    assert_eq!(told.status.code(), Some(69));
    let said: serde_json::Value = serde_json::from_slice(&told.stderr).unwrap();
    assert_eq!(said["error"]["exit_code"], 69);
    assert!(said["error"]["message"].as_str().unwrap().contains("hourbook serve"));
    assert!(told.stdout.is_empty());
}

/// Goal: completions know every command that help lists. Method: bash's, against the help itself.
#[test]
fn completions_know_the_commands() {
    let script = hourbook("127.0.0.1:9").args(["completions", "bash"]).output().unwrap();
    assert!(script.status.success());
    let help = hourbook("127.0.0.1:9").arg("--help").output().unwrap();
    let help = text(&help.stdout);
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<_> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() >= 25, "{commands:?}");
    for command in [
        "member",
        "organisation",
        "partner",
        "staff",
        "pot",
        "exchange",
        "group",
        "credit",
        "gift",
        "donate",
        "book",
        "hook",
        "between-banks",
        "approve",
        "decline",
    ] {
        assert!(commands.contains(&command), "{command}: {commands:?}");
    }
    for inside in [
        "member,represent)",
        "staff,add)",
        "pot,open)",
        "exchange,put-right)",
        "book,make)",
        "hook,listen)",
        "banks,position)",
        "approve,list)",
    ] {
        assert!(text(&script.stdout).contains(inside), "{inside}");
    }
    for command in commands {
        assert!(text(&script.stdout).contains(&format!("hourbook,{command})")), "{command}");
    }
}
