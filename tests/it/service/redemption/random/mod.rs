//! The whole table of states with time, with slips, vouchers, "on us" and settlements, at random, against a naive model.
//!
//! The model knows no counters, claims, holds or codes: it keeps every sale in a list and looks through all of them for each
//! question.

mod model;
mod office;

use hourbook::api::{self, RedemptionState as State};
use model::{Model, Of, Sale, month};

use super::{Cafe, why};
use crate::support::HOUR;
use crate::support::served::fresh;

const SEEDS: u64 = 8;
const STEPS: u32 = 250;
const MEMBERS: [&str; 3] = ["Ann", "Bea", "Cyn"];
/// Floors of the members, hours; Ann is the café's usual one.
const FLOORS: [i64; 3] = [-5, 0, -1];
const DAY_SECONDS: i64 = 86_400;
/// Of offer 2: a member a day, a member a month, a month, ever. It costs half an hour each.
const CAPS: [i64; 4] = [3, 6, 9, 16];
const BUDGET: i64 = 25 * HOUR;

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

struct Game {
    cafe: Cafe,
    model: Model,
    dice: Dice,
    counts: std::collections::BTreeMap<String, u32>,
}

impl Game {
    fn new(seed: u64) -> Self {
        let mut cafe = Cafe::selling();
        cafe.town.member("Bea", FLOORS[1]);
        cafe.town.member("Cyn", FLOORS[2]);
        for who in ["Bea", "Cyn"] {
            cafe.give(who, 10 * HOUR);
        }
        let [member_day, member_month, month, total] = CAPS.map(|cap| u32::try_from(cap).unwrap());
        let caps = Some(api::OfferCaps { member_day, member_month, month, total });
        let craft = api::Offer { caps, price_seconds: HOUR / 2, wording: "craft".into(), ..cafe.lunch() };
        cafe.offer("Tobias", craft).unwrap();
        let budget = api::SetPartnerBudgetRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            month_seconds: Some(BUDGET),
            validate_only: false,
        };
        cafe.set_partner_budget("Tobias", budget).unwrap();
        cafe.give("A pot", 500 * HOUR);
        let model = Model::new(cafe.town.posted("A pot"));
        Self { cafe, model, dice: Dice(seed), counts: std::collections::BTreeMap::new() }
    }

    fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    fn sell(&mut self) {
        let of_voucher = if self.dice.below(4) == 0 { self.code_of_voucher() } else { None };
        let member = usize::try_from(self.dice.below(3)).unwrap();
        let (of, code) =
            of_voucher.unwrap_or_else(|| (Of::Member(member), self.cafe.code("Tobias", MEMBERS[member])));
        let offer = 1 + u32::try_from(self.dice.below(2)).unwrap();
        let people = 1 + i64::try_from(self.dice.below(3)).unwrap();
        let is_on_us = self.dice.below(5) == 0;
        // What a voucher has is set aside already.
        let is_set_aside = self.dice.below(2) == 0 && matches!(of, Of::Member(_));
        self.model.receipts += 1;
        let number = self.model.receipts;
        let sale = api::Sale {
            offer_number: offer,
            people: u32::try_from(people).unwrap(),
            is_beyond_budget: is_on_us,
            ..self.cafe.sale(number, &code)
        };
        let life = 60 + i64::try_from(self.dice.below(7_000)).unwrap();
        let answer = if is_set_aside {
            let request = api::AuthorizeRedemptionRequest {
                request_id: fresh(),
                sale: Some(sale),
                life_seconds: u32::try_from(life).unwrap(),
                validate_only: false,
            };
            self.cafe.authorize_redemption("Till", request).map(|answer| answer.redemption.unwrap())
        } else {
            self.cafe.sell(sale).map(|answer| answer.redemption.unwrap())
        };
        match (answer, self.model.refusal(of, offer, people, is_on_us)) {
            (Ok(sold), None) => {
                assert_eq!(sold.is_beyond_budget, is_on_us);
                let model = &mut self.model;
                let (state, came) =
                    if is_set_aside { (State::Authorized, 0) } else { (State::Captured, people) };
                let mut one = Sale {
                    receipt: number,
                    sequence: sold.redemption_sequence,
                    of,
                    offer,
                    people,
                    came,
                    day: model.day(),
                    month: month(model.day()),
                    state,
                    captured: 0,
                    refunded: 0,
                    deadline: model.now + life,
                    is_on_us,
                };
                if !is_set_aside {
                    one.captured = one.amount();
                    model.runs().taken += one.amount();
                }
                model.sales.push(one);
                self.count(if is_set_aside { "set aside" } else { "taken" });
                if is_on_us {
                    self.count("on us");
                }
                if matches!(of, Of::Voucher(_)) {
                    self.count("with a voucher");
                }
            }
            (Err(status), Some(expected)) => {
                assert_eq!(why::<()>(Err(status)), expected, "{of:?} {offer} {people}");
                self.count(expected);
            }
            (answer, expected) => panic!("{answer:?}, and the model says {expected:?}"),
        }
    }

    /// One of the sales, of late rather than long ago.
    fn pick(&mut self) -> Option<usize> {
        let count = u64::try_from(self.model.sales.len()).unwrap();
        let back = self.dice.below(count.clamp(1, 12));
        usize::try_from(count.checked_sub(1 + back)?).ok()
    }

    fn take(&mut self) {
        let Some(place) = self.pick() else { return };
        let sale = self.model.sales[place].clone();
        let came = i64::try_from(self.dice.below(4)).unwrap();
        let answer = self.cafe.take("Till", sale.sequence, u32::try_from(came).unwrap());
        match (sale.state, came <= sale.people) {
            (State::Authorized, true) => {
                let came = if came == 0 { sale.people } else { came };
                let one = &mut self.model.sales[place];
                (one.state, one.came, one.captured) = (State::Captured, came, came * sale.price());
                self.model.runs().taken += came * sale.price();
                assert_eq!(answer.unwrap().captured_seconds, came * sale.price());
                self.count("captured");
            }
            (State::Authorized, false) => assert_eq!(why(answer), "people"),
            (State::Expired, _) => assert_eq!(why(answer), "HOLD_EXPIRED"),
            (_, _) => assert_eq!(why(answer), "HOLD_RESOLVED"),
        }
    }

    fn let_go(&mut self) {
        let Some(place) = self.pick() else { return };
        let sale = self.model.sales[place].clone();
        let answer = self.cafe.let_go("Till", sale.sequence);
        match sale.state {
            State::Authorized => {
                self.model.sales[place].state = State::Voided;
                assert_eq!(answer.unwrap().state(), State::Voided);
                self.count("let go");
            }
            State::Expired => assert_eq!(why(answer), "HOLD_EXPIRED"),
            _ => assert_eq!(why(answer), "HOLD_RESOLVED"),
        }
    }

    fn give_back(&mut self) {
        let Some(place) = self.pick() else { return };
        let sale = self.model.sales[place].clone();
        let seconds = HOUR / 4 * i64::try_from(self.dice.below(5)).unwrap();
        let who = if self.dice.below(2) == 0 { "Till" } else { "Cafe" };
        let answer = self.cafe.give_back(who, sale.sequence, seconds);
        let left = sale.captured - sale.refunded;
        let is_taken = matches!(sale.state, State::Captured | State::PartlyRefunded);
        if !is_taken {
            let expected = if sale.state == State::Expired { "HOLD_EXPIRED" } else { "HOLD_RESOLVED" };
            assert_eq!(why(answer), expected);
        } else if who == "Till" && sale.day != self.model.day() {
            assert_eq!(why(answer), "WINDOW_PASSED");
        } else if seconds > left {
            assert_eq!(why(answer), "REVERSAL_EXCEEDS");
        } else {
            let seconds = if seconds == 0 { left } else { seconds };
            let one = &mut self.model.sales[place];
            one.refunded += seconds;
            one.state = if seconds == left { State::Refunded } else { State::PartlyRefunded };
            let state = one.state;
            self.model.runs().given_back += seconds;
            assert_eq!(answer.unwrap().state(), state);
            self.count("given back");
        }
    }

    fn pass(&mut self) {
        let seconds = match self.dice.below(12) {
            0 => 3 * DAY_SECONDS,
            1 | 2 => DAY_SECONDS,
            _ => 1 + i64::try_from(self.dice.below(2_000)).unwrap(),
        };
        self.cafe.town.served.clock.advance_seconds(seconds);
        self.model.pass(seconds);
    }

    /// Whoever earned more has more to spend.
    fn earn(&mut self) {
        let member = usize::try_from(self.dice.below(3)).unwrap();
        self.cafe.give(MEMBERS[member], 2 * HOUR);
        self.model.given[member] += 2 * HOUR;
    }

    fn compare(&mut self, step: u32) {
        // What is due ends with the next entry; nothing that is asked for rests on it before.
        self.cafe.town.served.block_on(async {});
        for (member, name) in MEMBERS.iter().enumerate() {
            assert_eq!(self.cafe.stands(name).0, self.model.posted(member), "{name} after step {step}");
        }
        assert_eq!(self.cafe.stands("Cafe").0, self.model.cafe(), "after step {step}");
        self.compare_statements(step);
        if let Some(place) = self.pick() {
            let sale = self.model.sales[place].clone();
            let request = api::GetRedemptionByReceiptRequest {
                receipt: Some(api::SaleReceipt {
                    day: Some(date(sale.day)),
                    number: sale.receipt,
                    ..Default::default()
                }),
            };
            let told = self.cafe.get_redemption_by_receipt("Till", request).unwrap().redemption.unwrap();
            let expected = (sale.state, sale.captured, sale.refunded);
            // That something ran out is said by time, and written down with the next entry.
            let told_state = told.state();
            let is_due = sale.state == State::Expired && told_state == State::Authorized;
            assert!(
                is_due || (told_state, told.captured_seconds, told.refunded_seconds) == expected,
                "{sale:?}: {told:?}"
            );
        }
    }
}

