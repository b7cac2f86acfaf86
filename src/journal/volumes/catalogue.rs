//! Which volumes there are and what is in them, from names and sealed files alone.
//!
//! `<journal>/000001.sealed` says that volume 1 is full, what it holds and how its files look:
//!
//! ```text
//! hourbook sealed volume, format 1
//! volume 1
//! first 1
//! last 8388608
//! batches 8192
//! previous <hash before its first batch>
//! tip <hash of its last batch>
//! head <offset> <length> <sha-256>      the part of db that opening touches
//! file <length> <sha-256> <name>        one line a file, `sha256sum` says the same
//! crc32 <of the lines above>
//! ```

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::{GENESIS, Hash, ReadError, files};
use super::fingerprint::{FileDigest, Head};
use crate::domain::Sequence;

const TITLE: &str = "hourbook sealed volume, format 1";

/// What is in a volume that has at least one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub first: Sequence,
    pub last: Sequence,
    pub batches: u64,
    pub previous: Hash,
    pub hash: Hash,
}

/// What the sealed file of a volume says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    pub number: u32,
    pub span: Span,
    pub head: Head,
    pub files: Vec<FileDigest>,
}

/// A volume, as far as names and its sealed file tell.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub number: u32,
    pub sealed: Option<Arc<Sealed>>,
}

pub(super) fn sealed_path(journal: &Path, number: u32) -> PathBuf {
    journal.join(format!("{number:06}.sealed"))
}

/// All volumes in order. A gap, and a sealed volume that does not follow the one before, is damage.
pub(super) fn list(journal: &Path) -> Result<Vec<Listed>, ReadError> {
    let fail = |source| ReadError::io(0, "listing the journal", source);
    let mut directories = Vec::new();
    let mut sealed_files = Vec::new();
    let mut acquired = false;
    for entry in fs::read_dir(journal).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        acquired |= name == super::epoch::FILE;
        if let Some(number) = number_of(&name) {
            directories.push(number);
        } else if let Some(number) = name.strip_suffix(".sealed").and_then(number_of) {
            sealed_files.push(number);
        }
    }
    directories.sort_unstable();
    let last = directories.iter().chain(&sealed_files).copied().max().unwrap_or(u32::from(acquired));
    let mut listed = Vec::new();
    let mut end: Option<Span> = None;
    for number in 1..=last {
        if directories.binary_search(&number).is_err() {
            return Err(ReadError::damaged(number, "it is missing"));
        }
        let sealed = sealed_files.contains(&number).then(|| read_sealed(journal, number)).transpose()?;
        let previous = if number == 1 {
            Some((Sequence::ZERO, GENESIS))
        } else {
            end.map(|span| (span.last, span.hash))
        };
        if let (Some((last, hash)), Some(sealed)) = (previous, &sealed) {
            check_follows(number, &sealed.span, last, &hash)?;
        }
        end = sealed.as_ref().map(|sealed| sealed.span);
        listed.push(Listed { number, sealed: sealed.map(Arc::new) });
    }
    Ok(listed)
}

/// Whether a volume with `span` begins where the books ended before it.
pub(super) fn check_follows(number: u32, span: &Span, last: Sequence, hash: &Hash) -> Result<(), ReadError> {
    if span.first != last.next() {
        return Err(ReadError::damaged(
            number,
            format!("it begins at {}, not at {}", span.first, last.next()),
        ));
    }
    if span.previous != *hash {
        return Err(ReadError::damaged(number, "it does not continue the chain of the volume before"));
    }
    Ok(())
}

/// `000042` → 42.
fn number_of(name: &str) -> Option<u32> {
    let digits = name.len() == 6 && name.bytes().all(|byte| byte.is_ascii_digit());
    if digits { name.parse().ok().filter(|&number| number > 0) } else { None }
}

/// Writes the sealed file; from then on nobody writes to the volume.
pub(super) fn write_sealed(journal: &Path, sealed: &Sealed) -> io::Result<()> {
    files::replace(&sealed_path(journal, sealed.number), &files::with_checksum(&text(sealed)))
}

/// Reads the sealed file of volume `number`.
pub(super) fn read_sealed(journal: &Path, number: u32) -> Result<Sealed, ReadError> {
    let bytes = fs::read(sealed_path(journal, number))
        .map_err(|source| ReadError::io(number, "reading its sealed file", source))?;
    let sealed = files::without_checksum(&bytes).and_then(parse);
    match sealed {
        Some(sealed) if sealed.number == number => Ok(sealed),
        Some(_) | None => Err(ReadError::damaged(number, "its sealed file is not what was written")),
    }
}

fn text(sealed: &Sealed) -> String {
    let Sealed { number, span, head, files: all } = sealed;
    let mut text = format!(
        "{TITLE}\nvolume {number}\nfirst {}\nlast {}\nbatches {}\nprevious {}\ntip {}\nhead {} {} {}\n",
        span.first,
        span.last,
        span.batches,
        files::hex(&span.previous),
        files::hex(&span.hash),
        head.offset,
        head.length,
        files::hex(&head.hash),
    );
    for file in all {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "file {} {} {}", file.length, files::hex(&file.hash), file.name);
    }
    text
}

fn parse(text: &str) -> Option<Sealed> {
    let mut lines = text.lines();
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    if field("hourbook")? != TITLE.strip_prefix("hourbook ")? {
        return None;
    }
    let number = field("volume")?.parse().ok()?;
    let span = Span {
        first: Sequence::new(field("first")?.parse().ok()?),
        last: Sequence::new(field("last")?.parse().ok()?),
        batches: field("batches")?.parse().ok()?,
        previous: files::hash_from_hex(field("previous")?)?,
        hash: files::hash_from_hex(field("tip")?)?,
    };
    let mut words = field("head")?.split(' ');
    let head = Head {
        offset: words.next()?.parse().ok()?,
        length: words.next()?.parse().ok()?,
        hash: files::hash_from_hex(words.next()?)?,
    };
    let file = |line: &str| {
        let mut words = line.strip_prefix("file ")?.splitn(3, ' ');
        Some(FileDigest {
            length: words.next()?.parse().ok()?,
            hash: files::hash_from_hex(words.next()?)?,
            name: words.next()?.to_owned(),
        })
    };
    let files = lines.map(file).collect::<Option<Vec<_>>>()?;
    Some(Sealed { number, span, head, files })
}
