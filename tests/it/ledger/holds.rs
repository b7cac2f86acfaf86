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

/// Goal: I9: a post takes a part of a hold for whoever it names, the rest stays set aside, and all of it together is never
/// above the hold. Method: parts at places the hold did not name, too much, nothing, and the rest to its last second.
#[test]
fn i9_a_post_takes_a_part() {
    check(
        "
        open          pots  member   floor 0h
        open          cafe  partner
        open          zoo   partner
        credit        pots  3h                         ok
        hold          H1    pots  pot  3h              ok
        post          pots  cafe  1h                   BELOW_FLOOR pots available 0 h
        take          H1    pots>cafe 1h               ok                             # set aside before: nothing new falls
        balance       pots  posted 2h  held 2h
        take          H1    pots>cafe 2h 1m            CAPTURE_EXCEEDS_HOLD left 2 h
        take          H1    cafe>zoo 15m               CAPTURE_EXCEEDS_HOLD left 2 h  # takes nothing of it
        take          H1    pots>zoo 30m, pots>cafe 15m  ok
        balance       pots  posted 1h 15m  held 1h 15m
        capture       H1    15m                        ok
        balance       pot   posted 15m  held 0h
        take          H1    pots>zoo 1h                ok
        balance       pots  posted 0h  held 0h
        take          H1    pots>zoo 1h                HOLD_RESOLVED
        void          H1                               HOLD_RESOLVED
        balance       cafe  posted 1h 15m  held 0h
        balance       zoo   posted 1h 30m  held 0h
        take          H9    pots>zoo 1h                HOLD_NOT_FOUND
        ",
    );
}

/// Goal: what a post leaves of a hold goes back by a void or the deadline, as any rest; and one that lets go of the rest
/// does so. Method: each end after a part, and a take after the deadline.
#[test]
fn i9_what_a_post_leaves_is_let_go() {
    check(
        "
        open          ann   member   floor 0h
        open          cafe  partner
        credit        ann   4h                         ok
        hold          H1    ann   pot  1h              ok
        take          H1    ann>cafe 15m               ok
        void          H1                               ok
        balance       ann   posted 3h 45m  held 0h
        hold          H2    ann   pot  1h  10m         ok
        take          H2    ann>cafe 45m               ok
        wait          10m
        balance       ann   posted 3h  held 0h
        take          H2    ann>cafe 15m               HOLD_EXPIRED
        keep          H3    ann   pot  1h  10m         ok
        take          H3    ann>cafe 45m               ok
        wait          10m
        balance       ann   posted 2h  held 0h
        balance       pot   posted 15m  held 0h
        take          H3    ann>cafe 15m               HOLD_RESOLVED
        hold          H4    ann   pot  1h              ok
        take          H4    ann>cafe 15m               ok
        end           H4    ann>cafe 15m               ok
        balance       ann   posted 1h 30m  held 0h
        ",
    );
}

/// Goal: I2: whoever was not promised what a post takes of a hold is judged by their ceiling; whoever was, has room by it.
/// Method: two partners with hard ceilings; what was promised falls with the part that goes elsewhere.
#[test]
fn i2_a_part_taken_is_judged_where_it_goes() {
    check(
        "
        open          ann   member   floor 0h
        open          cafe  partner  ceiling 2h hard
        open          zoo   partner  ceiling 1h hard
        credit        ann   5h                         ok
        hold          H1    ann   cafe  2h             ok
        take          H1    ann>zoo 1h 1m              ABOVE_CEILING zoo available 1 h
        take          H1    ann>cafe 30m               ok
        post          ann   cafe  1m                   ABOVE_CEILING cafe available 0 h
        take          H1    ann>zoo 1h                 ok
        post          ann   cafe  1h 1m                ABOVE_CEILING cafe available 1 h
        take          H1    ann>zoo 30m                ABOVE_CEILING zoo available 0 h
        take          H1    ann>cafe 30m, ann>cafe 1m  CAPTURE_EXCEEDS_HOLD left 0.5 h
        take          H1    ann>cafe 30m               ok
        ",
    );
}
