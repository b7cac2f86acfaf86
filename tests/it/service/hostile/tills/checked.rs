//! Each write only checked, then written, then asked again.

use hourbook::api;
use tonic::{Response, Status};

use super::Baths;
use crate::service::hostile::only_checked::first_checked;
use crate::service::hostile::table::Write;

/// What a call says of a sale: how it stands, and whether it was asked before.
type Told = (api::Redemption, bool, String);

/// Asks to check, twice, then to write with the same id.
fn sale_first_checked<T: Write>(baths: &Baths, right: T, ask: impl AsyncFn(T) -> Result<Told, Status>) {
    let books = &baths.books;
    let with = |only_checked| {
        let mut request = right.clone();
        *request.validate_only() = only_checked;
        books.served.block_on(ask(request)).unwrap()
    };
    let before = books.position();
    let (checked, again) = (with(true), with(true));
    assert_eq!(books.position(), before, "something was written: {checked:?}");
    assert_eq!(checked, again);
    let written = with(false);
    assert_eq!(books.position(), before + 1);
    assert!(!checked.1 && !written.1, "the id was used up");
    // What is told alike: all that is not handed out by writing.
    let alike = |sale: &api::Redemption| {
        (sale.state, sale.amount_seconds, sale.captured_seconds, sale.refunded_seconds, sale.receipt)
    };
    assert_eq!((alike(&checked.0), &checked.2), (alike(&written.0), &written.2));
    let repeated = with(false);
    assert!(repeated.1 && repeated.0 == written.0 && books.position() == before + 1);
    assert_eq!(with(true), repeated);
}

macro_rules! told {
    ($baths:ident, $call:ident) => {
        async |request| {
            let answer = $baths.books.served.redemptions().$call(request).await?.into_inner();
            Ok((answer.redemption.unwrap(), answer.repeated, answer.sentence))
        }
    };
}

/// Goal: every write at a till and about one that is only checked answers as if it had been written, writes nothing, and
/// leaves its id and its receipt free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_write_at_a_till_first_checked() {
    let baths = Baths::new();
    sale_first_checked(&baths, baths.redeem(), told!(baths, redeem));
    sale_first_checked(&baths, baths.authorize(), told!(baths, authorize_redemption));
    sale_first_checked(&baths, baths.slip(), told!(baths, record_redemption));
    sale_first_checked(&baths, baths.refund(), told!(baths, refund_redemption));
    sale_first_checked(&baths, baths.capture(), told!(baths, capture_redemption));
    let one_more =
        baths.books.served.block_on(baths.books.served.redemptions().authorize_redemption(baths.authorize()));
    let redemption_sequence = one_more.unwrap().into_inner().redemption.unwrap().redemption_sequence;
    let void = api::VoidRedemptionRequest { redemption_sequence, ..baths.void() };
    sale_first_checked(&baths, void, told!(baths, void_redemption));
    let served = &baths.books.served;
    let of_voucher = async |request| {
        let answer = served.redemptions().issue_voucher(request).await;
        answer.map(Response::into_inner).map(|answer| answer.done.unwrap().receipt.unwrap())
    };
    first_checked(&baths.books, baths.voucher(), of_voucher);
    macro_rules! receipt {
        ($call:ident) => {
            async |request| {
                let answer = served.redemptions().$call(request).await;
                answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
            }
        };
    }
    first_checked(&baths.books, baths.settle(), receipt!(settle_partner));
    first_checked(&baths.books, baths.paid(), receipt!(record_settlement_paid));
}
