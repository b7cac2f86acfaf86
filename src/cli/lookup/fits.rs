//! Those who may be meant by a name, and the one who is.

use super::{FITS_MAX, SUGGESTED_MAX, has, is_same};
use crate::cli::failure::Failure;
use crate::cli::whom::Whom;
use crate::domain::Nearest;
use crate::words::finding as words;

/// So many of those who fit are told.
pub(super) const TOLD_MAX: usize = 10;

/// Somebody who may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) owner: u32,
    /// 0 where it is not known, or they have none.
    pub(super) account: u32,
    pub(super) name: String,
    /// Whether what was typed is all of the name.
    pub(super) is_whole: bool,
}

impl Fit {
    /// Whoever was meant by number.
    pub(super) const fn numbered(owner: u32) -> Self {
        Self { owner, account: 0, name: String::new(), is_whole: true }
    }
}

/// All who may be meant, as far as they are kept.
#[derive(Debug)]
pub(super) struct Fits {
    text: String,
    pub(super) kept: Vec<Fit>,
    /// How many more there are.
    others: usize,
    nearest: Nearest<String>,
}

impl Fits {
    pub(super) fn of(whom: &Whom) -> Self {
        let text = match whom {
            Whom::Named(text) => text.clone(),
            Whom::Account(_) | Whom::Person(_) => String::new(),
        };
        Self { nearest: Nearest::to(&text, SUGGESTED_MAX), text, kept: Vec::new(), others: 0 }
    }

    pub(super) fn has(&self, owner: u32) -> bool {
        self.kept.iter().any(|fit| fit.owner == owner)
    }

    /// Somebody who fits. Whoever has all of the name goes before the others.
    pub(super) fn keep(&mut self, fit: Fit) {
        let most = usize::try_from(FITS_MAX).unwrap_or(usize::MAX);
        let whole = self.kept.iter().filter(|kept| kept.is_whole).count();
        self.kept.insert(if fit.is_whole { whole } else { self.kept.len() }, fit);
        if self.kept.len() > most {
            self.kept.truncate(most);
            self.others = self.others.saturating_add(1);
        }
    }

    /// Somebody of this name, who may fit.
    pub(super) fn offer(&mut self, owner: u32, account: u32, name: &str) {
        if name.is_empty() || self.text.is_empty() {
            return;
        }
        let is_whole = is_same(name, &self.text);
        if is_whole || has(name, &self.text) {
            self.keep(Fit { owner, account, name: name.to_owned(), is_whole });
        } else {
            self.nearest.offer(name, format!("{name} ({account})"));
        }
    }

    /// Somebody of this name, who does not fit and is told of where nobody does.
    pub(super) fn near(&mut self, name: &str, told: String) {
        if !name.is_empty() && !self.text.is_empty() {
            self.nearest.offer(name, told);
        }
    }

    /// The only one who fits, or the only one whose whole name it is.
    pub(super) fn one(
        mut self,
        whom: &Whom,
        bank: u32,
        [nobody, several]: [&str; 2],
    ) -> Result<Fit, Failure> {
        let whole = self.kept.iter().filter(|fit| fit.is_whole).count();
        if (whole == 1 || self.kept.len() == 1) && !self.kept.is_empty() {
            return Ok(self.kept.remove(0));
        }
        Err(Failure::Refused(if self.kept.is_empty() {
            self.none_fits(whom, bank, nobody)
        } else {
            self.several_fit(whom, bank, several)
        }))
    }

    fn none_fits(self, whom: &Whom, bank: u32, nobody: &str) -> String {
        if let Whom::Person(_) = whom {
            return words::no_open_account(&whom.to_string(), bank);
        }
        words::nobody_fits(nobody, &whom.to_string(), bank, &self.nearest.into_told())
    }

    fn several_fit(&self, whom: &Whom, bank: u32, several: &str) -> String {
        let count = self.kept.len().saturating_add(self.others);
        let told = self.kept.iter().take(TOLD_MAX).map(|fit| match fit.account {
            0 => format!("person {}: {}", fit.owner, fit.name),
            account => format!("{account}: {}", fit.name),
        });
        words::several_fit(several, &whom.to_string(), bank, count, &told.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Among;
    use super::*;

    fn ask(text: &str, names: &[&str]) -> Result<u32, String> {
        let whom = Whom::Named(text.to_owned());
        let mut fits = Fits::of(&whom);
        for (number, name) in (1..).zip(names) {
            fits.offer(number, number, name);
        }
        fits.one(&whom, 1, Among::People.words())
            .map(|fit| fit.account)
            .map_err(|failure| failure.to_string())
    }

    /// Goal: one who fits is meant, of several only the one whose whole name it is; nobody else is guessed, and those
    /// told are bounded. Method: names that fit once, twice, whole and in part; 30 who fit, before and behind one whose
    /// whole name it is.
    #[test]
    fn one_is_meant_or_nobody() {
        let names = ["Ann Ash", "Ann", "Annie  Bell", "Bo Birch", "Bo", "bo"];
        assert_eq!((ask("birch", &names), ask("ANN", &names)), (Ok(4), Ok(2)));
        assert_eq!(ask("annie bell", &names), Ok(3));
        let several = ask("an", &names).unwrap_err();
        assert_eq!(
            several,
            words::several_fit(
                "people",
                "'an'",
                1,
                3,
                &["1: Ann Ash", "2: Ann", "3: Annie  Bell"].map(str::to_owned)
            )
        );
        assert!(ask("bo", &names).unwrap_err().contains("'bo' fits 3 people of bank 1:\n  5: Bo\n  6: bo\n"));
        assert_eq!(ask("ann ahs", &names[..1]), Err(nearest("ann ahs", "Ann Ash (1)")));
        assert!(ask("zz", &[]).unwrap_err().contains("no name there is like it"));
        let mut many = vec!["Kit Kay"; 30];
        assert_eq!(ask("kit", &many).unwrap_err().lines().count(), 1 + TOLD_MAX + 2);
        assert!(
            ask("kit", &many).unwrap_err().contains("fits 30 people")
                && ask("kit", &many).unwrap_err().contains("20 more")
        );
        many.push("Kit");
        assert_eq!(ask("kit", &many), Ok(31));
    }

    fn nearest(text: &str, names: &str) -> String {
        words::nobody_fits("nobody", &format!("'{text}'"), 1, &[names.to_owned()])
    }
}
