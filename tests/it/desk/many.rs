//! Ten thousand letters: what they cost in memory, and how long they take.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hourbook::api::directory_service_client::DirectoryServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::{self, Kind};
use tokio::task::JoinSet;

use super::printed::this_month;
use crate::cli::served::{Served, hourbook};
use crate::support::served::{fresh, transfer};

const PEOPLE: usize = 10_000;
const FEW: usize = 500;
/// Calls at once.
const AT_ONCE: usize = 64;
/// How much more ten thousand letters may need than five hundred, kilobytes: buffers, and what the allocator keeps of them, which
/// is up to seven megabytes at the server. All letters at once are some 17: each has its name and four lines with another, 180
/// letters each, and a page of it is longer.
const CLIENT_KB_MAX: u64 = 8 << 10;
const SERVER_KB_MAX: u64 = 12 << 10;

/// A figure of a process, kilobytes: `VmRSS` now, `VmHWM` at most.
fn memory_kb(process: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().ok()
}

/// Does `call` for each number, several at once.
async fn each<F: Future<Output = u32> + Send + 'static>(count: usize, call: impl Fn(usize) -> F) -> Vec<u32> {
    let (mut running, mut done) = (JoinSet::new(), vec![0; count]);
    for number in 0..count {
        let calling = call(number);
        running.spawn(async move { (number, calling.await) });
        if running.len() >= AT_ONCE {
            let (number, answer) = running.join_next().await.unwrap().unwrap();
            done[number] = answer;
        }
    }
    while let Some(finished) = running.join_next().await {
        let (number, answer) = finished.unwrap();
        done[number] = answer;
    }
    done
}

/// A bank in which everybody wants letters, and twice helped the next one.
async fn bank(address: &str, bank_number: u32, people: usize) {
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
    let channel = channel.connect().await.unwrap();
    let (directory, ledger) =
        (DirectoryServiceClient::new(channel.clone()), LedgerServiceClient::new(channel));
    let day = jiff::Timestamp::now().in_tz("UTC").unwrap().date();
    let day = api::Date { year: day.year().into(), month: day.month().into(), day: day.day().into() };
    let consent = api::Consent { purpose: api::Purpose::Post.into(), is_given: true, day: Some(day) };
    let accounts = each(people, |number| {
        let profile = api::Profile {
            name: format!("Person {bank_number}-{number:05} {}", "of a long name ".repeat(11)),
            large_print: number % 3 == 0,
            consents: vec![consent],
            ..Default::default()
        };
        let request = api::CreatePersonRequest {
            request_id: fresh(),
            bank_number,
            kind: api::PersonKind::Member.into(),
            profile: Some(profile),
            limits: Some(crate::support::served::floor(-100)),
            is_somebody_else: true,
            ..Default::default()
        };
        let mut directory = directory.clone();
        async move { directory.create_person(request).await.unwrap().into_inner().account_number }
    })
    .await;
    each(people * 2, |number| {
        let (giver, receiver) =
            (accounts[number % people], accounts[(number + 1 + number / people) % people]);
        let request = api::PostEntryRequest {
            request_id: fresh(),
            kind: Kind::Exchange.into(),
            transfers: vec![transfer(receiver, giver, 900)],
            ..Default::default()
        };
        let mut ledger = ledger.clone();
        async move {
            ledger.post_entry(request).await.unwrap();
            0
        }
    })
    .await;
}

/// Writes the letters of a bank: how long it took, and the most memory the program had, kilobytes.
fn written(served: &Served, bank_number: u32, people: usize) -> (Duration, u64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let began = Instant::now();
    let mut command: Command = hourbook(&served.address);
    command.args(["letter", "--month", &this_month(), "--bank", &bank_number.to_string(), "--out"]);
    let mut child = command.arg(folder.path()).stdout(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(memory_kb(child.id(), "VmHWM").unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let took = began.elapsed();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), people * 2);
    (took, most)
}

/// Goal: ten thousand letters are written with the memory of five hundred, at the server and where they are written. Method: two
/// banks in one server of the real program; `VmHWM` of both processes, that of the server begun anew before the large bank. How
/// long it takes is printed: it is this machine's.
#[test]
fn ten_thousand_letters_need_no_more_memory() {
    let served = Served::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for (name, bank_number, people) in [("Few", 1, FEW), ("Many", 2, PEOPLE)] {
        served.done(&["bank", "open", "--name", name, "--time-zone", "Europe/London"]);
        runtime.block_on(bank(&served.address, bank_number, people));
    }
    let (_, few) = written(&served, 1, FEW);
    fs::write(format!("/proc/{}/clear_refs", served.process()), "5").unwrap();
    let before = memory_kb(served.process(), "VmRSS").unwrap();
    let (took, many) = written(&served, 2, PEOPLE);
    let after = memory_kb(served.process(), "VmHWM").unwrap();
    // Not `println!`: a figure that nobody sees is none.
    let figures = format!(
        "\nten thousand letters: {took:.1?}; written with {many} kB (five hundred: {few} kB), served with {} kB more than before ({before} kB)\n",
        after.saturating_sub(before)
    );
    let _nobody_listens = std::io::Write::write_all(&mut std::io::stderr(), figures.as_bytes());
    assert!(many <= few + CLIENT_KB_MAX, "{many} kB against {few} kB");
    assert!(after <= before + SERVER_KB_MAX, "{after} kB against {before} kB");
}
