//! How a client is a process of its own: this program again, with a word that says what it is and an order
//! in JSON; it answers in JSON.

use std::process::{Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Starts a process that `word` makes a client, and returns what it says once it has done what it was told.
pub fn ask<Order: Serialize, Heard: DeserializeOwned>(word: &str, order: &Order) -> Heard {
    rustix::fs::sync();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([word, &serde_json::to_string(order).unwrap()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{word} ended with {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// That process: does what it was told, on one thread, and says what came of it.
pub fn answer<Order, Heard, Run>(order: &str, run: impl FnOnce(Order) -> Run)
where
    Order: DeserializeOwned,
    Heard: Serialize,
    Run: Future<Output = Heard>,
{
    let order = serde_json::from_str(order).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("{}", serde_json::to_string(&runtime.block_on(run(order))).unwrap());
}
