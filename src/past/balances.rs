//! Balances-only checkpoints: small files, one for each million entries, all of them kept.
//!
//! Each stands at the end of a batch and carries that batch's hash, which covers everything before
//! it. A file of other books, or of a journal that was put back older and went on differently, has
//! another hash than the journal there and is not believed; nor is a damaged one. Derived: any of
//! them may be deleted at any time, and questions about the past only take longer.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;

use super::counts::Correcting;
use super::fold::{BankFold, Fold, Place};
use crate::domain::command::{HOLD_TRANSFERS_MAX, TIME_ZONE_BYTES_MAX};
use crate::domain::{AccountKind, AccountNumber, BankNumber, Sequence, Timestamp};
use crate::journal::codec::wire::{DecodeError, Reader, Writer};
use crate::journal::{Hash, JournalReader, ReadError, files};
use crate::ledger::checkpoint::batch_hash_at;

const MAGIC: [u8; 8] = *b"HBBALAN3";
const HASH_BYTES: usize = 32;
/// No more banks than these are opened.
const BANKS_MAX: usize = 100_000;
/// No more holds than these are open.
const HOLDS_MAX: usize = 1_000_000;
/// No more moves of reversals than these are remembered: their map would be larger than any memory.
const PLUS_MAX: usize = u32::MAX as usize;

/// Where they are.
#[derive(Clone, Debug)]
pub struct BalancesFolder {
    folder: PathBuf,
}

impl BalancesFolder {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The newest balances not after `at_most` that belong to the books `reader` reads; empty ones if
    /// there are none. Files that are damaged or of other books are passed over.
    pub fn newest(&self, reader: &dyn JournalReader, at_most: Sequence) -> Result<Fold, ReadError> {
        let mut files = self.files();
        files.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
        for (position, path) in files.into_iter().filter(|(position, _)| *position <= at_most) {
            if let Some((fold, hash)) = fs::read(path).ok().and_then(|bytes| read(&bytes))
                && fold.position == position
                && batch_hash_at(reader, position)? == Some(hash)
            {
                return Ok(fold);
            }
        }
        Ok(Fold::default())
    }

    /// Removes what will never be believed again: files of other books, and one that was being
    /// written when a process died. The follower's, before it writes any.
    pub fn tidy(&self, reader: &dyn JournalReader) -> Result<(), ReadError> {
        let tip = reader.tip().position;
        for (position, path) in self.files() {
            let claimed = hash_claimed(&path);
            if position > tip || claimed.is_none() || batch_hash_at(reader, position)? != claimed {
                let _tried_again_next_time = fs::remove_file(path);
            }
        }
        let Ok(listed) = fs::read_dir(&self.folder) else { return Ok(()) };
        for path in listed.filter_map(|file| Some(file.ok()?.path())) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("balances-") && name.ends_with(".fold.tmp") {
                let _tried_again_next_time = fs::remove_file(&path);
            }
        }
        Ok(())
    }

    /// Writes balances that stand at the end of the batch with `hash`.
    pub fn write(&self, fold: &Fold, hash: &Hash) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        files::replace(&self.folder.join(name(fold.position)), &write(fold, hash))
    }

    fn files(&self) -> Vec<(Sequence, PathBuf)> {
        let Ok(listed) = fs::read_dir(&self.folder) else { return Vec::new() };
        listed.filter_map(|file| position_of(&file.ok()?.path())).collect()
    }
}

fn name(position: Sequence) -> String {
    format!("balances-{:020}.fold", position.get())
}

fn position_of(path: &Path) -> Option<(Sequence, PathBuf)> {
    let number = path.file_name()?.to_str()?.strip_prefix("balances-")?.strip_suffix(".fold")?;
    Some((Sequence::new(number.parse().ok()?), path.to_owned()))
}

/// The hash at the start of a file, believed by nobody yet.
fn hash_claimed(path: &Path) -> Option<Hash> {
    let mut start = [0; MAGIC.len() + HASH_BYTES];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).ok()?;
    start.strip_prefix(&MAGIC)?.try_into().ok()
}

fn write(fold: &Fold, hash: &Hash) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fold.accounts_len().saturating_mul(16).saturating_add(256));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(hash);
    let mut writer = Writer::new(&mut bytes);
    writer.unsigned(fold.position.get());
    writer.signed(fold.recorded_at.micros());
    writer.unsigned(fold.banks.len() as u64);
    for bank in &fold.banks {
        writer.block(bank.time_zone.as_bytes());
        writer.raw(&bank.net_moved.to_le_bytes());
    }
    writer.unsigned(fold.accounts_len() as u64);
    for account in fold.accounts() {
        writer.byte(account.kind.number());
        writer.unsigned(u64::from(account.bank.get()));
        writer.signed(account.posted);
        writer.signed(account.held);
    }
    writer.unsigned(fold.remembered.correcting.len() as u64);
    for (hold, open) in &fold.remembered.correcting {
        writer.unsigned(hold.get());
        writer.signed(open.left);
        writer.unsigned(open.debits.len() as u64);
        for account in &open.debits {
            writer.unsigned(u64::from(account.slot()));
        }
    }
    writer.unsigned(fold.remembered.plus.len() as u64);
    for (reversal, place) in &fold.remembered.plus {
        writer.unsigned(reversal.get());
        writer.unsigned(u64::from(*place));
    }
    let checksum = digest::digest(&digest::SHA256, &bytes);
    bytes.extend_from_slice(checksum.as_ref());
    bytes
}

