//! A plain entry of a batch, from its bytes straight into a command.
//!
//! Plain is a post with a request id and nothing else said. Whatever is not, or cannot be meant, is left
//! to the ordinary reading, which says what is wrong; so this never refuses. What it does read it reads as
//! the ordinary way would: a property compares the two.

use prost::encoding::{WireType, decode_key, decode_varint};

use super::super::commands::read_transfer;
use super::super::{asked, fields};
use crate::api;
use crate::domain::{Action, Command, Kind, Post, TRANSFERS_MAX, Transfers};

/// The command of a plain entry; nothing for any other.
pub fn read(mut entry: &[u8]) -> Option<Command> {
    let (mut id, mut post) = (None, None);
    while !entry.is_empty() {
        let key = decode_key(&mut entry).ok()?;
        let (1 | 2, WireType::LengthDelimited) = key else { return None };
        let field = block(&mut entry)?;
        let place = if key.0 == 1 { &mut id } else { &mut post };
        if place.replace(field).is_some() {
            return None; // Said twice: the ordinary way knows what that means.
        }
    }
    let key = fields::request_key_bytes(id?).ok()?;
    let (kind, transfers) = read_post(post?)?;
    let command = Command::new(key, asked::NOBODY_YET, Action::Post(Post { kind, transfers, ends: None }));
    command.check().is_ok().then_some(command)
}

fn read_post(mut post: &[u8]) -> Option<(Kind, Transfers)> {
    let (mut kind, mut transfers) = (0, Transfers::new());
    while !post.is_empty() {
        match decode_key(&mut post).ok()? {
            (1, WireType::Varint) => kind = int32(decode_varint(&mut post).ok()?),
            (2, WireType::LengthDelimited) if transfers.len() < TRANSFERS_MAX => {
                let transfer = transfer(block(&mut post)?)?;
                transfers.push(read_transfer(transfers.len(), &transfer).ok()?);
            }
            _ => return None,
        }
    }
    Some((fields::kind("kind", kind).ok()?, transfers))
}

/// The bytes of a field that says how many they are.
pub fn block<'a>(message: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(decode_varint(message).ok()?).ok()?;
    let (block, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some(block)
}

/// Fields as the proto file numbers them. All are numbers, and the last one said counts.
fn transfer(mut bytes: &[u8]) -> Option<api::Transfer> {
    let mut transfer = api::Transfer::default();
    while !bytes.is_empty() {
        let (field, WireType::Varint) = decode_key(&mut bytes).ok()? else { return None };
        let number = decode_varint(&mut bytes).ok()?;
        match field {
            1 => transfer.debit_account_number = uint32(number),
            2 => transfer.credit_account_number = uint32(number),
            3 => transfer.amount_seconds = number.cast_signed(),
            4 => transfer.activity_number = uint32(number),
            5 => transfer.given_by = uint32(number),
            6 => transfer.received_by = uint32(number),
            7 => transfer.paid_by = uint32(number),
            8 => transfer.in_the_name_of = uint32(number),
            9 => transfer.is_correction = number != 0,
            _ => return None,
        }
    }
    Some(transfer)
}

/// The wire says: what is too large for its field loses its high bits.
#[expect(clippy::cast_possible_truncation, reason = "as protocol buffers have it")]
const fn uint32(number: u64) -> u32 {
    number as u32
}

const fn int32(number: u64) -> i32 {
    uint32(number).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::*;
    use crate::api::{BatchEntry, BatchPost, Transfer, batch_entry};
    use crate::domain::{AccountNumber, RequestId};
    use crate::service::commands;

    fn number() -> impl Strategy<Value = u32> {
        prop_oneof![Just(0), 1..3u32, Just(70_000), any::<u32>()]
    }

    fn account() -> impl Strategy<Value = u32> {
        prop_oneof![9 => (0..9_999u32).prop_map(|slot| AccountNumber::from_slot(slot).unwrap().printed()), 1 => any::<u32>()]
    }

    fn transfer() -> impl Strategy<Value = Transfer> {
        let amount = prop_oneof![9 => 1..100_000i64, 1 => any::<i64>()];
        let numbers = (account(), account(), amount, number(), number(), number(), number(), number());
        (numbers, any::<bool>()).prop_map(|(numbers, is_correction)| Transfer {
            debit_account_number: numbers.0,
            credit_account_number: numbers.1,
            amount_seconds: numbers.2,
            activity_number: numbers.3,
            given_by: numbers.4,
            received_by: numbers.5,
            paid_by: numbers.6,
            in_the_name_of: numbers.7,
            is_correction,
        })
    }

    fn entry() -> impl Strategy<Value = BatchEntry> {
        let transfers = proptest::collection::vec(transfer(), 0..4);
        let details = proptest::option::weighted(0.1, Just(crate::api::EntryDetails::default()));
        let id = prop_oneof![9 => any::<[u8; 16]>().prop_map(|bytes| RequestId::derived(bytes).bytes().to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..20)];
        (id, 0..20i32, transfers, details).prop_map(|(request_id, kind, transfers, details)| BatchEntry {
            request_id,
            action: Some(batch_entry::Action::Post(BatchPost { kind, transfers })),
            details,
        })
    }

    /// The ordinary way, where it ends in a command without words.
    fn ordinary(bytes: &[u8]) -> Option<Command> {
        let asked = commands::batch_entry(BatchEntry::decode(bytes).ok()?, false).ok()?;
        asked.command.check().ok()?;
        asked.has_no_words().then_some(asked.command)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        /// Goal: what is read as plain is what the ordinary way reads, and what a client writes without
        /// details is plain. Method: entries as a client writes them; then with bytes changed, cut off,
        /// and two entries joined, which is an entry to protocol buffers.
        #[test]
        fn plain_is_read_as_the_ordinary_way_reads(
            one in entry(), other in entry(), at in any::<proptest::sample::Index>(), change in 1..=255u8,
        ) {
            let bytes = one.encode_to_vec();
            if one.details.is_none() {
                prop_assert_eq!(read(&bytes), ordinary(&bytes));
            }
            let mut changed = bytes.clone();
            let at = at.index(bytes.len());
            changed[at] ^= change;
            let joined = [bytes.clone(), other.encode_to_vec()].concat();
            for bytes in [changed.as_slice(), &bytes[..at], &joined] {
                let plain = read(bytes);
                prop_assert!(plain.is_none() || plain == ordinary(bytes), "{:?}", plain);
            }
        }
    }
}
