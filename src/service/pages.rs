//! Pages of lists: how many lines, and where the next page begins.
//!
//! A token is opaque to callers. It holds where the page before ended and a checksum of the question, so
//! that a token of another question is told from a fault of ours. A place has one token and no other. Where pages are to stay
//! what they are while entries arrive, it also holds the position at which the first was read.

use super::not_done::NotDone;

/// Lines of a page nobody asked the size of.
const USUAL: usize = 50;
/// Lines of the largest page.
pub const PAGE_MAX: usize = 1_000;

/// Which page of which question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many lines at most.
    pub size: usize,
    /// Where the page before ended; none for the first.
    pub after: Option<u64>,
    /// The position at which the first page was read, if the token says one.
    pub as_of: Option<u64>,
    question: u32,
}

impl Page {
    /// Reads size and token; `question` names the call and everything that narrows it.
    pub fn read(size: u32, token: &str, question: &str) -> Result<Self, NotDone> {
        let size = match usize::try_from(size) {
            Ok(0) => USUAL,
            Ok(size @ 1..=PAGE_MAX) => size,
            Ok(_) | Err(_) => return Err(NotDone::bad("page_size", "from 1 to 1,000, or 0 for 50")),
        };
        let question = crc32fast::hash(question.as_bytes());
        if token.is_empty() {
            return Ok(Self { size, after: None, as_of: None, question });
        }
        let number = |text: Option<&str>| text.and_then(|text| u64::from_str_radix(text, 16).ok());
        let after = number(token.get(8..24));
        let page = Self { size, after, as_of: number(token.get(24..)), question };
        // Printed again, not only read: the parser would also take a plus and large letters.
        let printed = after.map(|after| match page.as_of {
            Some(as_of) => page.token_as_of(after, as_of),
            None => page.token_after(after),
        });
        if printed.is_none_or(|printed| printed != token) {
            return Err(NotDone::bad(
                "page_token",
                "the one from the answer before, with everything else as it was",
            ));
        }
        Ok(page)
    }

    /// The token of the page that begins after `last`.
    #[must_use]
    pub fn token_after(&self, last: u64) -> String {
        format!("{:08x}{last:016x}", self.question)
    }

    /// The same for a list whose pages are all of one position.
    #[must_use]
    pub fn token_as_of(&self, last: u64, as_of: u64) -> String {
        format!("{}{as_of:016x}", self.token_after(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a token leads on in its own question and nowhere else, and a page has its bounds.
    /// Method: a token read back, then bent.
    #[test]
    fn tokens_belong_to_their_question() {
        let first = Page::read(0, "", "accounts of bank 1").unwrap();
        assert_eq!((first.size, first.after), (50, None));
        let token = first.token_after(77);
        assert_eq!(Page::read(9, &token, "accounts of bank 1").unwrap().after, Some(77));
        assert!(Page::read(9, &token, "accounts of bank 2").is_err());
        for bent in ["0", "+", &token[1..], &format!("{token}0"), "ää", &token.replace('4', "g")] {
            assert!(Page::read(9, bent, "accounts of bank 1").is_err(), "{bent}");
        }
        // The same place in other letters: what a parser of numbers would take.
        let place = first.token_after(0xabc);
        for other in [place.to_uppercase(), place.replacen("0000000000000abc", "+000000000000abc", 1)] {
            assert!(place != other && Page::read(9, &other, "accounts of bank 1").is_err(), "{other}");
        }
        let of_position = first.token_as_of(77, 0xabc);
        let page = Page::read(9, &of_position, "accounts of bank 1").unwrap();
        assert_eq!((page.after, page.as_of), (Some(77), Some(0xabc)));
        for bent in [&of_position[..39], &format!("{of_position}0"), &of_position.to_uppercase()] {
            assert!(Page::read(9, bent, "accounts of bank 1").is_err(), "{bent}");
        }
        assert_eq!(Page::read(1_000, "", "").unwrap().size, 1_000);
        assert!(Page::read(1_001, "", "").is_err());
    }
}
