//! I9: a hold is captured, never above it, voided or expired; after that, nothing.

use crate::support::table::check;

/// Goal: I9: parts add up to the hold and no further, and an ended hold stays ended.
#[test]
fn i9_captured_in_parts_never_above() {
    check(
        "
        open          ann   member   floor 0h
        open          cafe  partner
        credit        ann   2h                         ok
        hold          H1    ann   cafe  3h             BELOW_FLOOR ann available 2 h
        again         -                                BELOW_FLOOR ann available 2 h
        hold          H2    ann   cafe  2h             ok
        capture       H2    1h 30m                     ok
        capture       H2    1h                         CAPTURE_EXCEEDS_HOLD left 0.5 h
        balance       ann   posted 30m  held 30m
        capture       H2    30m                        ok
        capture       H2    30m                        HOLD_RESOLVED
        void          H2                               HOLD_RESOLVED
        balance       ann   posted 0h  held 0h
        ",
    );
}

/// Goal: I9: what is left goes back with the rest released, a void, or the deadline.
#[test]
fn i9_every_end_lets_go_of_the_rest() {
    check(
        "
        open          ann   member   floor 0h
        open          cafe  partner
        credit        ann   2h                         ok
        hold          H1    ann   cafe  2h             ok
        capture-rest  H1    45m                        ok
        balance       ann   posted 1h 15m  held 0h
        hold          H2    ann   cafe  1h             ok
        void          H2                               ok
        hold          H3    ann   cafe  1h  10m        ok
        wait          9m
        balance       ann   posted 1h 15m  held 1h
        wait          1m
        balance       ann   posted 1h 15m  held 0h
        capture       H3    30m                        HOLD_EXPIRED
        void          H3                               HOLD_EXPIRED
        keep          H4    ann   cafe  1h  10m        ok
        capture       H4    15m                        ok
        wait          10m
        balance       ann   posted 15m  held 0h
        balance       cafe  posted 1h 45m  held 0h
        void          H4                               HOLD_RESOLVED
        void          H9                               HOLD_NOT_FOUND
        ",
    );
}

/// Goal: an account with open holds does not close; a closed one takes part in nothing until reopened.
#[test]
fn i9_closing_waits_for_holds() {
    check(
        "
        open     ann   member
        open     cafe  partner
        hold     H1    ann   cafe  1h                  ok
        close    ann   pot                             HOLDS_OPEN
        close    cafe  pot                             HOLDS_OPEN
        void     H1                                    ok
        credit   ann   2h                              ok
        close    ann   pot                             ok
        balance  ann   posted 0h  held 0h
        balance  pot   posted 2h  held 0h
        post     ann   cafe  1h                        ACCOUNT_CLOSED ann
        post     cafe  ann   1h                        ACCOUNT_CLOSED ann
        reopen   ann                                   ok
        reopen   ann                                   ALREADY_THERE
        post     ann   cafe  1h                        ok
        ",
    );
}
