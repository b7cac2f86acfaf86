//! The fields of a policy as they are typed. What is not named stays as it is; what may be is for the server to say.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::api;
use crate::cli::values::{self, Level};

/// How far new accounts of one kind go: five flags that begin with its name.
macro_rules! limit_flags {
    ($name:ident, $kind:literal, $whose:literal) => {
        #[doc = concat!("How far new ", $whose, " go.")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
        pub struct $name {
            #[arg(id = concat!($kind, "-floor"), long = concat!($kind, "-floor"), value_name = "HOURS|none",
                  allow_hyphen_values = true, value_parser = values::level,
                  help = concat!("The lowest balance of new ", $whose,
                                 ", in hours: -5 is 5 hours below zero; none is as far as the books go"))]
            floor: Option<Level>,
            #[arg(id = concat!($kind, "-ceiling"), long = concat!($kind, "-ceiling"), value_name = "HOURS|none",
                  allow_hyphen_values = true, value_parser = values::level,
                  help = "Their highest balance, in hours; none is as far as the books go")]
            ceiling: Option<Level>,
            #[arg(id = concat!($kind, "-hard-ceiling"), long = concat!($kind, "-hard-ceiling"),
                  value_name = "yes|no", value_parser = yes_or_no(), hide_possible_values = true,
                  help = "Whether what would rise past it is refused, instead of marked")]
            hard_ceiling: Option<bool>,
            #[arg(id = concat!($kind, "-warn-below"), long = concat!($kind, "-warn-below"),
                  value_name = "HOURS|none", allow_hyphen_values = true, value_parser = values::level,
                  help = "A friendly note is due below this balance, in hours; none for none")]
            warn_below: Option<Level>,
            #[arg(id = concat!($kind, "-warn-above"), long = concat!($kind, "-warn-above"),
                  value_name = "HOURS|none", allow_hyphen_values = true, value_parser = values::level,
                  help = "A friendly note is due above this balance, in hours; none for none")]
            warn_above: Option<Level>,
        }

        impl $name {
            fn over(self, present: Option<api::Limits>) -> Option<api::Limits> {
                let present = present.unwrap_or_default();
                let or = |typed: Option<Level>, present| typed.map_or(present, Level::seconds);
                Some(api::Limits {
                    floor_seconds: or(self.floor, present.floor_seconds),
                    ceiling_seconds: or(self.ceiling, present.ceiling_seconds),
                    ceiling_is_hard: self.hard_ceiling.unwrap_or(present.ceiling_is_hard),
                    warn_below_seconds: or(self.warn_below, present.warn_below_seconds),
                    warn_above_seconds: or(self.warn_above, present.warn_above_seconds),
                })
            }
        }
    };
}

limit_flags!(MemberFlags, "member", "members' accounts");
limit_flags!(OrganisationFlags, "organisation", "organisations' accounts");
limit_flags!(PartnerFlags, "partner", "partners' accounts");
limit_flags!(PotFlags, "pot", "pots");

/// What a bank agrees on; at least one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct PolicyFlags {
    /// The step amounts are written in, minutes: 1, 3, 5, 6, 10, 15, 20, 30 or 60
    #[arg(long, value_name = "MINUTES")]
    step: Option<u32>,
    /// Which way an amount between two steps goes; exact writes what was said
    #[arg(long, value_name = "up|nearest|exact", value_parser = rounding(), hide_possible_values = true)]
    rounding: Option<api::Rounding>,
    #[command(flatten)]
    member: MemberFlags,
    #[command(flatten)]
    organisation: OrganisationFlags,
    #[command(flatten)]
    partner: PartnerFlags,
    #[command(flatten)]
    pot: PotFlags,
    /// Whose word is needed after one of two people wrote down an exchange
    #[arg(long, value_name = "either-side|receiver", value_parser = confirming())]
    #[arg(hide_possible_values = true)]
    confirming: Option<api::Confirming>,
    /// After how many days silence is a yes to hours that are added to whoever is silent: 1 to 90
    #[arg(long, value_name = "DAYS")]
    auto_accept_days: Option<u32>,
    /// Two memories meet in the middle if they differ by at most this, in hours: 0 to 24, like 0:15
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    dispute_tolerance: Option<i64>,
    /// … and by at most this share of the longer one, percent: 0 to 100
    #[arg(long, value_name = "PERCENT")]
    dispute_tolerance_percent: Option<u32>,
    /// For how many days any broker may put an entry right; a lead may after that: 1 to 366
    #[arg(long, value_name = "DAYS")]
    reversal_window_days: Option<u32>,
    /// Above this "really?" is asked, in hours
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    unusual_question_above: Option<i64>,
    /// Above this a second person is needed, in hours; not below the line for the question
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    unusual_second_person_above: Option<i64>,
    /// What a broker may hand out of a pot alone, in hours; 0 for nothing
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    broker_grant_line: Option<i64>,
    /// What partners may offer: activity, discount, service, goods, with commas between them; or none. Check with
    /// a benefits adviser before discounts and goods
    #[arg(long, value_name = "OFFERS", value_parser = offers)]
    offers: Option<Offers>,
    /// What everybody who joins is welcomed with, in hours; 0 for nothing, at most 5
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    welcome_grant: Option<i64>,
    /// Whether you have said, with a benefits adviser, how people's benefits stay unaffected; without that no goods and no
    /// discounts are taken
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no(), hide_possible_values = true)]
    declared_practice: Option<bool>,
    /// How long a code on a phone works, minutes: at most 60; 0 for no such codes
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(..=60))]
    code_minutes: Option<u32>,
    /// How long a printed code works at most: up to 90 days; 0 for no such codes
    #[arg(long, value_name = "DAYS")]
    printed_code_days: Option<u32>,
    /// How much may be taken for a card alone, without its PIN, on one day, in hours; 0 for nothing
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    card_alone: Option<i64>,
}

