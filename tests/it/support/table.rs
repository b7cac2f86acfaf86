//! Tables: a test as rows that act one after the other, each with what must come of it.
//!
//! ```text
//! open     ann   member   floor -5h  ceiling 10h hard
//! credit   ann   2h                      ok
//! post     ann   bea  3h                 BELOW_FLOOR available 2h
//! post     ann>bea 1h, cal>bea 2h        ok                           # several transfers
//! hold     H1    ann  cafe  2h           ok
//! capture  H1    1h 30m                  ok
//! take     H1  ann>cafe 30m              ok                           # a post that keeps the rest
//! balance  ann   posted 0h  held 30m
//! ```
//!
//! A row's request is made anew each time it stands there, unless it begins with `again`, which
//! repeats the row before with the same request id. Columns are separated by two spaces or more.

use std::collections::HashMap;

use hourbook::domain::hours::{Reading, format_hours, parse_hours};
use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, BankNumber, Capture, CeilingRule, Close, Command,
    Ends, Hold, Kind, Limits, Post, Refusal, Rest, ReversalKind, Reverse, Sequence, Transfer,
};
use hourbook::ledger::{NoReceipt, Receipt, Repeated};

use super::{Desk, HOUR, post};

/// Plays a table on a fresh ledger with one bank, whose pot is `pot` and issuance `made`.
pub fn check(table: &str) {
    let desk = Desk::new();
    let (bank, pot, made) = desk.bank();
    let accounts = HashMap::from([("pot".to_owned(), pot), ("made".to_owned(), made)]);
    let mut play = Play { desk, bank, accounts, entries: HashMap::new(), last: None };
    for (number, row) in table.lines().enumerate() {
        let row = row.split('#').next().unwrap().trim();
        if !row.is_empty() {
            play.row(row).unwrap_or_else(|found| panic!("row {}: {row}\nfound: {found}", number + 1));
        }
    }
}

struct Play {
    desk: Desk,
    bank: BankNumber,
    accounts: HashMap<String, AccountNumber>,
    entries: HashMap<String, Sequence>,
    last: Option<Command>,
}

impl Play {
    fn row(&mut self, row: &str) -> Result<(), String> {
        let cells: Vec<&str> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let (verb, rest) = cells.split_first().unwrap();
        match *verb {
            "bank" => {
                (self.bank, ..) = self.desk.bank();
                return Ok(());
            }
            "open" => {
                self.open(rest);
                return Ok(());
            }
            "balance" => return self.balance(rest),
            "wait" => {
                self.desk.clock.advance_seconds(seconds(rest[0]));
                self.desk.ledger.tick().unwrap();
                return Ok(());
            }
            _ => {}
        }
        let (expected, arguments) = rest.split_last().unwrap();
        let command =
            if *verb == "again" { self.last.clone().unwrap() } else { self.command(verb, arguments) };
        let answer = self.desk.ledger.post(command.clone());
        self.last = Some(command);
        // Later rows name a post by its debit account and a hold by its own name.
        if let Ok(receipt) = &answer
            && matches!(*verb, "post" | "hold" | "keep" | "allowed-hold")
            && let Some(name) = arguments.first()
        {
            self.entries.insert((*name).to_owned(), receipt.entry.sequence);
        }
        let found = self.say(&answer);
        if found == *expected { Ok(()) } else { Err(found) }
    }

    fn open(&mut self, cells: &[&str]) {
        let kind = AccountKind::ALL.into_iter().find(|kind| kind.word() == cells[1]).unwrap();
        let mut limits = Limits::from_floor(-1_000 * HOUR).unwrap();
        for cell in &cells[2..] {
            limits = changed(limits, cell);
        }
        let number = self.desk.account(self.bank, kind, limits);
        self.accounts.insert(cells[0].to_owned(), number);
    }

    fn command(&self, verb: &str, cells: &[&str]) -> Command {
        let action = match verb {
            "credit" => {
                post(Kind::Opening, &[(self.accounts["made"], self.account(cells[0]), seconds(cells[1]))])
            }
            "post" | "allowed" if cells[0].contains('>') => {
                let transfers: Vec<_> =
                    cells[0].split(", ").map(|transfer| self.transfer(transfer)).collect();
                post(Kind::Exchange, &transfers)
            }
            "post" | "allowed" => post(
                kind(cells.get(3)),
                &[(self.account(cells[0]), self.account(cells[1]), seconds(cells[2]))],
            ),
            "hold" | "keep" | "allowed-hold" => self.hold(verb, cells),
            "capture" | "capture-rest" => {
                let rest = if verb == "capture" { Rest::Keep } else { Rest::Release };
                Action::Capture(Capture {
                    hold: self.entry(cells[0]),
                    amount: cells.get(1).map(|cell| amount(cell)),
                    rest,
                })
            }
            "take" | "end" => {
                let rest = if verb == "take" { Rest::Keep } else { Rest::Release };
                let transfers: Vec<_> =
                    cells[1].split(", ").map(|transfer| self.transfer(transfer)).collect();
                let Action::Post(instead) = post(Kind::Redemption, &transfers) else { unreachable!() };
                Action::Post(Post { ends: Some(Ends { hold: self.entry(cells[0]), rest }), ..instead })
            }
            "void" => Action::Void(self.entry(cells[0])),
            "reverse" | "refund" => {
                let kind = if verb == "reverse" { ReversalKind::Reversal } else { ReversalKind::Refund };
                let parts = cells
                    .get(1)
                    .map(|cell| hourbook::domain::ReversedPart { transfer: 0, amount: amount(cell) });
                Action::Reverse(Reverse {
                    original: self.entry(cells[0]),
                    kind,
                    parts: parts.into_iter().collect(),
                })
            }
            "limits" => {
                let account = self.account(cells[0]);
                let limits = cells[1..]
                    .iter()
                    .fold(Limits::from_floor(-1_000 * HOUR).unwrap(), |limits, cell| changed(limits, cell));
                Action::SetLimits(account, limits)
            }
            "close" => {
                Action::Close(Close { account: self.account(cells[0]), remainder_to: self.account(cells[1]) })
            }
            "reopen" => Action::Reopen(self.account(cells[0])),
            other => panic!("unknown verb {other}"),
        };
        let command = self.desk.command(action);
        if verb.starts_with("allowed") {
            let broker = self.desk.owner();
            return Command { allowed_by: Some(broker), ..command };
        }
        command
    }

