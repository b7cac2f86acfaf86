//! Files that are there whole or not at all.
//!
//! The one place that knows the dance: write beside, sync, rename, sync the directory. A crash at
//! any moment leaves the old bytes or the new ones, and at most a `.tmp` that the next write
//! overwrites.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use super::Hash;

/// What is read of a file at a time.
const READ_BYTES: usize = 256 * 1024;

/// Replaces `path` by `bytes`, durable when it returns.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, |file| file.write_all(bytes))
}

/// The same by what `write` writes, for what is not in memory as a whole.
pub(crate) fn replace_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    replace_opened(path, OpenOptions::new().write(true).create(true).truncate(true), write)
}

/// The same for what is for nobody else to read, whoever could read what was there.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // One that was left there may have been made for everybody, and somebody may have it open.
    match fs::remove_file(temporary(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    replace_opened(path, options.write(true).create_new(true).mode(0o600), |file| file.write_all(bytes))
}

fn replace_opened(
    path: &Path,
    options: &OpenOptions,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let beside = temporary(path);
    let mut file = options.open(&beside)?;
    write(&mut file)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    sync_parent(path)
}

/// What is in the file at `path`; none if there is no file. An error names the file: what cannot be read must not be
/// taken for what is not there, and be replaced.
pub(crate) fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(io::Error::new(error.kind(), format!("{} cannot be read: {error}", path.display())))
        }
    }
}

/// The name a file has while it is being written.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

/// Makes the names in `directory` durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Makes the name of `path` durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_directory(Path::new(".")),
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

/// Creates `directory` and what is missing above it, each name durable when it returns.
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        // Its name may have been created by a process that died before it could sync it.
        return sync_parent(directory);
    }
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_directory(parent)?;
    }
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    sync_parent(directory)
}

/// `bytes` with a last line that tells whether they are whole: for small plain-text files.
pub(crate) fn with_checksum(text: &str) -> Vec<u8> {
    format!("{text}crc32 {:08x}\n", crc32fast::hash(text.as_bytes())).into_bytes()
}

/// Takes the last line off again. `None`: the file is not what was written.
pub(crate) fn without_checksum(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (body, last) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let body = text.get(..body.len() + 1)?;
    let expected = format!("crc32 {:08x}", crc32fast::hash(body.as_bytes()));
    (last == expected).then_some(body)
}

/// Length and SHA-256 of a whole file; `on_bytes` hears how many bytes were read each time.
pub(crate) fn digest(path: &Path, on_bytes: &mut dyn FnMut(u64)) -> io::Result<(u64, Hash)> {
    let mut file = File::open(path)?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; READ_BYTES];
    let mut length = 0_u64;
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        context.update(bytes);
        length += read as u64;
        on_bytes(read as u64);
    }
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    Ok((length, hash))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // Writing to a String cannot fail.
        text
    })
}

/// Reads [`hex`] of a hash back.
pub(crate) fn hash_from_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a checksummed text is read back, and any changed byte of it is noticed.
    /// Method: every byte is changed in turn.
    #[test]
    fn a_changed_byte_of_a_small_file_is_noticed() {
        let good = with_checksum("first 1\nlast 9\n");
        assert_eq!(without_checksum(&good), Some("first 1\nlast 9\n"));
        for index in 0..good.len() {
            let mut bad = good.clone();
            bad[index] ^= 0x10;
            assert_eq!(without_checksum(&bad), None, "byte {index}");
        }
        assert_eq!(without_checksum(&good[..good.len() - 1]), None);
        assert_eq!(without_checksum(b""), None);
    }

    /// Goal: what is for nobody else is so from its first byte on, whatever was there. Method: over a file and a `.tmp` that
    /// all may read; nothing there is nothing, and a folder in its place an error with its name.
    #[test]
    fn a_private_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        assert_eq!(read_if_there(&path).unwrap(), None);
        for path in [&path, &temporary(&path)] {
            fs::write(path, b"old").unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        replace_private(&path, b"new").unwrap();
        assert_eq!(read_if_there(&path).unwrap().as_deref(), Some(&b"new"[..]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!temporary(&path).exists());
        let error = read_if_there(directory.path()).unwrap_err().to_string();
        assert!(error.contains(&directory.path().display().to_string()), "{error}");
    }

    /// Goal: replacing keeps either the old or the new bytes.
    /// Method: what a process that died half way leaves, a `.tmp`, does not disturb the next write.
    #[test]
    fn a_file_is_replaced_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/er/file");
        create_directory(path.parent().unwrap()).unwrap();
        replace(&path, b"old").unwrap();
        fs::write(temporary(&path), b"half of something much longer").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(!temporary(&path).exists());
        let (length, hash) = digest(&path, &mut |_| {}).unwrap();
        assert_eq!((length, hash_from_hex(&hex(&hash))), (3, Some(hash)));
    }
}
