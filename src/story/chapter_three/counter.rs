//! A counter: a shop's venues, its till and who stands at it; what people show there, and what is sold for it.

use super::BROKER;
use crate::api;
use crate::story::stage::Stage;
use crate::story::{StoryError, keys};

/// A shop with one till.
pub struct Shop {
    /// What it is called. Its manager shows a key under this name.
    pub name: &'static str,
    /// Its till shows a key under this name.
    pub till: &'static str,
    /// Its venues; the till stands in the last one.
    venues: &'static [&'static str],
    /// Who stands at it, by their initials, and who of the cast that is; empty for nobody with an account.
    staff: &'static [(&'static str, &'static str)],
}

/// The carers' café.
pub const CAFE: Shop = Shop {
    name: "Saucer & Spoon",
    till: "till of the Saucer & Spoon",
    venues: &["By the bridge"],
    staff: &[(ESME, "Esme"), (RAFE, "")],
};
/// Fruit and veg.
pub const GREENGROCER: Shop = Shop {
    name: "Green Barrow",
    till: "till of the Green Barrow",
    venues: &["Market Row", "Mill Gate"],
    staff: &[("MO", "")],
};
/// The baths.
pub const BATHS: Shop = Shop {
    name: "Ladle Street Baths",
    till: "till of the Ladle Street Baths",
    venues: &["Ladle Street"],
    staff: &[("JT", "")],
};

/// Esme at the café's till.
pub const ESME: &str = "EP";
/// Rafe at the café's till.
pub const RAFE: &str = "RA";

/// Opens the venues and the till of a shop, says who stands at it, and makes both keys.
pub fn open(stage: &mut Stage<'_>, shop: &Shop) -> Result<(), StoryError> {
    let partner_owner_number = stage.owner(shop.name);
    let mut venue_number = 0;
    for name in shop.venues {
        let request = api::SetVenueRequest {
            request_id: stage.request_id(),
            partner_owner_number,
            name: (*name).to_owned(),
            ..api::SetVenueRequest::default()
        };
        venue_number = stage.call(stage.directory(BROKER).set_venue(request))?.venue_number;
    }
    let request = api::SetTillRequest {
        request_id: stage.request_id(),
        partner_owner_number,
        venue_number,
        ..api::SetTillRequest::default()
    };
    stage.call(stage.directory(BROKER).set_till(request))?;
    let people = shop.staff.iter().map(|(initials, who)| api::TillPerson {
        initials: (*initials).to_owned(),
        owner_number: stage.owner(who),
    });
    let people = people.collect();
    let request = api::SetTillStaffRequest {
        request_id: stage.request_id(),
        partner_owner_number,
        people,
        validate_only: false,
    };
    stage.call(stage.redemptions(BROKER).set_till_staff(request))?;
    keys::to_shop(stage, shop.name, shop.till)
}

/// A code on somebody's phone.
pub fn code(stage: &Stage<'_>, whose: &'static str) -> Result<api::Shown, StoryError> {
    let request =
        api::IssueCodeRequest { account_number: stage.account(whose)?, ..api::IssueCodeRequest::default() };
    Ok(shown(stage.call(stage.redemptions(whose).issue_code(request))?.code))
}

/// A code that is shown.
pub const fn shown(code: String) -> api::Shown {
    api::Shown { by: Some(api::shown::By::Code(code)) }
}

/// One of an offer, on a receipt of today.
pub fn sale(
    number: u32,
    shown: api::Shown,
    (offer_number, staff_initials): (u32, &'static str),
) -> api::Sale {
    api::Sale {
        receipt: Some(api::SaleReceipt { number, ..api::SaleReceipt::default() }),
        shown: Some(shown),
        offer_number,
        staff_initials: staff_initials.to_owned(),
        ..api::Sale::default()
    }
}

/// An attempt to sell.
pub fn attempt(stage: &mut Stage<'_>, sale: api::Sale) -> api::RedeemRequest {
    api::RedeemRequest { request_id: stage.request_id(), sale: Some(sale), validate_only: false }
}

/// Sells for the first time: what the screen says.
pub fn sell(stage: &mut Stage<'_>, shop: &Shop, sale: api::Sale) -> Result<String, StoryError> {
    let request = attempt(stage, sale);
    let sold = stage.call(stage.redemptions(shop.till).redeem(request))?;
    if sold.repeated {
        return Err(stage.otherwise("a receipt of its own", format!("{:?}", sold.redemption)));
    }
    Ok(sold.sentence)
}
