//! The file of an outbox: written as things happen, written anew when most of it is over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use super::stored::{Record, header, parse};
use crate::directory::hooks::EndpointName;
use crate::domain::Sequence;
use crate::journal::files;

/// The file is written anew once it has so many records more than are needed, and twice as many.
const RECORDS_SPARE: usize = 4_000;

/// Whether a record found a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Yes,
    /// The file is to be written anew.
    No,
}

#[derive(Debug)]
pub(super) struct Keep {
    path: PathBuf,
    header: Vec<u8>,
    /// None where it cannot be written: then what is known lasts as long as this process.
    file: Option<File>,
    records: usize,
}

impl Keep {
    /// The file at `path`, and what it says of this endpoint.
    pub(super) fn open(
        path: PathBuf,
        name: EndpointName,
        made_by: Sequence,
    ) -> io::Result<(Self, Vec<Record>)> {
        let bytes = files::read_if_there(&path)?;
        let found = bytes.as_deref().map(|bytes| parse(bytes, name, made_by).ok_or(bytes.len()));
        let records = match found {
            None => Vec::new(),
            Some(Ok((records, 0))) => records,
            Some(Ok((records, lost))) => {
                tracing::warn!(path = %path.display(), bytes = lost, "{DAMAGED}");
                records
            }
            Some(Err(lost)) => {
                tracing::warn!(path = %path.display(), bytes = lost, "{DAMAGED}");
                Vec::new()
            }
        };
        let header = header(name, made_by);
        Ok((Self { path, header, file: None, records: 0 }, records))
    }

    /// Adds records to the file, of which `kept` are needed.
    pub(super) fn add(&mut self, records: &[Record], kept: usize) -> Room {
        let bytes: Vec<u8> = records.iter().flat_map(Record::bytes).collect();
        let written = self.file.as_mut().map(|file| file.write_all(&bytes));
        self.records = self.records.saturating_add(records.len());
        let needed = kept.saturating_mul(2).saturating_add(RECORDS_SPARE);
        if matches!(written, Some(Ok(()))) && self.records <= needed { Room::Yes } else { Room::No }
    }

    /// Writes the file anew, whole or not at all. That it cannot be written costs repeated events after a start.
    pub(super) fn anew(&mut self, records: &[Record]) {
        let bytes: Vec<u8> =
            self.header.iter().copied().chain(records.iter().flat_map(Record::bytes)).collect();
        let opened = files::replace_private(&self.path, &bytes)
            .and_then(|()| OpenOptions::new().append(true).open(&self.path));
        self.file = opened.ok();
        self.records = records.len();
    }

    /// What cannot be deleted is one of no endpoint, and nobody opens it.
    pub(super) fn delete(self) {
        let _stays_without_harm = fs::remove_file(&self.path);
    }
}

const DAMAGED: &str =
    "this file of events on their way is damaged: those it does not name are sent once more";
