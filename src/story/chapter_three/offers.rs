//! Step 26: what the shops offer, and what the time bank makes of it.

use super::BROKER;
use super::counter::{CAFE, Shop};
use crate::api;
use crate::domain::Reason;
use crate::story::StoryError;
use crate::story::stage::{HOUR, Stage, utc};
use crate::words::hours;

/// The number of the carers' lunch with the café.
pub const LUNCH: u32 = 1;
/// The number of the craft table with the café.
pub const CRAFT_TABLE: u32 = 2;

/// What the café takes in a month.
pub const CAFE_MONTH_SECONDS: i64 = 10 * HOUR;

pub fn play(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(26, utc(2026, 6, 25, 9, 0));
    let no_goods = cakes_refused(stage)?;
    for (wording, number) in
        [("a seat at the carers' lunch", LUNCH), ("a place at the craft table", CRAFT_TABLE)]
    {
        let seat = offer(stage, &CAFE, wording, HOUR);
        let offered = made(stage, CAFE.name, seat)?;
        if (offered.offer_number, offered.state()) != (number, api::OfferState::Waits) {
            return Err(stage.otherwise("it waits for the time bank", format!("{offered:?}")));
        }
        approve(stage, &CAFE, number)?;
    }
    let request = api::SetPartnerBudgetRequest {
        request_id: stage.request_id(),
        partner_owner_number: stage.owner(CAFE.name),
        month_seconds: Some(CAFE_MONTH_SECONDS),
        validate_only: false,
    };
    stage.call(stage.redemptions(CAFE.name).set_partner_budget(request))?;
    stage.say(&format!(
        "The {} wanted to offer a box of cakes for {}. {no_goods} A seat at the carers' lunch for {} is fine, and so is a \
         place at the craft table: {BROKER} approved both. The café takes {} in June.",
        CAFE.name,
        hours(HOUR),
        hours(HOUR),
        hours(CAFE_MONTH_SECONDS),
    ))
}

/// The café asks to offer goods, and hears why not.
pub fn cakes_refused(stage: &mut Stage<'_>) -> Result<String, StoryError> {
    let kind = api::OfferKind::Goods.into();
    let cakes = api::Offer { kind, ..offer(stage, &CAFE, "a box of cakes", HOUR) };
    let request = asked(stage, cakes);
    stage.refused_for(Reason::GoodsNotAllowed, stage.redemptions(CAFE.name).create_offer(request))
}

/// An activity for each person, at any time.
pub fn offer(stage: &Stage<'_>, shop: &Shop, wording: &str, price_seconds: i64) -> api::Offer {
    api::Offer {
        partner_owner_number: stage.owner(shop.name),
        kind: api::OfferKind::Activity.into(),
        wording: wording.to_owned(),
        price_seconds,
        price_per: api::PricePer::Person.into(),
        ..api::Offer::default()
    }
}

fn asked(stage: &mut Stage<'_>, offer: api::Offer) -> api::CreateOfferRequest {
    api::CreateOfferRequest { request_id: stage.request_id(), offer: Some(offer), validate_only: false }
}

/// Offers something, as somebody.
pub fn made(stage: &mut Stage<'_>, who: &'static str, offer: api::Offer) -> Result<api::Offer, StoryError> {
    let request = asked(stage, offer);
    let answer = stage.call(stage.redemptions(who).create_offer(request))?;
    answer.offer.ok_or_else(|| stage.otherwise("an offer", "none"))
}

fn approve(stage: &mut Stage<'_>, shop: &Shop, offer_number: u32) -> Result<(), StoryError> {
    let request = api::ApproveOfferRequest {
        request_id: stage.request_id(),
        partner_owner_number: stage.owner(shop.name),
        offer_number,
        ..api::ApproveOfferRequest::default()
    };
    stage.call(stage.redemptions(BROKER).approve_offer(request)).map(drop)
}

/// What the café's owner reads of each open offer, in the words of whoever reads it: "nearly gone".
pub fn as_they_stand(stage: &Stage<'_>) -> Result<Vec<(String, String)>, StoryError> {
    let offers =
        stage.call(stage.redemptions(CAFE.name).list_offers(api::ListOffersRequest::default()))?.offers;
    Ok(offers
        .into_iter()
        .map(|offer| (stands(&offer), offer.wording))
        .map(|(stands, what)| (what, stands))
        .collect())
}

fn stands(offer: &api::Offer) -> String {
    match offer.availability() {
        api::Availability::Unspecified => "not said".to_owned(),
        api::Availability::Available => "can be taken".to_owned(),
        api::Availability::NearlyGone => "nearly gone".to_owned(),
        api::Availability::NotBefore => {
            let api::Date { year, month, day } = offer.available_from.unwrap_or_default();
            format!("not before {year:04}-{month:02}-{day:02}")
        }
        api::Availability::Gone => "gone".to_owned(),
    }
}
