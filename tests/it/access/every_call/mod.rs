//! I10 over the wire: every call, for every caller, aimed at what is theirs and at what is not.

mod asking;
mod facts;
mod samples;
mod secrets;
mod town;

use hourbook::access::{Capacity, Extent, RULES, Role};
use hourbook::domain::RequestId;
use prost_reflect::MethodDescriptor;
use serde_json::Value;
use tonic::Code;

use asking::{Said, full_name};
use samples::{Aim, Target, sample, shows};
use town::{Column, Town};

/// What each caller hears of each call, decided by people. A line a call, a column a caller; in a cell, what the
/// call was aimed at: its letter where it was answered, `.` where it was as if not there, `!` where there are no
/// keys yet; and `-` alone where the call is not for them.
const DECIDED: &str = include_str!("table.txt");
const KEY: &str = "\
+ yes; - not for them; letters: what they reach; . as if it were not there; ! there are no keys yet,
or nobody else who could agree or offer
m own account, o another member's, p own partner's, q another partner's, h pot, b bank; capitals: in bank 2
of keys: s their own, m a member's, t a till's of the own partner, u of another, l a lead's; capitals: in bank 2
member, till … integration reach bank 1, or their partner; lead+, auditor+, reporter+, admin the network
";
/// What somebody hears whose role may not make a call, or not with its reach.
const MAY_NOT: [&str; 2] = ["is not for this key, which is a", "looks at the whole network, and this key"];
/// Whatever moves hours, or opens and closes what holds them.
const MOVES: [&str; 35] = [
    "RecordExchange",
    "RecordExchanges",
    "ProposeExchange",
    "ConfirmExchange",
    "RejectExchange",
    "DisputeExchange",
    "ResolveDispute",
    "RecordGroupExchange",
    "BookHours",
    "TakeBooking",
    "CancelBooking",
    "CreditMember",
    "GrantFromPot",
    "ClaimFromPot",
    "Gift",
    "Donate",
    "TransferBetweenBanks",
    "PutRight",
    "PostEntry",
    "PostBatches",
    "PlaceHold",
    "CaptureHold",
    "VoidHold",
    "ReverseEntry",
    "OpenAccount",
    "CloseAccount",
    "ReopenAccount",
    "IssueVoucher",
    "Redeem",
    "AuthorizeRedemption",
    "CaptureRedemption",
    "VoidRedemption",
    "RefundRedemption",
    "RecordRedemption",
    "SettlePartner",
];
/// Calls that answer until whoever asks has heard enough.
const WATCHES: [&str; 3] = ["WatchEntries", "WatchEvents", "WatchRedemptions"];

impl Town {
    /// Asks with both protocols, which must agree.
    fn ask(&self, column: &Column, method: &MethodDescriptor, request: &Value) -> Result<Value, Said> {
        let key = column.key.as_deref();
        let shown = |message: &Value| {
            let is_one = ["entry", "redemption", "webhookId"].iter().any(|field| !message[*field].is_null());
            is_one || asking::number(&message["position"]) >= self.tip.cast_signed()
        };
        let enough = |message: &Value| WATCHES.contains(&method.name()) && shown(message);
        // A card answers one look in so many seconds.
        let grpc = || self.served.block_on(self.asking.grpc(key, method, request, enough));
        let mut heard = grpc();
        if heard.outcome().is_err_and(|said| said.code == Code::ResourceExhausted) {
            self.served.clock.advance_seconds(120);
            heard = grpc();
        }
        if !(method.is_client_streaming() || method.is_server_streaming()) {
            let json = || self.served.block_on(self.asking.json(key, method, request));
            let (mut went_well, mut body) = json();
            if body["code"] == "resource_exhausted" {
                self.served.clock.advance_seconds(120);
                (went_well, body) = json();
            }
            match heard.outcome() {
                Ok(answer) => {
                    // Each call of it makes another code.
                    let but_for_the_code = |mut answer: Value| {
                        if method.name() == "IssueCode" {
                            (answer["code"], answer["svg"]) = Default::default();
                        }
                        answer
                    };
                    let answers = [body, answer].map(but_for_the_code);
                    assert_eq!((went_well, &answers[0]), (true, &answers[1]), "{}", method.name());
                }
                Err(said) => {
                    let code = body["code"].as_str().unwrap().replace('_', "");
                    assert_eq!(code, format!("{:?}", said.code).to_lowercase(), "{}", method.name());
                    assert_eq!((went_well, body["message"].as_str()), (false, Some(said.message.as_str())));
                }
            }
        }
        heard.outcome()
    }