fn date(days: i64) -> api::Date {
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
    api::Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }
}

/// Goal: every step from every state, with time, caps, a budget and limits, slips, vouchers, "on us" and settlements, is what
/// the table of states and the rules say; balances and the café's statement of every period agree after each. Method: two
/// thousand random steps against the model.
#[test]
fn states_and_time_at_random() {
    let mut counts = std::collections::BTreeMap::new();
    for seed in 1..=SEEDS {
        println!("seed {seed}");
        let mut game = Game::new(seed);
        for step in 1..=STEPS {
            match game.dice.below(32) {
                0..=11 => game.sell(),
                12..=16 => game.take(),
                17 | 18 => game.let_go(),
                19..=22 => game.give_back(),
                23 | 24 => game.earn(),
                25 | 26 => game.slip(),
                27 | 28 => game.voucher(),
                29 => game.settle(),
                _ => game.pass(),
            }
            game.compare(step);
        }
        for (what, count) in game.counts {
            *counts.entry(what).or_insert(0) += count;
        }
    }
    println!("{counts:?}");
    for what in [
        "taken",
        "set aside",
        "captured",
        "let go",
        "given back",
        "NOT_TODAY",
        "OFFER_NOT_AVAILABLE",
        "slip",
        "voucher",
        "with a voucher",
        "on us",
        "kept",
        "given back to the pot",
    ] {
        assert!(counts.get(what).is_some_and(|count| *count >= 10), "{what}: {counts:?}");
    }
}
