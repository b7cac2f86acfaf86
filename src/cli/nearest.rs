//! Which names there are that are nearest to one there is not.

/// Names that are suggested.
const SUGGESTIONS_MAX: usize = 5;

/// The nearest of all names that were offered, at most five.
#[derive(Debug)]
pub struct Nearest<T> {
    wanted: String,
    /// The nearest first, with how far they are.
    best: Vec<(usize, T)>,
}

impl<T: Ord> Nearest<T> {
    /// The names nearest to `wanted`, whatever its capitals.
    #[must_use]
    pub fn to(wanted: &str) -> Self {
        Self { wanted: wanted.to_lowercase(), best: Vec::new() }
    }

    /// One name more, or a word of it, and what is told of it.
    pub fn offer(&mut self, name: &str, told: T) {
        let name = name.to_lowercase();
        let slips = |text: &str| strsim::osa_distance(&self.wanted, text);
        let distance = name.split_whitespace().map(slips).min().unwrap_or(usize::MAX).min(slips(&name));
        let one = (distance, told);
        let place = self.best.partition_point(|other| *other <= one);
        if place < SUGGESTIONS_MAX {
            self.best.insert(place, one);
            self.best.truncate(SUGGESTIONS_MAX);
        }
    }

    /// What was told of them, the nearest first.
    #[must_use]
    pub fn into_names(self) -> Vec<T> {
        self.best.into_iter().map(|(_, told)| told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a slip suggests what was meant first, also where it was one word of a name; no more than five are kept,
    /// whatever the order they come in. Method: seven names, forwards and backwards.
    #[test]
    fn slips_suggest_what_was_meant() {
        let names = ["Ann Ash", "Bo Birch", "Cy Cole", "Dee Dunn", "Esme East", "Farid Ford", "Greta Grey"];
        let ask = |wanted: &str, names: &mut dyn Iterator<Item = &'static str>| {
            let mut nearest = Nearest::to(wanted);
            names.for_each(|name| nearest.offer(name, name));
            nearest.into_names()
        };
        for (slip, meant) in [("Gretta", "Greta Grey"), ("birsh", "Bo Birch"), ("Esme Est", "Esme East")] {
            let found = ask(slip, &mut names.into_iter());
            assert_eq!((found.first(), found.len()), (Some(&meant), 5), "{slip}");
            assert_eq!(found, ask(slip, &mut names.into_iter().rev()), "{slip}");
        }
        assert!(ask("anybody", &mut std::iter::empty()).is_empty());
    }
}