    fn hold(&self, verb: &str, cells: &[&str]) -> Action {
        let transfer = Transfer::new(self.account(cells[1]), self.account(cells[2]), amount(cells[3]));
        let until = cells.get(4).map_or(HOUR, |cell| seconds(cell));
        use hourbook::ledger::Clock;
        let deadline = self.desk.clock.now().wall.plus_seconds(until);
        let at_deadline = if verb == "keep" { AtDeadline::Capture } else { AtDeadline::Release };
        Action::Hold(Hold {
            kind: Kind::Redemption,
            transfers: smallvec::smallvec![transfer],
            deadline,
            at_deadline,
        })
    }

    fn transfer(&self, text: &str) -> (AccountNumber, AccountNumber, i64) {
        let (who, hours) = text.split_once(' ').unwrap();
        let (debit, credit) = who.split_once('>').unwrap();
        (self.account(debit), self.account(credit), seconds(hours))
    }

    /// A name nobody opened stands for a number nobody has.
    fn account(&self, name: &str) -> AccountNumber {
        self.accounts.get(name).copied().unwrap_or_else(|| AccountNumber::from_slot(1_000_000).unwrap())
    }

    fn entry(&self, name: &str) -> Sequence {
        self.entries.get(name).copied().unwrap_or(Sequence::new(1_000_000))
    }

    fn balance(&self, cells: &[&str]) -> Result<(), String> {
        let balance = self.desk.ledger.balance(self.account(cells[0])).unwrap();
        let found = format!("posted {}  held {}", format_hours(balance.posted), format_hours(balance.held));
        let expected = cells[1..].iter().map(|cell| {
            let (what, hours) = cell.split_once(' ').unwrap();
            format!("{what} {}", format_hours(signed_seconds(hours)))
        });
        if found == expected.collect::<Vec<_>>().join("  ") { Ok(()) } else { Err(found) }
    }

    fn say(&self, answer: &Result<Receipt, NoReceipt>) -> String {
        let receipt = match answer {
            Ok(receipt) => receipt,
            Err(NoReceipt::Refused(refusal)) => return self.say_refusal(refusal),
            Err(other) => return format!("{other}"),
        };
        let mut said = String::from(if receipt.repeated == Repeated::Yes { "repeated" } else { "ok" });
        for line in &receipt.entry.outcome.lines {
            for (passed, word) in
                [(hourbook::domain::Passed::FLOOR, "floor"), (hourbook::domain::Passed::CEILING, "ceiling")]
            {
                if line.passed.includes(passed) {
                    said.push_str(&format!(" past {word} {}", self.name(line.account)));
                }
            }
        }
        said
    }

    fn say_refusal(&self, refusal: &Refusal) -> String {
        let word = refusal.reason().word();
        match refusal {
            Refusal::Limits(passed) => {
                let each = passed.iter().map(|one| {
                    format!("{} available {}", self.name(one.account), format_hours(one.available()))
                });
                format!("{word} {}", each.collect::<Vec<_>>().join(", "))
            }
            Refusal::CaptureExceedsHold { left, .. } | Refusal::ReversalExceeds { left, .. } => {
                format!("{word} left {}", format_hours(*left))
            }
            Refusal::AccountNotFound(account) if !self.accounts.values().any(|known| known == account) => {
                format!("{word} nobody")
            }
            Refusal::AccountClosed(account) | Refusal::SameAccount(account) | Refusal::CrossBank(account) => {
                format!("{word} {}", self.name(*account))
            }
            Refusal::RequestIdReused { fields } => format!("{word} {}", fields.join(" ")),
            _ => word.to_owned(),
        }
    }

    fn name(&self, account: AccountNumber) -> String {
        self.accounts
            .iter()
            .find(|(_, known)| **known == account)
            .map_or_else(|| account.to_string(), |(name, _)| name.clone())
    }
}

fn changed(limits: Limits, cell: &str) -> Limits {
    match cell.split_once(' ').unwrap() {
        ("floor", hours) => limits.with_floor(signed_seconds(hours)).unwrap(),
        ("ceiling", hours) => {
            let (hours, rule) = hours
                .strip_suffix(" hard")
                .map_or((hours, CeilingRule::Warns), |hours| (hours, CeilingRule::Hard));
            limits.with_ceiling(signed_seconds(hours), rule).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn kind(cell: Option<&&str>) -> Kind {
    match cell.copied() {
        None => Kind::Exchange,
        Some("settlement") => Kind::Settlement,
        Some("opening") => Kind::Opening,
        Some(other) => panic!("{other}"),
    }
}

fn amount(cell: &str) -> Amount {
    match parse_hours(cell).unwrap() {
        Reading::Exact(amount) => amount,
        Reading::Ambiguous { .. } => panic!("{cell} is ambiguous"),
    }
}

fn seconds(cell: &str) -> i64 {
    amount(cell).seconds()
}

fn signed_seconds(cell: &str) -> i64 {
    match cell.strip_prefix('-') {
        Some(hours) => -seconds(hours),
        None if cell == "0h" => 0,
        None => seconds(cell),
    }
}
