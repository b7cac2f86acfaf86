use crate::support::{Desk, HOUR};

/// Goal: an exchange moves hours, is seen, and survives a kill. Method: one exchange, one kill.
#[test]
fn an_exchange_moves_hours() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -5), desk.member(bank, -5));
    desk.exchange(ann, bea, HOUR).unwrap();
    assert_eq!(desk.ledger.balance(ann).unwrap().posted, -HOUR);
    let desk = desk.kill_and_reopen();
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, HOUR);
    let lines = desk.ledger.books().statement(bea, None, 10).unwrap();
    assert_eq!(lines.len(), 1);
}
