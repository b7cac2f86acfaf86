//! Messages become offers, offers become messages.

use crate::api;
use crate::directory::OfferKind;
use crate::directory::partners::{Caps, Hours, Kept, Offer, Per, Stands};
use crate::domain::OwnerNumber;
use crate::service::directory::{offer_kind, owner};
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};

/// Minutes of a day.
const MINUTES: u32 = 1_440;

/// What is offered, and by whom.
pub fn read(offer: Option<api::Offer>) -> Result<(OwnerNumber, Offer), NotDone> {
    let said = offer.ok_or_else(|| NotDone::bad("offer", "said"))?;
    let partner = owner("offer.partner_owner_number", said.partner_owner_number)?;
    let venue = u8::try_from(said.venue_number).map_err(|_| no_venue())?;
    let caps = said.caps.unwrap_or_default();
    let offer = Offer {
        venue: Some(venue).filter(|venue| *venue != 0),
        kind: read_kind(said.kind)?,
        wording: said.wording.into(),
        price: fields::amount("offer.price_seconds", said.price_seconds)?,
        per: read_per(said.price_per)?,
        hours: read_hours(&said.hours.unwrap_or_default())?,
        caps: Caps {
            member_day: caps.member_day,
            member_month: caps.member_month,
            month: caps.month,
            total: caps.total,
        },
    };
    offer.check()?;
    Ok((partner, offer))
}

/// The message of an offer, but for what is left of it.
pub fn message(partner: OwnerNumber, number: u16, kept: &Kept) -> api::Offer {
    let Kept { offer, stands, set_by } = kept;
    let Caps { member_day, member_month, month, total } = offer.caps;
    api::Offer {
        partner_owner_number: partner.get(),
        offer_number: number.into(),
        venue_number: offer.venue.unwrap_or_default().into(),
        kind: offer_kind(offer.kind).into(),
        wording: offer.wording.to_string(),
        price_seconds: offer.price.seconds(),
        price_per: match offer.per {
            Per::Person => api::PricePer::Person.into(),
            Per::Redemption => api::PricePer::Redemption.into(),
        },
        hours: Some(hours(offer.hours)),
        caps: Some(api::OfferCaps { member_day, member_month, month, total }),
        partner_name: String::new(),
        venues: Vec::new(),
        state: state(stands).into(),
        availability: api::Availability::Unspecified.into(),
        available_from: None,
        set_by_sequence: set_by.get(),
        declined_because: match stands {
            Stands::Declined(why) => why.to_string(),
            Stands::Waits | Stands::Open | Stands::Withdrawn | Stands::Retired => String::new(),
        },
    }
}

const fn state(stands: &Stands) -> api::OfferState {
    match stands {
        Stands::Waits => api::OfferState::Waits,
        Stands::Open => api::OfferState::Open,
        Stands::Declined(_) => api::OfferState::Declined,
        Stands::Withdrawn | Stands::Retired => api::OfferState::Retired,
    }
}

pub fn no_venue() -> NotDone {
    NotDone::bad("offer.venue_number", "the number of an open venue of this partner, or 0 for all of them")
}

fn read_kind(number: i32) -> Result<OfferKind, NotDone> {
    match api::OfferKind::try_from(number) {
        Ok(api::OfferKind::Activity) => Ok(OfferKind::Activity),
        Ok(api::OfferKind::Discount) => Ok(OfferKind::Discount),
        Ok(api::OfferKind::Service) => Ok(OfferKind::Service),
        Ok(api::OfferKind::Goods) => Ok(OfferKind::Goods),
        Ok(api::OfferKind::Unspecified) | Err(_) => {
            Err(NotDone::bad("offer.kind", "a kind of offer there is, from 1 to 4"))
        }
    }
}

fn read_per(number: i32) -> Result<Per, NotDone> {
    match api::PricePer::try_from(number) {
        Ok(api::PricePer::Person) => Ok(Per::Person),
        Ok(api::PricePer::Redemption) => Ok(Per::Redemption),
        Ok(api::PricePer::Unspecified) | Err(_) => {
            Err(NotDone::bad("offer.price_per", "1 for each person or 2 for the whole"))
        }
    }
}

