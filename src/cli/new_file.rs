//! Files that a command makes where it is asked to: keys, drawings, pages to print. What was there is never written over.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Makes a file before anything is asked for; `mode` says who may read it.
///
/// # Errors
/// [`Failure::Refused`] if it is there already or cannot be made.
pub fn made(path: &Path, mode: u32) -> Result<File, Failure> {
    let made = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    made.map_err(|error| {
        let path = path.display();
        Failure::Refused(if error.kind() == io::ErrorKind::AlreadyExists {
            format!(
                "nothing was asked for: {path} is there already, and is not written over. Type another name, or take that one away"
            )
        } else {
            format!("nothing was asked for: {path} cannot be made: {error}")
        })
    })
}

/// A new file, empty so far.
pub struct NewFile {
    path: PathBuf,
    file: File,
}

impl NewFile {
    /// Makes the file, before anything is asked for: `mode` says who may read it.
    ///
    /// # Errors
    /// As [`made`].
    pub fn open(path: PathBuf, mode: u32) -> Result<Self, Failure> {
        let file = made(&path, mode)?;
        Ok(Self { path, file })
    }

    /// Where it is.
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// Where to write.
    pub const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Says where it is, if all was written.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it was not.
    pub fn done(self, written: io::Result<()>) -> Result<String, Failure> {
        let path = self.path();
        let done = written.and_then(|()| self.file.sync_all());
        done.map_err(|error| Failure::Refused(format!("{path} could not be written: {error}")))?;
        Ok(path)
    }

    /// Nothing came for it: the file goes.
    pub fn leave(self) {
        drop(self.file);
        let _it_is_empty = std::fs::remove_file(self.path);
    }
}
