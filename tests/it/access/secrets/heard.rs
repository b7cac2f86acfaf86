//! What anybody could hear, and the secrets that are looked for in it.

use hourbook::domain::KeyText;

/// A secret, and what gives it away: pieces that are long enough to be nothing else.
pub struct Secret {
    name: String,
    pieces: Vec<Vec<u8>>,
}

impl Secret {
    /// A key: pieces of its letters, and its bytes.
    pub fn key(name: &str, key: &str) -> Self {
        let letters = &key.as_bytes()[key.len() - 56..];
        let mut pieces: Vec<_> = letters.chunks(14).map(<[u8]>::to_vec).collect();
        // A malformed one has letters alone.
        pieces.extend(KeyText::parse(key).map(|key| key.secret().bytes().to_vec()));
        Self { name: name.to_owned(), pieces }
    }

    /// A token: pieces of its claims and of its signature.
    pub fn token(name: &str, token: &str) -> Self {
        let parts = token.split('.').skip(1).flat_map(|part| part.as_bytes().chunks(20).map(<[u8]>::to_vec));
        Self { name: name.to_owned(), pieces: parts.filter(|piece| piece.len() == 20).collect() }
    }

    /// A private key as PEM: its lines.
    pub fn pem(name: &str, pem: &str) -> Self {
        let lines = pem.lines().filter(|line| !line.starts_with('-') && line.len() > 16);
        Self { name: name.to_owned(), pieces: lines.map(|line| line.as_bytes().to_vec()).collect() }
    }

    pub fn word(word: &str) -> Self {
        Self { name: word.to_owned(), pieces: vec![word.as_bytes().to_vec()] }
    }

    fn is_in(&self, heard: &[u8]) -> bool {
        assert!(!self.pieces.is_empty(), "{}", self.name);
        self.pieces.iter().any(|piece| heard.windows(piece.len()).any(|window| window == piece))
    }
}

/// What was said, and where.
#[derive(Default)]
pub struct Heard(Vec<(String, Vec<u8>)>);

impl Heard {
    pub fn add(&mut self, place: impl Into<String>, said: impl Into<Vec<u8>>) {
        self.0.push((place.into(), said.into()));
    }

    /// Whether somebody said these words in such a place.
    pub fn has(&self, place: &str, words: &str) -> bool {
        let heard = self.0.iter().filter(|(at, _)| at.contains(place));
        heard.into_iter().any(|(_, said)| said.windows(words.len()).any(|window| window == words.as_bytes()))
    }

    /// Nobody said any of the secrets. That they would be found is looked at first: each in a text of its own.
    pub fn has_none_of(&self, secrets: &[Secret]) {
        let mut found = Vec::new();
        for secret in secrets {
            assert!(secret.pieces.iter().all(|piece| secret.is_in(piece)));
            let said = self.0.iter().filter(|(_, said)| secret.is_in(said));
            found.extend(said.map(|(place, said)| {
                format!("{} is in {place}:\n{}", secret.name, String::from_utf8_lossy(said))
            }));
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
