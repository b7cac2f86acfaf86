//! Letters as they are compared when somebody is looked for.
//!
//! Capitals and accents make no difference, apostrophes are nothing ("O'Brien" is "OBrien"), all other
//! punctuation is a space ("Anne-Marie" is "Anne Marie"). Combining accents are dropped, so both ways of
//! writing "é" are one.
//!
//! Limits: Latin letters with accents as far as the table goes (Western and Central European, Welsh,
//! Turkish, Vietnamese); other scripts are compared as they are, in lower case where they have one. "ö" is
//! "o", not "oe". What sounds alike is not looked for.

/// `text` to compare: lower case, no accents, words with one space between them. No control characters.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut is_between = false;
    for letter in text.chars().flat_map(char::to_lowercase) {
        if is_nothing(letter) {
            continue;
        }
        if is_space(letter) {
            is_between = !folded.is_empty();
            continue;
        }
        if is_between {
            folded.push(' ');
            is_between = false;
        }
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(letter),
        }
    }
    folded
}

/// The same without spaces: numbers and addresses are written in many ways.
#[must_use]
pub fn squashed(text: &str) -> String {
    folded(text).replace(' ', "")
}

/// Apostrophes, and accents that stand by themselves behind their letter.
const fn is_nothing(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}')
}

/// White space, punctuation, controls.
fn is_space(letter: char) -> bool {
    let is_sign = if letter.is_ascii() {
        !letter.is_ascii_alphanumeric()
    } else {
        matches!(letter, '\u{a0}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{3003}')
            && !matches!(letter, 'ª' | 'º' | 'µ')
    };
    is_sign || letter.is_whitespace() || letter.is_control()
}

/// The plain letters of a small letter with an accent, or none for others.
const fn plain(letter: char) -> Option<&'static str> {
    if letter.is_ascii() {
        return None;
    }
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' | 'ª' => "a",
        'æ' | 'ǽ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'ǧ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' | 'ỉ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' | 'ọ'..='ợ' | 'º' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ụ'..='ự' => "u",
        'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: ways of writing one name are one; different names stay different.
    /// Method: a table, and folding what is folded already.
    #[test]
    fn one_name_written_in_many_ways() {
        for (text, expected) in [
            ("Zoë", "zoe"),
            ("Zoe\u{308}", "zoe"),
            ("  Ann   Ash ", "ann ash"),
            ("ANNE-MARIE", "anne marie"),
            ("O'Brien", "obrien"),
            ("O’Brien", "obrien"),
            ("Müller, Jörg (jun.)", "muller jorg jun"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("İpek Işık", "ipek isik"),
            ("Siôn Ŵyn Llŷr", "sion wyn llyr"),
            ("Nguyễn Thị Hương", "nguyen thi huong"),
            ("Ærø Ðorþe Œ Straße", "aero dorthe oe strasse"),
            ("Őry Čapek Țară", "ory capek tara"),
            ("李 小龍", "李 小龍"),
            ("ΑΝΝΑ", "αννα"),
            ("\u{1}\u{2}a\u{0}b", "a b"),
            ("– …", ""),
            ("a\u{a0}b", "a b"),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
            assert_eq!(folded(expected), expected);
        }
        assert_eq!(squashed("+44 (0)7700 900-123"), "4407700900123");
        assert_eq!(squashed("Ann.Ash@Example.ORG"), "annashexampleorg");
    }
}
