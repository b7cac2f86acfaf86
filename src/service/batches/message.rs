//! Batches of entries as bytes: what is in one is counted before it is made, and what is plain becomes a
//! command at once.
//!
//! An empty entry is two bytes on the wire and a hundred times as many in memory, so a bound of bytes alone
//! is none. Whatever can be repeated in a batch and costs more than its bytes is counted: entries, transfers,
//! accounts to open.
//!
//! Nearly every entry of a large batch is a post without words. Such a one is read from its bytes straight
//! into a command ([`plain`]); any other, and whatever is wrong in it, goes the ordinary way.

use prost::DecodeError;
use prost::bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstEncoder};

use super::super::Service;
use super::super::not_done::NotDone;
use super::{BATCH_ENTRIES_MAX, BATCH_PARTS_MAX, plain};
use crate::api::{BatchEntry, PostBatchesRequest, PostBatchesResponse};
use crate::domain::Command;

/// What an entry takes on the wire, rather less than most do: room for a batch is made once.
const ENTRY_BYTES_LIKELY: usize = 40;

/// A batch, read.
#[derive(Debug, Default)]
pub struct Batch {
    /// Posts without words, in order.
    pub plain: Vec<Command>,
    /// All others, as they came, with their places among all, rising.
    pub others: Vec<(usize, BatchEntry)>,
    /// Whether nothing is to be written.
    pub validate_only: bool,
}

impl Batch {
    /// How many entries.
    pub fn count(&self) -> usize {
        self.plain.len().saturating_add(self.others.len())
    }
}

impl From<PostBatchesRequest> for Batch {
    fn from(request: PostBatchesRequest) -> Self {
        let others = request.entries.into_iter().enumerate().collect();
        Self { others, validate_only: request.validate_only, ..Self::default() }
    }
}

/// Messages of PostBatches to this service.
#[derive(Clone)]
pub struct BatchCodec(pub Service);

/// Reads batches that are not too many things, while there is room for them.
pub struct BatchDecoder(Service);

impl Codec for BatchCodec {
    type Encode = PostBatchesResponse;
    type Decode = Batch;
    type Encoder = ProstEncoder<PostBatchesResponse>;
    type Decoder = BatchDecoder;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<PostBatchesResponse, PostBatchesRequest>::default().encoder()
    }

    fn decoder(&mut self) -> BatchDecoder {
        BatchDecoder(self.0.clone())
    }
}

impl Decoder for BatchDecoder {
    type Item = Batch;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Batch>, Status> {
        if !self.0.has_room() {
            return Err(NotDone::BUSY.into()); // Reading it would only take time from those that have room.
        }
        let message = from.chunk(); // The transport keeps a message in one piece.
        let read = read(message);
        from.advance(message.len());
        read.map(Some)
    }
}

/// Why a batch was not read.
enum NotRead {
    TooMuch(NotDone),
    Broken(Broken),
}

/// What is wrong with bytes that are no message.
#[derive(Debug)]
struct Broken(String);

impl From<DecodeError> for Broken {
    fn from(error: DecodeError) -> Self {
        Self(error.to_string())
    }
}

impl<E: Into<Broken>> From<E> for NotRead {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// Refuses a message with too many things in it, and one that cannot be read.
fn read(message: &[u8]) -> Result<Batch, Status> {
    read_batch(message).map_err(|not_read| match not_read {
        NotRead::TooMuch(not_done) => not_done.into(),
        NotRead::Broken(Broken(what)) => Status::internal(what),
    })
}

/// Fields as the proto file numbers them.
fn read_batch(mut message: &[u8]) -> Result<Batch, NotRead> {
    // A plain entry is hardly shorter than its id, its accounts and what stands around them.
    let likely = (message.len() / ENTRY_BYTES_LIKELY).min(BATCH_ENTRIES_MAX);
    let mut batch = Batch { plain: Vec::with_capacity(likely), ..Batch::default() };
    let mut parts = 0_usize;
    while message.has_remaining() {
        let (field, wire) = decode_key(&mut message)?;
        match (field, wire) {
            (1, WireType::LengthDelimited) => {
                if batch.count() >= BATCH_ENTRIES_MAX {
                    return Err(NotRead::TooMuch(NotDone::bad("entries", "at most 10,000 in one batch")));
                }
                read_entry(block(&mut message)?, &mut parts, &mut batch)?;
            }
            (2, WireType::Varint) => batch.validate_only = decode_varint(&mut message)? != 0,
            (1 | 2, _) => return Err(Broken(format!("field {field} is of another type")).into()),
            _ => skip_field(wire, field, &mut message, DecodeContext::default())?,
        }
    }
    Ok(batch)
}

fn read_entry(entry: &[u8], parts: &mut usize, batch: &mut Batch) -> Result<(), NotRead> {
    let plain = plain::read(entry);
    let more = match &plain {
        Some(command) => command.action.transfers().len(),
        None => count(entry, Inside::Entry)?,
    };
    *parts = parts.saturating_add(more);
    if *parts > BATCH_PARTS_MAX {
        let must = "at most 65,536 transfers and accounts to open in one batch";
        return Err(NotRead::TooMuch(NotDone::bad("entries", must)));
    }
    match plain {
        Some(command) => batch.plain.push(command),
        None => batch.others.push((batch.count(), prost::Message::decode(entry)?)),
    }
    Ok(())
}

fn block<'a>(message: &mut &'a [u8]) -> Result<&'a [u8], Broken> {
    plain::block(message).ok_or_else(|| Broken("a field is longer than its message".into()))
}

