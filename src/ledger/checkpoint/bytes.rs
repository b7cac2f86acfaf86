//! The bytes of a checkpoint. Canonical: equal states have equal bytes.

use aws_lc_rs::digest;

use crate::domain::{
    AccountKind, AccountNumber, AtDeadline, BankNumber, CeilingRule, Claim, ClaimFate, ClaimUnit, ClaimWord,
    Day, Kind, OwnerNumber, Sequence, Timestamp,
};
use crate::journal::Hash;
use crate::journal::codec::wire::{DecodeError, Reader, Writer};
use crate::ledger::chain::Chain;
use crate::ledger::state::claims::Counter;
use crate::ledger::state::holds::Sides;
use crate::ledger::state::{Account, Bank, OpenHold, Standing, State};

const MAGIC: [u8; 8] = *b"HBCHECK2";
const HASH_BYTES: usize = 32;
/// No list in a checkpoint is longer: no map of the ledger has a larger maximum.
const LIST_MAX: usize = u32::MAX as usize;
const ROOTS_MAX: usize = 128;

pub fn write(state: &State, batch_hash: &Hash) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(state.accounts.len().saturating_mul(48).saturating_add(256));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(batch_hash);
    let mut writer = Writer::new(&mut bytes);
    writer.unsigned(state.position.get());
    writer.signed(state.recorded_at.micros());
    writer.unsigned(u64::from(state.owners));
    writer.unsigned(state.banks.len() as u64);
    for bank in &state.banks {
        writer.unsigned(u64::from(bank.owner.get()));
        writer.unsigned(u64::from(bank.pot.slot()));
        writer.unsigned(bank.opened.get());
    }
    writer.unsigned(state.accounts.len() as u64);
    for account in &state.accounts {
        write_account(&mut writer, account);
    }
    write_holds(&mut writer, state);
    write_counters(&mut writer, state);
    let mut reversed: Vec<_> = state.reversed.iter().collect();
    reversed.sort_unstable();
    writer.unsigned(reversed.len() as u64);
    for ((original, transfer), seconds) in reversed {
        writer.unsigned(original.get());
        writer.unsigned(u64::from(*transfer));
        writer.signed(*seconds);
    }
    let mut mirrors: Vec<_> = state.mirrors.iter().collect();
    mirrors.sort_unstable();
    writer.unsigned(mirrors.len() as u64);
    for (account, mirror) in mirrors {
        writer.unsigned(u64::from(account.slot()));
        writer.unsigned(u64::from(mirror.slot()));
    }
    let checksum = digest::digest(&digest::SHA256, &bytes);
    bytes.extend_from_slice(checksum.as_ref());
    bytes
}

/// The state and the hash of the batch it ends with; nothing if the bytes are not what was written.
pub fn read(bytes: &[u8]) -> Option<(State, Hash)> {
    let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if digest::digest(&digest::SHA256, body).as_ref() != checksum {
        return None;
    }
    let (batch_hash, rest) = body.strip_prefix(&MAGIC)?.split_first_chunk::<HASH_BYTES>()?;
    let mut reader = Reader::new(rest);
    let state = read_state(&mut reader).ok()?;
    reader.finish().ok()?;
    Some((state, *batch_hash))
}

fn write_account(writer: &mut Writer<'_>, account: &Account) {
    let closed = u8::from(account.standing == Standing::Closed);
    let hard = u8::from(account.ceiling_rule == CeilingRule::Hard);
    writer.byte(account.kind.number() << 2 | closed << 1 | hard);
    writer.unsigned(u64::from(account.bank.get()));
    writer.unsigned(u64::from(account.owner.get()));
    for figure in [account.posted, account.held, account.promised, account.floor, account.ceiling] {
        writer.signed(figure);
    }
    writer.unsigned(account.standing_entry.get());
    writer.unsigned(u64::from(account.open_holds));
    writer.unsigned(account.chain.lines());
    writer.unsigned(account.chain.roots().len() as u64);
    for root in account.chain.roots() {
        writer.unsigned(*root);
    }
}

fn read_account(reader: &mut Reader<'_>) -> Result<Account, DecodeError> {
    let flags = reader.byte("account")?;
    let kind = reader.known(AccountKind::from_number(flags >> 2), "account kind")?;
    let bank = BankNumber::new(reader.small("bank")?);
    let owner = OwnerNumber::new(reader.small("owner")?);
    let mut figures = [0; 5];
    for figure in &mut figures {
        *figure = reader.signed("figure")?;
    }
    let [posted, held, promised, floor, ceiling] = figures;
    let standing_entry = Sequence::new(reader.unsigned("standing")?);
    let open_holds = reader.small("open holds")?;
    let lines = reader.unsigned("lines")?;
    let mut roots = Vec::new();
    for _ in 0..reader.length(ROOTS_MAX, "roots")? {
        roots.push(reader.unsigned("root")?);
    }
    let chain = reader.known(Chain::from_roots(&roots, lines), "roots")?;
    Ok(Account {
        posted,
        held,
        promised,
        floor,
        ceiling,
        standing_entry,
        chain,
        bank,
        owner,
        open_holds,
        kind,
        ceiling_rule: if flags & 1 == 1 { CeilingRule::Hard } else { CeilingRule::Warns },
        standing: if flags & 2 == 2 { Standing::Closed } else { Standing::Open },
    })
}

