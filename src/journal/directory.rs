//! The data directory: one process owns it.
//!
//! ```text
//! format      "hourbook data, format 1"     first file written, never changed
//! lock        locked by the owner; its process id is the text
//! journal/    the books                     keyring    keys of persons
//! checkpoints/  derived/                    may be deleted
//! local/                                    losing it costs no hour
//! ```
//!
//! A directory of a newer format, or one that is not ours, is refused before anything in it is
//! touched, so that running an old program by mistake costs nothing.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::files;

/// The only format there is.
const FORMAT: u32 = 1;
const FORMAT_PREFIX: &str = "hourbook data, format ";
const FORMAT_FILE: &str = "format";
const LOCK_FILE: &str = "lock";
/// A format or lock file is one short line; a longer one is not ours.
const LINE_BYTES_MAX: u64 = 256;

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Written by a newer program. Nothing was touched.
    #[error("{path} has format {found}; this program knows formats up to {FORMAT}")]
    Newer {
        /// The directory.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Something is in it that is not ours. Nothing was touched.
    #[error("{path} is not a Hourbook data directory: {what}")]
    Unknown {
        /// The directory.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// Another process, or another part of this one, owns it.
    #[error("{path} is in use by process {pid}")]
    Owned {
        /// The directory.
        path: PathBuf,
        /// Who; 0 if the owner has not written it down.
        pid: u32,
    },
    /// The machine could not.
    #[error("{path}: {doing}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the machine said.
        #[source]
        source: io::Error,
    },
}

/// A data directory, owned until dropped.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    /// Locked as long as it lives; also when the process dies the lock goes.
    lock: File,
}

impl Drop for DataDirectory {
    /// A child of this process that has not begun its own program yet holds the same lock: closing would leave it there.
    fn drop(&mut self) {
        let _closing_unlocks_too = self.lock.unlock();
    }
}

impl DataDirectory {
    /// Owns `path`, which is created if it does not exist or is empty.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DirectoryError> {
        let path = path.as_ref();
        check(path)?;
        files::create_directory(path).map_err(|source| failure(path, "creating", source))?;
        let lock = own(path)?;
        let format = path.join(FORMAT_FILE);
        // Asked again under the lock: another process may have created it in between.
        if !check(path)? {
            files::replace(&format, format!("{FORMAT_PREFIX}{FORMAT}\n").as_bytes())
                .map_err(|source| failure(&format, "writing", source))?;
        }
        let directory = Self { path: path.to_path_buf(), lock };
        for inner in [directory.journal(), directory.checkpoints(), directory.derived(), directory.local()] {
            files::create_directory(&inner).map_err(|source| failure(&inner, "creating", source))?;
        }
        Ok(directory)
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The books.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// Checkpoints; derived, may be deleted.
    #[must_use]
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// Indexes and reports; derived, may be deleted.
    #[must_use]
    pub fn derived(&self) -> PathBuf {
        self.path.join("derived")
    }

    /// What belongs to this installation only: codes not yet used, hook attempts.
    #[must_use]
    pub fn local(&self) -> PathBuf {
        self.path.join("local")
    }

    /// The file with the keys of persons.
    #[must_use]
    pub fn keyring(&self) -> PathBuf {
        self.path.join("keyring")
    }
}

/// Bytes this process may still write on the disk that holds `path`.
///
/// # Errors
/// What the machine says when it cannot tell.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Whether there is a directory of our format; refuses what is not ours. Reads only.
fn check(path: &Path) -> Result<bool, DirectoryError> {
    let unknown = |what: &str| DirectoryError::Unknown { path: path.to_path_buf(), what: what.to_owned() };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(unknown("a file")),
        Err(source) => return Err(failure(path, "listing", source)),
    };
    let format = path.join(FORMAT_FILE);
    match File::open(&format) {
        Ok(file) => {
            let line = read_line(&file).map_err(|source| failure(&format, "reading", source))?;
            let found = line.strip_prefix(FORMAT_PREFIX).and_then(|number| number.trim_end().parse().ok());
            match found {
                Some(FORMAT) => Ok(true),
                Some(found) if found > FORMAT => {
                    Err(DirectoryError::Newer { path: path.to_path_buf(), found })
                }
                Some(_) | None => Err(unknown("its format file says something else")),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // What a process leaves that died before the format file had its name.
            let ours = [LOCK_FILE.into(), files::temporary(Path::new(FORMAT_FILE)).into_os_string()];
            for entry in entries {
                let name = entry.map_err(|source| failure(path, "listing", source))?.file_name();
                if !ours.contains(&name) {
                    return Err(unknown(&format!("it holds {} and no format file", name.display())));
                }
            }
            Ok(false)
        }
        Err(source) => Err(failure(&format, "opening", source)),
    }
}

