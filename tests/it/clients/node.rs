//! A till in Node, made with Connect from descriptors alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use hourbook::api;
use hourbook::ledger::SystemClock;

use super::said;
use crate::support::served::Served;
use crate::support::skipped;

/// What npm says when it cannot reach its registry, whatever the reason.
const NO_REGISTRY: [&str; 6] =
    ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ECONNRESET", "ERR_SOCKET_TIMEOUT"];
/// The oldest Node that the listed packages are made for.
const NODE_MIN: &str = "const [major, minor] = process.versions.node.split('.'); process.exit(major > 18 || (major == 18 && minor >= 15) ? 0 : 1)";
/// What a client needs; `package-lock.json` says exactly what.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Goal: `@connectrpc/connect` asks with JSON and with bytes, over HTTP/1.1 and HTTP/2, as a till does, and
/// reads answers, refusals with their details and streams it cannot have as gRPC does.
/// Method: `tests/clients/node/check.mjs` against a server in this process; each step checks itself.
#[test]
fn a_till_in_node_works() {
    let Some(folder) = with_packages() else { return };
    let descriptors = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    // Two sets of files, one after the other, are one set.
    let known = [api::DESCRIPTORS, tonic_types::pb::FILE_DESCRIPTOR_SET].concat();
    fs::write(descriptors.path(), known).unwrap();

    // A till says "in an hour" by the clock on its wall.
    let served = Served::with(|options| options.clock = Arc::new(SystemClock));
    let (bank, ..) = served.bank("Ashenford");
    let (ann, dev) = (served.member(bank, "Ann", -1_000), served.member(bank, "Dev", -1_000));
    let checked = Command::new("node")
        .arg(folder.join("check.mjs"))
        .arg(format!("http://{}", served.address))
        .arg(descriptors.path())
        .args([ann.to_string(), dev.to_string()])
        .output()
        .unwrap();
    let heard = said(&checked);
    assert!(checked.status.success(), "check.mjs: {}\n{heard}", checked.status);
    assert!(heard.contains("a day at the till: as it must be"), "{heard}");
}

/// A folder with `check.mjs` and what it needs; none, said loudly, where this machine cannot have it.
fn with_packages() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/node");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node-clients");
    let ready = folder.join("ready");
    let wanted = LISTS.map(|name| fs::read_to_string(home.join(name)).unwrap()).concat();
    match Command::new("node").args(["-e", NODE_MIN]).output() {
        Err(error) => return skip(&format!("node does not run: {error}")),
        Ok(asked) if !asked.status.success() => return skip("node is older than 18.15"),
        Ok(_) => {}
    }
    if fs::read_to_string(&ready).is_ok_and(|installed| installed == wanted) {
        fs::copy(home.join("check.mjs"), folder.join("check.mjs")).unwrap();
        return Some(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir(&folder).unwrap();
    for name in LISTS.iter().chain(&["check.mjs"]) {
        fs::copy(home.join(name), folder.join(name)).unwrap();
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
    let installed = match Command::new("npm").args(arguments).current_dir(&folder).output() {
        Err(error) => return skip(&format!("npm does not run: {error}")),
        Ok(installed) => installed,
    };
    if !installed.status.success() {
        let why = said(&installed);
        // Anything else is a fault of the lists, and that is no reason to skip.
        assert!(NO_REGISTRY.iter().any(|words| why.contains(words)), "npm cannot install:\n{why}");
        return skip(&format!("the package registry of Node is out of reach:\n{why}"));
    }
    fs::write(ready, wanted).unwrap();
    Some(folder)
}

fn skip<T>(why: &str) -> Option<T> {
    skipped("clients::node::a_till_in_node_works", why);
    None
}
