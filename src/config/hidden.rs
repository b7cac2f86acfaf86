//! What is never said of a setting, even where its value is wrong: keys, tokens, private keys, passwords.
//!
//! Somebody will give a key where its file is meant, and a password in an address. The answer names the setting
//! and what it must be; the secret itself would go on into logs and tickets.

use std::borrow::Cow;

/// How secrets begin. What stands before them is said, they are not.
const BEGINNINGS: [&str; 4] = ["hbk_", "eyJ", "whsec_", "-----BEGIN"];
/// A word that only begins like a token; the header of a token alone is longer.
const TOKEN_BYTES_MIN: usize = 24;

/// A setting's value as it may be said: an address without the name and password before its `@`, and nothing of
/// a key, a token or a private key but its beginning.
#[must_use]
pub fn without_secrets(value: &str) -> Cow<'_, str> {
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, value),
    };
    let Some((_, host)) = rest.rsplit_once('@') else { return without_keys(value) };
    let scheme = scheme.map(|scheme| format!("{scheme}://")).unwrap_or_default();
    Cow::Owned(without_keys(&format!("{scheme}…@{host}")).into_owned())
}

/// A text with nothing of a key, a token or a private key but its beginning.
#[must_use]
pub fn without_keys(text: &str) -> Cow<'_, str> {
    if !BEGINNINGS.iter().any(|beginning| text.contains(beginning)) {
        return Cow::Borrowed(text);
    }
    let mut said = String::with_capacity(text.len());
    let mut left = text;
    while let Some((place, beginning)) = first(left) {
        let (before, secret) = left.split_at(place);
        // PEM has spaces and lines; nothing after its beginning is worth a try.
        let end = if beginning.starts_with('-') {
            secret.len()
        } else {
            let ends = if beginning == "whsec_" { ends_base64 } else { ends_word };
            secret.find(ends).unwrap_or(secret.len())
        };
        let (secret, after) = secret.split_at(end);
        said.push_str(before);
        let is_word = beginning == "eyJ" && secret.len() < TOKEN_BYTES_MIN;
        // Help speaks of how a key begins.
        if is_word || secret == "whsec_" {
            said.push_str(secret);
        } else {
            said.push_str(beginning);
            said.push('…');
        }
        left = after;
    }
    said.push_str(left);
    Cow::Owned(said)
}

fn first(text: &str) -> Option<(usize, &'static str)> {
    let found = BEGINNINGS.into_iter().filter_map(|beginning| Some((text.find(beginning)?, beginning)));
    found.min_by_key(|(place, _)| *place)
}

/// Keys and tokens are letters and digits, and in tokens these three.
fn ends_word(letter: char) -> bool {
    !letter.is_ascii_alphanumeric() && !['_', '-', '.'].contains(&letter)
}

/// Keys of hooks are base64 behind a word that has an underscore.
fn ends_base64(letter: char) -> bool {
    !letter.is_ascii_alphanumeric() && !['_', '+', '/', '='].contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: of a secret only its beginning is said, and all of what is none. Method: each sort of secret by
    /// itself, within words and twice; and texts that only look like one.
    #[test]
    fn secrets_are_not_said() {
        let key = "hbk_7_abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx";
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl-_x";
        for (text, expected) in [
            (key.to_owned(), "hbk_…"),
            (format!("'{key}' or /keys/{key}, {token}!"), "'hbk_…' or /keys/hbk_…, eyJ…!"),
            ("a file\n-----BEGIN PRIVATE KEY-----\nMIGH hbk_ eyJ\n".to_owned(), "a file\n-----BEGIN…"),
            ("'whsec_Zm9v/YmFy+Zm9vYmFyZm9vYmFyZg==' '".to_owned(), "'whsec_…' '"),
            ("a key, whsec_… or whpk_…".to_owned(), "a key, whsec_… or whpk_…"),
            ("/home/eyJafjalla/key".to_owned(), "/home/eyJafjalla/key"),
            ("till 2, Café Kiosk: ann@example.org".to_owned(), "till 2, Café Kiosk: ann@example.org"),
        ] {
            assert_eq!(without_keys(&text), expected);
        }
        for (value, expected) in [
            ("https://ann:pass word@books.example:1/", "https://…@books.example:1/"),
            ("ann:p@ss@books.example:1", "…@books.example:1"),
            ("https://books.example:1", "https://books.example:1"),
            (&format!("https://{key}@books.example:1"), "https://…@books.example:1"),
            (&format!("https://books.example:1/?{key}"), "https://books.example:1/?hbk_…"),
        ] {
            assert_eq!(without_secrets(value), expected);
        }
    }
}
