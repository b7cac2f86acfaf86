//! One request for every call, aimed at whatever a target is. A new call joins here, and in `table.txt`.

mod tills;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hourbook::domain::{AccountNumber, RequestId};
use serde_json::{Value, json};

use crate::access::ISSUER;
pub use tills::{PIN, STAFF, sale};
use tills::{at_till, is_read_at_till};

/// What a call can be aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Nothing that is somebody's.
    Nothing,
    /// A bank.
    Bank,
    /// Somebody who has an account.
    Owner,
    /// An account, or what happened to one.
    Account,
    /// The same of a person or a partner.
    Person,
    /// A partner, with a venue, two tills, staff, offers and, where there are keys, one that waits for the bank; with
    /// an endpoint and one that is paused; with sales at both tills, and a period that was settled and not paid yet.
    Partner,
    /// Whose hours a code may stand for; for tills and partners, who have them for practice only, a partner.
    Code,
    /// The same of somebody who has another account in the other bank.
    Mover,
    /// A credential, or one like it.
    Key,
}

/// Something of somebody's: an account with what belongs to it, or a credential.
#[derive(Clone, Debug)]
pub struct Target {
    pub letter: char,
    pub bank: u32,
    pub owner: u32,
    /// Somebody else, who belongs to bank 1 or is of the same bank.
    pub other: u32,
    pub account: u32,
    /// Without hours.
    pub idle: u32,
    pub closed: u32,
    /// Where hours for it come from, in its bank.
    pub beside: u32,
    pub entry: u64,
    /// The request id of `entry`.
    pub entry_id: String,
    /// Open.
    pub hold: u64,
    /// Of a group in its bank.
    pub friend: u32,
    /// Of the same owner, in the other bank; 0 if there is none.
    pub elsewhere: u32,
    /// What its owner received from the group, as that says; and the same in dispute.
    pub proposal: u64,
    pub dispute: u64,
    /// The group's hours, booked.
    pub booking: u64,
    /// What waits for a second person in its bank.
    pub waiting: u64,
    /// An entry in which the group paid hours.
    pub line: u64,
    /// A group's account of the same owner, in its bank.
    pub club: u32,
    /// The card of a member in its bank.
    pub card: String,
    /// Of a partner: a sale at its second till, with receipt 1; and one for which hours are set aside there.
    pub sold: u64,
    pub aside: u64,
    pub credential: u32,
    /// A credential like it.
    pub grant: Value,
}

impl Target {
    /// The same, of numbers that nobody has.
    pub fn nobodys(&self) -> Self {
        let account = AccountNumber::from_slot(9_000_000).unwrap().printed();
        let mut grant = self.grant.clone();
        for numbers in ["bankNumbers", "partnerOwnerNumbers"] {
            if !grant["reach"][numbers].is_null() {
                grant["reach"][numbers] = json!([9_999]);
            }
        }
        Self {
            letter: self.letter,
            bank: 9_999,
            owner: 9_999,
            other: 9_998,
            account,
            idle: account,
            closed: account,
            beside: account,
            entry: 999_999,
            entry_id: RequestId::fresh().to_string(),
            hold: 999_999,
            friend: account,
            elsewhere: account,
            proposal: 999_999,
            dispute: 999_999,
            booking: 999_999,
            waiting: 999_999,
            line: 999_999,
            club: account,
            card: self.card.clone(),
            sold: 999_999,
            aside: 999_999,
            credential: 9_999,
            grant,
        }
    }

    /// The text with this target's numbers made unrecognisable.
    pub fn masked(&self, text: &str) -> String {
        let numbers = [self.bank, self.owner, self.account, self.idle, self.closed, self.beside];
        let mut known: Vec<String> = numbers.iter().map(u32::to_string).collect();
        let others = [self.friend, self.elsewhere, self.credential, self.club];
        known.extend(others.map(|number| number.to_string()));
        let matters = [self.proposal, self.dispute, self.booking, self.waiting];
        let sequences = [self.entry, self.hold, self.sold, self.aside].into_iter().chain(matters);
        known.extend(sequences.map(|sequence: u64| sequence.to_string()));
        let text = text.replace(&self.entry_id, "#");
        let is_digit = |letter: char| letter.is_ascii_digit();
        let words = text.split_inclusive(|letter| !is_digit(letter));
        let masked = words.map(|word| {
            let digits = word.trim_end_matches(|letter| !is_digit(letter));
            if known.iter().any(|one| one == digits) {
                word.replacen(digits, "#", 1)
            } else {
                word.to_owned()
            }
        });
        masked.collect()
    }
}

