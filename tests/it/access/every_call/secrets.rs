//! What a member, a till or a partner never hears: another's name, balance, or the figures of a refusal; a till and a
//! partner not even the number of an account that is not the partner's.

use std::cell::RefCell;
use std::collections::BTreeSet;

use hourbook::access::{Capacity, Extent, RULES};
use hourbook::words;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value as Field};
use serde_json::{Value, json};
use tonic_types::StatusExt;

use super::WATCHES;
use super::asking::{Heard, full_name, number};
use super::facts::{SMALL, Sold, WORD_BEGINS, WORD_BYTES, What};
use super::samples::sample;
use super::town::{Column, Town};

/// Sequences of calls, and calls in one.
const SEQUENCES: u32 = 250;
const CALLS_MAX: usize = 16;
/// Whom the promise is about, and who may hear all of their bank: with them the search finds what it looks for.
const ASKING: [&str; 3] = ["member", "till", "partner"];
const TOLD: &str = "lead+";

/// What one caller may not hear, and what is theirs.
struct Secrets {
    /// Names and texts.
    texts: BTreeSet<String>,
    seconds: BTreeSet<i64>,
    /// The same figures as they stand in a sentence.
    said: Vec<String>,
    /// Numbers of accounts.
    accounts: BTreeSet<i64>,
    own_texts: BTreeSet<String>,
    own_seconds: BTreeSet<i64>,
    /// What endpoints that somebody else made sign with.
    keys: Vec<String>,
}

impl Secrets {
    fn of(town: &Town, column: &Column) -> Self {
        // A till hears nothing of accounts: no name, no balance, not even its partner's.
        let reads_accounts = column.name != "till";
        let in_reach =
            town.accounts.iter().filter(|of| reads_accounts && column.accounts.contains(of.letter));
        let accounts: BTreeSet<u32> =
            in_reach.flat_map(|of| [of.account, of.idle, of.closed, of.club]).collect();
        let of_any = |concerned: &[u32]| concerned.iter().any(|account| accounts.contains(account));
        let keys = town.keys.iter().filter(|key| column.keys.contains(key.letter)).map(|key| key.credential);
        let mut credentials: Vec<u32> = keys.chain([column.credential]).collect();
        if column.name == "partner" {
            credentials.push(town.column("till").credential);
            credentials.extend(&town.own_tills);
        }
        // With whom somebody exchanged hours, a member's statement says; here others wrote all of it down.
        let exchanged: BTreeSet<u32> = town
            .facts
            .amounts
            .iter()
            .filter(|(sides, _)| of_any(sides))
            .flat_map(|(sides, _)| sides.clone())
            .collect();
        let sees_offers = |account: u32| {
            let of = town.accounts.iter().find(|of| of.account == account).unwrap();
            column.accounts.contains(of.letter) || (of.bank == 1 && column.banks.contains('b'))
        };
        let is_shop = |account: &u32| town.facts.prices.iter().any(|(shop, _)| shop == account);
        let is_own = |what: &What| match what {
            // With what a shop offers it says what it is called.
            What::Label(account) => {
                accounts.contains(account)
                    || (column.name == "member" && exchanged.contains(account))
                    || (is_shop(account) && sees_offers(*account))
            }
            What::Offer(account) => sees_offers(*account),
            What::Memo(concerned) => column.name == "member" && of_any(concerned),
            What::Reason => false,
            What::OfBank(bank) => *bank == 1 && column.banks.contains('b'),
            // A member's statement names the pot of their time bank, and the time bank of somebody in another.
            What::NameOfBank(bank) => (*bank == 1 && column.banks.contains('b')) || column.name == "member",
            What::Credential(number) => credentials.contains(number),
        };
        let (own, others): (Vec<_>, Vec<_>) = town.facts.names.iter().partition(|known| is_own(&known.what));
        let figures = town.facts.figures.iter().map(|(account, seconds)| (of_any(&[*account]), *seconds));
        let amounts = town.facts.amounts.iter().map(|(sides, seconds)| (of_any(sides), *seconds));
        let prices = town.facts.prices.iter().map(|(account, seconds)| (sees_offers(*account), *seconds));
        // A till hears what it took itself.
        let is_of_till = |sold: &Sold| {
            column.name == "till" && sold.till == 2 && sold.partner == town.account('p').account
        };
        let sales = town.facts.sales.iter();
        let sales =
            sales.map(|sold| (is_of_till(sold) || of_any(&[sold.partner, sold.account]), sold.seconds));
        let all = figures.chain(amounts).chain(prices).chain(sales);
        let all: Vec<_> = all.filter(|(_, seconds)| *seconds != 0).collect();
        let of = |own| all.iter().filter(move |(is_own, _)| *is_own == own).map(|(_, seconds)| *seconds);
        let own_seconds: BTreeSet<i64> = of(true).collect();
        let seconds: BTreeSet<i64> = of(false).filter(|seconds| !own_seconds.contains(seconds)).collect();
        let said = seconds.iter().map(|seconds| words::hours(*seconds)).collect();
        let texts = |known: Vec<&super::facts::Known>| known.iter().map(|known| known.text.clone()).collect();
        let accounts = if column.name == "member" {
            BTreeSet::new() // With whom somebody exchanged hours, they hear.
        } else {
            // Pots and what else is the bank's own is nobody's secret.
            let others = town.accounts.iter().filter(|of| !"hH".contains(of.letter));
            let others = others.flat_map(|of| [of.account, of.idle, of.closed, of.club, of.friend]);
            // A number that moments could have as well is not looked for.
            let others = others.filter(|account| !accounts.contains(account) && account % 1_000 != 0);
            others.map(i64::from).filter(|account| *account != 0).collect()
        };
        let (texts, own_texts, keys) = (texts(others), texts(own), town.facts.secrets.clone());
        Self { texts, seconds, said, accounts, own_texts, own_seconds, keys }
    }

