//! Messages become what endpoints want; endpoints and deliveries become messages.

use crate::api;
use crate::directory::hooks::{Because, Endpoint, EndpointName, EventKind, Kinds, Stands};
use crate::hooks::outbox::{Delivery, Doing, Ended, Failure, State};
use crate::service::answers;
use crate::service::not_done::NotDone;

/// What an endpoint wants.
pub fn read_kinds(said: &[i32]) -> Result<Kinds, NotDone> {
    let mut kinds = Vec::with_capacity(EventKind::ALL.len());
    for number in said {
        let kind = u8::try_from(*number).ok().and_then(EventKind::from_number);
        let kind = kind.filter(|kind| !kinds.contains(kind));
        let limit = "types of events there are, from 1 to 9, each once";
        kinds.push(kind.ok_or_else(|| NotDone::bad("endpoint.event_types", limit))?);
    }
    Ok(Kinds::of(&kinds))
}

/// The message of an endpoint, but for its key. What is not known of how it is doing is as if nothing was sent yet.
pub fn endpoint(name: EndpointName, kept: &Endpoint, doing: Option<Doing>) -> api::Endpoint {
    let unknown = Doing { position: kept.made_by, waiting: 0, failing_since: None, delivered_at: None };
    let doing = doing.unwrap_or(unknown);
    let (state, because) = match kept.stands {
        Stands::Open => (api::EndpointState::Open, api::DisabledBecause::Unspecified),
        Stands::Paused => (api::EndpointState::Paused, api::DisabledBecause::Unspecified),
        Stands::Disabled(Because::Gone) => (api::EndpointState::Disabled, api::DisabledBecause::Gone),
        Stands::Disabled(Because::Failing) => (api::EndpointState::Disabled, api::DisabledBecause::Failing),
    };
    api::Endpoint {
        partner_owner_number: name.partner.get(),
        endpoint_number: name.number.into(),
        url: kept.url.to_string(),
        event_types: kept.kinds.said().into_iter().map(|kind| kind.number().into()).collect(),
        state: state.into(),
        disabled_because: because.into(),
        public_key: String::new(),
        key_number: kept.key_number,
        older_key_until: kept.older_key_until.map(answers::timestamp),
        position: doing.position.get(),
        waiting_count: u32::try_from(doing.waiting).unwrap_or(u32::MAX),
        failing_since: doing.failing_since.map(answers::timestamp),
        delivered_at: doing.delivered_at.map(answers::timestamp),
        set_by_sequence: kept.set_by.get(),
    }
}

/// The message of what is or was on its way to an endpoint.
pub fn delivery(name: EndpointName, delivery: &Delivery) -> api::Delivery {
    let Delivery { id, order: _, state, attempts, last, due } = *delivery;
    let (last_status, last_failure) = match last.map(|(_, ended)| ended) {
        None => (0, api::AttemptFailure::Unspecified),
        Some(ended @ Ended::Status(status)) if ended.has_arrived() => {
            (status.into(), api::AttemptFailure::Unspecified)
        }
        Some(Ended::Status(status)) => (status.into(), api::AttemptFailure::Status),
        Some(Ended::Failed(failure)) => (0, attempt_failure(failure)),
    };
    let state = match state {
        State::Waits => api::DeliveryState::Waits,
        State::Delivered => api::DeliveryState::Delivered,
        State::GivenUp => api::DeliveryState::GivenUp,
    };
    api::Delivery {
        webhook_id: id.webhook_id(name),
        sequence: id.entry.get(),
        event_type: id.kind.number().into(),
        state: state.into(),
        attempts: attempts.into(),
        last_status,
        last_failure: last_failure.into(),
        attempted_at: last.map(|(at, _)| answers::timestamp(at)),
        due_at: (state == api::DeliveryState::Waits).then(|| answers::timestamp(due)),
    }
}

