//! The goals of the ladder, and whether the lines meet them. Each ratio is of medians of the same group.

use std::fmt::Write;

use serde_json::Value;

use crate::options::Options;

/// Which line: group, rung, workload, and a figure that tells it from others (null for any).
type Which = (&'static str, &'static str, &'static str, Option<(&'static str, u64)>);

/// The table, as text; a row for every goal whose lines are there.
pub fn table(lines: &[Value], options: &Options) -> String {
    let at_128 = Some(("in_flight", 128));
    let figure = |which: Which, name: &str| find(lines, which)?.get(name)?.as_f64();
    let rate = |which| figure(which, "entries_per_s");
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let durable = ("durable", "durable", "uniform", None);
    let batch = ("grpc_batch", "grpc_batch", "uniform", None);
    let (unary, noop) =
        (("grpc_unary", "grpc_unary", "uniform", at_128), ("grpc_unary", "grpc_noop", "uniform", at_128));
    let reader = |readers| ("balance_read", "balance_read", "uniform", Some(("readers", readers)));
    let page = ("statement_page", "statement_page", "uniform", None);
    let append_p99 = figure(("grpc_unary", "append_128", "uniform", None), "p99_ms");
    let bound = figure(noop, "p99_ms").zip(append_p99).map(|(noop, append)| noop + 3.0 * append);
    let mut text = format!(
        "Medians of {} turns of {} s, by turns with what they are compared with.\n\n| goal | value | met |\n|---|---|---|\n",
        options.turns, options.turn_seconds
    );
    let mut row = |goal: &str, value: Option<f64>, digits: usize, met: &dyn Fn(f64) -> bool| {
        if let Some(value) = value {
            let met = if met(value) { "yes" } else { "no" };
            writeln!(text, "| {goal} | {} | {met} |", grouped(value, digits)).unwrap();
        }
    };
    let core = |workload| rate(("core", "core", workload, None));
    row("core, 10,000 accounts: ≥ 4,000,000 entries/s", core("uniform"), 0, &|value| value >= 4e6);
    row("core, 1,000,000 accounts: ≥ 2,000,000 entries/s", core("accounts_1m"), 0, &|value| value >= 2e6);
    row("durable: ≥ 1,600,000 entries/s", rate(durable), 0, &|value| value >= 1.6e6);
    let plain = rate(("durable", "plain_file", "uniform", None));
    row("durable ÷ plain_file: ≥ 0.45", ratio(rate(durable), plain), 3, &|value| value >= 0.45);
    row("grpc_batch: ≥ 1,200,000 entries/s", rate(batch), 0, &|value| value >= 1.2e6);
    let beside = rate(("grpc_batch", "durable", "uniform", None));
    row("grpc_batch ÷ durable: ≥ 0.7", ratio(rate(batch), beside), 3, &|value| value >= 0.7);
    let hot = rate(("durable", "durable", "hot", None));
    row("durable, hot ÷ uniform: ≥ 0.9", ratio(hot, rate(durable)), 3, &|value| value >= 0.9);
    row("grpc_unary ÷ grpc_noop, 128 in flight: ≥ 0.85", ratio(rate(unary), rate(noop)), 3, &|value| {
        value >= 0.85
    });
    let with_key = rate(("grpc_unary", "grpc_unary_key", "uniform", at_128));
    row("grpc_unary_key ÷ grpc_unary, 128 in flight: ≥ 0.95", ratio(with_key, rate(unary)), 3, &|value| {
        value >= 0.95
    });
    let bounded = bound.map_or_else(String::new, |bound| {
        format!("grpc_unary, 128 in flight, p99: ≤ {bound:.3} ms (grpc_noop + 3 × append_128)")
    });
    let unary_p99 = bound.and(figure(unary, "p99_ms"));
    row(&bounded, unary_p99, 3, &|value| bound.is_some_and(|bound| value <= bound));
    let reads = figure(reader(1), "reads_per_cpu_s");
    row("balance_read: ≥ 10,000,000 reads per CPU second", reads, 0, &|value| value >= 1e7);
    let posting = ratio(figure(reader(1), "p99_ms"), figure(reader(0), "p99_ms"));
    row("posting p99 with ÷ without a reader: ≤ 1.2", posting, 3, &|value| value <= 1.2);
    row("statement_page p99: ≤ 5 ms", figure(page, "p99_ms"), 3, &|value| value <= 5.0);
    let memory = figure(("accounts_1m", "memory_per_account", "accounts_1m", None), "bytes_per_account");
    row("memory per account: ≤ 256 bytes", memory, 0, &|value| value <= 256.0);
    // The goals of both readers are about a load that the machine may not have kept up with.
    let kept_up = [(reader(1), "entries_per_s"), (reader(0), "entries_per_s"), (page, "arriving_per_s")];
    let kept_up = kept_up.into_iter().filter_map(|(which, name)| figure(which, name)).reduce(f64::min);
    row("entries that arrived meanwhile: ≥ 297,000 of 300,000 a second", kept_up, 0, &|value| {
        value >= 297e3
    });
    for rung in ["overload_batch", "overload_unary"] {
        let told = |name| figure(("overload", rung, "uniform", None), name);
        let kept = told("accepted_of_capacity");
        row(&format!("{rung}, accepted ÷ capacity: ≥ 0.8"), kept, 3, &|value| value >= 0.8);
        let refused = told("refused").zip(told("refused_without_retry_info"));
        let with_hint = refused.map(|(refused, without)| (refused - without) / refused);
        row(
            &format!("{rung}, of refusals, with RetryInfo: all, and there are some"),
            with_hint,
            3,
            &|value| value >= 1.0,
        );
        let grown = told("rss_peak_mib").zip(told("rss_before_mib")).map(|(peak, before)| peak - before);
        row(&format!("{rung}, server's memory grows by: ≤ 1,024 MiB"), grown, 0, &|value| value <= 1_024.0);
        // Not back before the client ended is worse than any figure.
        let back = kept.map(|_| told("back_ms").unwrap_or(f64::INFINITY));
        row(&format!("{rung}, p99 is back after: ≤ 1,000 ms"), back, 0, &|value| value <= 1_000.0);
    }
    let cold = lines.iter().find(|line| line.get("cache").is_some());
    if let Some(cold) = cold {
        let figure = |name| cold.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let how = cold.get("cache").and_then(Value::as_str).unwrap_or_default();
        let (p50, p99) = (figure("p50_ms"), figure("p99_ms"));
        writeln!(text, "\nstatement_page from the disk ({how}): p50 {p50:.1} ms, p99 {p99:.1} ms").unwrap();
    }
    text
}

/// The first line that is meant; a group prints its reference case first.
fn find(lines: &[Value], (group, rung, workload, told): Which) -> Option<&Value> {
    let is = |line: &Value, name: &str, text: &str| line.get(name).and_then(Value::as_str) == Some(text);
    lines.iter().find(|line| {
        is(line, "group", group)
            && is(line, "rung", rung)
            && is(line, "workload", workload)
            && told.is_none_or(|(name, value)| line.get(name).and_then(Value::as_u64) == Some(value))
    })
}

/// With commas between thousands.
fn grouped(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") }
}