fn read_hours(said: &api::OfferHours) -> Result<Hours, NotDone> {
    let no_days =
        || NotDone::bad("offer.hours.weekdays", "1 for Monday to 7 for Sunday, each once, in order");
    let mut weekdays = 0;
    if !said.weekdays.is_sorted_by(|one, next| one < next) {
        return Err(no_days());
    }
    for weekday in &said.weekdays {
        let bit = weekday.checked_sub(1).filter(|bit| *bit < 7).ok_or_else(no_days)?;
        weekdays |= 1 << bit;
    }
    // What does not fit is beyond its bound, which is named when the offer is checked.
    let minute = |minute: u32| u16::try_from(minute).unwrap_or(u16::MAX);
    Ok(Hours {
        first_day: fields::day("offer.hours.first_day", said.first_day)?,
        last_day: fields::day("offer.hours.last_day", said.last_day)?,
        weekdays: if said.weekdays.is_empty() { Hours::ALWAYS.weekdays } else { weekdays },
        from_minute: minute(said.from_minute),
        until_minute: minute(if said.until_minute == 0 { MINUTES } else { said.until_minute }),
    })
}

fn hours(hours: Hours) -> api::OfferHours {
    let Hours { first_day, last_day, weekdays, from_minute, until_minute } = hours;
    let is_every_day = weekdays == Hours::ALWAYS.weekdays;
    let weekdays = (1..=7).filter(|day| !is_every_day && weekdays >> (day - 1) & 1 == 1).collect();
    api::OfferHours {
        first_day: first_day.map(answers::date),
        last_day: last_day.map(answers::date),
        weekdays,
        from_minute: from_minute.into(),
        until_minute: if u32::from(until_minute) == MINUTES { 0 } else { until_minute.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sequence;

    fn lunch() -> api::Offer {
        let day = |month, day| Some(api::Date { year: 2026, month, day });
        let hours = api::OfferHours {
            first_day: day(6, 1),
            last_day: day(6, 30),
            weekdays: vec![4],
            from_minute: 720,
            until_minute: 840,
        };
        api::Offer {
            partner_owner_number: 7,
            venue_number: 2,
            kind: 1,
            wording: "a seat".into(),
            price_seconds: 3_600,
            price_per: 1,
            hours: Some(hours),
            caps: Some(api::OfferCaps { member_day: 1, member_month: 2, month: 3, total: 4 }),
            ..Default::default()
        }
    }

    /// Goal: an offer reads back from its message, whatever is left out. Method: one with everything, and one with nothing
    /// but what must be said.
    #[test]
    fn offers_read_back() {
        let bare = api::Offer { venue_number: 0, hours: None, caps: None, ..lunch() };
        for said in [lunch(), bare] {
            let (partner, offer) = read(Some(said.clone())).unwrap();
            let kept = Kept { offer, stands: Stands::Open, set_by: Sequence::new(5) };
            let told = message(partner, 3, &kept);
            let expected = api::Offer {
                offer_number: 3,
                state: api::OfferState::Open.into(),
                set_by_sequence: 5,
                hours: Some(said.hours.clone().unwrap_or_default()),
                caps: Some(said.caps.unwrap_or_default()),
                ..said
            };
            assert_eq!(told, expected);
            assert_eq!(read(Some(told)).unwrap().1, kept.offer);
        }
    }

    /// Goal: what cannot be meant is named. Method: one field bent at a time.
    #[test]
    fn fields_are_named() {
        type Bend = fn(&mut api::Offer);
        let rows: [(Bend, &str); 12] = [
            (|o| o.partner_owner_number = 0, "offer.partner_owner_number"),
            (|o| o.venue_number = 256, "offer.venue_number"),
            (|o| o.kind = 0, "offer.kind"),
            (|o| o.kind = 5, "offer.kind"),
            (|o| o.wording.clear(), "offer.wording"),
            (|o| o.price_seconds = 0, "offer.price_seconds"),
            (|o| o.price_per = 0, "offer.price_per"),
            (|o| o.hours.as_mut().unwrap().weekdays = vec![4, 4], "offer.hours.weekdays"),
            (|o| o.hours.as_mut().unwrap().weekdays = vec![8], "offer.hours.weekdays"),
            (|o| o.hours.as_mut().unwrap().weekdays = vec![0], "offer.hours.weekdays"),
            (|o| o.hours.as_mut().unwrap().until_minute = 70_000, "offer.hours.until_minute"),
            (|o| o.caps.as_mut().unwrap().total = u32::MAX, "offer.caps.total"),
        ];
        for (bend, field) in rows {
            let mut offer = lunch();
            bend(&mut offer);
            match read(Some(offer)) {
                Err(NotDone::Bad(bad)) => assert_eq!(bad.field, field),
                other => panic!("{field}: {:?}", other.is_ok()),
            }
        }
    }
}
