//! Files that are lost, damaged, of other books, or left by a killed process.

use std::fs;

use hourbook::domain::Sequence;
use hourbook::journal::DataDirectory;

use super::played::Game;
use super::random::compare;
use super::{catch_up, caught_up, checkpoints, directory, name};
use crate::model::random::Random;
use crate::support::HOUR;

fn store(directory: &DataDirectory) -> sled::Db {
    let path = directory.derived().join("days");
    let config = sled::Config::new().path(path).segment_size(1 << 20).flush_every_ms(None);
    let opened = std::cell::RefCell::new(None);
    // sled's threads keep the lock a moment longer than the store.
    crate::support::wait_until("the store is free", || {
        *opened.borrow_mut() = config.open().ok();
        opened.borrow().is_some()
    });
    opened.into_inner().unwrap()
}

/// Goal: day totals and balances checkpoints may be lost or damaged, all or some, without changing an
/// answer. Method: each loss in turn between two openings, with more entries after it.
#[test]
fn what_is_lost_or_damaged_is_made_anew() {
    type Loss = fn(&DataDirectory);
    let losses: [(&str, Loss); 7] = [
        ("nothing", |_| {}),
        ("day totals", |directory| fs::remove_dir_all(directory.derived()).unwrap()),
        ("checkpoints", |directory| {
            for file in checkpoints(directory) {
                fs::remove_file(file).unwrap();
            }
        }),
        ("a checkpoint's byte", |directory| {
            let file = checkpoints(directory).pop().unwrap();
            let mut bytes = fs::read(&file).unwrap();
            bytes[60] ^= 1;
            fs::write(file, bytes).unwrap();
        }),
        ("half of the store's file", |directory| {
            let file = directory.derived().join("days/db");
            let bytes = fs::read(&file).unwrap();
            fs::write(file, vec![0xa5; bytes.len()]).unwrap();
        }),
        ("a folder that is a file", |directory| {
            fs::remove_dir_all(directory.derived().join("days")).unwrap();
            fs::write(directory.derived().join("days"), b"what is this").unwrap();
        }),
        ("one total", |directory| {
            let database = store(directory);
            let key = database.range([b'a'].as_slice()..[b'b'].as_slice()).next().unwrap().unwrap().0;
            database.remove(key).unwrap();
        }),
    ];
    for (seed, (what, lose)) in losses.into_iter().enumerate() {
        println!("lost: {what}");
        let mut game = Game::new(seed as u64);
        let (_folder, directory) = directory();
        let past = caught_up(&game.desk.ledger, &directory);
        game.play(70);
        catch_up(&past, &game.desk.ledger);
        drop(past);
        lose(&directory);
        game.play(20);
        let past = caught_up(&game.desk.ledger, &directory);
        compare(&mut game, &past, 6);
        let blobs = directory.derived().join("days/blobs");
        assert_eq!(fs::read_dir(blobs).unwrap().count(), 0, "no value has a file of its own");
    }
}

/// Goal: a process that was killed after it wrote values and before it wrote the position changes no
/// answer, and neither does one whose journal was put back to before those values and went on
/// differently, for shorter or longer. Method: the position of an earlier moment is put back into the
/// store, which leaves exactly what such a kill leaves; games that are the same up to that moment go on
/// with the same entries, with one other, and with many others.
#[test]
fn a_kill_before_the_position_counts_nothing_twice() {
    let common = || {
        let mut game = Game::new(5);
        game.play(40);
        game
    };
    let (_folder, directory) = directory();
    let mut game = common();
    drop(caught_up(&game.desk.ledger, &directory));
    let position = |name: &str| store(&directory).get(name).unwrap().unwrap();
    let before = position("s-position");
    for seconds in [HOUR, 2 * HOUR, 3 * HOUR] {
        let (debit, credit) = (game.accounts[0][1], game.accounts[0][2]);
        game.desk.exchange(debit, credit, seconds).unwrap();
    }
    let newest = game.desk.ledger.position().get().to_le_bytes();
    drop(caught_up(&game.desk.ledger, &directory));
    assert_eq!((&position("s-ahead")[..8], &position("s-position")[..8]), (&newest[..], &newest[..]));
    let database = store(&directory);
    let rows = database.range([b'a'].as_slice()..[b'c'].as_slice());
    let ahead = rows.filter(|row| row.as_ref().unwrap().1[16..] == newest).count();
    assert_eq!(ahead, 3, "two accounts and a bank have values ahead");
    database.insert("s-position", &before).unwrap();
    drop(database);

    let others = [2, 80].map(|moves| {
        let (folder, other) = super::directory();
        copy_folder(&directory.derived().join("days"), &other.derived().join("days"));
        (folder, other, moves)
    });
    let past = caught_up(&game.desk.ledger, &directory);
    compare(&mut game, &past, 6);
    for (_folder, directory, moves) in others {
        let mut other = common();
        other.random = Random::new(99);
        other.play(moves);
        let past = caught_up(&other.desk.ledger, &directory);
        compare(&mut other, &past, 6);
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() {
            copy_folder(&file, &to.join(name(&file)));
        } else {
            fs::copy(&file, to.join(name(&file))).unwrap();
        }
    }
}

/// Goal: what belongs to other books is not believed and goes away. Method: two games that never
/// were the same, one after the other over the same directory; the second is shorter.
#[test]
fn derived_data_of_other_books_is_not_believed() {
    let (_folder, directory) = directory();
    let mut longer = Game::new(7);
    longer.play(150);
    drop(caught_up(&longer.desk.ledger, &directory));
    let of_longer = checkpoints(&directory);
    fs::write(directory.checkpoints().join("balances-00000000000000000020.fold.tmp"), b"half").unwrap();
    let mut shorter = Game::new(8);
    shorter.play(60);
    let past = caught_up(&shorter.desk.ledger, &directory);
    compare(&mut shorter, &past, 6);
    let end = format!("balances-{:020}", shorter.desk.ledger.position().get());
    let left = checkpoints(&directory);
    assert!(left.len() < of_longer.len() && left.iter().all(|file| name(file) < end), "{left:?}");
    assert!(left.iter().all(|file| name(file).ends_with(".fold")));
    assert_eq!(past.at(Sequence::ZERO).unwrap().accounts_len(), 0);
}
