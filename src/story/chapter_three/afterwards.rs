//! Steps 33 to 35: hours given back, something off at a shop, and a voucher for somebody who is no member.

use super::counter::{BATHS, CAFE, GREENGROCER, code, sale, sell, shown};
use super::software::{self, Software};
use super::{BROKER, offers, receipts};
use crate::api;
use crate::domain::time::MICROS_PER_SECOND;
use crate::story::stage::{AUDITOR, HOUR, MINUTE, Stage, utc};
use crate::story::{StoryError, figures};
use crate::words::{self, hours};

pub fn play(stage: &mut Stage<'_>, cafes: &mut Software) -> Result<(), StoryError> {
    given_back(stage)?;
    cafes.hear(stage, 1)?;
    stage.show(&format!("The café's computer:\n{}", software::shown(&cafes.told(stage))))?;
    something_off(stage)?;
    a_visitor(stage)
}

/// How offers stand for which the café's month has less than a fifth left, and enough.
const ONCE_MORE: &str = "nearly gone";
/// How many sales there were at the café's till on 25 June, what they took, and what was given back of it.
const DAY_COUNT_AND_SECONDS: (u32, i64, i64) = (10, 10 * HOUR, HOUR);

fn given_back(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(33, utc(2026, 6, 26, 9, 0));
    let sold = receipts::by_number(stage, CAFE.name, 418)?;
    let request = api::RefundRedemptionRequest {
        request_id: stage.request_id(),
        redemption_sequence: sold.redemption_sequence,
        reason: "came for a coat only".to_owned(),
        ..api::RefundRedemptionRequest::default()
    };
    let heard = stage.call(stage.redemptions(CAFE.name).refund_redemption(request))?.sentence;
    let seen = offers::as_they_stand(stage)?;
    if seen.iter().any(|(_, stands)| stands != ONCE_MORE) {
        return Err(stage.otherwise("both offers can be taken once more", format!("{seen:?}")));
    }
    let day = Some(api::Date { year: 2026, month: 6, day: 25 });
    let request = api::DayTotalsRequest { day, ..api::DayTotalsRequest::default() };
    let tills = stage.call(stage.redemptions(CAFE.name).day_totals(request))?.tills;
    let totals: Vec<_> = tills
        .iter()
        .map(|till| (till.captured_count, till.captured_seconds, till.refunded_seconds))
        .collect();
    if totals != [DAY_COUNT_AND_SECONDS] {
        return Err(stage.otherwise(format!("{DAY_COUNT_AND_SECONDS:?}"), format!("{totals:?}")));
    }
    let (count, taken, back) = DAY_COUNT_AND_SECONDS;
    stage.say(&format!(
        "Yesterday's 0418 was a mistake: Jonah had only come for a coat. The café's manager gives it back. \"{heard}\" Jonah \
         has {}. At the café's till 25 June says: {count} sales, {} taken, {} given back. So its June has {} again, and what \
         it offers is {ONCE_MORE}.",
        stage.has("Jonah")?,
        hours(taken),
        hours(back),
        hours(offers::CAFE_MONTH_SECONDS - taken + back),
    ))?;
    let own = jonahs_lines(stage)?;
    stage.show(&own)?;
    let statement = api::GetPartnerStatementRequest::default();
    let statement = stage.call(stage.redemptions(CAFE.name).get_partner_statement(statement))?;
    stage.show(&figures::partner_statement(CAFE.name, &statement))
}

/// The newest two lines of Jonah's, as Jonah reads them.
fn jonahs_lines(stage: &Stage<'_>) -> Result<String, StoryError> {
    let request = api::ListStatementRequest {
        account_number: stage.account("Jonah")?,
        page_size: 2,
        ..api::ListStatementRequest::default()
    };
    let lines = stage.call(stage.ledger_of("Jonah").list_statement(request))?.lines;
    let lines = lines.iter().map(|line| {
        let (kind, then) = (figures::kind_in_words(line.kind), words::balance(line.posted_seconds));
        format!("  {:>2}. {kind:<10}  then {then}\n", line.line_number)
    });
    Ok(format!("Jonah's newest lines:\n{}", lines.collect::<String>()))
}

