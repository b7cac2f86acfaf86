//! Batches of entries as bytes: what is in one is counted before any of it is made.
//!
//! An empty entry is two bytes on the wire and a hundred times as many in memory, so a bound of bytes alone
//! is none. Whatever can be repeated in a batch and costs more than its bytes is counted here: entries,
//! transfers, accounts to open.

use prost::DecodeError;
use prost::bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

use super::batches::{BATCH_ENTRIES_MAX, BATCH_PARTS_MAX};
use super::not_done::NotDone;
use crate::api::{PostBatchesRequest, PostBatchesResponse};

/// Messages of PostBatches.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchCodec;

/// Reads batches that are not too many things.
#[derive(Debug, Default)]
pub struct BatchDecoder(ProstDecoder<PostBatchesRequest>);

impl Codec for BatchCodec {
    type Encode = PostBatchesResponse;
    type Decode = PostBatchesRequest;
    type Encoder = ProstEncoder<PostBatchesResponse>;
    type Decoder = BatchDecoder;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<PostBatchesResponse, PostBatchesRequest>::default().encoder()
    }

    fn decoder(&mut self) -> BatchDecoder {
        BatchDecoder::default()
    }
}

impl Decoder for BatchDecoder {
    type Item = PostBatchesRequest;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<PostBatchesRequest>, Status> {
        check(from.chunk())?; // The transport keeps a message in one piece.
        self.0.decode(from)
    }
}

/// Refuses a message with too many things in it, and one that cannot be read: then less was counted than
/// there is.
fn check(message: &[u8]) -> Result<(), Status> {
    let mut counted = Counted::default();
    let read = count(message, Inside::Batch, &mut counted);
    if counted.entries > BATCH_ENTRIES_MAX {
        return Err(NotDone::bad("entries", "at most 10,000 in one batch").into());
    }
    if counted.parts > BATCH_PARTS_MAX {
        let must = "at most 65,536 transfers and accounts to open in one batch";
        return Err(NotDone::bad("entries", must).into());
    }
    read.map_err(|error| Status::internal(error.to_string()))
}

#[derive(Debug, Default)]
struct Counted {
    entries: usize,
    /// Transfers, and accounts to open.
    parts: usize,
}

#[derive(Clone, Copy)]
enum Inside {
    Batch,
    Entry,
    Post,
    Accounts,
}

/// Fields as the proto file numbers them.
fn count(mut message: &[u8], inside: Inside, counted: &mut Counted) -> Result<(), DecodeError> {
    while message.has_remaining() {
        let (field, wire) = decode_key(&mut message)?;
        let within = match (inside, field) {
            (Inside::Batch, 1) => {
                counted.entries = counted.entries.saturating_add(1);
                Some(Inside::Entry)
            }
            (Inside::Entry, 2) => Some(Inside::Post),
            (Inside::Entry, 3) => Some(Inside::Accounts),
            (Inside::Post, 2) | (Inside::Accounts, 1) => {
                counted.parts = counted.parts.saturating_add(1);
                None
            }
            (Inside::Batch | Inside::Entry | Inside::Post | Inside::Accounts, _) => None,
        };
        let before = message;
        skip_field(wire, field, &mut message, DecodeContext::default())?;
        if let (Some(within), WireType::LengthDelimited) = (within, wire) {
            let mut skipped = before.split_at(before.len().saturating_sub(message.len())).0;
            decode_varint(&mut skipped)?; // Its length.
            count(skipped, within, counted)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tonic::Code;

    use super::*;
    use crate::api::{BatchAccounts, BatchEntry, BatchPost, NewAccount, Transfer, batch_entry::Action};

    fn refused(message: &[u8]) -> Option<String> {
        check(message).err().map(|status| {
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
            let status = check(whole.split_at(cut).0).unwrap_err();
            assert_eq!(status.code(), Code::Internal, "{cut}");
        }
    }
}