/// A request that nothing but a rule about callers is in the way of, and that changes nothing.
pub fn sample(call: &str, at: &Target) -> Option<(Aim, Value)> {
    let request_id = RequestId::fresh();
    let write = |mut request: Value| {
        request["requestId"] = request_id.to_string().into();
        request["validateOnly"] = true.into();
        request
    };
    let transfers = json!([{
        "debitAccountNumber": at.beside,
        "creditAccountNumber": at.account,
        "amountSeconds": 60,
    }]);
    let post = json!({"kind": "KIND_GRANT", "transfers": transfers});
    Some(match call {
        "CreateKey" => (Aim::Key, write(at.grant.clone())),
        "RotateKey" | "RevokeKey" => (Aim::Key, write(json!({"credentialNumber": at.credential}))),
        "ListKeys" => (Aim::Key, json!({})),
        "WhoAmI" | "Verify" => (Aim::Nothing, json!({})),
        "TrialBalance" => (Aim::Bank, json!({"bankNumber": at.bank})),
        "RegisterOwners" => (Aim::Nothing, write(json!({"count": 1}))),
        "OpenBank" => {
            let bank = json!({"ownerNumber": at.owner, "name": "New", "timeZone": "Europe/London"});
            (Aim::Nothing, write(bank))
        }
        "ListBanks" => (Aim::Bank, json!({})),
        "OpenClearing" => {
            let owed = json!({
                "firstBankNumber": at.bank, "secondBankNumber": 4,
                "firstMayOweSeconds": 1, "secondMayOweSeconds": 1,
            });
            (Aim::Nothing, write(owed))
        }
        "AddActivities" => (Aim::Bank, write(json!({"bankNumber": at.bank, "names": ["Bread"]}))),
        "SetBankPolicy" => (Aim::Bank, write(json!({"bankNumber": at.bank, "policy": policy()}))),
        "GetBankPolicy" => (Aim::Bank, json!({"bankNumber": at.bank})),
        "LockPeriod" => (Aim::Bank, write(json!({"bankNumber": at.bank, "year": 2020, "month": 1}))),
        "CreatePerson" => {
            let person =
                json!({"bankNumber": at.bank, "kind": "PERSON_KIND_STAFF", "profile": {"name": "New"}});
            (Aim::Bank, write(person))
        }
        "SearchMembers" => (Aim::Bank, json!({"bankNumber": at.bank, "text": "zzz"})),
        "OpenPot" => {
            let pot = json!({"bankNumber": at.bank, "purpose": "New", "opens": "POT_OPENS_LEAD"});
            (Aim::Bank, write(pot))
        }
        "SetStandingGroup" => {
            let givers = json!([{"accountNumber": at.account, "lengthSeconds": 5_400}]);
            let walk = json!({
                "bankNumber": at.bank, "name": "Walk", "rule": "GROUP_RULE_POT_PAYS_PROVIDER", "givers": givers,
            });
            (Aim::Bank, write(walk))
        }
        "EndStandingGroup" => (Aim::Bank, write(json!({"bankNumber": at.bank, "groupNumber": 1}))),
        "ListStandingGroups" => (Aim::Bank, json!({"bankNumber": at.bank})),
        "ExportMember" => (Aim::Owner, json!({"ownerNumber": at.owner})),
        "GetPerson" => (Aim::Owner, json!({"ownerNumber": at.owner})),
        "StreamLetters" => (Aim::Owner, json!({"ownerNumber": at.owner, "year": 2026, "month": 5})),
        "GetRecordOfHelp" => {
            let day = |day: u32| json!({"year": 2026, "month": 5, "day": day});
            (Aim::Owner, json!({"ownerNumber": at.owner, "fromDay": day(1), "throughDay": day(4)}))
        }
        "UpdatePerson" => (Aim::Owner, write(json!({"ownerNumber": at.owner, "profile": {"name": "New"}}))),
        "SetMemberStanding" | "PauseMember" | "EraseMember" => {
            (Aim::Owner, write(json!({"ownerNumber": at.owner})))
        }
        "SetRepresentative" => {
            let speaks = json!({"ownerNumber": at.other, "speaks": "SPEAKS_FOR_ALL"});
            (Aim::Owner, write(json!({"ownerNumber": at.owner, "representative": speaks})))
        }
        "IssueCard" => (Aim::Owner, write(json!({"accountNumber": at.idle}))),
        "ReplaceCard" | "BlockCard" => (Aim::Owner, write(json!({"accountNumber": at.account}))),
        "SetPin" => {
            let pin = json!({"accountNumber": at.account, "pin": "4021", "oldPin": PIN});
            (Aim::Owner, write(pin))
        }
        "LinkIdentity" => {
            let link = json!({"ownerNumber": at.owner, "issuer": ISSUER, "subject": "4711"});
            (Aim::Owner, write(link))
        }
        "SetVenue" => (Aim::Partner, write(json!({"partnerOwnerNumber": at.owner, "name": "New"}))),
        "CloseVenue" | "SetTill" => {
            (Aim::Partner, write(json!({"partnerOwnerNumber": at.owner, "venueNumber": 1})))
        }
        "CloseTill" => (Aim::Partner, write(json!({"partnerOwnerNumber": at.owner, "tillNumber": 1}))),
        "CreateOffer" => (Aim::Partner, write(json!({"offer": offer(at.owner, "New", 3_600)}))),
        "RetireOffer" => (Aim::Partner, write(json!({"partnerOwnerNumber": at.owner, "offerNumber": 1}))),
        "ApproveOffer" => (Aim::Partner, write(json!({"partnerOwnerNumber": at.owner, "offerNumber": 3}))),
        "ListOffers" => (Aim::Partner, json!({"partnerOwnerNumber": at.owner})),
        "SetPartnerBudget" | "SetTillStaff" => (Aim::Partner, write(json!({"partnerOwnerNumber": at.owner}))),
        "CloseMember" => (Aim::Owner, write(json!({"accountNumber": at.idle}))),
        "ListActivities" => (Aim::Bank, json!({"bankNumber": at.bank})),
        "OpenAccount" => {
            let kind = "ACCOUNT_KIND_MEMBER";
            let account = json!({"bankNumber": at.bank, "kind": kind, "ownerNumber": at.owner});
            (Aim::Bank, write(json!({"account": account})))
        }
        "GetAccount" | "GetBalance" | "ListHolds" | "ListStatement" => {
            (Aim::Account, json!({"accountNumber": at.account}))
        }
        "ListAccounts" => (Aim::Account, json!({"bankNumber": at.bank, "ownerNumber": at.owner})),
        "SetLimits" => (Aim::Account, write(json!({"accountNumber": at.account, "limits": {}}))),
        "CloseAccount" => {
            let close = json!({"accountNumber": at.idle, "remainderToAccountNumber": at.beside});
            (Aim::Account, write(close))
        }
        "ReopenAccount" => (Aim::Account, write(json!({"accountNumber": at.closed}))),
        "PostEntry" => (Aim::Account, write(post)),
        "PostBatches" => {
            let entry = json!({"requestId": STANDARD.encode(request_id.bytes()), "post": post});
            (Aim::Account, json!({"entries": [entry], "validateOnly": true}))
        }
        "PlaceHold" => {
            let mut hold = post;
            hold["deadline"] = "2026-06-05T09:00:00Z".into();
            hold["atDeadline"] = "AT_DEADLINE_RELEASE".into();
            (Aim::Account, write(hold))
        }
        "CaptureHold" | "VoidHold" => (Aim::Account, write(json!({"holdSequence": at.hold}))),
        "GetHold" => (Aim::Account, json!({"holdSequence": at.hold})),
        "ReverseEntry" => (Aim::Account, write(json!({"originalSequence": at.entry}))),
        "GetEntry" => (Aim::Account, json!({"sequence": at.entry})),
        "FindEntry" => (Aim::Account, json!({"requestId": at.entry_id})),
        "WatchEntries" => {
            let watch = json!({"afterSequence": 0, "accountNumber": at.account, "heartbeatSeconds": 1});
            (Aim::Account, watch)
        }
        "RecordExchanges" => {
            let (_, mut slip) = of_people("RecordExchange", at)?;
            slip["requestId"] = request_id.to_string().into();
            (Aim::Person, json!({"slips": [slip], "validateOnly": true}))
        }
        _ => {
            if let Some(request) = of_hooks(call, at) {
                let is_read = ["ListEndpoints", "ListDeliveries", "WatchEvents"].contains(&call);
                return Some((Aim::Partner, if is_read { request } else { write(request) }));
            }
            if let Some((aim, request)) = at_till(call, at) {
                let is_write = !["IssueCode", "LookUpCode"].contains(&call) && !is_read_at_till(call);
                return Some((aim, if is_write { write(request) } else { request }));
            }
            return of_people(call, at).map(|(aim, request)| {
                let is_read = ["GetNetPosition", "ListWaiting"].contains(&call);
                (aim, if is_read { request } else { write(request) })
            });
        }
    })
}

