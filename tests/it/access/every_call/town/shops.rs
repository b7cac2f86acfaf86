//! What stands at the partners' counters: venues, tills, offers, cards, sales.

use serde_json::json;

use super::super::asking::number;
use super::super::facts::Sold;
use super::super::samples::{PIN, STAFF, Target, offer, sale};
use super::Town;

impl Town {
    /// A venue of every partner, with two tills, who stands there, something it offers, something that somebody takes
    /// once a day and, where it has a key, something that it would like to offer; and where it is told of its sales.
    pub(super) fn sites(&mut self, lead: Option<&str>, admin: Option<&str>) {
        let partners: Vec<_> = self.accounts.iter().filter(|target| "pqQ".contains(target.letter)).collect();
        let partners: Vec<_> = partners.into_iter().map(|target| (target.owner, target.account)).collect();
        for (owner, account) in partners {
            let (name, address) = (self.facts.venue(account), self.facts.venue(account));
            self.done(
                lead,
                "SetVenue",
                json!({"partnerOwnerNumber": owner, "name": name, "address": address}),
            );
            for _ in 0..2 {
                self.done(lead, "SetTill", json!({"partnerOwnerNumber": owner, "venueNumber": 1}));
            }
            let price = self.facts.price(account);
            let offer = |wording: String| json!({"offer": offer(owner, &wording, price)});
            let (approved, waits) = (self.facts.offer(account), self.facts.venue(account));
            self.done(lead, "CreateOffer", offer(approved));
            let mut once_a_day = offer(self.facts.offer(account));
            once_a_day["offer"]["caps"] = json!({"memberDay": 1});
            self.done(lead, "CreateOffer", once_a_day);
            if let Some(admin) = admin {
                let reach = json!({"partnerOwnerNumbers": [owner]});
                let (key, _) = self.made(admin, json!({"role": "ROLE_PARTNER", "reach": reach}));
                self.done(Some(&key), "CreateOffer", offer(waits));
            }
            let month = self.facts.budget(account);
            let budget = json!({"partnerOwnerNumber": owner, "monthSeconds": month});
            self.done(lead, "SetPartnerBudget", budget);
            let staff = json!({"partnerOwnerNumber": owner, "people": [{"initials": STAFF}]});
            self.done(lead, "SetTillStaff", staff);
            for _ in 0..2 {
                let url = format!("https://till.example/{}", self.facts.venue(account));
                let endpoint = json!({"endpoint": {"partnerOwnerNumber": owner, "url": url}});
                let made = self.done(lead, "CreateEndpoint", endpoint);
                self.facts.secrets.push(made["key"]["secret"].as_str().unwrap().to_owned());
            }
            let pause = json!({"partnerOwnerNumber": owner, "endpointNumber": 2});
            self.done(lead, "PauseEndpoint", pause);
        }
    }

    /// A card with a PIN for every member. At tills those are shown that the column of members cannot block.
    pub(super) fn cards(&mut self, lead: Option<&str>) {
        let accounts: Vec<_> = self.accounts.iter().map(|of| (of.letter, of.account)).collect();
        for (letter, account) in accounts.into_iter().filter(|(letter, _)| "moMO".contains(*letter)) {
            let issued = self.done(lead, "IssueCard", json!({"accountNumber": account}));
            self.done(lead, "SetPin", json!({"accountNumber": account, "pin": PIN}));
            let card = issued["cardNumber"].as_str().unwrap();
            let bank = if letter == 'O' { 2 } else { 1 };
            if letter == 'm' {
                self.card_of_member = card.to_owned();
            }
            for target in self.accounts.iter_mut().filter(|of| "oO".contains(letter) && of.bank == bank) {
                target.card = card.to_owned();
            }
        }
    }

    /// For every partner: a period that was settled and is to be paid; after that sales at both tills, hours set aside, and
    /// something that was not sold.
    pub(super) fn tills(&mut self, lead: Option<&str>, admin: Option<&str>) {
        for place in 0..self.accounts.len() {
            let at = self.accounts[place].clone();
            if !"pqQ".contains(at.letter) {
                continue;
            }
            let reference = self.facts.venue(at.account);
            let settle = json!({
                "partnerOwnerNumber": at.owner, "accountNumber": at.account, "periodNumber": 1,
                "model": "SETTLEMENT_MODEL_PAID_OUTSIDE", "toAccountNumber": at.beside, "reference": reference,
                "dueDay": {"year": 2026, "month": 5, "day": 20},
            });
            self.written(lead, "SettlePartner", settle);
            let keys = [1, 2].map(|till| {
                let reach = json!({"partnerOwnerNumbers": [at.owner]});
                let grant = json!({"role": "ROLE_TILL", "reach": reach, "tillNumber": till});
                let (key, credential) = self.made(admin?, grant);
                self.own_tills.extend((at.letter == 'p').then_some(credential));
                Some(key)
            });
            let whose = self.accounts.iter().find(|of| "oO".contains(of.letter) && of.bank == at.bank);
            let whose = whose.unwrap().account;
            let till = |number: usize| (u32::try_from(number + 1).unwrap(), keys[number].as_deref());
            self.sold(lead, "Redeem", (&at, whose), till(0), (1, 17));
            let sold = self.sold(lead, "Redeem", (&at, whose), till(1), (1, 2));
            let aside = self.sold(lead, "AuthorizeRedemption", (&at, whose), till(1), (2, 4));
            if at.letter == 'p' {
                let at = Target { card: self.card_of_member.clone(), ..at.clone() };
                self.sold(lead, "Redeem", (&at, self.account('m').account), till(1), (3, 6));
                self.not_sold(&at, till(1));
            }
            self.not_sold(&at, till(1));
            (self.accounts[place].sold, self.accounts[place].aside) = (sold, aside);
        }
    }

    /// A sale at a till for so many people, with the hours of `whose`: its number.
    fn sold(
        &mut self,
        lead: Option<&str>,
        call: &str,
        (at, whose): (&Target, u32),
        (till, key): (u32, Option<&str>),
        (receipt, people): (u32, u32),
    ) -> u64 {
        let mut sale = sale(at, till, receipt);
        sale["people"] = people.into();
        let redemption = self.done(key, call, json!({"sale": sale}))["redemption"].clone();
        let sequence = u64::try_from(number(&redemption["redemptionSequence"])).unwrap();
        let seconds = number(&redemption["amountSeconds"]);
        let entry = self.done(lead, "GetEntry", json!({"sequence": sequence}))["entry"].clone();
        self.last_sales.insert(at.owner, sequence);
        self.facts.sale(entry, Sold { partner: at.account, till, account: whose, seconds });
        sequence
    }

    /// What somebody takes once a day, for two at once.
    fn not_sold(&self, at: &Target, (till, key): (u32, Option<&str>)) {
        let mut sale = sale(at, till, 9);
        (sale["people"], sale["offerNumber"]) = (2.into(), 2.into());
        let methods = self.asking.methods();
        let redeem = methods.iter().find(|method| method.name() == "Redeem").unwrap();
        let request = json!({"requestId": crate::support::served::fresh(), "sale": sale});
        let heard = self.served.block_on(self.asking.grpc(key, redeem, &request, |_| false));
        assert!(heard.status.is_some(), "once a day");
    }
}
