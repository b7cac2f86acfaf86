//! A folder for papers about people: nobody else reads them, and each is there as a whole or as it was.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;

/// A folder to write into.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder, for nobody else to look into, where there is none.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it cannot be made.
    pub fn open(path: PathBuf) -> Result<Self, Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| not_written(&path, &error))?;
        Ok(Self(path))
    }

    /// Where it is, as typed.
    pub fn name(&self) -> String {
        self.0.display().to_string()
    }

    /// Puts a file there, in the place of one that has the name.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it cannot be written; then what had the name is as it was.
    pub fn put(&self, name: &str, text: &str) -> Result<(), Failure> {
        put(&self.0.join(name), text)
    }
}

/// Puts a file where `path` says, for nobody else to read. A link that is there is replaced, not followed.
///
/// # Errors
/// As of [`Folder::put`].
pub fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = || {
        // Made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".hourbook-").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    };
    written().map(drop).map_err(|error| not_written(path, &error))
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::Refused(format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// Goal: folder and files are for their owner alone; what is there is replaced and never written through; nothing else
    /// is left behind. Method: a new folder inside a new one; a file there, a link to a file elsewhere, a folder of the name.
    #[test]
    fn files_are_private_and_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("letters/june");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = Folder::open(path.clone()).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o700, 0o700));

        folder.put("10035.txt", "one").unwrap();
        let elsewhere = home.path().join("elsewhere");
        fs::write(&elsewhere, "mine").unwrap();
        symlink(&elsewhere, path.join("10043.txt")).unwrap();
        for name in ["10035.txt", "10043.txt"] {
            Folder::open(path.clone()).unwrap().put(name, "another").unwrap();
            assert_eq!(fs::read_to_string(path.join(name)).unwrap(), "another");
            assert_eq!(mode(&path.join(name)), 0o600);
        }
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");

        fs::create_dir(path.join("10056.txt")).unwrap();
        assert!(folder.put("10056.txt", "no").is_err());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 3, "nothing half written stays");
        assert!(Folder::open(elsewhere).is_err());
    }
}
