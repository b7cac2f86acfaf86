//! Which names there are that are nearest to one there is not: capitals aside, a few letters added, left out, changed or
//! two swapped, in the whole name or in a word of it.

/// Longer names are not compared letter by letter; bounds the work of one comparison.
const LETTERS_MAX: usize = 64;

/// The nearest of all names that were offered.
#[derive(Debug)]
pub struct Nearest<T> {
    wanted: String,
    letters: usize,
    most: usize,
    slips_max: usize,
    /// The nearest first, with how far they are.
    best: Vec<(usize, T)>,
}

impl<T: Ord> Nearest<T> {
    /// The `most` names nearest to `wanted`, however far they are.
    #[must_use]
    pub fn to(wanted: &str, most: usize) -> Self {
        let wanted = wanted.to_lowercase();
        Self { letters: wanted.chars().count(), wanted, most, slips_max: usize::MAX, best: Vec::new() }
    }

    /// The same, but only names it may have been meant for: with a slip in every third letter at most, or one.
    #[must_use]
    pub fn likely(wanted: &str, most: usize) -> Self {
        let nearest = Self::to(wanted, most);
        Self { slips_max: (nearest.letters / 3).max(1), ..nearest }
    }

    /// One name more, and what is told of it.
    pub fn offer(&mut self, name: &str, told: T) {
        if self.letters > LETTERS_MAX {
            return;
        }
        let name = name.to_lowercase();
        let slips = name.split_whitespace().chain([&*name]).filter_map(|text| self.slips(text)).min();
        let Some(slips) = slips else { return };
        let one = (slips, told);
        let place = self.best.partition_point(|other| *other <= one);
        if place < self.most {
            self.best.insert(place, one);
            self.best.truncate(self.most);
        }
    }

    /// How far a text is, unless that is too far.
    fn slips(&self, text: &str) -> Option<usize> {
        let letters = text.chars().count();
        if letters > LETTERS_MAX || letters.abs_diff(self.letters) > self.slips_max {
            return None;
        }
        Some(strsim::osa_distance(&self.wanted, text)).filter(|slips| *slips <= self.slips_max)
    }

    /// What was told of them, the nearest first.
    #[must_use]
    pub fn into_told(self) -> Vec<T> {
        self.best.into_iter().map(|(_, told)| told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a slip suggests what was meant first, also where it was one word of a name; no more than asked for are
    /// kept, whatever the order they come in. Method: seven names, forwards and backwards.
    #[test]
    fn slips_suggest_what_was_meant() {
        let names = ["Ann Ash", "Bo Birch", "Cy Cole", "Dee Dunn", "Esme East", "Farid Ford", "Greta Grey"];
        let ask = |wanted: &str, names: &mut dyn Iterator<Item = &'static str>| {
            let mut nearest = Nearest::to(wanted, 5);
            names.for_each(|name| nearest.offer(name, name));
            nearest.into_told()
        };
        for (slip, meant) in [("Gretta", "Greta Grey"), ("birsh", "Bo Birch"), ("Esme Est", "Esme East")] {
            let found = ask(slip, &mut names.into_iter());
            assert_eq!((found.first(), found.len()), (Some(&meant), 5), "{slip}");
            assert_eq!(found, ask(slip, &mut names.into_iter().rev()), "{slip}");
        }
        assert!(ask("anybody", &mut std::iter::empty()).is_empty());
    }

    /// Goal: strangers are no likely slips. Method: one slip in two letters, in three, and names too long to compare.
    #[test]
    fn strangers_are_not_likely() {
        let likely = |wanted: &str, name: &str| {
            let mut nearest = Nearest::likely(wanted, 3);
            nearest.offer(name, ());
            !nearest.into_told().is_empty()
        };
        assert!(likely("Jo", "Joe") && likely("Zoe", "Zoë") && likely("Nan Lee", "Ann Lee"));
        assert!(!likely("Bertha", "Joe") && !likely("Jo", "Jason"));
        let long = "a".repeat(65);
        assert!(!likely(&long, &long) && likely(&long[..64], &long[..64]));
    }
}