    /// What `column` hears of a call aimed at `target`.
    fn letter(&self, column: &Column, method: &MethodDescriptor, target: &Target) -> char {
        let call = method.name();
        let (_, request) = sample(call, target).unwrap();
        let heard = self.ask(column, method, &request);
        let letter = match &heard {
            Ok(answer) if shows(call, answer, target) => target.letter,
            Ok(_) => '.',
            Err(said) if MAY_NOT.iter().any(|words| said.message.contains(words)) => '-',
            Err(said) if said.info.starts_with("NO_KEYS_YET") => '!',
            Err(said) if said.info.starts_with("SECOND_PERSON_NEEDED") => '!',
            // What waits there was offered with a key.
            Err(said) if column.role.is_none() && said.message.contains("has not approved yet") => '!',
            Err(said) if said.code == Code::NotFound || said.info.starts_with("BEYOND_REACH") => '.',
            Err(said) => panic!("{} {call} {}: {said:?}", column.name, target.letter),
        };
        if letter == '-' {
            assert_eq!(heard.as_ref().unwrap_err().code, Code::PermissionDenied);
        }
        if letter == '.' {
            let nobodys = target.nobodys();
            let of_nobody = self.ask(column, method, &sample(call, &nobodys).unwrap().1);
            // A refusal says the number that was asked for, also where it is one answer of several; an answer without it says
            // nothing of it.
            let refused = |heard: &Result<Value, Said>, of: &Target| match heard {
                Ok(answer) if call == "RecordExchanges" => Ok(of.masked(&answer.to_string())),
                Ok(answer) => Ok(answer.to_string()),
                Err(said) => Err(of.masked(&format!("{said:?}"))),
            };
            let (there, nowhere) = (refused(&heard, target), refused(&of_nobody, &nobodys));
            assert_eq!(there, nowhere, "{} {call} {}", column.name, target.letter);
        }
        if letter == '-' || letter == '.' {
            self.nothing_is_written(column, method, request, &heard);
        }
        letter
    }

    /// Whoever may not hears the same when it is meant, and nothing is written.
    fn nothing_is_written(
        &self,
        column: &Column,
        method: &MethodDescriptor,
        mut request: Value,
        heard: &Result<Value, Said>,
    ) {
        if request["validateOnly"].is_null() {
            return;
        }
        request["validateOnly"] = false.into();
        if !request["requestId"].is_null() {
            request["requestId"] = RequestId::fresh().to_string().into();
        }
        assert_eq!(&self.ask(column, method, &request), heard);
        assert_eq!(self.position(), self.tip, "{} wrote with {}", column.name, method.name());
    }

    /// What a call of this kind can be aimed at by `column`.
    fn targets(&self, aim: Aim, column: &Column) -> Vec<Target> {
        let called = |letter, of: char| Target { letter, ..self.account(of).clone() };
        match aim {
            Aim::Nothing => vec![called('+', 'm')],
            Aim::Bank => vec![called('b', 'm'), called('B', 'O')],
            Aim::Owner => "moO".chars().map(|letter| self.account(letter).clone()).collect(),
            Aim::Account => self.accounts.clone(),
            Aim::Person => self.accounts_of("hH", false),
            Aim::Partner => self.accounts_of("pqQ", true),
            Aim::Code if matches!(column.role, Some(Role::Till | Role::Partner)) => {
                self.accounts_of("pqQ", true)
            }
            Aim::Code => self.accounts_of("moO", true),
            Aim::Mover => self.accounts_of("mpMP", true),
            Aim::Key => {
                let own = Target { letter: 's', credential: column.credential, ..self.keys[0].clone() };
                std::iter::once(own).chain(self.keys.iter().cloned()).collect()
            }
        }
    }

    /// The accounts with one of these letters, or with none of them.
    fn accounts_of(&self, letters: &str, is_one: bool) -> Vec<Target> {
        let of = |target: &&Target| letters.contains(target.letter) == is_one;
        self.accounts.iter().filter(of).cloned().collect()
    }