/// The same of ExchangeService, before it has an id.
fn of_people(call: &str, at: &Target) -> Option<(Aim, Value)> {
    let length = json!({"amountSeconds": 900});
    let day = json!({"year": 2026, "month": 5, "day": 4});
    let between = json!({
        "giverAccountNumber": at.friend, "receiverAccountNumber": at.account, "length": length,
        "occurredOn": day,
    });
    Some(match call {
        "RecordExchange" => (Aim::Person, between),
        "ProposeExchange" => {
            let mut said = between;
            said["saidBy"] = "SIDE_RECEIVER".into();
            (Aim::Person, said)
        }
        "ConfirmExchange" | "RejectExchange" | "DisputeExchange" => {
            (Aim::Person, json!({"proposalSequence": at.proposal}))
        }
        "ResolveDispute" => (Aim::Person, json!({"proposalSequence": at.dispute, "length": length})),
        "RecordGroupExchange" => {
            let givers = json!([{"accountNumber": at.account, "length": length}]);
            let session = json!({
                "rule": "GROUP_RULE_SPLIT_PROVIDER_TIME", "givers": givers,
                "participantAccountNumbers": [at.friend], "occurredOn": day,
            });
            (Aim::Person, session)
        }
        "BookHours" => {
            let book = json!({
                "giverAccountNumber": at.friend, "receiverAccountNumber": at.account, "length": length,
                "day": {"year": 2026, "month": 5, "day": 20},
            });
            (Aim::Person, book)
        }
        "TakeBooking" | "CancelBooking" => (Aim::Person, json!({"bookingSequence": at.booking})),
        "CreditMember" => {
            let grant = json!({
                "accountNumber": at.account, "fromAccountNumber": at.beside, "length": length, "reason": "thanks",
            });
            (Aim::Account, grant)
        }
        "GrantFromPot" => {
            // Hours for a pot come from none.
            let is_pot = at.letter.eq_ignore_ascii_case(&'h');
            let (pot, to) = if is_pot { (at.account, at.friend) } else { (at.beside, at.account) };
            let grant = json!({
                "potAccountNumber": pot, "toAccountNumber": to, "length": length, "reason": "thanks",
            });
            (Aim::Account, grant)
        }
        "ClaimFromPot" => {
            let pot = if at.letter.eq_ignore_ascii_case(&'h') { at.account } else { at.beside };
            let claim = json!({
                "potAccountNumber": pot, "organisationAccountNumber": at.friend, "lineSequences": [at.line],
                "reason": "the festival",
            });
            (Aim::Account, claim)
        }
        "SetClearingCap" => {
            let cap = json!({
                "firstBankNumber": at.bank, "secondBankNumber": 3, "firstMayOweSeconds": 3_600,
                "secondMayOweSeconds": 3_600,
            });
            (Aim::Bank, cap)
        }
        "Gift" => {
            let gift = json!({
                "fromAccountNumber": at.account, "toAccountNumber": at.friend, "length": length,
            });
            (Aim::Person, gift)
        }
        "Donate" => (Aim::Person, json!({"fromAccountNumber": at.account, "length": length})),
        "TransferBetweenBanks" => {
            let moving = json!({
                "fromAccountNumber": at.account, "toAccountNumber": at.elsewhere, "length": length,
            });
            (Aim::Mover, moving)
        }
        "GetNetPosition" => (Aim::Bank, json!({"firstBankNumber": at.bank, "secondBankNumber": 3})),
        "PutRight" => (Aim::Account, json!({"originalSequence": at.entry, "reason": "a slip"})),
        "ListWaiting" => (Aim::Bank, json!({"bankNumber": at.bank})),
        "Approve" | "Decline" => (Aim::Bank, json!({"waitingNumber": at.waiting})),
        _ => return None,
    })
}

