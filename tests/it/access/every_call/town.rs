//! Two time banks with people, two partners, and a key for everybody: a network in which every name is a word
//! that stands nowhere else, and every amount and balance a figure that comes up nowhere else.

mod shops;

use std::collections::BTreeMap;

use hourbook::access::Role;
use serde_json::{Value, json};

use super::asking::{Asking, number};
use super::facts::Facts;
use super::samples::Target;
use crate::access::{Office, folder, takes_tokens};
use crate::support::served::Served;

/// A caller, and what is decided to be theirs.
pub struct Column {
    pub name: &'static str,
    /// None for the local operator.
    pub role: Option<Role>,
    pub key: Option<String>,
    pub credential: u32,
    /// Whether they reach the network.
    pub is_everywhere: bool,
    /// Letters of the accounts in their reach.
    pub accounts: &'static str,
    pub banks: &'static str,
    /// Letters of the keys they may make, see and end.
    pub keys: &'static str,
    /// Letters of the accounts whose entries they wrote.
    pub wrote: &'static str,
}

/// Letters of accounts: m a member's own, o another member's, p the own partner's, q another partner's, h a pot;
/// small in bank 1, capital in bank 2.
pub const ACCOUNTS: &str = "mopqhMOPQH";
/// Letters of keys: m a member's, t a till's of the own partner, u a till's of another, l a lead's; s their own.
pub const KEYS: &str = "mtulML";

