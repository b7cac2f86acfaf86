//! Names of other people in what somebody typed, so that it can be told without them.
//!
//! Compared as somebody is looked for (`domain::fold`): capitals, accents and apostrophes make no difference. A name is found where it
//! stands as whole words: all of it, or what somebody is known as. Of scripts without spaces between words, each letter is one.
//!
//! - One's own name stays, also where another has the same.
//! - Limits: a first name alone, a name with a slip in it and a name that somebody had before are not found; a name of a single
//!   letter is none, because "a" is a word. What was typed is still to be read before it is handed on.
//!
//! Cost: each place of a text is compared with the names that begin as it does, in an order in which they stand next to each
//! other: the length of the text times the longest name, whoever typed it and however many people there are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::register::People;
use super::search::NameIndex;
use super::terms::PersonKind;
use crate::domain::fold::folded;
use crate::domain::{BankNumber, OwnerNumber};

/// Letters of the shortest name that is looked for.
const LETTERS_MIN: usize = 2;

/// Whose name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Own,
    Another,
}

/// Names, by their folded words.
#[derive(Default)]
pub struct Naming(BTreeMap<Vec<String>, Whose>);

impl std::fmt::Debug for Naming {
    /// How many; no name may reach a log by way of a `{:?}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Naming({} names)", self.0.len())
    }
}

impl Naming {
    /// The names of everybody in these banks, as their people or their staff, `own` among them. Groups and shops are none.
    #[must_use]
    pub fn of(people: &People, names: &NameIndex, banks: &[BankNumber], own: OwnerNumber) -> Self {
        let mut naming = Self::default();
        for shelf in banks.iter().filter_map(|bank| names.shelf(*bank)) {
            for (owner, called, _) in shelf.everybody() {
                let is_person = people
                    .person(owner)
                    .is_some_and(|person| matches!(person.kind, PersonKind::Member | PersonKind::Staff));
                if is_person || owner == own {
                    let whose = if owner == own { Whose::Own } else { Whose::Another };
                    called.for_each(|name| naming.put(name, whose));
                }
            }
        }
        naming
    }

    /// Somebody else is called so too.
    pub fn add_another(&mut self, name: &str) {
        self.put(name, Whose::Another);
    }

    /// It is their own name.
    pub fn add_own(&mut self, name: &str) {
        self.put(name, Whose::Own);
    }

    fn put(&mut self, name: &str, whose: Whose) {
        let words: Vec<_> = words(name).into_iter().map(|word| word.folded).collect();
        let letters: usize = words.iter().map(|word| word.chars().count()).sum();
        if letters < LETTERS_MIN {
            return;
        }
        match self.0.entry(words) {
            Entry::Vacant(place) => drop(place.insert(whose)),
            Entry::Occupied(mut place) if whose == Whose::Own => drop(place.insert(whose)),
            Entry::Occupied(_) => {}
        }
    }

    /// The text with `somebody` where another is named.
    #[must_use]
    pub fn without_others<'t>(&self, text: &'t str, somebody: &str) -> Cow<'t, str> {
        let words = words(text);
        let (mut told, mut copied, mut place) = (String::new(), 0, 0);
        while let Some(first) = words.get(place) {
            let Some((length, end, whose)) = self.longest(words.get(place..).unwrap_or_default()) else {
                place = place.saturating_add(1);
                continue;
            };
            place = place.saturating_add(length);
            if whose == Whose::Another {
                told.push_str(text.get(copied..first.at.start).unwrap_or_default());
                told.push_str(somebody);
                copied = end;
            }
        }
        if copied == 0 {
            return text.into();
        }
        told.push_str(text.get(copied..).unwrap_or_default());
        told.into()
    }

    /// Of how many words the longest name is that these begin with, where it ends, and whose it is.
    fn longest(&self, words: &[Word]) -> Option<(usize, usize, Whose)> {
        let (mut begun, mut found): (Vec<String>, _) = (Vec::new(), None);
        for word in words {
            if let Some((end, stem)) = &word.owner {
                begun.push(stem.clone());
                found = self.0.get(&begun).map(|whose| (begun.len(), *end, *whose)).or(found);
                begun.pop();
            }
            begun.push(word.folded.clone());
            let Some((name, whose)) = self.0.range(begun.clone()..).next() else { break };
            if !name.starts_with(&begun) {
                break;
            }
            if name.len() == begun.len() {
                found = Some((begun.len(), word.at.end, *whose));
            }
        }
        found
    }
}

