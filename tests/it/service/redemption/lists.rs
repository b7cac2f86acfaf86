//! Sales as a list, by business day, and as they change.

use hourbook::api::{self, RedemptionState};

use super::{Cafe, why};
use crate::access::with;
use crate::support::HOUR;

const DAY_SECONDS: i64 = 86_400;

impl Cafe {
    fn listed(&self, who: &str, request: api::ListRedemptionsRequest) -> Vec<(u32, RedemptionState)> {
        let mut found = Vec::new();
        let mut request = request;
        loop {
            let page = self.list_redemptions(who, request.clone()).unwrap();
            found.extend(page.redemptions.iter().map(|one| (one.receipt.unwrap().number, one.state())));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return found;
            }
        }
    }
}

impl Cafe {
    /// The first so many changes after a position: where, and of which receipt.
    fn watched(&self, who: &str, after: u64, count: usize) -> Vec<(u64, u32)> {
        let request = api::WatchRedemptionsRequest { after_sequence: Some(after), ..Default::default() };
        let request = with(self.town.key(who), request);
        self.town.served.block_on(async {
            let mut stream =
                self.town.served.redemptions().watch_redemptions(request).await.unwrap().into_inner();
            let mut changes = Vec::new();
            while changes.len() < count {
                let message = stream.message().await.unwrap().unwrap();
                if let Some(redemption) = message.redemption {
                    assert_eq!(redemption.account_number, 0);
                    changes.push((message.position, redemption.receipt.unwrap().number));
                }
            }
            changes
        })
    }
}

/// Goal: sales are listed newest first, each once, page by page; a till sees its own of two days. Method: a taken, a captured,
/// an open, a refunded one and one let go; then another day.
#[test]
fn newest_first() {
    let cafe = Cafe::selling();
    let sale = |number| cafe.sale(number, &cafe.code("Ann", "Ann"));
    cafe.sell(sale(1)).unwrap();
    let held = cafe.set_aside(sale(2)).unwrap();
    let refunded = cafe.sell(sale(3)).unwrap().redemption.unwrap();
    cafe.take("Till", held.redemption_sequence, 0).unwrap();
    cafe.give_back("Till", refunded.redemption_sequence, 0).unwrap();
    let gone = cafe.set_aside(sale(4)).unwrap();
    cafe.let_go("Till", gone.redemption_sequence).unwrap();
    cafe.set_aside(sale(5)).unwrap();
    let of = |page_size| api::ListRedemptionsRequest {
        partner_owner_number: cafe.cafe,
        page_size,
        ..Default::default()
    };
    let all = [
        (5, RedemptionState::Authorized),
        (2, RedemptionState::Captured),
        (3, RedemptionState::Refunded),
        (1, RedemptionState::Captured),
    ];
    for page_size in [0, 1, 2, 3] {
        for who in ["Cafe", "Till", "Tobias"] {
            assert_eq!(cafe.listed(who, of(page_size)), all, "{who} {page_size}");
        }
    }
    let totals = cafe.day_totals("Cafe", api::DayTotalsRequest::default()).unwrap().tills;
    assert_eq!(totals.len(), 1);
    let totals = totals[0];
    assert_eq!((totals.venue_number, totals.till_number, totals.captured_count), (1, 1, 3));
    assert_eq!(
        [totals.captured_seconds, totals.refunded_seconds, totals.held_seconds],
        [3 * HOUR, HOUR, HOUR]
    );
    cafe.town.served.clock.advance_seconds(2 * DAY_SECONDS);
    cafe.sell(sale(1)).unwrap();
    assert_eq!(cafe.listed("Till", of(0)), [(1, RedemptionState::Captured)], "the last two days");
    assert_eq!(cafe.listed("Cafe", of(0)).len(), 4, "what ran out moved nothing");
    let of_day = api::ListRedemptionsRequest {
        through_day: Some(api::Date { year: 2026, month: 5, day: 5 }),
        ..of(0)
    };
    assert_eq!(cafe.listed("Cafe", of_day), all[1..]);
    let then =
        api::DayTotalsRequest { day: Some(api::Date { year: 2026, month: 5, day: 5 }), ..Default::default() };
    assert_eq!(cafe.day_totals("Cafe", then).unwrap().tills[0].captured_count, 3);
    assert_eq!(why(cafe.day_totals("Till", then)), "day");
    assert_eq!(why(cafe.list_redemptions("Baths", of(0))), "OWNER_NOT_FOUND");
    let other_till = api::ListRedemptionsRequest { till_number: 2, ..of(0) };
    assert_eq!(why(cafe.list_redemptions("Till", other_till)), "till_number");
}