const fn attempt_failure(failure: Failure) -> api::AttemptFailure {
    match failure {
        Failure::NoAddress => api::AttemptFailure::NoAddress,
        Failure::AddressRefused => api::AttemptFailure::AddressRefused,
        Failure::NoConnection => api::AttemptFailure::NoConnection,
        Failure::Tls => api::AttemptFailure::Tls,
        Failure::NoAnswer => api::AttemptFailure::NoAnswer,
        Failure::Timeout => api::AttemptFailure::Timeout,
        Failure::Here => api::AttemptFailure::Here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OwnerNumber, Sequence, Timestamp};
    use crate::hooks::event::EventId;

    const NAME: EndpointName = EndpointName { partner: OwnerNumber::new(7), number: 2 };

    /// Goal: the numbers of the wire are those of what they stand for. Method: each of all of them.
    #[test]
    fn numbers_of_the_wire() {
        for (kind, number) in EventKind::ALL.into_iter().zip(1_i32..) {
            assert_eq!(i32::from(kind.number()), number);
            let name = kind.word().replace('.', "_").to_uppercase();
            assert_eq!(api::EventType::try_from(number).unwrap().as_str_name(), format!("EVENT_TYPE_{name}"));
        }
        for (failure, number) in Failure::ALL.into_iter().zip(2_i32..) {
            assert_eq!(i32::from(attempt_failure(failure)), number, "{failure:?}");
        }
    }

    /// Goal: what an endpoint wants is said once, of what there is, and reads back; all where nothing is said. Method: some, none,
    /// all; twice, none there is.
    #[test]
    fn kinds_read_back() {
        let said =
            |kinds: Kinds| kinds.said().into_iter().map(|kind| i32::from(kind.number())).collect::<Vec<_>>();
        for numbers in [vec![], vec![2, 7], (1..=9).collect()] {
            assert_eq!(said(read_kinds(&numbers).unwrap()), numbers);
        }
        for numbers in [vec![0], vec![10], vec![-1], vec![2, 3, 2], vec![256 + 2]] {
            assert!(read_kinds(&numbers).is_err(), "{numbers:?}");
        }
    }

    /// Goal: a delivery says how it ended last and when it is due, as long as it is. Method: one that was never tried, that
    /// arrived, and that was given up after an answer and after none.
    #[test]
    fn how_a_delivery_stands() {
        let id = EventId { entry: Sequence::new(40), kind: EventKind::BudgetLow };
        let (at, due) = (Timestamp::from_micros(1_000_000), Timestamp::from_micros(2_000_000));
        let order = id.entry;
        let message = |state, last: Option<Ended>| {
            let last = last.map(|ended| (at, ended));
            delivery(NAME, &Delivery { id, order, state, attempts: 3, last, due })
        };
        let new = message(State::Waits, None);
        assert_eq!(
            (new.webhook_id.as_str(), new.sequence, new.event_type()),
            ("7-2-40-budget", 40, api::EventType::BudgetLow)
        );
        assert_eq!(
            (new.state(), new.attempted_at, new.due_at),
            (api::DeliveryState::Waits, None, Some(answers::timestamp(due)))
        );
        let told = |one: &api::Delivery| (one.state(), one.last_status, one.last_failure(), one.due_at);
        let arrived = message(State::Delivered, Some(Ended::Status(204)));
        assert_eq!(
            told(&arrived),
            (api::DeliveryState::Delivered, 204, api::AttemptFailure::Unspecified, None)
        );
        assert_eq!((arrived.attempts, arrived.attempted_at), (3, Some(answers::timestamp(at))));
        let answered = message(State::GivenUp, Some(Ended::Status(301)));
        assert_eq!(told(&answered), (api::DeliveryState::GivenUp, 301, api::AttemptFailure::Status, None));
        let silent = message(State::GivenUp, Some(Ended::Failed(Failure::Timeout)));
        assert_eq!(told(&silent), (api::DeliveryState::GivenUp, 0, api::AttemptFailure::Timeout, None));
    }
}