/// The balances and the hash of the batch they end with; nothing if the bytes are not what was written.
fn read(bytes: &[u8]) -> Option<(Fold, Hash)> {
    let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if digest::digest(&digest::SHA256, body).as_ref() != checksum {
        return None;
    }
    let (hash, rest) = body.strip_prefix(&MAGIC)?.split_first_chunk::<HASH_BYTES>()?;
    let mut reader = Reader::new(rest);
    let fold = read_fold(&mut reader).ok()?;
    reader.finish().ok()?;
    Some((fold, *hash))
}

fn read_fold(reader: &mut Reader<'_>) -> Result<Fold, DecodeError> {
    let mut fold = Fold {
        position: Sequence::new(reader.unsigned("position")?),
        recorded_at: Timestamp::from_micros(reader.signed("recorded at")?),
        ..Fold::default()
    };
    for _ in 0..reader.count(BANKS_MAX, 17, "banks")? {
        let name = reader.block(TIME_ZONE_BYTES_MAX, "time zone")?;
        let name = reader.known(std::str::from_utf8(name).ok(), "time zone")?;
        let moved = i128::from_le_bytes(reader.array("moved")?);
        fold.banks.push(BankFold::new(name.into(), moved));
    }
    let most = usize::try_from(AccountNumber::ACCOUNTS_MAX).unwrap_or(usize::MAX);
    let accounts = reader.count(most, 4, "accounts")?;
    fold.posted.reserve_exact(accounts);
    fold.held.reserve_exact(accounts);
    fold.places.reserve_exact(accounts);
    for _ in 0..accounts {
        let number = reader.byte("kind")?;
        let kind = reader.known(AccountKind::from_number(number), "kind")?;
        fold.places.push(Place::new(BankNumber::new(reader.small("bank")?), kind));
        fold.posted.push(reader.signed("posted")?);
        fold.held.push(reader.signed("held")?);
    }
    for _ in 0..reader.count(HOLDS_MAX, 4, "holds")? {
        let hold = Sequence::new(reader.unsigned("hold")?);
        fold.remembered.correcting.insert(hold, read_correcting(reader)?);
    }
    for _ in 0..reader.count(PLUS_MAX, 2, "reversals")? {
        let reversal = Sequence::new(reader.unsigned("reversal")?);
        fold.remembered.plus.insert((reversal, reader.small("place")?));
    }
    Ok(fold)
}

fn read_correcting(reader: &mut Reader<'_>) -> Result<Correcting, DecodeError> {
    let left = reader.signed("left")?;
    let debits = (0..reader.count(HOLD_TRANSFERS_MAX, 1, "transfers of a hold")?).map(|_| {
        let account = AccountNumber::from_slot(reader.small("account")?);
        reader.known(account, "account")
    });
    Ok(Correcting { left, debits: debits.collect::<Result<_, _>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: balances are read back as they were written, and any changed byte is noticed.
    /// Method: two banks, one account of each kind, both signs, things remembered; every byte is changed
    /// in turn.
    #[test]
    fn bytes_are_believed_only_as_written() {
        let mut fold = Fold {
            position: Sequence::new(77),
            recorded_at: Timestamp::from_micros(-5),
            banks: vec![
                BankFold::new("Europe/London".into(), -7),
                BankFold::new("Asia/Tokyo".into(), 1 << 90),
            ],
            ..Fold::default()
        };
        for (kind, seconds) in AccountKind::ALL.into_iter().zip([0, -1, i64::MAX, i64::MIN, 3_600, 9]) {
            fold.open(BankNumber::new(2), kind);
            *fold.posted.last_mut().unwrap() = seconds;
            *fold.held.last_mut().unwrap() = 5;
        }
        let debits = [1, AccountNumber::ACCOUNTS_MAX - 1].map(|slot| AccountNumber::from_slot(slot).unwrap());
        let open = Correcting { left: 1 << 40, debits: debits.into_iter().collect() };
        fold.remembered.correcting.insert(Sequence::new(9), open);
        fold.remembered.plus.extend([(Sequence::new(12), 0), (Sequence::new(12), 255)]);
        let hash = [3; 32];
        let bytes = write(&fold, &hash);
        assert_eq!(read(&bytes), Some((fold, hash)));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            assert_eq!(read(&changed), None, "byte {at}");
        }
        assert_eq!(read(&bytes[1..]), None);
        assert_eq!(read(&[]), None);
    }
}
