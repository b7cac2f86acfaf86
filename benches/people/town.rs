//! One bank with many people, each with a name, two ways to reach them and a past.

use std::time::Instant;

use hourbook::directory::people::{
    Contact, ContactKind, Draft, Profile, Said, Standing, seal_profile, terms,
};
use hourbook::domain::{
    AccountKind, Action, Attachment, BankNumber, Command, Limits, NewAccount, Note, OpenBank, OwnerNumber,
    RequestKey, Topic,
};
use hourbook::network::Network;
use hourbook::seal::Place;

use crate::common::books::fresh_key;
use crate::common::driver;
use crate::common::plain_file::Until;
use crate::common::posting;
use crate::common::random::Random;
use crate::common::workload::{Accounts, Generator, Workload};

/// Commands submitted together.
const TOGETHER: usize = 1_024;
const IN_FLIGHT: usize = 16;
/// After the bank's pot and issuance account.
const FIRST_SLOT: u32 = 2;

const BEGINNINGS: [&str; 24] = [
    "An", "Be", "Cor", "Da", "El", "Fa", "Gwen", "Hu", "Im", "Jo", "Ka", "Lo", "Ma", "Ni", "Ol", "Pa", "Ro",
    "Sa", "Tho", "Ur", "Vi", "Wil", "Ya", "Zo",
];
const MIDDLES: [&str; 12] = ["na", "ri", "lde", "vi", "mo", "the", "ra", "li", "sse", "ber", "no", "ka"];
const ENDS: [&str; 12] = ["l", "n", "s", "th", "a", "bel", "field", "ton", "wick", "ley", "worth", "more"];

/// The bank of everybody.
pub const BANK: BankNumber = BankNumber::new(1);

/// Somebody as they are taken in.
pub struct Resident {
    pub name: String,
    pub phone: String,
    pub email: String,
}

impl Resident {
    /// The same for the same place.
    pub fn at(place: u32) -> Self {
        let mut random = Random::new(u64::from(place));
        let mut one = |of: &[&'static str]| of[random.below(of.len() as u32) as usize];
        let first = format!("{}{}{}", one(&BEGINNINGS), one(&MIDDLES), one(&ENDS));
        let last = format!("{}{}{}{}", one(&BEGINNINGS), one(&MIDDLES), one(&MIDDLES), one(&ENDS));
        let phone = format!("07{:09}", random.below(1_000_000_000));
        let email = format!("{}.{}{place}@example.org", first.to_lowercase(), last.to_lowercase());
        Self { name: format!("{first} {last}"), phone, email }
    }

    fn profile(&self) -> Profile {
        let contact = |kind, text| Contact::new(kind, text).unwrap();
        let contacts =
            vec![contact(ContactKind::Phone, &self.phone), contact(ContactKind::Email, &self.email)];
        Profile::new(Draft { name: self.name.clone(), contacts, ..Draft::default() }).unwrap()
    }
}

/// Three entries a person, with exchanges between the first, the second and the third.
pub fn furnish(network: &Network, people: u32, exchanges: u64) {
    let operator = OwnerNumber::OPERATOR;
    let owners: Vec<_> = (0..=people)
        .step_by(TOGETHER)
        .flat_map(|before| {
            let count = (people + 1 - before).min(TOGETHER as u32) as u16;
            network.register_owners(fresh_key(), operator, count).unwrap()
        })
        .collect();
    let (bank, residents) = owners.split_first().unwrap();
    let wide = Limits::WIDEST;
    let opened = OpenBank { owner: *bank, time_zone: "Europe/London".into(), pot: wide, issuance: wide };
    post(network, [Command::new(fresh_key(), operator, Action::OpenBank(Box::new(opened)))]);
    let sealed = |place: u32, owner: OwnerNumber, key: &RequestKey, within: Place| {
        let profile = Resident::at(place).profile();
        let sealed = seal_profile(&network.keyring, owner, key, within, &profile).unwrap();
        let (kind, profile) = (terms::PersonKind::Member, sealed.into_bytes().into());
        Said::Person { kind, bank: BANK, profile }.encode()
    };
    let accounts = Accounts { cafe: FIRST_SLOT, first: FIRST_SLOT, count: people };
    let mut generator = Generator::new(Workload::Uniform, accounts, 1);
    let mut help = || {
        driver::closed_loop(
            &network.ledger,
            &mut generator,
            TOGETHER,
            IN_FLIGHT,
            Until::Entries(exchanges / 2),
        );
    };
    let each = || residents.iter().copied().zip(0..);
    post(
        network,
        each().map(|(owner, place)| {
            let (key, label) = (fresh_key(), Box::default());
            let account = NewAccount { bank: BANK, kind: AccountKind::Member, owner, limits: wide, label };
            let body = sealed(place, owner, &key, Place::Attachment);
            let mut command = Command::new(key, operator, Action::OpenAccounts(vec![account]));
            command.attachment = Some(Box::new(Attachment { topic: Topic::PERSON, body }));
            command
        }),
    );
    help();
    post(
        network,
        each().map(|(owner, place)| {
            let key = fresh_key();
            let body = sealed(place, owner, &key, Place::Note);
            let note = Note { topic: Topic::PERSON, subject: u64::from(owner.get()), body };
            Command::new(key, operator, Action::Note(note))
        }),
    );
    help();
    post(
        network,
        each().map(|(owner, _)| {
            let body = Said::Standing(Standing::default()).encode();
            let note = Note { topic: Topic::STANDING, subject: u64::from(owner.get()), body };
            Command::new(fresh_key(), operator, Action::Note(note))
        }),
    );
}

fn post(network: &Network, commands: impl IntoIterator<Item = Command>) {
    let mut commands = commands.into_iter().peekable();
    while commands.peek().is_some() {
        let together = commands.by_ref().take(TOGETHER).collect();
        posting::settle(posting::submit(&network.ledger, together, 0, Instant::now()));
    }
}
