//! Whatever comes instead of a token.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

struct Setting {
    desk: Desk,
    good: Vec<String>,
    _issuer: Issuer,
}

/// One issuer and good tokens of every kind of key, for all cases.
static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let keys = [Key::rsa("r"), Key::p256("p"), Key::ed25519("e")];
    let issuer = Issuer::start(&keys.iter().collect::<Vec<_>>());
    let good = keys.iter().map(|key| key.token(&claims(&issuer))).collect();
    Setting { desk: Desk::at(&issuer), good, _issuer: issuer }
});

/// What may be done to a good token.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, char),
    Insert(usize, char),
    Remove(usize),
    Cut(usize),
    /// The part of this number is another token's.
    Part(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let letter = prop_oneof![
        9 => proptest::char::ranges(vec!['a'..='z', 'A'..='Z', '0'..='9', '-'..='.', '_'..='_'].into()),
        1 => any::<char>()
    ];
    prop_oneof![
        4 => (any::<usize>(), letter.clone()).prop_map(|(at, letter)| Change::Replace(at, letter)),
        2 => (any::<usize>(), letter).prop_map(|(at, letter)| Change::Insert(at, letter)),
        2 => any::<usize>().prop_map(Change::Remove),
        1 => any::<usize>().prop_map(Change::Cut),
        1 => (0..3_usize, any::<usize>()).prop_map(|(part, from)| Change::Part(part, from)),
    ]
}

fn apply(token: &str, change: &Change) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    let length = letters.len();
    match *change {
        Change::Replace(at, letter) if length > 0 => letters[at % length] = letter,
        Change::Insert(at, letter) => letters.insert(at % (length + 1), letter),
        Change::Remove(at) if length > 0 => {
            letters.remove(at % length);
        }
        Change::Cut(at) => letters.truncate(at % (length + 1)),
        Change::Replace(..) | Change::Remove(_) => {}
        Change::Part(part, from) => {
            let other = &SETTING.good[from % SETTING.good.len()];
            let mut parts: Vec<&str> = token.split('.').collect();
            if let (Some(place), Some(new)) = (parts.get_mut(part), other.split('.').nth(part)) {
                *place = new;
            }
            return parts.join(".");
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Goal: a token that was changed in any way is refused, without a panic. Method: good tokens of every kind
    /// of key, changed one to four times at random; only a token that came out good again may be accepted.
    #[test]
    fn changed_tokens_are_refused(which in any::<usize>(), changes in vec(change(), 1..5)) {
        let setting = &*SETTING;
        let good = &setting.good[which % setting.good.len()];
        let token = changes.iter().fold(good.clone(), |token, change| apply(&token, change));
        let accepted = setting.desk.verify(&token).is_ok();
        prop_assert_eq!(accepted, setting.good.contains(&token), "{}", token);
    }

    /// Goal: what is no token at all is refused, without a panic. Method: random text, and random bytes in the
    /// shape of a token, whose header may be a good one.
    #[test]
    fn anything_else_is_refused(
        text in any::<String>(),
        head in vec(any::<u8>(), 0..200),
        claims in vec(any::<u8>(), 0..200),
        signature in vec(any::<u8>(), 0..300),
        honest_head in any::<bool>(),
    ) {
        let setting = &*SETTING;
        let good_head = setting.good[0].split('.').next().unwrap().to_owned();
        let head = if honest_head { good_head } else { issuer::encoded(head) };
        let shaped = format!("{head}.{}.{}", issuer::encoded(claims), issuer::encoded(signature));
        prop_assert!(setting.desk.verify(&text).is_err());
        prop_assert!(setting.desk.verify(&shaped).is_err());
    }
}
