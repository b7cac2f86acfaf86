//! What is so, kept as simply as can be: every sale in a list, looked through for each question.

use hourbook::api::RedemptionState as State;

use super::{BUDGET, CAPS, DAY_SECONDS, FLOORS};
use crate::support::HOUR;

/// Whose hours a sale takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Member(usize),
    /// Those of the pot, through this voucher.
    Voucher(usize),
}

#[derive(Clone, Debug)]
pub struct Sale {
    pub receipt: u32,
    pub sequence: u64,
    pub of: Of,
    pub offer: u32,
    pub people: i64,
    pub came: i64,
    pub day: i64,
    pub month: i64,
    pub state: State,
    pub captured: i64,
    pub refunded: i64,
    pub deadline: i64,
    pub is_on_us: bool,
}

impl Sale {
    pub fn price(&self) -> i64 {
        price(self.offer)
    }

    pub fn amount(&self) -> i64 {
        self.price() * self.people
    }

    /// How many persons it counts for.
    fn persons(&self) -> i64 {
        match self.state {
            State::Authorized => self.people,
            State::Captured | State::PartlyRefunded | State::Refunded => {
                self.came - self.refunded / self.price()
            }
            State::Voided | State::Expired | State::Unspecified => 0,
        }
    }

    /// How many seconds of the budget.
    fn seconds(&self) -> i64 {
        match self.state {
            _ if self.is_on_us => 0,
            State::Authorized => self.amount(),
            _ => self.captured - self.refunded,
        }
    }
}

pub fn price(offer: u32) -> i64 {
    if offer == 1 { HOUR } else { HOUR / 2 }
}

#[derive(Clone, Debug)]
pub struct Voucher {
    pub sequence: u64,
    pub seconds: i64,
    pub ends: i64,
}

/// What happened between two settlements, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    pub brought_forward: i64,
    pub taken: i64,
    pub given_back: i64,
    pub settled: i64,
}

impl Period {
    pub fn kept(self) -> i64 {
        self.brought_forward + self.taken - self.given_back - self.settled
    }
}

pub struct Model {
    pub sales: Vec<Sale>,
    pub vouchers: Vec<Voucher>,
    /// The last one runs.
    pub periods: Vec<Period>,
    /// The day on which it begins.
    pub first_day: i64,
    pub given: [i64; 3],
    pub pot: i64,
    pub now: i64,
    pub receipts: u32,
}

impl Model {
    pub fn new(pot: i64) -> Self {
        let now = crate::support::START.micros() / 1_000_000;
        Self {
            first_day: day(now),
            sales: Vec::new(),
            vouchers: Vec::new(),
            periods: vec![Period::default()],
            given: [10 * HOUR; 3],
            pot,
            now,
            receipts: 0,
        }
    }

    pub fn day(&self) -> i64 {
        day(self.now)
    }

    fn of(&self, of: Of) -> impl Iterator<Item = &Sale> {
        self.sales.iter().filter(move |sale| sale.of == of)
    }

    pub fn posted(&self, member: usize) -> i64 {
        let used = self.of(Of::Member(member)).map(|sale| sale.captured - sale.refunded).sum::<i64>();
        self.given[member] - used
    }

    fn held(&self, member: usize) -> i64 {
        let open = self.of(Of::Member(member)).filter(|sale| sale.state == State::Authorized);
        open.map(Sale::amount).sum()
    }

    /// What the pot has: what is given back of a voucher's sale is its own again.
    pub fn pot(&self) -> i64 {
        let of_vouchers = self.sales.iter().filter(|sale| matches!(sale.of, Of::Voucher(_)));
        let settled = self.periods.iter().map(|period| period.settled).sum::<i64>();
        self.pot + settled - of_vouchers.map(|sale| sale.captured - sale.refunded).sum::<i64>()
    }

    /// What is left on a voucher: nothing comes back to it.
    pub fn left(&self, voucher: usize) -> i64 {
        let used = self.of(Of::Voucher(voucher)).map(|sale| sale.captured).sum::<i64>();
        self.vouchers[voucher].seconds - used
    }

    pub fn cafe(&self) -> i64 {
        let settled = self.periods.iter().map(|period| period.settled).sum::<i64>();
        self.sales.iter().map(|sale| sale.captured - sale.refunded).sum::<i64>() - settled
    }

    pub fn runs(&mut self) -> &mut Period {
        self.periods.last_mut().unwrap()
    }

    pub fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        for sale in &mut self.sales {
            if sale.state == State::Authorized && sale.deadline <= self.now {
                sale.state = State::Expired;
            }
        }
    }

    /// Whether there is too little for it.
    pub fn is_too_little(&self, of: Of, amount: i64) -> bool {
        match of {
            Of::Member(member) => self.posted(member) - self.held(member) - amount < FLOORS[member] * HOUR,
            Of::Voucher(voucher) => self.left(voucher) < amount,
        }
    }

    /// Why so many seats are not sold now, if they are not.
    pub fn refusal(&self, of: Of, offer: u32, people: i64, is_on_us: bool) -> Option<&'static str> {
        let amount = price(offer) * people;
        if self.is_too_little(of, amount) {
            return Some("NOT_TODAY");
        }
        let count = |fits: &dyn Fn(&Sale) -> bool| {
            self.sales.iter().filter(|sale| sale.offer == 2 && fits(sale)).map(Sale::persons).sum::<i64>()
        };
        let (day, month) = (self.day(), month(self.day()));
        if offer == 2 {
            let own = |sale: &Sale| sale.of == of;
            if count(&|sale| own(sale) && sale.day == day) + people > CAPS[0]
                || count(&|sale| own(sale) && sale.month == month) + people > CAPS[1]
            {
                return Some("NOT_TODAY");
            }
            if count(&|sale| sale.month == month) + people > CAPS[2] || count(&|_| true) + people > CAPS[3] {
                return Some("OFFER_NOT_AVAILABLE");
            }
        }
        let of_month = self.sales.iter().filter(|sale| sale.month == month);
        let spent: i64 = of_month.map(Sale::seconds).sum();
        (!is_on_us && spent + amount > BUDGET).then_some("OFFER_NOT_AVAILABLE")
    }
}

/// The books' day is London's, and it is summer there.
fn day(seconds: i64) -> i64 {
    (seconds + 3_600) / DAY_SECONDS
}

/// Month by month, from the day: the story is of one year.
pub fn month(day: i64) -> i64 {
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
    i64::from(date.month())
}