fn something_off(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(34, utc(2026, 6, 26, 10, 0));
    practice_is_declared(stage)?;
    // That the bank takes goods now, nobody has said.
    offers::cakes_refused(stage)?;
    let discount = api::Offer {
        kind: api::OfferKind::Discount.into(),
        price_per: api::PricePer::Redemption.into(),
        venue_number: 2,
        ..offers::offer(stage, &GREENGROCER, "10 % off", HOUR)
    };
    let offered = offers::made(stage, BROKER, discount)?;
    stage.step(34, utc(2026, 6, 26, 14, 0));
    let mut shops = software::connect(stage, &GREENGROCER)?;
    let shown = code(stage, "Leonie")?;
    let heard = sell(stage, &GREENGROCER, sale(77, shown, (offered.offer_number, "MO")))?;
    stage.say(&format!(
        "{AUDITOR} writes down that Ashenford has said, with an adviser, how people's benefits stay unaffected: discounts are \
         taken from now on, and goods stay off. Leonie used {} for 10 % off at {}, Mill Gate shop. \"{heard}\" Leonie has {}.",
        hours(HOUR),
        GREENGROCER.name,
        stage.has("Leonie")?,
    ))?;
    shops.hear(stage, 1)?;
    stage.say("The shop's computer got the notice: signature good, no name in it.")?;
    stage.show(&software::shown(&shops.told(stage)))
}

/// The lead says that the bank has declared its practice, and that it takes discounts too.
fn practice_is_declared(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    let request = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
    let policy = stage.call(stage.directory(AUDITOR).get_bank_policy(request))?.policy.unwrap_or_default();
    let mut offer_kinds = policy.offer_kinds.clone();
    offer_kinds.push(api::OfferKind::Discount.into());
    offer_kinds.sort_unstable();
    let policy = api::BankPolicy { has_declared_practice: true, offer_kinds, ..policy };
    let request = api::SetBankPolicyRequest {
        request_id: stage.request_id(),
        bank_number: 1,
        policy: Some(policy),
        validate_only: false,
    };
    stage.call(stage.directory(AUDITOR).set_bank_policy(request)).map(drop)
}

fn a_visitor(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(35, utc(2026, 6, 27, 9, 0));
    let swim = offers::offer(stage, &BATHS, "a swim and the steam room", HOUR + 30 * MINUTE);
    let offered = offers::made(stage, BROKER, swim)?;
    let request = api::IssueVoucherRequest {
        request_id: stage.request_id(),
        from_account_number: stage.account("A pot")?,
        amount_seconds: 2 * HOUR,
        last_day: Some(api::Date { year: 2026, month: 9, day: 30 }),
        reason: "spoke at the citizens' panel".to_owned(),
        validate_only: false,
    };
    let issued = stage.call(stage.redemptions(BROKER).issue_voucher(request))?;
    let voucher = issued.done.clone().unwrap_or_default().receipt;
    stage.done(issued.done)?;
    let hold_sequence = stage.written(voucher)?.sequence;
    stage.step(35, utc(2026, 6, 27, 14, 0));
    let heard = sell(stage, &BATHS, sale(9, shown(issued.code), (offered.offer_number, "JT")))?;
    let request = api::GetHoldRequest { hold_sequence, ..api::GetHoldRequest::default() };
    let hold = stage.call(stage.ledger_of(BROKER).get_hold(request))?.hold.unwrap_or_default();
    // The end of 30 September in Ashenford is an hour before that in UTC.
    let ends = utc(2026, 9, 30, 23, 0).micros() / MICROS_PER_SECOND;
    if hold.deadline.map(|deadline| deadline.seconds) != Some(ends) {
        return Err(stage.otherwise("until 30 September", format!("{hold:?}")));
    }
    stage.say(&format!(
        "A visitor who spoke at the citizens' panel was thanked with a voucher for {}, no name needed. It was shown at the \
         Baths for a swim and the steam room. \"{heard}\" {} stay on it until 30 September, then return to the pot.",
        hours(hold.amount_seconds),
        hours(hold.left_seconds),
    ))
}
