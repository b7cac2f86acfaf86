//! Which refusal answers where several rules say no.

use crate::support::table::check;

/// Goal: the first in the order of precedence answers. Method: each row breaks one rule less than
/// the row before it.
#[test]
fn the_first_rule_answers() {
    check(
        "
        open     ann   member  floor 0h
        open     zoe   member
        close    zoe   pot                             ok
        bank
        open     far   member
        post     zoe>zoe 1h, nobody>ann 1h             ACCOUNT_NOT_FOUND nobody
        post     ann>far 1h, zoe>zoe 1h                ACCOUNT_CLOSED zoe
        post     ann>ann 1h, ann>far 1h                SAME_ACCOUNT ann
        post     ann>far 1h, ann>pot 9h                CROSS_BANK far
        post     ann>pot 9h                            BELOW_FLOOR ann available 0 h
        reverse  gone                                  ENTRY_NOT_FOUND
        ",
    );
}
