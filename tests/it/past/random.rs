//! Any position, time and day of random books.

use hourbook::audit::{TrialBalance, trial_balance};
use hourbook::domain::{Action, Sequence};
use hourbook::past::{At, Moment, Past, PastError};

use super::naive::{self, entries, naive, shown};
use super::played::Game;
use super::{caught_up, checkpoints, directory};

/// Compares everything that can be asked at the end of the books, and at `tries` random questions.
pub fn compare(game: &mut Game, past: &Past, tries: usize) {
    let entries = entries(&game.desk.ledger);
    let newest = game.desk.ledger.position();
    assert_eq!(past.now(|fold| (fold.position, shown(fold))), (newest, naive(&entries, newest, None)));
    for _ in 0..tries {
        let at = Sequence::new(game.random.between(0, newest.get() as i64) as u64);
        let day = game.day();
        let fold = past.at(at).unwrap();
        let recorded_at = entries.iter().find(|entry| entry.sequence == at).map(|entry| entry.recorded_at);
        assert_eq!((fold.position, fold.recorded_at), (at, recorded_at.unwrap_or_default()));
        assert_eq!(shown(&fold), naive(&entries, at, None), "entry {at}");
        for asked in [None, Some(at), Some(newest)] {
            let position = asked.unwrap_or(newest);
            let expected = naive(&entries, position, Some(day));
            let fold = past.through_day(day, asked).unwrap();
            assert_eq!((fold.position, fold.through_day), (position, Some(day)));
            assert_eq!(shown(&fold), expected, "entry {position} day {day}");
            for (number, account) in expected.accounts {
                let found = past.balance_through_day(number, day, asked).unwrap();
                assert_eq!(found, (account.2, position), "account {number} entry {position} day {day}");
            }
        }
        let time = entries[game.random.below(entries.len())].recorded_at;
        let time = time.plus_micros(game.random.between(-1, 1));
        let before = naive::position_before(&entries, time);
        assert_eq!(past.position_before(time).unwrap(), before);
        let drawn = trial_balance(past, At::ThroughDay(day, Moment::Before(time))).unwrap();
        assert_eq!(drawn, TrialBalance::of(&past.through_day(day, Some(before)).unwrap()));
        assert!(drawn.is_zero() && drawn.all.held.is_none());
    }
}

/// Goal: whatever was played, every question about the past has the answer of the naive fold.
/// Method: random books with days, corrections, holds that end in every way, reversals of reversals
/// and closings; the follower is there from the start, opened half way again, and opened last.
#[test]
fn any_question_has_the_naive_answer() {
    for seed in 0..6 {
        println!("seed {seed}");
        let mut game = Game::new(seed);
        let (_folder, directory) = directory();
        let past = caught_up(&game.desk.ledger, &directory);
        game.play(90);
        super::catch_up(&past, &game.desk.ledger);
        compare(&mut game, &past, 5);
        drop(past);
        game.play(60);
        let past = caught_up(&game.desk.ledger, &directory);
        compare(&mut game, &past, 10);
        assert!(checkpoints(&directory).len() >= 2);
    }
}

/// Goal: the games have something of everything, or the test above says little.
#[test]
fn games_have_something_of_everything() {
    let mut game = Game::new(1);
    game.play(400);
    let entries = entries(&game.desk.ledger);
    let count = |wanted: &dyn Fn(&Action) -> bool| {
        entries.iter().filter(|entry| wanted(&entry.command.action)).count()
    };
    let original = |of: Sequence| &entries[of.get() as usize - 1].command.action;
    assert!(count(&|action| matches!(action, Action::Capture(_))) > 5);
    assert!(count(&|action| matches!(action, Action::Close(_))) > 2);
    assert!(
        entries
            .iter()
            .any(|entry| matches!(entry.command.action, Action::Expire(_)) && entry.moves().count() > 0)
    );
    let again = |action: &Action| matches!(action, Action::Reverse(one) if matches!(original(one.original), Action::Reverse(_)));
    let captured = |action: &Action| matches!(action, Action::Reverse(one) if matches!(original(one.original), Action::Capture(_)));
    assert!(count(&again) > 2 && count(&captured) > 2);
}

/// Goal: past the end of the books the answer says where they end, for every question.
#[test]
fn there_is_nothing_after_the_end() {
    let mut game = Game::new(3);
    game.play(10);
    let (_folder, directory) = directory();
    let past = caught_up(&game.desk.ledger, &directory);
    let (end, day) = (game.desk.ledger.position(), game.day());
    for error in [
        past.at(end.next()).unwrap_err(),
        past.through_day(day, Some(end.next())).unwrap_err(),
        past.balance_through_day(game.clearing[0], day, Some(end.next())).unwrap_err(),
    ] {
        assert!(
            matches!(error, PastError::NotWritten { asked, position } if asked == end.next() && position == end)
        );
    }
}