/// Takes the lock and writes down whose it is.
fn own(path: &Path) -> Result<File, DirectoryError> {
    let lock = path.join(LOCK_FILE);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(|source| failure(&lock, "opening", source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let line = read_line(&file).unwrap_or_default();
            let pid = line.trim_end().parse().unwrap_or(0);
            return Err(DirectoryError::Owned { path: path.to_path_buf(), pid });
        }
        Err(TryLockError::Error(source)) => return Err(failure(&lock, "locking", source)),
    }
    // For people and error messages only; the lock itself is what counts.
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        writeln!(file, "{}", std::process::id())
    };
    write(&mut file).map_err(|source| failure(&lock, "writing", source))?;
    Ok(file)
}

fn read_line(file: &File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.take(LINE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn failure(path: &Path, doing: &'static str, source: io::Error) -> DirectoryError {
    DirectoryError::Io { path: path.to_path_buf(), doing, source }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    use super::*;

    /// Every file and directory below `path` with its bytes and its time of change.
    fn picture(path: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut all = BTreeMap::new();
        let mut open = vec![path.to_path_buf()];
        while let Some(path) = open.pop() {
            let data = fs::metadata(&path).unwrap();
            let bytes = if data.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            all.insert(path, (bytes, data.modified().unwrap()));
        }
        all
    }

    /// Goal: a directory has one owner, the second is told who it is, and it is free afterwards.
    /// Method: open twice, drop, open again; a fresh directory has all its parts.
    #[test]
    fn one_owner() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("a/b");
        let directory = DataDirectory::open(&path).unwrap();
        assert!(directory.journal().is_dir() && directory.local().is_dir());
        assert!(free_bytes(directory.path()).unwrap() > 0);
        match DataDirectory::open(&path) {
            Err(DirectoryError::Owned { pid, .. }) => assert_eq!(pid, std::process::id()),
            other => panic!("{other:?}"),
        }
        drop(directory);
        DataDirectory::open(&path).unwrap();
        assert_eq!(fs::read_to_string(path.join("format")).unwrap(), "hourbook data, format 1\n");
    }

    /// Goal: a newer directory, and one that is not ours, are refused untouched.
    /// Method: compare all bytes and times before and after.
    #[test]
    fn what_is_not_ours_is_not_touched() {
        let temporary = tempfile::tempdir().unwrap();
        let newer = temporary.path().join("newer");
        fs::create_dir_all(newer.join("journal/000001")).unwrap();
        fs::write(newer.join("format"), "hourbook data, format 2\n").unwrap();
        fs::write(newer.join("journal/000001/db"), "books").unwrap();
        let foreign = temporary.path().join("foreign");
        fs::create_dir_all(&foreign).unwrap();
        fs::write(foreign.join("thesis.txt"), "words").unwrap();
        let odd = temporary.path().join("odd");
        fs::create_dir_all(&odd).unwrap();
        fs::write(odd.join("format"), "hourbook data, format one\n").unwrap();

        let before = picture(temporary.path());
        assert!(matches!(DataDirectory::open(&newer), Err(DirectoryError::Newer { found: 2, .. })));
        assert!(matches!(DataDirectory::open(&foreign), Err(DirectoryError::Unknown { .. })));
        assert!(matches!(DataDirectory::open(&odd), Err(DirectoryError::Unknown { .. })));
        let file = foreign.join("thesis.txt");
        assert!(matches!(DataDirectory::open(file), Err(DirectoryError::Unknown { .. })));
        assert_eq!(picture(temporary.path()), before);
    }

    /// Goal: a process that died while it created the directory is no obstacle.
    /// Method: leave exactly what it would: the lock file, a half-written format file.
    #[test]
    fn creation_can_be_repeated() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("data");
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("lock"), "4242\n").unwrap();
        fs::write(path.join("format.tmp"), "hourb").unwrap();
        let directory = DataDirectory::open(&path).unwrap();
        assert!(directory.journal().is_dir());
    }

    /// Goal: a directory that is given up is free, though a child that was just begun still has its lock open.
    /// Story: a server begun again at once found its directory owned by its own process.
    /// Method: the lock's descriptor kept twice, as a child has it until its own program begins.
    #[test]
    fn a_child_keeps_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let directory = DataDirectory::open(folder.path()).unwrap();
        let of_a_child = directory.lock.try_clone().unwrap();
        assert!(matches!(DataDirectory::open(folder.path()), Err(DirectoryError::Owned { .. })));
        drop(directory);
        drop(DataDirectory::open(folder.path()).unwrap());
        drop(of_a_child);
    }
}
