//! `verify`: the promises I1 to I9 and I11, checked over the whole journal.

use serde_json::json;
use tonic::Request;

use crate::api;
use crate::api::verify_response::Step;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::progress::Progress;
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::Session;
use crate::domain::hours::grouped;

/// Does it.
///
/// # Errors
/// [`Failure`], and [`Failure::Refused`] without words if something is wrong: the answer said so.
pub async fn run(session: &mut Session<'_, '_>) -> Result<(), Failure> {
    // Without an end of its own: a large journal takes its time, and the connection shows life.
    let mut steps = session.client.audit.verify(Request::new(api::VerifyRequest {})).await?.into_inner();
    let progress = Progress::new(session.screen);
    let mut report = None;
    while let Some(answer) = steps.message().await? {
        match answer.step {
            Some(Step::Progress(at)) if at.volumes_total > 0 => {
                progress.at(at.volumes_done.into(), at.volumes_total.into(), "volumes");
            }
            Some(Step::Progress(at)) => progress.at(at.entries_done, at.entries_total, "entries"),
            Some(Step::Report(found)) => report = Some(found),
            None => {}
        }
    }
    progress.end();
    let report = report.ok_or_else(|| {
        Failure::Unreachable(
            "the check was cut off before it found anything; it changes nothing, so start it again"
                .to_owned(),
        )
    })?;
    match session.screen.format {
        Format::Table => {
            for line in lines(&report) {
                session.screen.say(&line)?;
            }
        }
        Format::Json => session.screen.json(&report_json(&report), true)?,
        Format::Csv => {
            let columns = vec![
                Column::words("invariant", "", 0),
                Column::words("name", "", 0),
                Column::words("counts", "", 0),
                Column::figures("faults", "", 0),
                Column::words("first_fault", "", 0),
                Column::words("not_checked", "", 0),
            ];
            let mut listing = Listing::begin(session.screen, columns)?;
            for check in &report.checks {
                listing.row(vec![
                    Cell::Text(check.invariant.clone()),
                    Cell::Text(check.name.clone()),
                    Cell::Text(counts(check)),
                    Cell::Count(check.faults),
                    Cell::Text(check.first_fault.clone()),
                    Cell::Text(check.not_checked.clone()),
                ])?;
            }
            listing.end()?;
        }
    }
    if report.is_clean { Ok(()) } else { Err(Failure::Refused(String::new())) }
}

fn counts(check: &api::VerifyCheck) -> String {
    let counts = check.counts.iter().map(|count| format!("{} {}", grouped(count.count), count.what));
    counts.collect::<Vec<_>>().join(", ")
}

fn lines(report: &api::VerifyReport) -> Vec<String> {
    let mut lines = Vec::new();
    for check in &report.checks {
        let verdict = if check.faults == 0 && check.not_checked.is_empty() { "ok   " } else { "WRONG" };
        lines.push(format!("{:<3} {:<18} {verdict}  {}", check.invariant, check.name, counts(check)));
        let mut also = |what: String| lines.push(format!("{:<29} {what}", ""));
        if check.faults > 0 {
            let what = if check.faults == 1 { "fault" } else { "faults" };
            also(format!("{} {what}; the first: {}", grouped(check.faults), check.first_fault));
        }
        if !check.not_checked.is_empty() {
            also(format!("not checked: {}", check.not_checked));
        }
        if !check.reservation.is_empty() {
            also(format!("note: {}", check.reservation));
        }
    }
    let through = match figures::time(report.recorded_at) {
        Some(at) => format!("through entry {}, written down {at}", report.sequence),
        None => "and are empty".to_owned(),
    };
    let verdict = if report.is_clean { "Nothing is wrong" } else { "SOMETHING IS WRONG" };
    lines.push(format!("{verdict}. The books were checked {through}."));
    lines
}

fn report_json(report: &api::VerifyReport) -> serde_json::Value {
    let checks: Vec<_> = report
        .checks
        .iter()
        .map(|check| {
            json!({
                "invariant": check.invariant,
                "name": check.name,
                "counts": check.counts.iter()
                    .map(|count| json!({ "what": count.what, "count": count.count })).collect::<Vec<_>>(),
                "faults": check.faults,
                "first_fault": check.first_fault,
                "reservation": check.reservation,
                "not_checked": check.not_checked,
            })
        })
        .collect();
    json!({
        "sequence": report.sequence,
        "recorded_at": figures::time(report.recorded_at),
        "checks": checks,
        "is_clean": report.is_clean,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a fault and an unchecked part are never told as clean. Method: one check of each sort.
    #[test]
    fn faults_are_told() {
        let check = |faults, not_checked: &str| api::VerifyCheck {
            invariant: "I1".into(),
            name: "zero-sum".into(),
            counts: vec![api::VerifyCount { what: "banks".into(), count: 1_270 }],
            faults,
            first_fault: if faults > 0 { "bank 4 sums to 1 s" } else { "" }.into(),
            not_checked: not_checked.into(),
            ..api::VerifyCheck::default()
        };
        let report = api::VerifyReport {
            sequence: 3,
            recorded_at: Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
            checks: vec![check(0, ""), check(2, ""), check(0, "no room")],
            is_clean: false,
        };
        let lines = lines(&report);
        assert!(lines[0].contains("ok") && lines[0].contains("1,270 banks"), "{lines:?}");
        assert!(lines[1].contains("WRONG") && lines[2].contains("2 faults; the first: bank 4"), "{lines:?}");
        assert!(lines[3].contains("WRONG") && lines[4].contains("not checked: no room"), "{lines:?}");
        assert!(
            lines[5].starts_with("SOMETHING IS WRONG") && lines[5].contains("through entry 3"),
            "{lines:?}"
        );
    }
}
