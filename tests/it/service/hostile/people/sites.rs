//! Venues and tills of partners.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};

use super::{NOBODY, People};
use crate::service::hostile::fields::empty;
use crate::service::hostile::table::{Row, Table};

pub fn sites(table: &mut Table<'_>, people: &People) {
    let served = &people.books.served;
    let (partner, venue, till) = ("partner_owner_number", "venue_number", "till_number");
    let ask = async |request| empty(served.directory().set_venue(request).await);
    let rows: [Row<'_, api::SetVenueRequest>; 16] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("venue 1", &|r| r.venue_number = 1, Fine, ""),
        ("venue 2", &|r| r.venue_number = 2, InvalidArgument, venue),
        ("venue 256", &|r| r.venue_number = 256, InvalidArgument, venue),
        ("venue 257", &|r| r.venue_number = 257, InvalidArgument, venue),
        ("venue max", &|r| r.venue_number = u32::MAX, InvalidArgument, venue),
        ("no name", &|r| r.name.clear(), InvalidArgument, "name"),
        ("name of 100", &|r| r.name = "n".repeat(100), Fine, ""),
        ("name of 101", &|r| r.name = "n".repeat(101), InvalidArgument, "name"),
        ("name of 200 kB", &|r| r.name = "n".repeat(200_000), InvalidArgument, "name"),
        ("a name of two lines", &|r| r.name = "a\nb".into(), InvalidArgument, "name"),
        ("address of 200", &|r| r.address = "a".repeat(200), Fine, ""),
        ("address of 201", &|r| r.address = "a".repeat(201), InvalidArgument, "address"),
        ("an address of two lines", &|r| r.address = "a\nb".into(), InvalidArgument, "address"),
    ];
    table.write("SetVenue", &people.venue(0), ask, &rows);

    let ask = async |request| empty(served.directory().close_venue(request).await);
    let rows: [Row<'_, api::CloseVenueRequest>; 6] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("venue 0", &|r| r.venue_number = 0, InvalidArgument, venue),
        ("venue 2", &|r| r.venue_number = 2, InvalidArgument, venue),
        ("venue 257", &|r| r.venue_number = 257, InvalidArgument, venue),
    ];
    table.write("CloseVenue", &people.close_venue(), ask, &rows);

    let ask = async |request| empty(served.directory().set_till(request).await);
    let rows: [Row<'_, api::SetTillRequest>; 9] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("till 1", &|r| r.till_number = 1, Fine, ""),
        ("till 2", &|r| r.till_number = 2, InvalidArgument, till),
        ("till 65,537", &|r| r.till_number = 65_537, InvalidArgument, till),
        ("venue 0", &|r| r.venue_number = 0, InvalidArgument, venue),
        ("venue 2", &|r| r.venue_number = 2, InvalidArgument, venue),
        ("venue 257", &|r| r.venue_number = 257, InvalidArgument, venue),
    ];
    table.write("SetTill", &people.till(0), ask, &rows);

    let ask = async |request| empty(served.directory().close_till(request).await);
    let rows: [Row<'_, api::CloseTillRequest>; 5] = [
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("till 0", &|r| r.till_number = 0, InvalidArgument, till),
        ("till 2", &|r| r.till_number = 2, InvalidArgument, till),
        ("till 65,537", &|r| r.till_number = 65_537, InvalidArgument, till),
    ];
    table.write("CloseTill", &people.close_till(), ask, &rows);
}