impl PolicyFlags {
    /// `present` with what was typed in its place.
    #[must_use]
    pub fn over(self, present: api::BankPolicy) -> api::BankPolicy {
        // What is too long for the API is beyond its bound anyway.
        let tolerance = |seconds: i64| u32::try_from(seconds).unwrap_or(u32::MAX);
        let rounding = self.rounding.map_or(present.rounding, i32::from);
        let confirming = self.confirming.map_or(present.confirming, i32::from);
        api::BankPolicy {
            entry_step_minutes: self.step.unwrap_or(present.entry_step_minutes),
            rounding,
            member_limits: self.member.over(present.member_limits),
            organisation_limits: self.organisation.over(present.organisation_limits),
            partner_limits: self.partner.over(present.partner_limits),
            pot_limits: self.pot.over(present.pot_limits),
            confirming,
            auto_accept_days: self.auto_accept_days.unwrap_or(present.auto_accept_days),
            dispute_tolerance_seconds: self
                .dispute_tolerance
                .map_or(present.dispute_tolerance_seconds, tolerance),
            dispute_tolerance_percent: self
                .dispute_tolerance_percent
                .unwrap_or(present.dispute_tolerance_percent),
            reversal_window_days: self.reversal_window_days.unwrap_or(present.reversal_window_days),
            unusual_question_above_seconds: self
                .unusual_question_above
                .unwrap_or(present.unusual_question_above_seconds),
            unusual_second_person_above_seconds: self
                .unusual_second_person_above
                .unwrap_or(present.unusual_second_person_above_seconds),
            broker_grant_line_seconds: self.broker_grant_line.unwrap_or(present.broker_grant_line_seconds),
            offer_kinds: self.offers.map_or(present.offer_kinds, |Offers(kinds)| kinds),
            welcome_grant_seconds: self.welcome_grant.unwrap_or(present.welcome_grant_seconds),
            has_declared_practice: self.declared_practice.unwrap_or(present.has_declared_practice),
            code_life_seconds: self
                .code_minutes
                .map_or(present.code_life_seconds, |minutes| minutes.saturating_mul(60)),
            printed_code_days: self.printed_code_days.unwrap_or(present.printed_code_days),
            card_alone_day_seconds: self.card_alone.unwrap_or(present.card_alone_day_seconds),
        }
    }
}

/// Kinds of offers, as the API numbers them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offers(Vec<i32>);

fn offers(text: &str) -> Result<Offers, String> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(Offers(Vec::new()));
    }
    let kinds = text.split(',').map(|word| {
        let name = format!("OFFER_KIND_{}", word.trim().to_ascii_uppercase());
        let kind = api::OfferKind::from_str_name(&name).filter(|kind| *kind != api::OfferKind::Unspecified);
        kind.map(i32::from)
            .ok_or_else(|| "offers are activity, discount, service and goods; or none".to_owned())
    });
    kinds.collect::<Result<_, _>>().map(Offers)
}

fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["yes", "no"]).map(|typed| typed == "yes")
}

fn rounding() -> impl TypedValueParser<Value = api::Rounding> {
    PossibleValuesParser::new(["up", "nearest", "exact"]).try_map(|typed| {
        let name = format!("ROUNDING_{}", typed.to_ascii_uppercase());
        api::Rounding::from_str_name(&name).ok_or("the API has no such rounding")
    })
}

