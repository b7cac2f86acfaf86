//! The broker's desk: whether a paper list is answered while somebody waits.
//!
//! `cargo bench --bench desk` starts a server of the real program over empty books, takes in as many people as the largest bank
//! there is has, and sends a list of 200 slips with the command line: only checked, written, and once more, each with lists of
//! its own, in turns; half of the lists name everybody by all of their name, and the other half every second one by a part of it.
//! It prints one JSON object for each of the six, with the middle and the slowest in milliseconds, and the goal, which is the
//! slowest of all in seconds.
//!
//! Measured is the whole command, from its start to its end: reading the file, looking for everybody by name, asking, printing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "a benchmark fails by panicking, and its figures are no hours"
)]

#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../ladder/server.rs"]
mod server;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use common::figures::{Percentiles, thousandths};
use hourbook::api::directory_service_client::DirectoryServiceClient;
use hourbook::api::{CreatePersonRequest, Limits, PersonKind, Profile};
use hourbook::domain::fold::folded;
use hourbook::domain::{Day, RequestId};
use serde_json::json;
use server::Server;
use tonic::transport::Endpoint;

/// A list has so many slips.
const SLIPS: u32 = 200;
/// A list is answered after at most so long.
const LIST_S_MAX: f64 = 1.0;

/// Whether a paper list is answered while somebody waits.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo bench --bench desk --")]
struct Options {
    /// How many people the bank has
    #[arg(long, default_value_t = 875, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    people: u32,
    /// How many lists there are with everybody's whole name, and as many with half of them typed in part
    #[arg(long, default_value_t = 10, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100))]
    lists: u32,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    if !common::is_asked_for() {
        return;
    }
    let options = Options::parse();
    let folder = common::begin();
    let server = Server::start(folder.path(), 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(take_in(&server.address, options.people));
    let ways = [("only checked", "--preview"), ("checked and written", "--yes"), ("sent again", "--yes")];
    let named = [("whole", Named::Whole), ("half by a part", Named::HalfByAPart)];
    let mut took: [[Vec<Duration>; 3]; 2] = Default::default();
    for number in 0..options.lists {
        for (place, (took, (_, named))) in (0..).zip(took.iter_mut().zip(&named)) {
            let file = folder.path().join("list.csv");
            std::fs::write(&file, list(2 * number + place, options.people, *named)).unwrap();
            for ((_, flag), took) in ways.iter().zip(took) {
                took.push(sent(&server.address, &file, flag));
            }
        }
    }
    let mut slowest: f64 = 0.0;
    for ((names, _), took) in named.into_iter().zip(took) {
        for ((what, _), took) in ways.into_iter().zip(took) {
            let Percentiles { p50_ms, max_ms, .. } = Percentiles::of(took).unwrap();
            slowest = slowest.max(max_ms);
            let [p50_ms, max_ms] = [p50_ms, max_ms].map(thousandths);
            println!(
                "{}",
                json!({"list": what, "names": names, "slips": SLIPS, "p50_ms": p50_ms, "max_ms": max_ms})
            );
        }
    }
    let seconds = slowest / 1_000.0;
    println!("\n| goal | value | met |\n|---|---|---|");
    println!(
        "| a list of {SLIPS} slips among {} people, the slowest: ≤ 1 s | {seconds:.3} s | {} |",
        options.people,
        if seconds <= LIST_S_MAX { "yes" } else { "no" }
    );
}

/// Somebody's name: no two are alike.
fn name(number: u32) -> String {
    const GIVEN: [&str; 25] = [
        "Amina", "Bernard", "Cora", "Dev", "Esme", "Farid", "Greta", "Hanif", "Imelda", "Jonah", "Kofi",
        "Leonie", "Mara", "Nils", "Odile", "Piotr", "Quin", "Rosa", "Sami", "Tove", "Una", "Vera", "Wren",
        "Xan", "Yusuf",
    ];
    const FAMILY: [&str; 20] = [
        "Ash",
        "Birch",
        "Çelik",
        "Dale",
        "Ó Dálaigh",
        "Elm",
        "Fox",
        "Gale",
        "Holt",
        "Ives",
        "Kew",
        "Lund",
        "Moss",
        "Åkesson",
        "Oak",
        "Pell",
        "Reed",
        "Sand",
        "Thorn",
        "Vale",
    ];
    let (given, family) = (number as usize % GIVEN.len(), number as usize / GIVEN.len() % FAMILY.len());
    let more = number as usize / (GIVEN.len() * FAMILY.len());
    let middle = if more == 0 {
        String::new()
    } else {
        format!(" {}", GIVEN[(given + more) % GIVEN.len()].repeat(more))
    };
    format!("{}{middle} {}", GIVEN[given], FAMILY[family])
}

async fn take_in(address: &str, people: u32) {
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut directory = DirectoryServiceClient::new(channel);
    for number in 0..people {
        let person = CreatePersonRequest {
            request_id: RequestId::fresh().to_string(),
            bank_number: 1,
            kind: PersonKind::Member.into(),
            profile: Some(Profile { name: name(number), ..Profile::default() }),
            limits: Some(Limits { floor_seconds: Some(-3_600_000), ..Limits::default() }),
            is_somebody_else: true,
            ..CreatePersonRequest::default()
        };
        directory.create_person(person).await.unwrap();
    }
}

/// How people are named in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// By all of their name.
    Whole,
    /// Whoever gave by a part of it that fits nobody else.
    HalfByAPart,
}

/// The shortest beginning of a name that fits nobody else where a word begins; `all` as they are compared.
fn part<'a>(whole: &'a str, all: &[String]) -> &'a str {
    let fits_one = |part: &str| {
        let first = folded(part);
        let later = format!(" {first}");
        all.iter().filter(|name| name.starts_with(&first) || name.contains(&later)).count() == 1
    };
    let ends = whole.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.map(|end| whole[..end].trim_end()).find(|part| fits_one(part)).unwrap_or(whole)
}

/// A list: no slip of it looks like another one, or one of another list.
fn list(number: u32, people: u32, named: Named) -> String {
    let all: Vec<_> = (0..people).map(name).collect();
    let compared: Vec<_> = all.iter().map(|name| folded(name)).collect();
    let today = Day::from_calendar(2026, 6, 30).unwrap().days();
    let mut list = "day,gave,received,hours,activity,note\n".to_owned();
    for slip in 0..SLIPS {
        let one = number * SLIPS + slip;
        let (year, month, day) = Day::from_days(today - (one / people) as i32).calendar();
        let (gave, received) = (one % people, (one + 1) % people);
        let (gave, received) = (&all[gave as usize], &all[received as usize]);
        let gave: &str = match named {
            Named::Whole => gave,
            Named::HalfByAPart => part(gave, &compared),
        };
        writeln!(list, "{year}-{month:02}-{day:02},{gave},{received},1:15,,slip {slip}").unwrap();
    }
    list
}

/// How long the command took that sent a list.
fn sent(address: &str, file: &Path, flag: &str) -> Duration {
    let began = Instant::now();
    let told = Command::new(env!("CARGO_BIN_EXE_hourbook"))
        .env_clear()
        .env("HOURBOOK_SERVER", address)
        .args(["slips", flag, "--bank", "1"])
        .arg(file)
        .output()
        .unwrap();
    let took = began.elapsed();
    assert!(
        told.status.success(),
        "{}{}",
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr)
    );
    took
}