    /// The first secret in an answer; a number that was asked for is none.
    fn found_in(&self, request: &Value, heard: &Heard, json: &str) -> Option<String> {
        let mut numbers = BTreeSet::new();
        let mut text = format!("{}{:?}{json}", heard.around, heard.status);
        for message in &heard.messages {
            gather(message, &mut numbers, &mut text);
            // What an event says is a message inside of a text.
            let event = message.get_field_by_name("body").and_then(|body| Some(body.as_str()?.to_owned()));
            numbers.extend(event.iter().flat_map(|event| written_numbers(event).collect::<Vec<_>>()));
        }
        if self.keys.iter().any(|key| text.contains(key)) {
            return Some("what an endpoint signs with".to_owned());
        }
        if let Some(status) = &heard.status {
            text += status.message();
            text += &String::from_utf8_lossy(status.details());
            let info = status.get_error_details().error_info().map(|info| info.metadata.clone());
            numbers.extend(info.unwrap_or_default().values().flat_map(|figure| written_numbers(figure)));
        }
        let asked: BTreeSet<i64> = written_numbers(&request.to_string()).collect();
        let mut accounts = numbers.clone();
        accounts.extend(accounts_said(&text));
        let told = accounts.iter().find(|number| self.accounts.contains(number) && !asked.contains(number));
        if let Some(account) = told {
            return Some(format!("account {account}"));
        }
        // What is not a message of its own may hold any small number.
        numbers.extend(written_numbers(&text).filter(|number| number.abs() >= SMALL));
        if let Some(number) = self.seconds.intersection(&numbers).next() {
            return Some(number.to_string());
        }
        let told = words_in(&text).find(|word| self.texts.contains(*word)).map(str::to_owned);
        // Figures in a sentence are hundreds of hours and more.
        let is_sentence = text.contains(" hours");
        told.or_else(|| self.said.iter().find(|said| is_sentence && stands_in(&text, said)).cloned())
    }
}

/// Whether these hours stand in a text, and are not the end of more of them.
fn stands_in(text: &str, said: &str) -> bool {
    let mut found = text.match_indices(said);
    found.any(|(at, _)| !text[..at].ends_with(|before: char| before.is_ascii_digit() || before == ','))
}

