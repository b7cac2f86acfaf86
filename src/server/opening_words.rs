//! What a connection must say first, and when it has: HTTP/2's opening words, or one whole head of HTTP/1.1.
//!
//! Only the first head of HTTP/1.1 is watched here. The ones after it, and a quiet connection between two
//! of them, have the transport's 30 seconds.

/// How a connection begins that speaks HTTP/2.
pub const HTTP_2: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What was heard so far.
#[derive(Debug)]
pub enum OpeningWords {
    /// So many bytes of HTTP/2's.
    Http2(usize),
    /// Something else: HTTP/1.1, with so many bytes of a line that is not over.
    Http1(usize),
}

impl OpeningWords {
    /// Nothing yet.
    pub const fn none() -> Self {
        Self::Http2(0)
    }

    /// Hears more, and says whether that ended them.
    pub fn hear(&mut self, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| self.is_last(*byte))
    }

    fn is_last(&mut self, byte: u8) -> bool {
        if let Self::Http2(heard) = self {
            if HTTP_2.get(*heard) == Some(&byte) {
                *heard += 1;
                return *heard == HTTP_2.len();
            }
            *self = Self::Http1(*heard);
        }
        let Self::Http1(line_bytes) = self else { return false };
        match byte {
            // An empty line ends a head.
            b'\n' if *line_bytes == 0 => return true,
            b'\n' => *line_bytes = 0,
            b'\r' => {}
            _ => *line_bytes = line_bytes.saturating_add(1),
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the words end where they end, however they are cut. Method: each is heard whole, and byte by
    /// byte; the byte that ends them must be the last.
    #[test]
    fn words_end_where_they_end() {
        let words: [&[u8]; 5] = [
            HTTP_2,
            b"POST /a HTTP/1.1\r\nHost: b\r\n\r\n",
            b"POST /a HTTP/1.1\nHost: b\n\n",
            b"PRI /a HTTP/1.1\r\n\r\n",
            b"P\n\n",
        ];
        for whole in words {
            assert!(OpeningWords::none().hear(&[whole, b"more"].concat()));
            let mut byte_by_byte = OpeningWords::none();
            let last = whole.iter().position(|byte| byte_by_byte.hear(&[*byte]));
            assert_eq!(last, Some(whole.len() - 1), "{}", String::from_utf8_lossy(whole));
        }
        assert!(!OpeningWords::none().hear(&HTTP_2[..23]));
        assert!(!OpeningWords::none().hear(b"POST /a HTTP/1.1\r\nHost: b\r\n"));
    }
}
