//! What the files of a volume look like: lengths and SHA-256.
//!
//! The *head* is the segment of `db` that sled wrote last: at open it reads that one, fills its
//! rest, and would clear it if it looked torn. It is compared before every open of a sealed
//! volume, together with the small files; all the rest of `db` only by `inspect`, because reading
//! half a gigabyte at the first touch would make one statement line cost seconds.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};

use super::super::{Hash, ReadError, files, layout::SEGMENT_BYTES};
use super::catalogue::Sealed;

/// Bytes of a segment's header: crc32, sequence number, stable sequence number.
const SEGMENT_HEADER_BYTES: usize = 20;
/// sled stores sequence numbers xor this, and the checksum inverted.
const LSN_MASK: u64 = 0x7FFF_FFFF_FFFF_FFFF;

/// One file of a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileDigest {
    /// Below the volume's directory; a directory ends in `/` and has no bytes.
    pub name: String,
    pub length: u64,
    pub hash: Hash,
}

/// The segment of `db` that opening reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub offset: u64,
    pub length: u64,
    pub hash: Hash,
}

/// All files of the volume at `path`, by name.
pub(super) fn files_of(path: &Path, on_bytes: &mut dyn FnMut(u64)) -> io::Result<Vec<FileDigest>> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(prefix) = open.pop() {
        for entry in fs::read_dir(path.join(&prefix))? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push(format!("{name}/"));
                found.push(FileDigest { name: format!("{name}/"), length: 0, hash: Hash::default() });
            } else {
                let (length, hash) = files::digest(&entry.path(), on_bytes)?;
                found.push(FileDigest { name, length, hash });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Says how `found` differs from what was `sealed`, naming the file.
pub(super) fn difference(sealed: &[FileDigest], found: &[FileDigest]) -> Option<String> {
    for expected in sealed {
        match found.iter().find(|file| file.name == expected.name) {
            None => return Some(format!("{} is missing", expected.name)),
            Some(file) if file.length != expected.length => {
                return Some(format!("{} has {} bytes, not {}", file.name, file.length, expected.length));
            }
            Some(file) if file.hash != expected.hash => {
                return Some(format!("{} is not what was sealed", file.name));
            }
            Some(_) => {}
        }
    }
    let extra = found.iter().find(|file| !sealed.iter().any(|expected| expected.name == file.name));
    extra.map(|file| format!("{} does not belong there", file.name))
}

/// Finds the head: the segment with the highest valid sequence number.
pub(super) fn head_of(path: &Path) -> io::Result<Option<Head>> {
    let db = File::open(path.join("db"))?;
    let length = db.metadata()?.len();
    let mut newest: Option<(u64, u64)> = None;
    for offset in (0..length).step_by(SEGMENT_BYTES) {
        let mut header = [0; SEGMENT_HEADER_BYTES];
        if length - offset < SEGMENT_HEADER_BYTES as u64 {
            break;
        }
        db.read_exact_at(&mut header, offset)?;
        if let Some(number) = segment_number(&header)
            && newest.is_none_or(|(highest, _)| number > highest)
        {
            newest = Some((number, offset));
        }
    }
    newest.map(|(_, offset)| read_head(&db, offset, (length - offset).min(SEGMENT_BYTES as u64))).transpose()
}

/// The sequence number in a segment's header, if its checksum holds.
fn segment_number(header: &[u8; SEGMENT_HEADER_BYTES]) -> Option<u64> {
    let (crc, body) = header.split_first_chunk::<4>()?;
    let (number, _) = body.split_first_chunk::<8>()?;
    let valid = u32::from_le_bytes(*crc) ^ u32::MAX == crc32fast::hash(body);
    valid.then(|| u64::from_le_bytes(*number) ^ LSN_MASK)
}

fn read_head(db: &File, offset: u64, length: u64) -> io::Result<Head> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(SEGMENT_BYTES)];
    db.read_exact_at(&mut bytes, offset)?;
    let mut hash = Hash::default();
    hash.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    Ok(Head { offset, length, hash })
}

/// Compares what opening touches with what was sealed.
pub(super) fn check_head(path: &Path, number: u32, sealed: &Sealed) -> Result<(), ReadError> {
    let fail = |doing: &'static str| move |source: io::Error| ReadError::io(number, doing, source);
    for expected in &sealed.files {
        if expected.name.ends_with('/') || expected.name == "db" {
            continue;
        }
        let (length, hash) = match files::digest(&path.join(&expected.name), &mut |_| {}) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ReadError::damaged(number, format!("{} is missing", expected.name)));
            }
            Err(source) => return Err(ReadError::io(number, format!("reading {}", expected.name), source)),
        };
        if (length, hash) != (expected.length, expected.hash) {
            return Err(ReadError::damaged(number, format!("{} is not what was sealed", expected.name)));
        }
    }
    let db = File::open(path.join("db")).map_err(fail("opening db"))?;
    let length = db.metadata().map_err(fail("reading db"))?.len();
    let expected = sealed.files.iter().find(|file| file.name == "db").map_or(0, |file| file.length);
    if length != expected {
        return Err(ReadError::damaged(number, format!("db has {length} bytes, not {expected}")));
    }
    let head = read_head(&db, sealed.head.offset, sealed.head.length).map_err(fail("reading db"))?;
    if head != sealed.head {
        return Err(ReadError::damaged(number, "db is not what was sealed"));
    }
    Ok(())
}
