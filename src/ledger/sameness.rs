//! Whether a request under a known id asks what was asked then (I6).
//!
//! The entry is the stored answer, and it holds all that was asked; so sameness is comparing with
//! it, field by field. Differing fields are named, never their values.
//!
//! Who asks is not compared: an id belongs to a scope, and whoever shares the scope goes on with what another of
//! them began, such as an import under a newer key. The entry keeps who wrote it first.

use crate::domain::{Action, Command};

/// Says of a sealed text that its key was erased: such text is left out of the comparison.
pub type TextIsGone = dyn Fn(&[u8]) -> bool + Send + Sync;

/// The fields in which `asked` differs from what was `stored`; empty if they are the same.
#[must_use]
pub fn differences(asked: &Command, stored: &Command, text_is_gone: &TextIsGone) -> Vec<&'static str> {
    let same_text = |one: &[u8], other: &[u8]| one == other || (!other.is_empty() && text_is_gone(other));
    let checks = [
        ("request_id", asked.key == stored.key),
        ("second_person", asked.second_person == stored.second_person),
        ("allowed_by", asked.allowed_by == stored.allowed_by),
        ("occurred_on", asked.occurred_on == stored.occurred_on),
        ("present_count", asked.present_count == stored.present_count),
        ("text", same_text(&asked.text, &stored.text)),
        ("attachment", asked.attachment == stored.attachment),
        ("claims", asked.claims == stored.claims),
    ];
    let mut fields: Vec<_> =
        checks.into_iter().filter_map(|(field, same)| (!same).then_some(field)).collect();
    fields.extend(action_differences(&asked.action, &stored.action, &same_text));
    fields
}

fn action_differences(
    asked: &Action,
    stored: &Action,
    same_text: &dyn Fn(&[u8], &[u8]) -> bool,
) -> Vec<&'static str> {
    let name = |checks: &[(&'static str, bool)]| {
        checks.iter().filter(|check| !check.1).map(|check| check.0).collect()
    };
    match (asked, stored) {
        (Action::Post(one), Action::Post(other)) => name(&[
            ("kind", one.kind == other.kind),
            ("transfers", one.transfers == other.transfers),
            ("ends_hold_sequence", one.ends.map(|ends| ends.hold) == other.ends.map(|ends| ends.hold)),
            ("keeps_rest", one.ends.map(|ends| ends.rest) == other.ends.map(|ends| ends.rest)),
        ]),
        (Action::Hold(one), Action::Hold(other)) => name(&[
            ("kind", one.kind == other.kind),
            ("transfers", one.transfers == other.transfers),
            ("deadline", one.deadline == other.deadline),
            ("at_deadline", one.at_deadline == other.at_deadline),
        ]),
        (Action::Capture(one), Action::Capture(other)) => name(&[
            ("hold", one.hold == other.hold),
            ("amount_seconds", one.amount == other.amount),
            ("release_rest", one.rest == other.rest),
        ]),
        (Action::Void(one), Action::Void(other)) => name(&[("hold", one == other)]),
        (Action::Reverse(one), Action::Reverse(other)) => name(&[
            ("original", one.original == other.original),
            ("kind", one.kind == other.kind),
            ("parts", one.parts == other.parts),
        ]),
        (Action::RegisterOwners(one), Action::RegisterOwners(other)) => name(&[("count", one == other)]),
        (Action::OpenBank(one), Action::OpenBank(other)) => name(&[
            ("owner", one.owner == other.owner),
            ("time_zone", one.time_zone == other.time_zone),
            ("pot.limits", one.pot == other.pot),
            ("issuance.limits", one.issuance == other.issuance),
        ]),
        (Action::OpenClearing(one), Action::OpenClearing(other)) => name(&[
            ("first_bank", one.first == other.first),
            ("second_bank", one.second == other.second),
            ("first_may_owe_seconds", one.first_may_owe == other.first_may_owe),
            ("second_may_owe_seconds", one.second_may_owe == other.second_may_owe),
        ]),
        (Action::OpenAccounts(one), Action::OpenAccounts(other)) => {
            let alike = one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| {
                    let facts = (one.bank, one.kind, one.owner, one.limits)
                        == (other.bank, other.kind, other.owner, other.limits);
                    facts && same_text(&one.label, &other.label)
                });
            name(&[("accounts", alike)])
        }
        (Action::SetLimits(one, limits), Action::SetLimits(other, stored)) => {
            name(&[("account", one == other), ("limits", limits == stored)])
        }
        (Action::Close(one), Action::Close(other)) => name(&[
            ("account", one.account == other.account),
            ("remainder_to", one.remainder_to == other.remainder_to),
        ]),
        (Action::Reopen(one), Action::Reopen(other)) => name(&[("account", one == other)]),
        (Action::Note(one), Action::Note(other)) => name(&[
            ("topic", one.topic == other.topic),
            ("subject", one.subject == other.subject),
            ("body", one.body == other.body),
        ]),
        (
            Action::Post(_)
            | Action::Hold(_)
            | Action::Capture(_)
            | Action::Void(_)
            | Action::Expire(_)
            | Action::Reverse(_)
            | Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::OpenClearing(_)
            | Action::OpenAccounts(_)
            | Action::SetLimits(..)
            | Action::Close(_)
            | Action::Reopen(_)
            | Action::Note(_),
            _,
        ) => vec!["call"],
    }
}
