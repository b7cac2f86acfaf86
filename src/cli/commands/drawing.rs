//! Drawings of codes, for a scanner. What a server sends is drawn, never run: only what a square of squares needs gets into a file.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::new_file::NewFile;

/// The largest drawing, in bytes.
const SVG_BYTES_MAX: usize = 64 << 10;
/// What a drawing may be made of.
const ELEMENTS: [&str; 5] = ["?xml", "svg", "rect", "path", "/svg"];

/// A new file for a drawing of a code, if one is asked for: whoever can read it can use the hours.
///
/// # Errors
/// As [`NewFile::open`].
pub fn opened(path: Option<PathBuf>) -> Result<Option<NewFile>, Failure> {
    path.map(|path| NewFile::open(path, 0o600)).transpose()
}

/// Draws a code into a new file, and says where.
///
/// # Errors
/// [`Failure::Refused`] if it is no drawing, or could not be written.
pub fn draw(mut file: NewFile, svg: &str) -> Result<String, Failure> {
    if !is_drawing(svg) {
        let path = file.path();
        file.leave();
        return Err(Failure::Refused(format!(
            "the server sent something else than a drawing: nothing was written to {path}. The digits are good"
        )));
    }
    let done = file.file().write_all(svg.as_bytes());
    file.done(done)
}

/// Whether a text is a drawing of squares and nothing else: no script, nothing that is fetched from elsewhere.
fn is_drawing(svg: &str) -> bool {
    let is_known = |element: &str| {
        let name = element.split([' ', '>']).next().unwrap_or_default();
        ELEMENTS.contains(&name.trim_end_matches('/'))
    };
    let has_only_known = svg.split('<').skip(1).all(is_known);
    let asks_for_more = ["href", " on", "style", "&", "url("].iter().any(|word| svg.contains(word));
    svg.len() <= SVG_BYTES_MAX && svg.contains("<svg ") && has_only_known && !asks_for_more
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = r##"<?xml version="1.0" standalone="yes"?><svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="252" height="252" viewBox="0 0 252 252"><rect x="0" y="0" width="252" height="252" fill="#fff"/><path d="M48 48h12v12H48V48" fill="#000"/></svg>"##;

    /// Goal: a drawing is taken, and whatever could do more than be looked at is not. Method: one as servers send it, and
    /// one with each of the other sorts of things inside.
    #[test]
    fn only_drawings_are_written() {
        assert!(is_drawing(DRAWING));
        for more in [
            "<script>alert(1)</script></svg>",
            "<image x=\"0\"/></svg>",
            "<rect onload=\"alert(1)\"/></svg>",
            "<path xlink:href=\"http://elsewhere.example\"/></svg>",
            "<rect fill=\"url(http://elsewhere.example)\"/></svg>",
            "<!ENTITY x></svg>",
            "&lol;</svg>",
            "<foreignObject></foreignObject></svg>",
        ] {
            assert!(!is_drawing(&DRAWING.replace("</svg>", more)), "{more}");
        }
        for text in ["", "no drawing", "<html></html>"] {
            assert!(!is_drawing(text), "{text}");
        }
        assert!(!is_drawing(&DRAWING.replace("M48", &"M48".repeat(SVG_BYTES_MAX))));
    }

    /// Goal: what is there stays, and what is not drawn leaves no file. Method: a file that is there; something else than a
    /// drawing; a drawing.
    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.svg");
        let open = || opened(Some(path.clone()));
        assert!(draw(open().unwrap().unwrap(), "<html></html>").is_err());
        assert!(!path.exists());
        assert_eq!(draw(open().unwrap().unwrap(), DRAWING).unwrap(), path.display().to_string());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), DRAWING);
        assert!(open().is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), DRAWING, "what was there stays");
    }
}