#[derive(Clone, Copy)]
enum Inside {
    Entry,
    Post,
    Accounts,
}

/// Transfers, and accounts to open, in an entry.
fn count(mut message: &[u8], inside: Inside) -> Result<usize, Broken> {
    let mut parts = 0_usize;
    while message.has_remaining() {
        let (field, wire) = decode_key(&mut message)?;
        let within = match (inside, field) {
            (Inside::Entry, 2) => Some(Inside::Post),
            (Inside::Entry, 3) => Some(Inside::Accounts),
            (Inside::Post, 2) | (Inside::Accounts, 1) => {
                parts = parts.saturating_add(1);
                None
            }
            (Inside::Entry | Inside::Post | Inside::Accounts, _) => None,
        };
        match (within, wire) {
            (Some(within), WireType::LengthDelimited) => {
                parts = parts.saturating_add(count(block(&mut message)?, within)?);
            }
            _ => skip_field(wire, field, &mut message, DecodeContext::default())?,
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tonic::Code;

    use super::*;
    use crate::api::{BatchAccounts, BatchEntry, BatchPost, NewAccount, Transfer, batch_entry::Action};

    fn refused(message: &[u8]) -> Option<String> {
        read(message).err().map(|status| {
            assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
            status.message().to_owned()
        })
    }

    fn framed(field: u8, inner: &[u8]) -> Vec<u8> {
        let mut bytes = vec![field << 3 | 2];
        prost::encoding::encode_varint(inner.len() as u64, &mut bytes);
        [bytes, inner.to_vec()].concat()
    }

    /// Goal: as much as is allowed passes, and one thing more does not, wherever it stands and however it is
    /// repeated. Method: encoded batches at the limits; the same fields twice in one entry, which adds up.
    #[test]
    fn what_is_too_much() {
        let empty = |count: usize| [0x0a, 0x00].repeat(count);
        assert_eq!(refused(&empty(BATCH_ENTRIES_MAX)), None);
        let too_many = "entries must be at most 10,000 in one batch";
        for count in [BATCH_ENTRIES_MAX + 1, 2 << 20] {
            assert_eq!(refused(&empty(count)).as_deref(), Some(too_many));
        }
        let newer = [vec![0x7b, 0x08, 0x01, 0x7c, 0x10, 0x01], empty(BATCH_ENTRIES_MAX + 1)].concat();
        assert_eq!(refused(&newer).as_deref(), Some(too_many), "behind what it does not know");

        let post = |count| Action::Post(BatchPost { kind: 1, transfers: vec![Transfer::default(); count] });
        let open =
            |count| Action::OpenAccounts(BatchAccounts { accounts: vec![NewAccount::default(); count] });
        let batch = |actions: Vec<Action>| {
            let entry = |action| BatchEntry { action: Some(action), ..BatchEntry::default() };
            let entries = actions.into_iter().map(entry).collect();
            PostBatchesRequest { entries, validate_only: true }.encode_to_vec()
        };
        let most = BATCH_PARTS_MAX;
        let too_many = "entries must be at most 65,536 transfers and accounts to open in one batch";
        assert_eq!(refused(&batch(vec![post(most)])), None);
        assert_eq!(refused(&batch(vec![post(most - 9), open(9)])), None);
        for beyond in [vec![post(most + 1)], vec![open(most + 1)], vec![post(most - 9), open(10)]] {
            assert_eq!(refused(&batch(beyond)).as_deref(), Some(too_many));
        }
        let half = framed(2, &[0x12, 0x00].repeat(most / 2 + 1));
        let twice = framed(1, &[half.clone(), half].concat());
        assert_eq!(refused(&twice).as_deref(), Some(too_many));
    }

    /// Goal: a message that ends too early, or too much of it, is not handed on. Method: every cut of one.
    #[test]
    fn what_cannot_be_read() {
        let whole = framed(1, &framed(2, &[0x12, 0x00].repeat(3)));
        assert_eq!(refused(&whole), None);
        for cut in 1..whole.len() {
            let status = read(whole.split_at(cut).0).unwrap_err();
            assert_eq!(status.code(), Code::Internal, "{cut}");
        }
    }
}
