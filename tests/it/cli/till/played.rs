//! A till as it is typed, on a line that is up.

use super::{ANN, CAFE, Shop};

/// Goal: a shift at the till is typed and told in plain lines: a sale, one that is set aside and taken in part, one given back,
/// what is looked at, somebody else at the till; slips and refusals are told, and the till goes on. Method: all of it through a
/// pipe, and what is printed compared.
#[test]
fn a_shift() {
    let shop = Shop::new();
    let [one, two, three] = [(); 3].map(|()| shop.code());
    let typed = format!(
        "{one}\n\n1\n184\n\
         {two}\n0\n3\naside\nlunch\n9\n{three}\n1\n\n\
         {one}\n\n\
         123\n\n\
         {three}\nstop\n\
         hello\ntotals\nlook 184\nlook 999\nstaff ra\n{three}\n\n1\n185.2\nquit\nnot heard"
    );
    let (told, exit) = shop.at_the_till(&[], &typed);
    let expected = "\
This is till 1 of partner 9, with EP at it.
Code, card, or help:
How many people (empty for 1):
1: lunch, 1 hour: enough
Which offer:
Receipt number (empty: the server gives one):
1 hour was taken.
Receipt 184 of WHEN sale 29.
Code, card, or help:
How many people (empty for 1):
type how many people, from 1 to 100
How many people (empty for 1):
1: lunch, 3 hours for 3: enough
Which offer:
Which offer is set aside:
type the number of an offer, like 1; or 'aside 1', '1 on-us', 'stop'
Which offer is set aside:
There is no offer 9 among them.
Which offer is set aside:
type the number of an offer, like 1; or 'aside 1', '1 on-us', 'stop'
Which offer is set aside:
Receipt number (empty: the server gives one):
3 hours were set aside.
Receipt MADE of WHEN sale 30.
'take 30' takes it until WHEN (Europe/London); 'let-go 30' lets it go.
Code, card, or help:
How many people (empty for 1):
This code or card cannot be used. Please talk to your time broker.
Code, card, or help:
How many people (empty for 1):
The code must be nine or twelve digits, with spaces or hyphens between them.
Code, card, or help:
How many people (empty for 1):
Code, card, or help:
That is no code and no command. Type 'help' for what there is.
Code, card, or help:
WHEN till 1: sales 1, 1 hour taken, 0 hours given back, 3 hours set aside.
Code, card, or help:
This is sale 29: receipt 184 of WHEN till 1, offer 1: taken, 1 hour.
Code, card, or help:
Not done: nothing was accepted under this receipt. Nothing was taken. If the answer did not come, send the sale again as it was.
Code, card, or help:
RA is at the till.
Code, card, or help:
How many people (empty for 1):
1: lunch, 1 hour: enough
Which offer:
Receipt number (empty: the server gives one):
1 hour was taken.
Receipt 185.2 of WHEN sale 31.
Code, card, or help:";
    assert_eq!((told.as_str(), exit), (expected, 0));
    let sold = shop.json("till", &["redemption", "show", "185.2"]);
    assert_eq!((&sold["staff_initials"], shop.hours(ANN)), (&"RA".into(), (8, 3)));
    let all = [one, two, three];
    assert!(all.iter().all(|code| !told.contains(code.as_str())), "digits are not printed back");
}

/// Goal: practice gives every answer and writes nothing, and says so on every line of an answer. Method: sold, set aside, taken
/// and not enough, with a code for practice and with Ann's; the books are as they were.
#[test]
fn practice() {
    let shop = Shop::new();
    let practice = shop.json("till", &["code", "issue", "--practice"])["code"].as_str().unwrap().to_owned();
    let anns = shop.code();
    let before = shop.newest();
    let typed = format!(
        "{practice}\n\n1\n1\n{practice}\n3\n1\n2\n{anns}\n2\naside 1\n3\ntake 5\nback 5 no\nlook\ntotals\nquit\n"
    );
    let (told, exit) = shop.at_the_till(&["--practice"], &typed);
    assert_eq!((exit, shop.newest()), (0, before), "{told}");
    assert_eq!((shop.hours(ANN), shop.hours(CAFE)), ((10, 0), (0, 0)));
    for line in [
        "PRACTICE: 1 hour was taken.",
        "PRACTICE: This cannot be done today. Please talk to your time broker.",
        "PRACTICE: 2 hours were set aside.",
        "PRACTICE: Nothing was written down.",
        "PRACTICE: No sales yet.",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    let (serious, _) = shop.at_the_till(&[], &format!("{practice}\n\n1\n4\n"));
    assert!(serious.contains("This code is for practice only. Nothing was taken."), "{serious}");
    assert_eq!(shop.newest(), before);
    for line in told.lines() {
        let is_question = line.ends_with(':') || line.starts_with("1: lunch");
        assert!(line.starts_with("PRACTICE") || is_question, "{line}");
    }
}

/// Goal: a card asks for its PIN, which is never printed; without a key of a till nothing is asked; a till is for people.
/// Method: a number that is no card; the café's key; JSON.
#[test]
fn cards_keys_and_forms() {
    let shop = Shop::new();
    let number = shop.code();
    let (told, exit) = shop.at_the_till(&[], &format!("card {number}\n8642\n\ncard\n123\n\n\n"));
    assert_eq!(exit, 0);
    assert!(told.contains("PIN (empty for the card alone):") && told.contains("Card number:"), "{told}");
    assert!(told.contains("Please talk to your time broker.") && !told.contains("8642"), "{told}");
    assert!(told.contains("The number of the card must be nine or twelve digits"), "{told}");
    let (code, said) = shop.not_done("cafe", &["till", "--staff", "EP"]);
    assert!(code == 2 && said.contains("say which till"), "{code}: {said}");
    let (code, said) = shop.not_done("till", &["--output", "json", "till", "--staff", "EP"]);
    assert!(code == 2 && said.contains("a till is for people"), "{code}: {said}");
}
