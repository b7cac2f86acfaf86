//! Rooms and hours booked ahead: taken on the day, let go if cancelled in time.

use hourbook::api;

use super::{Town, day, entry_of, number, of_seconds, reason, sequence};
use crate::support::HOUR;
use crate::support::served::fresh;

/// The hall, for which Gus speaks, and Wayside, which books it: for Wayside speaks Dev.
fn town() -> Town {
    let mut town = Town::new();
    for (group, speaker) in [("Hall", "Gus"), ("Wayside", "Dev")] {
        town.owner(group);
        town.account(group, (1, api::AccountKind::Organisation), group, -20);
        town.member(speaker, 0);
        town.give_key(speaker, api::Role::Member);
        let request = api::SetRepresentativeRequest {
            request_id: fresh(),
            owner_number: town.owner_number(group),
            representative: Some(api::Representative {
                owner_number: town.owner_number(speaker),
                speaks: api::Speaks::ForAll.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        town.set_representative("Tobias", request).unwrap();
    }
    town
}

impl Town {
    /// The hall, booked for Wayside by Dev.
    fn hall(&self, seconds: i64, on: api::Date) -> u64 {
        let booking = api::BookHoursRequest { day: Some(on), ..self.booking("Hall", "Wayside", seconds) };
        sequence(&self.book_hours("Dev", booking).unwrap().receipt)
    }

    fn take(&self, booking_sequence: u64, length: Option<api::Length>) -> api::TakeBookingRequest {
        api::TakeBookingRequest { request_id: fresh(), booking_sequence, length, ..Default::default() }
    }

    fn cancel(&self, who: &str, booking_sequence: u64) -> Result<(), tonic::Status> {
        let request =
            api::CancelBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
        self.cancel_booking(who, request).map(drop)
    }
}

/// Goal: nobody takes hours before the day they were booked for. Method: whoever gives, whoever booked and a broker, a
/// minute before the day begins and once it has.
#[test]
fn nothing_is_taken_before_the_day() {
    let town = town();
    let booking = town.hall(3 * HOUR, day(5, 9));
    // It is 10 o'clock on 5 May in London; the 9th begins in 86 hours.
    town.served.clock.advance_seconds(86 * HOUR - 60);
    for who in ["Gus", "Dev", "Tobias"] {
        assert_eq!(reason(town.take_booking(who, town.take(booking, None))), "DAY_IN_FUTURE");
    }
    assert_eq!((town.posted("Hall"), town.held("Wayside")), (0, 3 * HOUR));
    town.served.clock.advance_seconds(60);
    let taken = town.take_booking("Gus", town.take(booking, None)).unwrap().done.unwrap();
    assert_eq!((town.posted("Hall"), town.held("Wayside")), (3 * HOUR, 0));
    let details = entry_of(&taken).details.unwrap();
    assert_eq!(details.occurred_on, Some(day(5, 9)));
}

/// Goal: whoever booked lets it go until the day is over, and not once the room was used; whoever gives and a broker
/// still do. Method: the evening of the day and the midnight after it.
#[test]
fn whoever_used_the_room_does_not_take_it_back() {
    let town = town();
    let bookings = [1, 2, 3, 4].map(|hours| town.hall(hours * HOUR, day(5, 5)));
    town.served.clock.advance_seconds(14 * HOUR - 60);
    town.cancel("Dev", bookings[0]).unwrap();
    town.served.clock.advance_seconds(60);
    let refused = town.cancel("Dev", bookings[1]).unwrap_err();
    let expected = "Not done: what was booked for 2026-05-05 is let go after its day by who gives, or by a broker. \
                    Nothing was changed. Please talk to them.";
    assert_eq!(refused.message(), expected);
    assert_eq!(reason::<()>(Err(refused)), "NOT_YOURS");
    assert_eq!(town.held("Wayside"), 9 * HOUR);
    town.take_booking("Gus", town.take(bookings[1], None)).unwrap();
    town.cancel("Gus", bookings[2]).unwrap();
    town.cancel("Tobias", bookings[3]).unwrap();
    assert_eq!((town.posted("Hall"), town.held("Wayside")), (2 * HOUR, 0));
}

/// Goal: what was booked is already here when its slip comes, as long as it took place to be; what was let go is not.
/// Method: slips of a whole booking and of a part that was taken, before and after each step.
#[test]
fn its_slip_is_already_here() {
    let town = town();
    let here = "ALREADY_HERE";
    let slip = |seconds: i64| {
        let told = town.helped("Hall", "Wayside", seconds, day(5, 5));
        town.record_exchange("Tobias", told).map(|answer| number(&answer.done.unwrap()))
    };
    let booking = town.hall(3 * HOUR, day(5, 5));
    assert_eq!(reason(slip(3 * HOUR)), here, "it is booked");
    let again = || town.booking("Hall", "Wayside", 3 * HOUR);
    let again = || api::BookHoursRequest { day: Some(day(5, 5)), ..again() };
    assert_eq!(reason(town.book_hours("Dev", again())), here);
    town.book_hours("Dev", api::BookHoursRequest { is_another: true, validate_only: true, ..again() })
        .unwrap();
    slip(HOUR).unwrap();
    let part = |seconds| town.take(booking, of_seconds(seconds));
    assert_eq!(reason(town.take_booking("Gus", part(HOUR))), here, "so much is written down");
    let taken = number(&town.take_booking("Gus", part(2 * HOUR)).unwrap().done.unwrap());
    assert_eq!((town.posted("Hall"), town.held("Wayside")), (3 * HOUR, 0));
    assert_eq!(reason(slip(2 * HOUR)), here, "it took place");
    slip(3 * HOUR).unwrap();
    let right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: taken,
        reason: "nobody came".into(),
        ..Default::default()
    };
    town.put_right("Tobias", right).unwrap();
    slip(2 * HOUR).unwrap();

    let booking = town.hall(4 * HOUR, day(5, 5));
    assert_eq!(reason(slip(4 * HOUR)), here);
    town.cancel("Dev", booking).unwrap();
    slip(4 * HOUR).unwrap();
    let booking = town.hall(5 * HOUR, day(5, 5));
    town.take_booking("Gus", town.take(booking, None)).unwrap();
    assert_eq!(reason(slip(5 * HOUR)), here);
}
