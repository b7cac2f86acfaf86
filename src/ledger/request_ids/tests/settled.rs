//! How far the poster may forget.

use super::super::settled::Settled;
use crate::domain::Sequence;

/// Goal: what runs cover counts once everything that was in line is gone: taken, or the line was empty.
#[test]
fn what_is_in_line_is_waited_for() {
    let at = Sequence::new;
    let mut settled = Settled::new(at(10), 3);
    assert_eq!(settled.through(at(20)), at(10));
    settled.taken();
    settled.taken();
    assert_eq!(settled.through(at(30)), at(10), "a third may have been in line");
    settled.taken();
    assert_eq!(settled.through(at(40)), at(20));
    assert_eq!(settled.through(at(50)), at(20));
    settled.drained();
    assert_eq!(settled.through(at(60)), at(40));
    settled.drained();
    assert_eq!(settled.through(at(70)), at(60));
}
