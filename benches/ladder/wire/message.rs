//! Messages of PostBatches, written and read byte by byte straight from and into what is counted.
//!
//! The bytes are those of `proto/hourbook/v1`; only the client's own objects in between are left out. The
//! first message of every client is read back with the generated code and compared.

use hourbook::api::{PostBatchesRequest, PostBatchesResponse};
use hourbook::domain::AccountNumber;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

use crate::common::workload::{Draft, Generator};

/// An entry with one transfer takes about so much.
const ENTRY_BYTES: usize = 48;

/// Entries, drawn as they are written.
pub struct Messages {
    generator: Option<Generator>,
    entries: usize,
}

impl Messages {
    /// Messages of `entries` each, for one stream.
    pub fn new(generator: Generator, entries: usize) -> Self {
        Self { generator: Some(generator), entries }
    }
}

impl Codec for Messages {
    /// A place in the stream; what is in the message is drawn when it is written.
    type Encode = ();
    /// How many entries were accepted, all of the message.
    type Decode = u64;
    type Encoder = Writing;
    type Decoder = Reading;

    fn encoder(&mut self) -> Writing {
        let generator = self.generator.take().unwrap();
        let accounts = generator.accounts();
        let printed = |place| u64::from(AccountNumber::from_slot(place).unwrap().printed());
        Writing {
            kind: kind_number(&generator),
            numbers: (0..accounts.first + accounts.count).map(printed).collect(),
            generator,
            entries: self.entries,
            is_first: true,
            post: Vec::new(),
        }
    }

    fn decoder(&mut self) -> Reading {
        Reading { entries: self.entries as u64 }
    }
}

pub struct Writing {
    generator: Generator,
    kind: u8,
    /// What is printed for each place.
    numbers: Vec<u64>,
    entries: usize,
    is_first: bool,
    post: Vec<u8>,
}

impl Encoder for Writing {
    type Item = ();
    type Error = Status;

    fn encode(&mut self, _message: (), into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        self.generator.look_at_clock();
        if self.is_first {
            self.is_first = false;
            let mut message = Vec::new();
            for _ in 0..self.entries {
                self.entry(&mut message);
            }
            let read = PostBatchesRequest::decode(&message[..]).unwrap();
            assert!(read.encode_to_vec() == message, "not the bytes that generated code writes");
            into.put_slice(&message);
            return Ok(());
        }
        into.reserve(self.entries * ENTRY_BYTES);
        for _ in 0..self.entries {
            self.entry(into);
        }
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(256 << 10, 32 << 10)
    }
}

impl Writing {
    fn entry(&mut self, into: &mut impl BufMut) {
        let (id, drafts) = self.generator.draw();
        self.post.clear();
        self.post.extend([0x08, self.kind]);
        for draft in drafts {
            transfer(&self.numbers, *draft, &mut self.post);
        }
        let post_bytes = self.post.len();
        let entry_bytes = 2 + id.len() + 1 + varint_bytes(post_bytes as u64) + post_bytes;
        let mut head = [0; 32];
        let mut rest = &mut head[..];
        rest.put_u8(0x0a);
        put_varint(entry_bytes as u64, &mut rest);
        rest.put_slice(&[0x0a, 16]);
        rest.put_slice(&id);
        rest.put_u8(0x12);
        put_varint(post_bytes as u64, &mut rest);
        let left = rest.len();
        into.put_slice(&head[..head.len() - left]);
        into.put_slice(&self.post);
    }
}

/// Makes messages by themselves, for streams of one message each.
pub struct Maker(Writing);

impl Maker {
    /// Messages of `entries` each.
    pub fn new(generator: Generator, entries: usize) -> Self {
        Self(Messages::new(generator, entries).encoder())
    }

    pub const fn entries(&self) -> usize {
        self.0.entries
    }

    /// The next message.
    pub fn message(&mut self) -> Vec<u8> {
        self.0.generator.look_at_clock();
        let mut message = Vec::with_capacity(self.0.entries * ENTRY_BYTES);
        for _ in 0..self.0.entries {
            self.0.entry(&mut message);
        }
        message
    }
}

/// Messages that are made already.
#[derive(Clone, Copy)]
pub struct Prepared {
    pub entries: usize,
}

impl Codec for Prepared {
    type Encode = Vec<u8>;
    type Decode = u64;
    type Encoder = Self;
    type Decoder = Reading;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Reading {
        Reading { entries: self.entries as u64 }
    }
}

impl Encoder for Prepared {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&message);
        Ok(())
    }
}

fn transfer(numbers: &[u64], (debit, credit, seconds): Draft, into: &mut Vec<u8>) {
    let (debit, credit) = (numbers[debit as usize], numbers[credit as usize]);
    let seconds = seconds as u64;
    let bytes = 3 + varint_bytes(debit) + varint_bytes(credit) + varint_bytes(seconds);
    into.extend([0x12, bytes as u8]);
    for (tag, value) in [(0x08, debit), (0x10, credit), (0x18, seconds)] {
        into.push(tag);
        put_varint(value, into);
    }
}

fn put_varint(mut value: u64, into: &mut impl BufMut) {
    while value >= 0x80 {
        into.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    into.put_u8(value as u8);
}

const fn varint_bytes(value: u64) -> usize {
    (70 - (value | 1).leading_zeros() as usize) / 7
}

/// Kinds have the same order in the API as in the domain, from 1.
fn kind_number(generator: &Generator) -> u8 {
    let kind = generator.workload().kind();
    1 + hourbook::domain::Kind::ALL.iter().position(|one| *one == kind).unwrap() as u8
}

pub struct Reading {
    entries: u64,
}

impl Decoder for Reading {
    type Item = u64;
    type Error = Status;

    /// Every result must be a place in the books and nothing else; one that is not is printed.
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<u64>, Status> {
        let message = from.copy_to_bytes(from.remaining());
        let (mut rest, mut accepted) = (&message[..], 0);
        while let [0x0a, bytes, after @ ..] = rest
            && let Some((result, after)) = after.split_at_checked(usize::from(*bytes))
            && let [0x08, sequence @ ..] = result
            && !sequence.is_empty()
            && sequence.iter().rposition(|byte| *byte < 0x80) == Some(sequence.len() - 1)
            && sequence.iter().position(|byte| *byte < 0x80) == Some(sequence.len() - 1)
        {
            accepted += 1;
            rest = after;
        }
        assert!(
            accepted == self.entries && rest.is_empty(),
            "{accepted} accepted; {:?}",
            PostBatchesResponse::decode(&message[..]).map(|read| read
                .results
                .into_iter()
                .find(|result| result.sequence == 0 || result.error.is_some()))
        );
        Ok(Some(accepted))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(256 << 10, 32 << 10)
    }
}
