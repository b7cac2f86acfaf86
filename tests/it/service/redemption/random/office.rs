//! What the office does beside the till: slips, vouchers, settlements.

use hourbook::api::{self, RedemptionState as State, SettlementModel};

use super::model::{Of, Period, Sale, Voucher, month, price};
use super::{DAY_SECONDS, Game, MEMBERS, date};
use crate::service::redemption::why;
use crate::support::HOUR;

impl Game {
    /// A broker writes down a slip of today or of a day before. Counts go up by it and refuse nothing; there must be enough.
    pub fn slip(&mut self) {
        let member = usize::try_from(self.dice.below(3)).unwrap();
        let offer = 1 + u32::try_from(self.dice.below(2)).unwrap();
        let people = 1 + i64::try_from(self.dice.below(2)).unwrap();
        // Nothing was offered before the first day.
        let day = (self.model.day() - i64::try_from(self.dice.below(4)).unwrap()).max(self.model.first_day);
        self.model.receipts += 1;
        let receipt = self.model.receipts;
        let account = api::record_redemption_request::By::AccountNumber(self.cafe.town.of(MEMBERS[member]));
        let mut slip = api::RecordRedemptionRequest {
            offer_number: offer,
            people: u32::try_from(people).unwrap(),
            ..self.cafe.slip(receipt, account)
        };
        slip.receipt.as_mut().unwrap().day = Some(date(day));
        let answer = self.cafe.record_redemption("Tobias", slip);
        let (of, amount) = (Of::Member(member), price(offer) * people);
        if self.model.is_too_little(of, amount) {
            assert_eq!(why(answer), "BELOW_FLOOR");
            self.count("slip below");
            return;
        }
        let sold = answer.unwrap().redemption.unwrap();
        assert!(sold.is_from_slip);
        self.model.runs().taken += amount;
        self.model.sales.push(Sale {
            receipt,
            sequence: sold.redemption_sequence,
            of,
            offer,
            people,
            came: people,
            day,
            month: month(day),
            state: State::Captured,
            captured: amount,
            refunded: 0,
            deadline: 0,
            is_on_us: false,
        });
        self.count("slip");
    }

    /// A voucher of the pot's, for a few days.
    pub fn voucher(&mut self) {
        let seconds = HOUR * (2 + i64::try_from(self.dice.below(3)).unwrap());
        let last_day = self.model.day() + i64::try_from(self.dice.below(6)).unwrap();
        let request =
            api::IssueVoucherRequest { last_day: Some(date(last_day)), ..self.cafe.voucher(seconds) };
        let made = self.cafe.issue_voucher("Una", request).unwrap();
        let sequence = made.done.unwrap().receipt.unwrap().entry.unwrap().sequence;
        // It ends with its last day, which is London's in summer.
        let ends = (last_day + 1) * DAY_SECONDS - 3_600;
        self.model.vouchers.push(Voucher { sequence, seconds, ends });
        self.count("voucher");
    }

    /// A voucher that has something left, and a code of its own.
    pub fn code_of_voucher(&mut self) -> Option<(Of, String)> {
        let place = usize::try_from(self.dice.below(3)).unwrap();
        let place = self.model.vouchers.len().checked_sub(1 + place)?;
        if self.model.vouchers[place].ends <= self.model.now {
            return None;
        }
        let voucher_sequence = self.model.vouchers[place].sequence;
        let request = api::IssueCodeRequest { voucher_sequence, ..Default::default() };
        let made = self.cafe.issue_code("Tobias", request);
        if self.model.left(place) == 0 {
            assert_eq!(why(made), "HOLD_NOT_FOUND");
            self.count("voucher used up");
            return None;
        }
        Some((Of::Voucher(place), made.unwrap().code))
    }

    /// The period that runs is made final: its hours kept, or given back to the pot.
    pub fn settle(&mut self) {
        let is_kept = self.dice.below(2) == 0;
        let (model, to) =
            if is_kept { (SettlementModel::Kept, "") } else { (SettlementModel::GivenBack, "A pot") };
        let number = u32::try_from(self.model.periods.len()).unwrap();
        // What is given back after a settlement may leave less than nothing.
        let settled = if is_kept { 0 } else { self.model.cafe().max(0) };
        let answer = self.cafe.settle_partner("Tobias", self.cafe.settlement(number, model, to)).unwrap();
        assert_eq!(answer.settlement.unwrap().settled_seconds, settled);
        self.model.runs().settled = settled;
        let brought_forward = self.model.runs().kept();
        self.model.periods.push(Period { brought_forward, ..Period::default() });
        self.count(if is_kept { "kept" } else { "given back to the pot" });
    }

    /// The period that runs is what the account has, and what is final stays what it was.
    pub fn compare_statements(&mut self, step: u32) {
        let runs = self.model.periods.len();
        let earlier = 1 + usize::try_from(self.dice.below(u64::try_from(runs).unwrap())).unwrap();
        for number in [runs, earlier] {
            let request = api::GetPartnerStatementRequest {
                period_number: u32::try_from(number).unwrap(),
                page_size: 1,
                ..Default::default()
            };
            let sums = self.cafe.get_partner_statement("Cafe", request).unwrap().sums.unwrap();
            let period = self.model.periods[number - 1];
            let expected = api::PartnerSums {
                brought_forward_seconds: period.brought_forward,
                taken_seconds: period.taken,
                given_back_seconds: period.given_back,
                spent_seconds: 0,
                settled_seconds: period.settled,
                other_seconds: 0,
                kept_seconds: period.kept(),
            };
            assert_eq!(sums, expected, "period {number} after step {step}");
        }
        assert_eq!(self.model.periods[runs - 1].kept(), self.model.cafe(), "after step {step}");
        assert_eq!(self.cafe.town.posted("A pot"), self.model.pot(), "after step {step}");
    }
}
