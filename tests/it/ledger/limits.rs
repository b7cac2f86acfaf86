//! I2: judged on the net effect, in the direction an entry moves an account.

use hourbook::domain::{
    AccountNumber, Action, Amount, CeilingRule, Close, Kind, Limits, OpenClearing, Opened, Reason,
};
use hourbook::ledger::{NoReceipt, Receipt};

use crate::support::table::check;
use crate::support::{Desk, HOUR, post};

/// Goal: I2: whoever is past a limit can come back, and only go back. Method: an account at −12 h
/// under a new floor of −10 h.
#[test]
fn i2_past_the_floor_only_the_way_back_is_open() {
    check(
        "
        open     ann   member  floor -20h
        open     bea   member
        post     ann   bea   12h                       ok
        limits   ann   floor -10h                      ok
        post     bea   ann   1h                        ok
        post     ann   bea   1h                        BELOW_FLOOR ann available −1 h
        hold     H1    ann   bea   30m                 BELOW_FLOOR ann available −1 h
        balance  ann   posted -11h  held 0h
        ",
    );
}

/// Goal: I2: one answer names the accounts that are past their floor, and nobody else. Method: an
/// entry of eight with one, then two past it.
#[test]
fn i2_an_entry_of_eight_names_the_one() {
    check(
        "
        open     lea   member
        open     a     member  floor -2h
        open     b     member  floor -2h
        open     c     member  floor 0h
        open     d     member  floor -2h
        open     e     member  floor -2h
        open     f     member  floor -1h
        open     g     member  floor -2h
        open     h     member  floor -2h
        post     a>lea 1h, b>lea 1h, c>lea 1h, d>lea 1h, e>lea 1h, f>lea 1h, g>lea 1h, h>lea 1h    BELOW_FLOOR c available 0 h
        balance  a     posted 0h  held 0h
        post     a>lea 1h, b>lea 1h, c>lea 1h, d>lea 1h, e>lea 1h, f>lea 2h, g>lea 1h, h>lea 1h    BELOW_FLOOR c available 0 h, f available 1 h
        balance  lea   posted 0h  held 0h
        ",
    );
}

/// Goal: I2: the net effect is judged, not the order of transfers. Method: hours that pass through.
#[test]
fn i2_hours_may_pass_through() {
    check(
        "
        open     ann   member  floor 0h
        open     bea   member
        open     cal   member
        post     ann>bea 2h, cal>ann 2h                ok
        post     ann>bea 3h, cal>ann 2h                BELOW_FLOOR ann available 0 h
        balance  ann   posted 0h  held 0h
        ",
    );
}

/// Goal: I2: what is not judged passes and says so. Method: reversal, refund, closing, settlement and
/// opening on accounts that are empty.
#[test]
fn i2_reversal_and_refund_pass_a_floor_and_say_so() {
    check(
        "
        open     ann   member  floor 0h
        open     bea   member  floor 0h
        credit   ann   4h                              ok
        post     ann   bea   2h                        ok
        post     bea   pot   2h                        ok
        post     pot   ann   1h                        ok
        refund   ann   1h                              ok past floor bea
        reverse  ann   1h                              ok past floor bea
        reverse  ann   1h                              REVERSAL_EXCEEDS left 0 h
        balance  bea   posted -2h  held 0h
        post     bea   pot   1h   settlement           ok past floor bea
        close    bea   pot                             ok past floor pot
        balance  bea   posted 0h  held 0h
        ",
    );
}

/// Goal: a hard ceiling stops, a soft one marks, and both only on the way up.
#[test]
fn i2_ceilings() {
    check(
        "
        open     ann   member  floor -20h
        open     sof   member  ceiling 2h
        open     har   member  ceiling 2h hard
        post     ann   sof   3h                        ok past ceiling sof
        post     ann   har   3h                        ABOVE_CEILING har available 2 h
        hold     H1    ann   har   1h 30m              ok
        post     ann   har   1h                        ABOVE_CEILING har available 0.5 h
        capture  H1    1h 30m                          ok
        post     ann   har   30m                       ok
        limits   har   ceiling 1h hard                 ok
        post     har   ann   30m                       ok
        post     ann   har   15m                       ABOVE_CEILING har available −0.5 h
        ",
    );
}

/// Goal: somebody may allow a member to pass a floor, and the entry says so; nobody may allow more
/// hours to be made than the cap.
#[test]
fn i2_allowed_by_somebody() {
    check(
        "
        open     ann   member  floor 0h
        open     bea   member
        post     ann   bea   1h                        BELOW_FLOOR ann available 0 h
        allowed  ann   bea   1h                        ok past floor ann
        allowed  made  ann   1001h                     BELOW_FLOOR made available 1000 h
        open     har   member  ceiling 1h hard
        allowed-hold  H1  bea  har  2h                 ok past ceiling har
        capture  H1                                    ok
        balance  har   posted 2h  held 0h
        ",
    );
}

/// Goal: the caps of a clearing pair are one agreement: set on one side they hold on both, and neither
/// side closes alone. Method: two banks, caps of 3 hours, then of 1 hour and 2 hours.
#[test]
fn i2_a_clearing_pair_changes_together() {
    let desk = Desk::new();
    let ((first, pot, _), (second, ..)) = (desk.bank(), desk.bank());
    let cap = Amount::new(3 * HOUR).unwrap();
    let pair = OpenClearing { first, second, first_may_owe: cap, second_may_owe: cap };
    let opened = desk.post(Action::OpenClearing(pair)).unwrap().entry.outcome.opened;
    let Opened::Accounts(near) = opened else { panic!("{opened:?}") };
    let far = AccountNumber::from_slot(near.slot() + 1).unwrap();
    let (ann, bea) = (desk.member(first, -50), desk.member(second, -50));
    let across =
        |hours: i64| desk.post(post(Kind::Exchange, &[(ann, near, hours * HOUR), (far, bea, hours * HOUR)]));
    let refused = |answer: Result<Receipt, NoReceipt>| match answer {
        Err(NoReceipt::Refused(refusal)) => refusal.reason(),
        other => panic!("{other:?}"),
    };
    for side in [near, far] {
        assert_eq!(
            refused(desk.post(Action::Close(Close { account: side, remainder_to: pot }))),
            Reason::CrossBank
        );
    }
    assert_eq!(refused(across(4)), Reason::ClearingCap);
    let wider = Limits::from_floor(-HOUR).unwrap().with_ceiling(2 * HOUR, CeilingRule::Warns).unwrap();
    desk.post(Action::SetLimits(near, wider)).unwrap();
    assert_eq!(refused(across(3)), Reason::ClearingCap, "the ceiling of a pair always stops");
    across(2).unwrap();
    let books = desk.ledger.books();
    assert_eq!(books.limits(near).unwrap(), Some(wider.of_clearing()));
    assert_eq!(
        books.limits(far).unwrap().map(|limits| (limits.floor(), limits.ceiling())),
        Some((-2 * HOUR, HOUR))
    );
}