/// The numbers of accounts that a text names.
fn accounts_said(text: &str) -> impl Iterator<Item = i64> {
    text.split("account ").skip(1).filter_map(|rest| written_numbers(rest).next())
}

/// The words of a town that stand in a text, wherever in it.
fn words_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(WORD_BEGINS).filter_map(|(at, _)| text.get(at..at + WORD_BYTES))
}

/// Numbers that are written out in a text.
fn written_numbers(text: &str) -> impl Iterator<Item = i64> {
    let parts = text.split(|letter: char| !letter.is_ascii_digit() && letter != '-');
    parts.filter_map(|part| part.parse().ok())
}

/// Every whole number in a message, and every text.
fn gather(message: &DynamicMessage, numbers: &mut BTreeSet<i64>, text: &mut String) {
    fn one(value: &Field, numbers: &mut BTreeSet<i64>, text: &mut String) {
        match value {
            Field::I32(number) => drop(numbers.insert(i64::from(*number))),
            Field::I64(number) => drop(numbers.insert(*number)),
            Field::U32(number) => drop(numbers.insert(i64::from(*number))),
            Field::U64(number) => drop(numbers.insert(number.cast_signed())),
            Field::String(part) => *text += &format!("{part}\n"),
            Field::Bytes(part) => *text += &format!("{}\n", String::from_utf8_lossy(part)),
            Field::Message(part) => gather(part, numbers, text),
            Field::List(parts) => parts.iter().for_each(|part| one(part, numbers, text)),
            Field::Map(parts) => parts.values().for_each(|part| one(part, numbers, text)),
            Field::Bool(_) | Field::F32(_) | Field::F64(_) | Field::EnumNumber(_) => {}
        }
    }
    // A field that this test does not know may hold anything.
    assert_eq!(message.unknown_fields().count(), 0, "{}", message.descriptor().full_name());
    message.fields().for_each(|(_, value)| one(value, numbers, text));
}

/// One call: who, which, at what, and what is changed about the sample.
type Step = (usize, usize, usize, Vec<(usize, u64)>);

/// Fields that may be changed, in every call that has them.
const CHANGED: [&str; 28] = [
    "accountNumber",
    "accountNumber",
    "bankNumber",
    "ownerNumber",
    "holdSequence",
    "sequence",
    "originalSequence",
    "afterSequence",
    "atSequence",
    "minSequence",
    "pageSize",
    "pageToken",
    "pageToken",
    "historySize",
    "includeEnded",
    "throughDay",
    "recordedBefore",
    "requestId",
    "credentialNumber",
    "validateOnly",
    "partnerOwnerNumber",
    "tillNumber",
    "venueNumber",
    "periodNumber",
    "redemptionSequence",
    "endpointNumber",
    "fromSequence",
    "throughSequence",
];

/// Puts other things into a request, as far as it has such fields.
fn change(
    town: &Town,
    method: &MethodDescriptor,
    request: &mut Value,
    changes: &[(usize, u64)],
    tokens: &[(String, String)],
) {
    for (field, choice) in changes {
        let field = CHANGED[*field];
        if method.input().get_field_by_json_name(field).is_none() {
            continue;
        }
        // Whose hours, a slip shows already.
        if field == "accountNumber" && !request["shown"].is_null() {
            continue;
        }
        let of = |count: usize| usize::try_from(*choice).unwrap() % count;
        let target = &town.accounts[of(town.accounts.len())];
        request[field] = match field {
            "accountNumber" => {
                // All accounts are for lists alone: of a watch that would be the whole of it, each time.
                let any = if method.name() == "WatchEntries" { target.account } else { 0 };
                [target.account, target.idle, target.closed, target.beside, any][of(5)].into()
            }
            "bankNumber" => (choice % 5).into(),
            "ownerNumber" => target.owner.into(),
            "pageSize" => (1 + choice % 3).into(),
            "pageToken" => {
                let call = full_name(method);
                let fit: Vec<_> = tokens.iter().filter(|(of, _)| *of == call).collect();
                if fit.is_empty() { "".into() } else { fit[of(fit.len())].1.clone().into() }
            }
            "historySize" => 100.into(),
            "includeEnded" => true.into(),
            "throughDay" => json!({"year": 2026, "month": 5, "day": 4 + choice % 3}),
            "recordedBefore" => "2026-05-06T00:00:00Z".into(),
            "requestId" => target.entry_id.clone().into(),
            "credentialNumber" => (1 + choice % 40).into(),
            "partnerOwnerNumber" => [target.owner, 0][of(2)].into(),
            "tillNumber" | "venueNumber" | "periodNumber" | "endpointNumber" => (choice % 4).into(),
            // Whoever ends a key here would end what the others ask with.
            "validateOnly" => {
                let ends = ["RotateKey", "RevokeKey", "CloseTill", "CloseVenue", "DeleteEndpoint"];
                ends.contains(&method.name()).into()
            }
            _ => (choice % (town.tip + 1)).into(),
        };
    }
}