/// The same of HookService: about a partner.
fn of_hooks(call: &str, at: &Target) -> Option<Value> {
    let endpoint = |number: u32| json!({"partnerOwnerNumber": at.owner, "endpointNumber": number});
    let and = |field: &str, value: Value| {
        let mut request = endpoint(1);
        request[field] = value;
        request
    };
    Some(match call {
        "CreateEndpoint" | "UpdateEndpoint" => {
            json!({"endpoint": and("url", "https://till.example/new".into())})
        }
        "RotateEndpointKey" | "PauseEndpoint" | "DeleteEndpoint" | "ListDeliveries" | "SendTestEvent" => {
            endpoint(1)
        }
        "ResumeEndpoint" => endpoint(2),
        "ListEndpoints" => json!({"partnerOwnerNumber": at.owner}),
        "ReplayDeliveries" => and("fromSequence", 1.into()),
        "WatchEvents" => and("afterSequence", 0.into()),
        _ => return None,
    })
}

/// An offer that any partner could make.
pub fn offer(partner: u32, wording: &str, price_seconds: i64) -> Value {
    json!({
        "partnerOwnerNumber": partner, "kind": "OFFER_KIND_ACTIVITY", "wording": wording,
        "priceSeconds": price_seconds, "pricePer": "PRICE_PER_PERSON",
    })
}