/// A word of a text.
struct Word {
    at: Range<usize>,
    folded: String,
    /// Of "Benno's": where "Benno" ends, and that folded.
    owner: Option<(usize, String)>,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut is_within = false;
    for (begins, letter) in text.char_indices() {
        let ends = begins.saturating_add(letter.len_utf8());
        let plain = alone(letter);
        match words.last_mut().filter(|_| is_within) {
            // A mark belongs to the letter before it.
            Some(last) if plain.is_empty() => {
                last.at.end = ends;
                last.owner = is_apostrophe(letter).then(|| (begins, last.folded.clone()));
            }
            Some(last) if plain != " " && !stands_alone(letter) => {
                let is_all_after = last.owner.as_ref().is_some_and(|(_, stem)| *stem == last.folded);
                last.owner = last.owner.take().filter(|_| is_all_after && plain == "s");
                last.at.end = ends;
                last.folded.push_str(&plain);
            }
            _ if plain.is_empty() || plain == " " => is_within = false,
            _ => {
                words.push(Word { at: begins..ends, folded: plain.into_owned(), owner: None });
                is_within = !stands_alone(letter);
            }
        }
    }
    words
}

const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// A letter as it is folded in the middle of a word: letters, nothing, or a space.
fn alone(letter: char) -> Cow<'static, str> {
    if letter.is_ascii_alphanumeric() {
        return letter.to_ascii_lowercase().to_string().into();
    }
    let between = folded(&format!("x{letter}x"));
    let plain = between.strip_prefix('x').and_then(|rest| rest.strip_suffix('x'));
    plain.unwrap_or(" ").to_owned().into()
}

/// Whether a letter is of a script that writes no spaces between words: Thai to Khmer, Chinese, Japanese.
const fn stands_alone(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming() -> Naming {
        let mut naming = Naming::default();
        for name in [
            "Benedict Oakapple",
            "Benno",
            "Ann",
            "Ann Brook",
            "Zoë O'Hara",
            "李小龍",
            "שרה כהן",
            "X",
            "Rose Marie Hill",
        ] {
            naming.add_another(name);
        }
        naming.add_own("Ann Ash");
        naming.add_own("Ann");
        naming
    }

    /// Goal: others are somebody, in whichever letters; oneself, other words and parts of words stay. Method: a table.
    #[test]
    fn others_are_somebody() {
        let naming = naming();
        for (text, told) in [
            ("", ""),
            ("carried the quillwort", "carried the quillwort"),
            ("took Benedict Oakapple to the clinic", "took somebody to the clinic"),
            ("Benedict Oakapple's cat, Benno’s dog", "somebody's cat, somebody’s dog"),
            ("for BENEDICT  oakapple, and benno.", "for somebody, and somebody."),
            ("Benedict-Oakapple", "somebody"),
            ("Benedict Oakapples", "Benedict Oakapples"),
            ("Ann Ash and Ann Brook and ann", "Ann Ash and somebody and ann"),
            ("Zoe\u{308} OHara", "somebody"),
            ("with zoë o’hara today", "with somebody today"),
            ("B\u{301}enno rang", "somebody rang"),
            ("Benno\u{327}\u{335} rang", "somebody rang"),
            ("和李小龍去", "和somebody去"),
            ("עם שרה כהן", "עם somebody"),
            ("x marks it", "x marks it"),
            ("Rose Marie and Rose Marie Hill", "Rose Marie and somebody"),
        ] {
            assert_eq!(naming.without_others(text, "somebody"), told, "{text:?}");
        }
    }

    /// Goal: what is typed costs its own length, also where everybody's name begins alike. Method: a text of one word a thousand
    /// times and ten thousand names that begin with it; looked at are at most its words times the longest name.
    #[test]
    fn many_names_cost_no_more() {
        let mut naming = Naming::default();
        for number in 0..10_000 {
            naming.add_another(&format!("ann {number}"));
        }
        let text = "ann ".repeat(1_000);
        assert_eq!(naming.without_others(&text, "somebody"), text);
        assert_eq!(naming.without_others("ann 9999", "somebody"), "somebody");
    }
}