/// Asks as `column`, and gives what came by gRPC and, where there is that, with JSON.
fn ask(town: &Town, column: &Column, method: &MethodDescriptor, request: &Value) -> (Heard, String) {
    let key = column.key.as_deref();
    // Of a narrowed watch one entry: nobody says that no more will come.
    let is_narrow = !request["accountNumber"].is_null() && request["accountNumber"] != 0;
    // Of what is watched, so far at least; of sales nobody says soon that no more will come.
    let own = || town.account('p').owner.into();
    let partner = Some(number(&request["partnerOwnerNumber"])).filter(|number| *number != 0);
    let partner = u32::try_from(partner.unwrap_or_else(own)).unwrap();
    let last_sale = town.last_sales.get(&partner).copied().unwrap_or(town.tip);
    let last = if method.name() == "WatchEntries" { town.of_all } else { last_sale };
    let is_all = |message: &Value| number(&message["position"]) >= last.cast_signed();
    let is_watch = WATCHES.contains(&method.name());
    let enough =
        |message: &Value| is_watch && (is_all(message) || (is_narrow && message["entry"].is_object()));
    let heard = town.served.block_on(town.asking.grpc(key, method, request, enough));
    let is_stream = method.is_client_streaming() || method.is_server_streaming();
    // A key that is made would be made twice.
    if is_stream || method.name() == "CreateKey" {
        return (heard, String::new());
    }
    let (_, body) = town.served.block_on(town.asking.json(key, method, request));
    (heard, body.to_string())
}