type Row = (&'static str, Option<Role>, bool, &'static str, &'static str, &'static str, &'static str);

/// Who calls: name, role, whether the network is reached, accounts, banks, keys, entries written.
const COLUMNS: [Row; 12] = [
    ("member", Some(Role::Member), false, "m", "b", "s", ""),
    ("till", Some(Role::Till), false, "pP", "", "s", ""),
    ("partner", Some(Role::Partner), false, "pP", "", "st", ""),
    ("broker", Some(Role::Broker), false, "mopqh", "b", "s", ""),
    ("lead", Some(Role::Lead), false, "mopqh", "b", "smu", ""),
    ("auditor", Some(Role::Auditor), false, "mopqh", "b", "s", ""),
    ("reporter", Some(Role::Reporter), false, "mopqh", "b", "s", ""),
    ("integration", Some(Role::Integration), false, "mopqh", "b", "s", "mopqh"),
    ("lead+", Some(Role::Lead), true, ACCOUNTS, "bB", "smtuM", ""),
    ("auditor+", Some(Role::Auditor), true, ACCOUNTS, "bB", "s", ""),
    ("reporter+", Some(Role::Reporter), true, ACCOUNTS, "bB", "s", ""),
    ("admin", Some(Role::Admin), true, "hH", "bB", "smtulML", ""),
];
const OPERATOR: Row = ("operator", None, true, ACCOUNTS, "bB", "", ACCOUNTS);

pub struct Town {
    pub served: Served,
    pub asking: Asking,
    pub accounts: Vec<Target>,
    pub keys: Vec<Target>,
    pub columns: Vec<Column>,
    pub facts: Facts,
    /// The number of the card of the column of members.
    card_of_member: String,
    /// The entry of the last sale of each partner, by owner number.
    pub last_sales: BTreeMap<u32, u64>,
    /// Credentials of the own partner's tills, beside the column's.
    pub own_tills: Vec<u32>,
    /// The newest entry.
    pub tip: u64,
    /// An entry that concerns everybody of bank 1: no watch need go on for longer.
    pub of_all: u64,
    _folder: Option<tempfile::TempDir>,
}

/// The keys that a town is built with; none where the local operator builds it.
#[derive(Default)]
struct Builders {
    admin: Option<String>,
    banks: [Option<String>; 2],
    both: Option<String>,
}

impl Town {
    /// A network that began, with keys.
    pub fn with_keys() -> Self {
        let folder = folder();
        let (office, admin) = Office::begun(folder.path());
        let clock = std::sync::Arc::clone(&office.clock);
        drop(office);
        let served = Served::in_folder(folder.path(), clock, takes_tokens);
        let mut town = Self::empty(served, Some(folder));
        let owners = town.people(Some(&admin));
        let reach = |numbers: &[u32]| json!({"bankNumbers": numbers});
        let mut key = |grant| town.made(&admin, grant);
        let integration = |banks| json!({"role": "ROLE_INTEGRATION", "reach": reach(banks)});
        let (one, other, both) = (key(integration(&[1])), key(integration(&[2])), key(integration(&[1, 2])));
        let builders = Builders {
            admin: Some(admin.clone()),
            banks: [Some(one.0.clone()), Some(other.0)],
            both: Some(both.0),
        };
        let _another_admin = key(json!({"role": "ROLE_ADMIN", "reach": {"wholeNetwork": true}}));
        town.build(&builders, &owners);
        let (lead, _) = town.made(&admin, json!({"role": "ROLE_LEAD", "reach": {"wholeNetwork": true}}));
        town.sites(Some(&lead), Some(&admin));
        town.cards(Some(&lead));
        town.tills(Some(&lead), Some(&admin));
        for row in COLUMNS {
            let (key, credential) = match row.0 {
                "admin" => (admin.clone(), 1),
                "integration" => one.clone(),
                name => {
                    let mut grant = grant(name.trim_end_matches('+'), row.2, &owners);
                    if matches!(row.1, Some(Role::Broker | Role::Lead)) {
                        // Whoever agrees to something is somebody the directory knows.
                        let staff = json!({"bankNumber": 1, "kind": "PERSON_KIND_STAFF", "isSomebodyElse": true,
                            "profile": {"name": "Somebody Who Works Here"}});
                        let staff = town.done(Some(&admin), "CreatePerson", staff);
                        grant["holderOwnerNumber"] = staff["ownerNumber"].clone();
                    }
                    town.made(&admin, grant)
                }
            };
            town.columns.push(column(row, Some(key), credential));
        }
        town.open_matters(Some(&lead), &builders);
        for (letter, role, reach, owner) in [
            ('m', "ROLE_MEMBER", reach(&[1]), owners[1]),
            ('t', "ROLE_TILL", json!({"partnerOwnerNumbers": [owners[2]]}), 0),
            ('u', "ROLE_TILL", json!({"partnerOwnerNumbers": [owners[3]]}), 0),
            ('l', "ROLE_LEAD", reach(&[1]), 0),
            ('M', "ROLE_MEMBER", reach(&[2]), owners[5]),
            ('L', "ROLE_LEAD", reach(&[2]), owners[5]),
        ] {
            let mut grant = json!({"role": role, "reach": reach, "holderOwnerNumber": owner, "name": "made"});
            grant["tillNumber"] = u32::from(role == "ROLE_TILL").into();
            let (_, credential) = town.made(&admin, grant.clone());
            let like = town.accounts[0].clone();
            town.keys.push(Target { letter, credential, grant, ..like });
        }
        town.tip = town.position();
        town
    }

    /// A network without keys, where the local operator calls.
    pub fn without_keys() -> Self {
        let mut town = Self::empty(Served::with(takes_tokens), None);
        let owners = town.people(None);
        town.build(&Builders::default(), &owners);
        town.sites(None, None);
        town.cards(None);
        town.tills(None, None);
        town.open_matters(None, &Builders::default());
        town.columns.push(column(OPERATOR, None, 0));
        let like = town.accounts[0].clone();
        let grant = json!({"role": "ROLE_LEAD", "reach": {"bankNumbers": [1]}, "name": "made"});
        town.keys.extend(KEYS.chars().map(|letter| Target {
            letter,
            credential: 1,
            grant: grant.clone(),
            ..like.clone()
        }));
        town.tip = town.position();
        town
    }

    fn empty(served: Served, folder: Option<tempfile::TempDir>) -> Self {
        Self {
            asking: Asking::new(served.channel.clone()),
            served,
            accounts: Vec::new(),
            keys: Vec::new(),
            columns: Vec::new(),
            facts: Facts::default(),
            card_of_member: String::new(),
            last_sales: BTreeMap::new(),
            own_tills: Vec::new(),
            tip: 0,
            of_all: 0,
            _folder: folder,
        }
    }

    pub fn column(&self, name: &str) -> &Column {
        self.columns.iter().find(|column| column.name == name).unwrap()
    }

    pub fn account(&self, letter: char) -> &Target {
        self.accounts.iter().find(|target| target.letter == letter).unwrap()
    }

    fn done(&self, key: Option<&str>, call: &str, request: Value) -> Value {
        self.served.block_on(self.asking.done(key, call, request))
    }

    /// The newest entry's number.
    pub fn position(&self) -> u64 {
        // Whoever may ask: the operator, or whoever looks after the network, of a pot.
        let name =
            if self.columns.iter().any(|column| column.name == "admin") { "admin" } else { "operator" };
        let request = json!({"accountNumber": self.account('h').account});
        let answer = self.done(self.column(name).key.as_deref(), "GetBalance", request);
        u64::try_from(number(&answer["sequence"])).unwrap()
    }

    /// Registers everybody: Ann, another member, the own partner, one partner in each bank, another member in
    /// bank 2, and four banks.
    fn people(&mut self, admin: Option<&str>) -> Vec<u32> {
        let answer = self.done(admin, "RegisterOwners", json!({"count": 10}));
        let first = number(&answer["receipt"]["entry"]["ownersRegistered"]["firstOwnerNumber"]);
        let owners: Vec<u32> = (u32::try_from(first).unwrap()..).take(10).collect();
        for (bank, owner) in (1..).zip(&owners[6..]) {
            let name = self.facts.bank_name(bank);
            let bank = json!({
                "ownerNumber": owner, "name": name, "timeZone": "Europe/London", "potLimits": {},
                "issuanceLimits": {},
            });
            self.done(admin, "OpenBank", bank);
        }
        owners
    }

    /// A credential: its key and its number.
    fn made(&mut self, admin: &str, mut grant: Value) -> (String, u32) {
        let name = self.facts.word();
        grant["name"] = name.clone().into();
        let answer = self.done(Some(admin), "CreateKey", grant);
        let credential = u32::try_from(number(&answer["credential"]["credentialNumber"])).unwrap();
        self.facts.credential(credential, name);
        (answer["key"].as_str().unwrap().to_owned(), credential)
    }

    /// Accounts in both banks, and what happens to them.
    fn build(&mut self, keys: &Builders, owners: &[u32]) {
        for letter in ACCOUNTS.chars() {
            let bank = if letter.is_lowercase() { 1 } else { 2 };
            let (kind, owner) = match letter {
                'm' | 'M' => ("MEMBER", owners[0]),
                'o' => ("MEMBER", owners[1]),
                'p' | 'P' => ("PARTNER", owners[2]),
                'q' => ("PARTNER", owners[3]),
                'Q' => ("PARTNER", owners[4]),
                'O' => ("MEMBER", owners[5]),
                _ => ("POT", owners[5 + bank]),
            };
            let target = self.target(keys.banks[bank - 1].as_deref(), letter, kind, owner);
            self.accounts.push(Target { other: owners[bank + 2], ..target });
        }
        for (bank, key) in (1..).zip(&keys.banks) {
            let name = self.facts.activity(bank);
            self.done(key.as_deref(), "AddActivities", json!({"bankNumber": bank, "names": [name]}));
        }
        self.live(keys);
    }

    /// An account with two beside it, an entry and a hold.
    fn target(&mut self, key: Option<&str>, letter: char, kind: &str, owner: u32) -> Target {
        let bank = if letter.is_lowercase() { 1 } else { 2 };
        let banks = self.done(key, "ListBanks", json!({}));
        let opened = banks["banks"].as_array().unwrap().iter().find(|row| row["bankNumber"] == bank).unwrap();
        let of_bank = |field: &str| u32::try_from(number(&opened[field])).unwrap();
        let (pot, issuance) = (of_bank("potAccountNumber"), of_bank("issuanceAccountNumber"));
        let mut open = |kind: &str| {
            let (label, limits) = (self.facts.word(), self.facts.wide_limits());
            let account = json!({
                "bankNumber": bank, "kind": format!("ACCOUNT_KIND_{kind}"), "ownerNumber": owner, "label": label,
                "limits": limits,
            });
            let answer = self.done(key, "OpenAccount", json!({"account": account}));
            let opened = &answer["receipt"]["entry"]["accountsOpened"]["accountNumbers"][0];
            let account = u32::try_from(number(opened)).unwrap();
            self.facts.account(account, label, &limits);
            account
        };
        // The first account of a partner takes what is sold.
        let (account, beside) = if kind == "POT" { (pot, issuance) } else { (open(kind), pot) };
        let (idle, closed) = (open(kind), open(kind));
        let club = if kind == "MEMBER" { open("ORGANISATION") } else { 0 };
        self.done(key, "CloseAccount", json!({"accountNumber": closed, "remainderToAccountNumber": pot}));
        let written = self.post(key, &[(beside, account)], "KIND_GRANT");
        let entry_id = written["requestId"].as_str().unwrap().to_owned();
        let hold = self.hold(key, beside, account);
        let (entry, credential) = (sequence(&written), 0);
        let grant = Value::Null;
        Target {
            letter,
            bank,
            owner,
            other: 0,
            account,
            idle,
            closed,
            beside,
            entry,
            entry_id,
            hold,
            friend: 0,
            elsewhere: 0,
            proposal: 0,
            dispute: 0,
            booking: 0,
            waiting: 0,
            line: 0,
            club,
            card: String::new(),
            sold: 0,
            aside: 0,
            credential,
            grant,
        }
    }

    /// Posts hours, each figure new; the entry.
    fn post(&mut self, key: Option<&str>, between: &[(u32, u32)], kind: &str) -> Value {
        let transfers = self.facts.transfers(between);
        let details = self.facts.details(between);
        let request = json!({"kind": kind, "transfers": transfers, "details": details});
        self.written(key, "PostEntry", request)
    }

    fn hold(&mut self, key: Option<&str>, from: u32, to: u32) -> u64 {
        let (transfers, details) = (self.facts.transfers(&[(from, to)]), self.facts.details(&[(from, to)]));
        let request = json!({
            "kind": "KIND_REDEMPTION", "transfers": transfers, "details": details,
            "deadline": "2026-06-05T09:00:00Z", "atDeadline": "AT_DEADLINE_RELEASE",
        });
        sequence(&self.written(key, "PlaceHold", request))
    }

    /// An entry that is written, and whose figures are kept.
    fn written(&mut self, key: Option<&str>, call: &str, request: Value) -> Value {
        let answer = self.done(key, call, request);
        let entry = answer["receipt"]["entry"].clone();
        self.facts.entry(&entry);
        entry
    }

    /// What is open between everybody and a group of their bank, written down by `lead`, and what waits in each bank.
    fn open_matters(&mut self, lead: Option<&str>, keys: &Builders) {
        let pairs = [(1, 3), (2, 3)];
        for (first, second) in pairs {
            let owed = json!({
                "firstBankNumber": first, "secondBankNumber": second, "firstMayOweSeconds": 1,
                "secondMayOweSeconds": 1,
            });
            self.done(keys.admin.as_deref(), "OpenClearing", owed);
        }
        let mut accounts = std::mem::take(&mut self.accounts);
        let home: Vec<_> =
            accounts.iter().map(|target| (target.bank, target.owner, target.account)).collect();
        let groups = [1, 2].map(|bank: u32| {
            let owner = accounts.iter().find(|target| target.bank == bank && "hH".contains(target.letter));
            let key = keys.banks[usize::try_from(bank).unwrap() - 1].as_deref();
            let kind = "ACCOUNT_KIND_ORGANISATION";
            let limits = self.facts.wide_limits();
            let account = json!({
                "bankNumber": bank, "kind": kind, "ownerNumber": owner.unwrap().owner, "limits": limits,
            });
            let opened = self.done(key, "OpenAccount", json!({"account": account}));
            let opened = &opened["receipt"]["entry"]["accountsOpened"]["accountNumbers"][0];
            u32::try_from(number(opened)).unwrap()
        });
        let waits = [1, 2].map(|bank: u32| {
            let pot = accounts.iter().find(|target| target.bank == bank && "hH".contains(target.letter));
            let seconds = 41 * 3_600;
            let grant = json!({
                "accountNumber": groups[usize::try_from(bank).unwrap() - 1],
                "fromAccountNumber": pot.unwrap().account, "length": {"amountSeconds": seconds},
                "confirmedAmountSeconds": seconds,
            });
            let answer = self.done(lead, "CreditMember", grant);
            u64::try_from(number(&answer["done"]["waitingNumber"])).unwrap()
        });
        for (bank, group) in (1..).zip(groups) {
            let givers = json!([{"accountNumber": group, "lengthSeconds": 1_800}]);
            let walk = json!({
                "bankNumber": bank, "name": "Walk", "rule": "GROUP_RULE_POT_PAYS_PROVIDER", "givers": givers,
            });
            self.done(lead, "SetStandingGroup", walk);
        }
        let paid = [1, 2].map(|bank: u32| {
            let pot = accounts.iter().find(|target| target.bank == bank && "hH".contains(target.letter));
            let (pot, place) = (pot.unwrap().account, usize::try_from(bank).unwrap() - 1);
            sequence(&self.post(keys.banks[place].as_deref(), &[(groups[place], pot)], "KIND_EXCHANGE"))
        });
        for target in &mut accounts {
            let bank = usize::try_from(target.bank).unwrap() - 1;
            (target.friend, target.waiting, target.line) = (groups[bank], waits[bank], paid[bank]);
            let other = home.iter().find(|(of, owner, _)| *of != target.bank && *owner == target.owner);
            target.elsewhere = other.map_or(0, |(.., account)| *account);
            if "hH".contains(target.letter) {
                continue;
            }
            let between = json!({
                "giverAccountNumber": target.friend, "receiverAccountNumber": target.account,
            });
            let told = |call: &str, what: Value| {
                let mut request = between.clone();
                request.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
                sequence(&self.done(lead, call, request)["receipt"]["entry"])
            };
            let proposed = |day: u32| {
                let day = json!({"year": 2026, "month": 5, "day": day});
                let what = json!({
                    "saidBy": "SIDE_GIVER", "length": {"amountSeconds": 1_800}, "occurredOn": day,
                });
                told("ProposeExchange", what)
            };
            (target.proposal, target.dispute) = (proposed(2), proposed(3));
            let day = json!({"year": 2026, "month": 5, "day": 5});
            target.booking = told("BookHours", json!({"length": {"amountSeconds": 1_800}, "day": day}));
            self.done(lead, "DisputeExchange", json!({"proposalSequence": target.dispute}));
        }
        self.accounts = accounts;
    }

    /// What people do with one another: exchanges, a redemption, group entries, one put right in part, and hours
    /// between the banks.
    fn live(&mut self, keys: &Builders) {
        let of = |letter| self.account(letter).account;
        let (m, o, p, q, h, far) = (of('m'), of('o'), of('p'), of('q'), of('h'), of('O'));
        let key = keys.banks[0].as_deref();
        for (debit, credit) in [(m, o), (o, m), (o, q), (q, p)] {
            self.post(key, &[(debit, credit)], "KIND_EXCHANGE");
        }
        for (from, to) in [(m, p), (o, p), (o, q)] {
            let hold = self.hold(key, from, to);
            let taken = self.facts.small_figure();
            let capture = json!({"holdSequence": hold, "amountSeconds": taken, "releaseRest": true});
            self.written(key, "CaptureHold", capture);
            self.hold(key, from, to);
        }
        let group = [(h, m), (h, o), (h, p), (h, q)];
        let original = sequence(&self.post(key, &group, "KIND_GROUP"));
        let parts: Vec<_> = (0..group.len())
            .map(|index| json!({"transferIndex": index, "amountSeconds": self.facts.small_figure()}))
            .collect();
        let details = self.facts.details(&group);
        let reverse = json!({"originalSequence": original, "parts": parts, "details": details});
        self.written(key, "ReverseEntry", reverse);
        let owed = json!({
            "firstBankNumber": 1, "secondBankNumber": 2, "firstMayOweSeconds": 1_i64 << 40,
            "secondMayOweSeconds": 1_i64 << 40,
        });
        let opened = self.done(keys.admin.as_deref(), "OpenClearing", owed);
        let clearing = &opened["receipt"]["entry"]["clearingOpened"];
        let side = |field: &str| u32::try_from(number(&clearing[field])).unwrap();
        let (first, second) = (side("firstAccountNumber"), side("secondAccountNumber"));
        for (far, near) in [(far, o), (far, m)] {
            let between = [(far, second), (first, near)];
            let (transfers, details) = (self.facts.same(&between), self.facts.details(&between));
            let request = json!({"kind": "KIND_BETWEEN_BANKS", "transfers": transfers, "details": details});
            self.written(keys.both.as_deref(), "PostEntry", request);
        }
        self.of_all = sequence(&self.post(key, &group, "KIND_GROUP"));
    }
}

fn sequence(entry: &Value) -> u64 {
    u64::try_from(number(&entry["sequence"])).unwrap()
}

fn column(row: Row, key: Option<String>, credential: u32) -> Column {
    let (name, role, is_everywhere, accounts, banks, keys, wrote) = row;
    Column { name, role, key, credential, is_everywhere, accounts, banks, keys, wrote }
}

/// What a caller's credential says, but for its name.
fn grant(role: &str, is_everywhere: bool, owners: &[u32]) -> Value {
    let mut grant = json!({"role": format!("ROLE_{}", role.to_uppercase())});
    grant["reach"] = match role {
        _ if is_everywhere => json!({"wholeNetwork": true}),
        "till" | "partner" => json!({"partnerOwnerNumbers": [owners[2]]}),
        _ => json!({"bankNumbers": [1]}),
    };
    match role {
        "member" => grant["holderOwnerNumber"] = owners[0].into(),
        "till" => grant["tillNumber"] = 2.into(),
        "auditor" => grant["expiresAt"] = "2026-06-05T09:00:00Z".into(),
        _ => {}
    }
    grant
}