    /// One cell of the table, each letter of it compared with what the rule says.
    fn cell(&self, column: &Column, method: &MethodDescriptor) -> String {
        let call = method.name();
        let sampled = sample(call, &self.accounts[0]);
        let (aim, _) = sampled.unwrap_or_else(|| panic!("{call} has no sample in samples.rs"));
        let mut targets = self.targets(aim, column);
        // Nobody makes the key they have, and the operator has none.
        targets.retain(|target| target.letter != 's' || (column.role.is_some() && call != "CreateKey"));
        let heard: String = targets.iter().map(|target| self.letter(column, method, target)).collect();
        let decided: String = targets.iter().map(|target| decided(column, method, aim, target)).collect();
        assert_eq!(heard, decided, "{} {call}", column.name);
        if heard.chars().all(|letter| letter == '-') { "-".to_owned() } else { heard }
    }
}

/// What the rule of a call decides for a caller and a target.
fn decided(column: &Column, method: &MethodDescriptor, aim: Aim, target: &Target) -> char {
    let rule = RULES.iter().find(|rule| rule.call == full_name(method)).unwrap();
    let extent = column.role.map_or(Extent::Anything, |role| rule.extent(Capacity::Role(role)));
    let is_not_theirs = match extent {
        Extent::Nothing => true,
        Extent::Network => !column.is_everywhere,
        Extent::Own | Extent::Houses | Extent::Anything => false,
    };
    let theirs = match aim {
        _ if is_not_theirs => return '-',
        Aim::Nothing => "+",
        Aim::Key if column.role.is_none() => return if method.name() == "ListKeys" { '.' } else { '!' },
        Aim::Key => column.keys,
        // Nobody is there who could agree with whoever has no number, or offers with a key of a partner's; and nobody
        // comes with tokens.
        _ if column.role.is_none()
            && ["Approve", "ApproveOffer", "ConfirmExchange", "LinkIdentity"].contains(&method.name()) =>
        {
            return '!';
        }
        // Admins say whose a token is, and see nobody's accounts by it.
        Aim::Owner if method.name() == "LinkIdentity" && column.role == Some(Role::Admin) => "moO",
        // Whoever might come sees what is offered in their bank.
        Aim::Partner if method.name() == "ListOffers" && column.role == Some(Role::Member) => "pq",
        Aim::Bank => column.banks,
        Aim::Mover if !column.is_everywhere => "",
        Aim::Account if method.name() == "FindEntry" => column.wrote,
        Aim::Account | Aim::Owner | Aim::Person | Aim::Partner | Aim::Code | Aim::Mover => column.accounts,
    };
    if theirs.contains(target.letter) { target.letter } else { '.' }
}

/// Goal: I10: every call that there is, by every caller, at their own bank and another, their own partner and
/// another, their own account and others', is decided, and both protocols do as decided; what is out of reach is
/// as if it were not there; and whoever may not, writes nothing. Method: the descriptors name the calls; each is
/// made with each key, and by the local operator of a network without keys, at each target; what may not is also
/// meant. The table is printed, and compared with the one that people decided.
#[test]
fn every_call_by_every_caller() {
    let towns = [Town::with_keys(), Town::without_keys()];
    let columns = towns.each_ref().map(|town| town.columns.iter().map(|column| column.name));
    let mut table = format!("{:30}", "");
    columns.into_iter().flatten().for_each(|name| table += &format!("{name:>12}"));
    let methods = towns[0].asking.methods();
    for method in &methods {
        table += &format!("\n{:30}", full_name(method).trim_start_matches("hourbook.v1."));
        for town in &towns {
            for column in &town.columns {
                table += &format!("{:>12}", town.cell(column, method));
            }
        }
    }
    table.push('\n');
    println!("{KEY}{table}");
    assert_eq!(methods.len(), RULES.len());
    assert!(table == DECIDED, "not as decided:\n{table}");
    for town in &towns {
        assert_eq!(town.position(), town.tip, "something was written");
    }
}

/// Goal: no admin key can post anything. Method: every call that moves hours, at every account there is, with the
/// admin's key, checked only and meant.
#[test]
fn admins_post_nothing() {
    let town = Town::with_keys();
    let admin = town.column("admin");
    assert_eq!((admin.role, admin.is_everywhere), (Some(Role::Admin), true));
    for call in MOVES {
        let methods = town.asking.methods();
        let method = methods.iter().find(|method| method.name() == call).unwrap();
        for target in &town.accounts {
            assert_eq!(town.letter(admin, method, target), '-', "{call} {}", target.letter);
        }
    }
    assert_eq!(town.position(), town.tip);
}
