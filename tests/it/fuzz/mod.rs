//! The fuzz targets on stable Rust: the same bodies, played with what grows from their seeds.
//!
//! `tests/fuzz/corpus` has the seeds of both. What fails is printed as text; as a file it is a seed.

#[path = "../../fuzz/bodies/mod.rs"]
mod bodies;
mod growing;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use self::bodies::pages::Pages;
use self::growing::{Bytes, grown, seeds};

/// Every seed as it is, then `cases` of what grows.
fn play(target: &str, cases: u32, grows: impl Strategy<Value = Bytes>, body: impl Fn(&[u8])) {
    for seed in seeds(target) {
        println!("{target}: {seed:?}");
        body(&seed.0);
    }
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    let played = runner.run(&grows, |bytes| {
        body(&bytes.0);
        Ok(())
    });
    if let Err(error) = played {
        panic!("{target}: {error}");
    }
}

/// What goes before a script: which of the first `count` things the script changes, a little.
fn scripts(count: u8) -> impl Strategy<Value = Bytes> {
    let script = vec(any::<u8>(), 0..17);
    (0..count, script).prop_map(|(which, script)| Bytes([&[which][..], &script].concat()))
}

/// Goal: a key has one text, and nothing but a key that lives is let in. Method: keys in every state, changed a
/// little; whole keys with another's secret or number; texts that grow from what looks like a key.
#[test]
fn keys() {
    let made =
        (0..9_u8, scripts(7)).prop_map(|(number, script)| Bytes([b"K", &[number][..], &script.0].concat()));
    let grows = prop_oneof![scripts(7), made, grown("keys")];
    play("keys", 10_000, grows, bodies::keys::body);
}

/// Goal: a token that was changed in any way is refused, one with any claims is accepted only where they allow
/// it, and nothing costs more than one look at a signature. Method: good tokens of every kind of key, changed a
/// little; claims that grow from good ones, signed by the issuer; texts.
#[test]
fn tokens() {
    let grows = prop_oneof![scripts(3), grown("tokens")];
    play("tokens", 6_000, grows, bodies::tokens::body);
}

/// Goal: a page token leads to its place in its caller's own list or nowhere. Method: every list of six callers,
/// with honest tokens of any place, such that were changed a little, and texts.
#[test]
fn pages() {
    let pages = Pages::new();
    let place = prop_oneof![0..40_u64, any::<u64>()];
    let script = prop_oneof![2 => Just(Vec::new()), 1 => vec(any::<u8>(), 4..9)];
    let honest = (any::<[u8; 3]>(), place, script)
        .prop_map(|(asked, place, script)| Bytes([&asked[..], b"P", &place.to_be_bytes(), &script].concat()));
    play("pages", 2_000, prop_oneof![3 => honest, 1 => grown("pages")], |bytes| pages.body(bytes));
}

/// Goal: hours are what plain fractions say, and what is printed reads back. Method: texts that grow from every
/// form there is, in all three kinds of book.
#[test]
fn hours() {
    let typed = prop_oneof![
        "[0-9]{0,3}[.,][0-9]{1,4}( ?h)?",
        "[0-9]{1,3}:[0-6][0-9](:[0-6][0-9])?",
        "[0-9]{1,2} ?h ?[0-9]{1,2} ?m(in)?( [0-9]{1,2} ?s)?",
        "[0-9]{0,4}[0-9 .,:hmins-]{0,12}",
    ];
    let typed = typed.prop_map(|text| Bytes(text.into_bytes()));
    play("hours", 30_000, prop_oneof![typed, grown("hours")], bodies::hours::body);
}

/// Goal: every row of any file is posted as it stands, or told with its line and column; never half of one.
/// Method: files that grow from real ones, imported into a town that writes down what it is sent.
#[test]
fn rows() {
    play("rows", 3_000, grown("rows"), bodies::rows::body);
}

/// Goal: whatever is fuzzed is played here too. Method: the files of the targets, and what their manifest has.
#[test]
fn every_target_is_played() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz");
    let (manifest, here) =
        (std::fs::read_to_string(format!("{folder}/Cargo.toml")).unwrap(), include_str!("mod.rs"));
    let targets = std::fs::read_dir(format!("{folder}/targets")).unwrap();
    let targets: Vec<_> = targets.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(targets.len(), manifest.matches("[[bin]]").count());
    for target in targets {
        let name = target.strip_suffix(".rs").unwrap();
        assert!(manifest.contains(&format!("path = \"targets/{target}\"")), "{target} is not built");
        assert!(here.contains(&format!("play(\"{name}\",")), "{name} is not played");
        assert!(!seeds(name).is_empty(), "{name} has no seeds");
    }
}