fn read_state(reader: &mut Reader<'_>) -> Result<State, DecodeError> {
    let mut state = State {
        position: Sequence::new(reader.unsigned("position")?),
        recorded_at: Timestamp::from_micros(reader.signed("recorded at")?),
        owners: reader.small("owners")?,
        ..State::default()
    };
    for _ in 0..reader.length(LIST_MAX, "banks")? {
        let owner = OwnerNumber::new(reader.small("owner")?);
        let pot = read_number(reader)?;
        state.banks.push(Bank { owner, pot, opened: Sequence::new(reader.unsigned("opened")?) });
    }
    for _ in 0..reader.length(LIST_MAX, "accounts")? {
        state.accounts.push(read_account(reader)?);
    }
    for _ in 0..reader.length(LIST_MAX, "holds")? {
        let hold = Sequence::new(reader.unsigned("hold")?);
        state.holds.insert(hold, read_hold(reader)?);
    }
    for _ in 0..reader.length(LIST_MAX, "counters")? {
        let key = reader.array("counter")?;
        let taken = reader.signed("taken")?;
        let until = Timestamp::from_micros(reader.signed("until")?);
        state.counters.restore(key, Counter { taken, until });
    }
    for _ in 0..reader.length(LIST_MAX, "reversed")? {
        let original = Sequence::new(reader.unsigned("original")?);
        let transfer = reader.small("transfer")?;
        state.reversed.insert((original, transfer), reader.signed("reversed")?);
    }
    for _ in 0..reader.length(LIST_MAX, "mirrors")? {
        let account = read_number(reader)?;
        state.mirrors.insert(account, read_number(reader)?);
    }
    Ok(state)
}

fn write_holds(writer: &mut Writer<'_>, state: &State) {
    let mut holds: Vec<_> = state.holds.iter().collect();
    holds.sort_unstable_by_key(|(hold, _)| *hold);
    writer.unsigned(holds.len() as u64);
    for (hold, open) in holds {
        writer.unsigned(hold.get());
        let (captures, has_day) = (open.at_deadline == AtDeadline::Capture, open.occurred_on.is_some());
        writer.byte(open.kind.number() << 2 | u8::from(has_day) << 1 | u8::from(captures));
        if let Some(day) = open.occurred_on {
            writer.signed(i64::from(day.days()));
        }
        writer.signed(open.amount);
        writer.signed(open.left);
        writer.signed(open.deadline.micros());
        writer.unsigned(open.sides.len() as u64);
        for sides in &open.sides {
            writer.unsigned(u64::from(sides.debit.slot()));
            writer.unsigned(u64::from(sides.credit.slot()));
        }
        writer.unsigned(open.claims.len() as u64);
        for claim in &open.claims {
            let (unit, fate) =
                (u8::from(claim.unit == ClaimUnit::Seconds), u8::from(claim.fate == ClaimFate::Kept));
            writer.byte(claim.word.number() << 2 | fate << 1 | unit);
            writer.raw(&claim.key);
            writer.signed(claim.take);
            writer.signed(claim.max);
            writer.signed(claim.until.micros());
        }
    }
}

fn read_hold(reader: &mut Reader<'_>) -> Result<OpenHold, DecodeError> {
    let flags = reader.byte("hold")?;
    let kind = reader.known(Kind::from_number(flags >> 2), "kind")?;
    let occurred_on = if flags & 2 == 2 { Some(read_day(reader)?) } else { None };
    let (amount, left) = (reader.signed("amount")?, reader.signed("left")?);
    let deadline = Timestamp::from_micros(reader.signed("deadline")?);
    let mut sides = smallvec::SmallVec::new();
    for _ in 0..reader.length(2, "sides")? {
        let debit = read_number(reader)?;
        sides.push(Sides { debit, credit: read_number(reader)? });
    }
    let mut claims = Vec::new();
    for _ in 0..reader.length(crate::domain::claim::CLAIMS_MAX, "claims")? {
        let flags = reader.byte("claim")?;
        claims.push(Claim {
            word: reader.known(ClaimWord::from_number(flags >> 2), "claim word")?,
            fate: if flags & 2 == 2 { ClaimFate::Kept } else { ClaimFate::GivenBack },
            unit: if flags & 1 == 1 { ClaimUnit::Seconds } else { ClaimUnit::Times },
            key: reader.array("claim key")?,
            take: reader.signed("take")?,
            max: reader.signed("max")?,
            until: Timestamp::from_micros(reader.signed("until")?),
        });
    }
    let at_deadline = if flags & 1 == 1 { AtDeadline::Capture } else { AtDeadline::Release };
    Ok(OpenHold { sides, amount, left, deadline, at_deadline, kind, occurred_on, claims })
}

fn read_day(reader: &mut Reader<'_>) -> Result<Day, DecodeError> {
    let days = i32::try_from(reader.signed("occurred on")?).ok();
    reader.known(days.map(Day::from_days), "occurred on")
}

fn write_counters(writer: &mut Writer<'_>, state: &State) {
    let mut counters: Vec<_> = state.counters.iter().collect();
    counters.sort_unstable_by_key(|(key, _)| **key);
    writer.unsigned(counters.len() as u64);
    for (key, counter) in counters {
        writer.raw(key);
        writer.signed(counter.taken);
        writer.signed(counter.until.micros());
    }
}

fn read_number(reader: &mut Reader<'_>) -> Result<AccountNumber, DecodeError> {
    let slot = reader.small("account")?;
    reader.known(AccountNumber::from_slot(slot), "account")
}