/// Goal: a stream shows each sale as it changes, and goes on where a cut one ended. Method: a sale before, one set aside,
/// taken and given back; the stream cut in the middle.
#[test]
fn watched_from_any_position() {
    let cafe = Cafe::selling();
    let begins = cafe.town.position();
    let sold = cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
    let held = cafe.set_aside(cafe.sale(2, &cafe.code("Ann", "Ann"))).unwrap();
    cafe.take("Till", held.redemption_sequence, 0).unwrap();
    cafe.give_back("Till", sold.redemption_sequence, 0).unwrap();
    let all = cafe.watched("Cafe", begins, 4);
    assert_eq!(all.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [1, 2, 2, 1]);
    assert_eq!(cafe.watched("Cafe", all[1].0, 2), all[2..], "it goes on where it was cut");
}

/// Goal: a till sees changes of the sales of today and yesterday, whatever position it asks from; the partner sees all.
/// Method: a sale, three days, two more; from the beginning, and a late refund of the first.
#[test]
fn a_till_watches_two_days() {
    let cafe = Cafe::selling();
    let begins = cafe.town.position();
    let sell = |number| cafe.sell(cafe.sale(number, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
    let old = sell(1);
    cafe.town.served.clock.advance_seconds(3 * DAY_SECONDS);
    sell(2);
    cafe.give_back("Cafe", old.redemption_sequence, 0).unwrap();
    sell(3);
    let numbers = |who: &str, count| {
        cafe.watched(who, begins, count).into_iter().map(|(_, number)| number).collect::<Vec<_>>()
    };
    assert_eq!(numbers("Cafe", 4), [1, 2, 1, 3]);
    assert_eq!(numbers("Till", 2), [2, 3]);
    cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    assert_eq!(numbers("Till", 2), [2, 3], "yesterday");
}

/// Goal: each sale is on one page, whatever becomes of it while pages are turned, and what comes meanwhile is on none. Method:
/// set aside, three sold, pages of one; after the first page one that was set aside is taken, one let go, another sold.
#[test]
fn pages_stay_what_they_are() {
    let cafe = Cafe::selling();
    let sale = |number| cafe.sale(number, &cafe.code("Ann", "Ann"));
    let [taken, gone] = [1, 2].map(|number| cafe.set_aside(sale(number)).unwrap().redemption_sequence);
    cafe.sell(sale(3)).unwrap();
    cafe.sell(sale(4)).unwrap();
    let page = |page_token| {
        let request = api::ListRedemptionsRequest { page_size: 1, page_token, ..Default::default() };
        cafe.list_redemptions("Cafe", request).unwrap()
    };
    let first = page(String::new());
    cafe.take("Till", taken, 0).unwrap();
    cafe.let_go("Till", gone).unwrap();
    cafe.sell(sale(5)).unwrap();
    let mut numbers = Vec::new();
    let mut next = first.clone();
    loop {
        assert_eq!(next.sequence, first.sequence, "all are of one position");
        numbers.extend(next.redemptions.iter().map(|one| one.receipt.unwrap().number));
        if next.next_page_token.is_empty() {
            break;
        }
        next = page(next.next_page_token);
    }
    assert_eq!(numbers, [4, 3, 1]);
    assert_eq!(cafe.listed("Cafe", api::ListRedemptionsRequest::default()).len(), 4);
}
