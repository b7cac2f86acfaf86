//! What is whose in a town: names, figures and amounts that each stand in one place.

use serde_json::{Value, json};

use super::asking::number;

/// How every word of a town begins, and how long it is.
pub const WORD_BEGINS: &str = "Quokka";
pub const WORD_BYTES: usize = 16;

/// A name or a text.
#[derive(Clone, Debug)]
pub struct Known {
    pub text: String,
    pub what: What,
}

/// What a text is, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The name of an account, or what is known of a partner who has it.
    Label(u32),
    /// What a partner with this account offers, approved by the bank: for whoever might come.
    Offer(u32),
    /// Of what concerned these accounts.
    Memo(Vec<u32>),
    /// Reasons and what was typed are for those who record.
    Reason,
    /// The name of an activity in the list of a bank.
    OfBank(u32),
    /// The name of a bank.
    NameOfBank(u32),
    /// The name of a credential.
    Credential(u32),
}

/// A sale.
#[derive(Clone, Debug)]
pub struct Sold {
    /// The account of the partner.
    pub partner: u32,
    pub till: u32,
    /// Whose hours.
    pub account: u32,
    pub seconds: i64,
}

/// Figures below are of sales, and may come up again as a sum of some; those above stand in one place.
pub const SMALL: i64 = 1 << 33;

/// Everything there is to be told, and nobody to be told but those it belongs to.
#[derive(Default)]
pub struct Facts {
    pub names: Vec<Known>,
    /// Figures of accounts: posted, held, available, floors and ceilings.
    pub figures: Vec<(u32, i64)>,
    /// Seconds that moved between accounts, or were set aside.
    pub amounts: Vec<(Vec<u32>, i64)>,
    /// What offers of the partner with this account cost, seconds: for whoever might come.
    pub prices: Vec<(u32, i64)>,
    /// What endpoints sign with: for whoever made one, once.
    pub secrets: Vec<String>,
    /// What was taken and set aside at tills.
    pub sales: Vec<Sold>,
    floors: Vec<(u32, i64)>,
    made: u64,
}

impl Facts {
    /// A word that stands nowhere else.
    pub fn word(&mut self) -> String {
        self.made += 1;
        format!("{WORD_BEGINS}{:04}akkouQ", self.made)
    }

    /// Seconds that come up nowhere else: 2^35 to 2^36.
    pub fn figure(&mut self) -> i64 {
        self.made += 1;
        (1 << 35) + i64::try_from(self.made.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 29).unwrap()
    }

    /// The same, below 2^34.
    pub fn small_figure(&mut self) -> i64 {
        self.figure() >> 2
    }

    pub fn bank_name(&mut self, bank: u32) -> String {
        self.named(What::NameOfBank(bank))
    }

    pub fn activity(&mut self, bank: u32) -> String {
        self.named(What::OfBank(bank))
    }

    /// What a venue of the partner with this account is called, or where it is.
    pub fn venue(&mut self, account: u32) -> String {
        self.named(What::Label(account))
    }

    /// What the partner with this account offers.
    pub fn offer(&mut self, account: u32) -> String {
        self.named(What::Offer(account))
    }

    /// What an offer of the partner with this account costs: 1,000,001 seconds and more, by less than a fifth. So no two
    /// numbers of people, at whichever partners, cost the same.
    pub fn price(&mut self, account: u32) -> i64 {
        self.made += 1;
        let price = 1_000_001 + 74 * i64::try_from(self.made).unwrap();
        assert!(price < 1_200_000, "{price}");
        self.prices.push((account, price));
        price
    }

    /// How much the partner with this account takes in a month.
    pub fn budget(&mut self, account: u32) -> i64 {
        let month = self.figure();
        self.figures.push((account, month));
        month
    }

    fn named(&mut self, what: What) -> String {
        let text = self.word();
        self.names.push(Known { text: text.clone(), what });
        text
    }

    pub fn credential(&mut self, number: u32, name: String) {
        self.names.push(Known { text: name, what: What::Credential(number) });
    }

    /// Limits that nothing in a town passes.
    pub fn wide_limits(&mut self) -> Value {
        json!({"floorSeconds": -(1 << 44) - self.figure(), "ceilingSeconds": (1_i64 << 44) + self.figure()})
    }

    pub fn account(&mut self, account: u32, label: String, limits: &Value) {
        self.names.push(Known { text: label, what: What::Label(account) });
        let floor = number(&limits["floorSeconds"]);
        self.floors.push((account, floor));
        self.figures.extend([(account, floor), (account, number(&limits["ceilingSeconds"]))]);
    }

    /// Transfers from one to the other, each of another figure.
    pub fn transfers(&mut self, between: &[(u32, u32)]) -> Value {
        between.iter().map(|(debit, credit)| transfer(*debit, *credit, self.figure())).collect()
    }

    /// Transfers of one figure.
    pub fn same(&mut self, between: &[(u32, u32)]) -> Value {
        let figure = self.figure();
        between.iter().map(|(debit, credit)| transfer(*debit, *credit, figure)).collect()
    }

    /// Words about what concerns these accounts.
    pub fn details(&mut self, between: &[(u32, u32)]) -> Value {
        let concerned = between.iter().flat_map(|(debit, credit)| [*debit, *credit]).collect();
        let (memo, reason) = (self.named(What::Memo(concerned)), self.named(What::Reason));
        json!({"memo": memo, "reason": reason, "typed": self.named(What::Reason)})
    }

    /// Keeps what accounts have after a sale; what it took is told as one.
    pub fn sale(&mut self, mut entry: Value, sold: Sold) {
        entry["moves"] = Value::Null;
        entry["held"] = Value::Null;
        self.entry(&entry);
        self.sales.push(sold);
    }

    /// Keeps the figures of an entry.
    pub fn entry(&mut self, entry: &Value) {
        let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let account = |value: &Value| u32::try_from(number(value)).unwrap();
        for line in rows(&entry["lines"]) {
            let of = account(&line["accountNumber"]);
            let (posted, held) = (number(&line["postedSeconds"]), number(&line["heldSeconds"]));
            let figures = [posted, held, posted - held].into_iter().filter(|figure| figure.abs() >= SMALL);
            self.figures.extend(figures.map(|figure| (of, figure)));
            let floor = self.floors.iter().find(|(account, _)| *account == of).map(|(_, floor)| *floor);
            self.figures.extend(floor.map(|floor| (of, posted - held - floor)));
        }
        for moved in rows(&entry["moves"]).iter().chain(&rows(&entry["held"]["transfers"])) {
            let sides = [&moved["debitAccountNumber"], &moved["creditAccountNumber"]].map(account);
            self.amounts.push((sides.to_vec(), number(&moved["amountSeconds"])));
        }
    }
}

fn transfer(debit: u32, credit: u32, seconds: i64) -> Value {
    json!({"debitAccountNumber": debit, "creditAccountNumber": credit, "amountSeconds": seconds})
}
