//! I2: how far a balance may go.
//!
//! Judged per account on the net effect of the whole entry, and only in the direction it moves:
//! whoever is past a limit can always come back.

use super::super::state::{Account, State};
use super::effects::{Effect, Effects};
use crate::domain::{
    AccountKind, AccountNumber, CeilingRule, Command, Kind, Limit, LimitPassed, Passed, Refusal,
    SUM_LIMIT_SECONDS,
};

/// Whether floors and ceilings may stop an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// They may.
    Judged,
    /// They may, but somebody allows members, organisations, partners and pots to pass them.
    Allowed,
    /// Only ±2^62 may, beyond which the books do not count.
    NotJudged,
}

impl Judgement {
    /// How an entry of `kind` is judged.
    pub const fn of(kind: Kind, command: &Command) -> Self {
        if !kind.is_judged_by_limits() {
            Self::NotJudged
        } else if command.allowed_by.is_some() {
            Self::Allowed
        } else {
            Self::Judged
        }
    }

    const fn stops(self, kind: AccountKind) -> bool {
        match self {
            Self::Judged => true,
            Self::Allowed => !kind.may_be_overridden(),
            Self::NotJudged => false,
        }
    }
}

/// Marks on each effect which limits it passes, or says all that stop the entry: clearing caps
/// first, then floors, then ceilings, each in order of first appearance.
pub fn judge(state: &State, effects: &mut Effects, judgement: Judgement) -> Result<(), Refusal> {
    let mut stopping: Vec<LimitPassed> = Vec::new();
    for effect in effects.iter_mut() {
        let Some(account) = state.account(effect.account) else { continue };
        effect.passed = passed(account, effect);
        if effect.passed != Passed::NOTHING {
            stopping.extend(stops(account, effect, judgement));
        }
    }
    if stopping.is_empty() {
        return Ok(());
    }
    stopping.sort_by_key(|passed| match passed.limit {
        Limit::ClearingFloor | Limit::ClearingCeiling => 0,
        Limit::Floor => 1,
        Limit::Ceiling => 2,
    });
    Err(Refusal::Limits(stopping))
}

/// Which limits the account is past afterwards, in the direction the entry moves it.
///
/// - where it falls: `floor <= posted - held`; where it rises: `posted + promised <= ceiling`.
pub fn passed(account: &Account, effect: &Effect) -> Passed {
    let mut passed = Passed::NOTHING;
    let (falls_by, rises_by) = (effect.held - effect.posted, effect.posted + effect.promised);
    if falls_by > 0 && account.posted - account.held - falls_by < account.floor {
        passed = passed.and(Passed::FLOOR);
    }
    // `promised` of hold after hold could leave the range of i64, so it is added with care.
    if rises_by > 0
        && account.posted.saturating_add(account.promised).saturating_add(rises_by) > account.ceiling
    {
        passed = passed.and(Passed::CEILING);
    }
    passed
}

fn stops(account: &Account, effect: &Effect, judgement: Judgement) -> impl Iterator<Item = LimitPassed> {
    let (falls_by, rises_by) = (effect.held - effect.posted, effect.posted + effect.promised);
    let clearing = account.kind == AccountKind::Clearing;
    let floor = effect.passed.includes(Passed::FLOOR).then(|| {
        let beyond_count = account.posted - account.held - falls_by < -SUM_LIMIT_SECONDS;
        let limit = if clearing { Limit::ClearingFloor } else { Limit::Floor };
        (beyond_count || judgement.stops(account.kind))
            .then(|| figures(effect.account, account, limit, falls_by))
    });
    let ceiling = effect.passed.includes(Passed::CEILING).then(|| {
        let beyond_count =
            account.posted.saturating_add(account.promised).saturating_add(rises_by) > SUM_LIMIT_SECONDS;
        let stops = account.ceiling_rule == CeilingRule::Hard && judgement.stops(account.kind);
        let limit = if clearing { Limit::ClearingCeiling } else { Limit::Ceiling };
        (beyond_count || stops).then(|| figures(effect.account, account, limit, rises_by))
    });
    floor.flatten().into_iter().chain(ceiling.flatten())
}

fn figures(number: AccountNumber, account: &Account, limit: Limit, requested: i64) -> LimitPassed {
    let bound = match limit {
        Limit::Floor | Limit::ClearingFloor => account.floor,
        Limit::Ceiling | Limit::ClearingCeiling => account.ceiling,
    };
    LimitPassed {
        account: number,
        limit,
        posted: account.posted,
        held: account.held,
        promised: account.promised,
        bound,
        requested,
    }
}