/// A policy that any bank could set.
fn policy() -> Value {
    json!({
        "entryStepMinutes": 15, "rounding": "ROUNDING_UP", "confirming": "CONFIRMING_EITHER_SIDE",
        "autoAcceptDays": 14, "reversalWindowDays": 30,
        "unusualQuestionAboveSeconds": 86_400, "unusualSecondPersonAboveSeconds": 144_000,
    })
}

/// Whether an answer that came shows the target: a list may leave it out.
pub fn shows(call: &str, answer: &Value, at: &Target) -> bool {
    let one_of = |list: &str, field: &str, number: u32| {
        let rows = answer[list].as_array();
        rows.is_some_and(|rows| rows.iter().any(|row| row[field] == number))
    };
    let is_there = |list: &str| answer[list].as_array().is_some_and(|rows| !rows.is_empty());
    match call {
        "ListKeys" => one_of("credentials", "credentialNumber", at.credential),
        "ListBanks" | "TrialBalance" => one_of("banks", "bankNumber", at.bank),
        "ListAccounts" => one_of("accounts", "accountNumber", at.account),
        "ListOffers" | "LookUpCode" => is_there("offers"),
        "ListHolds" => is_there("holds"),
        "ListStatement" | "GetPartnerStatement" => is_there("lines"),
        "WatchEntries" => answer["entry"].is_object(),
        "WatchRedemptions" => answer["redemption"].is_object(),
        "WatchEvents" => answer["webhookId"].is_string(),
        "ListEndpoints" => is_there("endpoints"),
        "ListRedemptions" => is_there("redemptions"),
        "ListTillRefusals" => is_there("refusals"),
        "DayTotals" => is_there("tills"),
        "RecordExchanges" => answer["answers"][0]["done"].is_object(),
        "StreamLetters" => super::asking::number(&answer["lettersCount"]) > 0,
        _ => true,
    }
}