fn confirming() -> impl TypedValueParser<Value = api::Confirming> {
    PossibleValuesParser::new(["either-side", "receiver"]).try_map(|typed| {
        let name = format!("CONFIRMING_{}", typed.to_ascii_uppercase().replace('-', "_"));
        api::Confirming::from_str_name(&name).ok_or("the API has no such word")
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        policy: PolicyFlags,
    }

    fn present() -> api::BankPolicy {
        let limits = Some(api::Limits { floor_seconds: Some(-36_000), ..api::Limits::default() });
        api::BankPolicy {
            entry_step_minutes: 15,
            rounding: api::Rounding::Up.into(),
            member_limits: limits,
            organisation_limits: limits,
            partner_limits: limits,
            pot_limits: limits,
            confirming: api::Confirming::EitherSide.into(),
            auto_accept_days: 14,
            dispute_tolerance_seconds: 900,
            dispute_tolerance_percent: 25,
            reversal_window_days: 30,
            unusual_question_above_seconds: 86_400,
            unusual_second_person_above_seconds: 144_000,
            broker_grant_line_seconds: 18_000,
            offer_kinds: vec![1, 3],
            welcome_grant_seconds: 0,
            has_declared_practice: false,
            code_life_seconds: 600,
            printed_code_days: 30,
            card_alone_day_seconds: 0,
        }
    }

    /// Goal: each flag changes its own field and nothing else. Method: one flag after the other, and what it should
    /// have changed done by hand.
    #[test]
    fn only_what_is_named_changes() {
        type Change = fn(&mut api::BankPolicy);
        let rows: [(&str, Change); 25] = [
            ("--step 6", |p| p.entry_step_minutes = 6),
            ("--rounding nearest", |p| p.rounding = 2),
            ("--member-floor -25", |p| p.member_limits.as_mut().unwrap().floor_seconds = Some(-90_000)),
            ("--organisation-floor none", |p| p.organisation_limits.as_mut().unwrap().floor_seconds = None),
            ("--partner-ceiling 20", |p| p.partner_limits.as_mut().unwrap().ceiling_seconds = Some(72_000)),
            ("--pot-hard-ceiling yes", |p| p.pot_limits.as_mut().unwrap().ceiling_is_hard = true),
            ("--member-hard-ceiling no", |_| {}),
            ("--member-warn-below -5", |p| {
                p.member_limits.as_mut().unwrap().warn_below_seconds = Some(-18_000)
            }),
            ("--pot-warn-above 40", |p| p.pot_limits.as_mut().unwrap().warn_above_seconds = Some(144_000)),
            ("--confirming receiver", |p| p.confirming = 2),
            ("--auto-accept-days 21", |p| p.auto_accept_days = 21),
            ("--dispute-tolerance 0:30", |p| p.dispute_tolerance_seconds = 1_800),
            ("--dispute-tolerance 0", |p| p.dispute_tolerance_seconds = 0),
            ("--dispute-tolerance-percent 10", |p| p.dispute_tolerance_percent = 10),
            ("--reversal-window-days 60", |p| p.reversal_window_days = 60),
            ("--unusual-question-above 10", |p| p.unusual_question_above_seconds = 36_000),
            ("--unusual-second-person-above 50", |p| p.unusual_second_person_above_seconds = 180_000),
            ("--broker-grant-line 0", |p| p.broker_grant_line_seconds = 0),
            ("--offers Activity,goods", |p| p.offer_kinds = vec![1, 4]),
            ("--offers none", |p| p.offer_kinds = Vec::new()),
            ("--welcome-grant 2", |p| p.welcome_grant_seconds = 7_200),
            ("--declared-practice yes", |p| p.has_declared_practice = true),
            ("--code-minutes 5", |p| p.code_life_seconds = 300),
            ("--printed-code-days 90", |p| p.printed_code_days = 90),
            ("--card-alone 1", |p| p.card_alone_day_seconds = 3_600),
        ];
        for (typed, change) in rows {
            let line = Line::try_parse_from(format!("policy {typed}").split(' ')).unwrap();
            assert_ne!(line.policy, PolicyFlags::default(), "{typed}");
            let mut expected = present();
            change(&mut expected);
            assert_eq!(line.policy.over(present()), expected, "{typed}");
        }
        for slip in
            ["--rounding down", "--offers tea", "--offers unspecified", "--welcome-grant -1", "--step x"]
        {
            assert!(Line::try_parse_from(format!("policy {slip}").split(' ')).is_err(), "{slip}");
        }
    }
}
