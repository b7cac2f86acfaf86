//! Files that are never written over.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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