/// Goal: no answer to a member, a till or a partner holds another's name, balance, what others moved, what an endpoint
/// signs with that somebody else made, or the figures of a refusal that is not about their accounts: not in a message, not in
/// an error, not in what comes around them. Method: random sequences of all calls, at others' accounts, entries, holds, keys and request ids
/// and with page tokens of others' answers, in a network where every name and figure stands in one place only;
/// each answer is searched for all that is not the caller's. The same search finds them in what a lead hears, and
/// each caller hears what is theirs, so it looks for the right things. Before that each call as it is, at everything, and
/// every stream from the beginning.
#[test]
fn nobody_hears_of_others() {
    let town = Town::with_keys();
    let secrets = ASKING.map(|name| (town.column(name), Secrets::of(&town, town.column(name))));
    let methods = town.asking.methods();
    let targets: Vec<_> = town.accounts.iter().chain(&town.keys).collect();
    let tokens = RefCell::new(Vec::new());
    let keep_token = |method: &MethodDescriptor, heard: &Heard| {
        let answer = heard.outcome().unwrap_or_default();
        let token = answer["nextPageToken"].as_str().filter(|token| !token.is_empty());
        tokens.borrow_mut().extend(token.map(|token| (full_name(method), token.to_owned())));
    };

    let mut found = [0; ASKING.len()];
    for method in methods.iter().filter(|method| !method.name().contains("Key")) {
        for target in &town.accounts {
            let mut request = sample(method.name(), target).unwrap().1;
            change(&town, method, &mut request, &[(10, 0), (13, 0)], &[]); // A page of one; the history.
            let (heard, json) = ask(&town, town.column(TOLD), method, &request);
            keep_token(method, &heard);
            for (place, (_, secrets)) in secrets.iter().enumerate() {
                found[place] += u32::from(secrets.found_in(&request, &heard, &json).is_some());
            }
        }
    }
    assert!(found.iter().all(|count| *count > 50), "the search finds what it looks for: {found:?}");

    for (column, secrets) in &secrets {
        for method in methods.iter().filter(|method| !method.name().contains("Key")) {
            for target in &town.accounts {
                let request = sample(method.name(), target).unwrap().1;
                let (heard, json) = ask(&town, column, method, &request);
                let found = secrets.found_in(&request, &heard, &json);
                assert_eq!(found, None, "{} hears it from {} {request}", column.name, method.name());
            }
        }
        for (call, messages) in [("WatchEntries", 10), ("WatchRedemptions", 3), ("WatchEvents", 3)] {
            let watch = methods.iter().find(|method| method.name() == call).unwrap();
            let mut request = json!({"afterSequence": 0});
            if call == "WatchEvents" {
                request["endpointNumber"] = 1.into();
            }
            let (heard, _) = ask(&town, column, watch, &request);
            let rule = RULES.iter().find(|rule| rule.call == full_name(watch)).unwrap();
            let is_theirs = rule.extent(Capacity::Role(column.role.unwrap())) != Extent::Nothing;
            assert_eq!(heard.messages.len() >= messages, is_theirs, "{} {call}", column.name);
            assert_eq!(secrets.found_in(&request, &heard, ""), None, "{} {call}", column.name);
        }
    }

    let heard_of = RefCell::new((BTreeSet::<String>::new(), BTreeSet::<i64>::new(), [0; 2]));
    let changes = prop::collection::vec((0..CHANGED.len(), any::<u64>()), 0..4);
    // Every call, and more often those that one of them may make.
    let is_theirs = |method: &MethodDescriptor| {
        let rule = RULES.iter().find(|rule| rule.call == full_name(method)).unwrap();
        let mut roles = secrets.iter().filter_map(|(column, _)| column.role);
        roles.any(|role| rule.extent(Capacity::Role(role)) != Extent::Nothing)
    };
    let theirs: Vec<usize> = (0..methods.len()).filter(|call| is_theirs(&methods[*call])).collect();
    let call = prop_oneof![1 => 0..methods.len(), 3 => prop::sample::select(theirs)];
    let step = (0..ASKING.len(), call, 0..targets.len(), changes);
    let mut runner = TestRunner::new(Config { cases: SEQUENCES, ..Config::default() });
    let sequence = |steps: Vec<Step>| {
        for (who, call, at, changes) in steps {
            let ((column, secrets), method) = (&secrets[who], &methods[call]);
            let mut request = sample(method.name(), targets[at]).unwrap().1;
            change(&town, method, &mut request, &changes, &tokens.borrow());
            let (heard, json) = ask(&town, column, method, &request);
            keep_token(method, &heard);
            let found = secrets.found_in(&request, &heard, &json);
            let context = || format!("{} hears it from {} {request}", column.name, method.name());
            prop_assert_eq!(found, None, "{}", context());
            let (mut numbers, mut text) = (BTreeSet::new(), String::new());
            heard.messages.iter().for_each(|message| gather(message, &mut numbers, &mut text));
            let mut heard_of = heard_of.borrow_mut();
            heard_of
                .0
                .extend(words_in(&text).filter(|word| secrets.own_texts.contains(*word)).map(str::to_owned));
            heard_of.1.extend(secrets.own_seconds.intersection(&numbers));
            heard_of.2[usize::from(heard.status.is_some())] += 1;
        }
        Ok(())
    };
    runner.run(&prop::collection::vec(step, 1..CALLS_MAX), sequence).unwrap();
    let (texts, numbers, asked) = heard_of.into_inner();
    println!(
        "{} answers, {} refusals; {} own texts, {} own figures",
        asked[0],
        asked[1],
        texts.len(),
        numbers.len()
    );
    assert!(asked.iter().all(|count| *count > 100), "answers and refusals: {asked:?}");
    assert!(texts.len() > 10 && numbers.len() > 10, "each hears what is theirs: {texts:?} {numbers:?}");
}
