//! Which role may make which call: the one table.
//!
//! Rows are calls, columns are roles in the order of their numbers, and each cell says how far the role may
//! go with the call:
//!
//! | letter | what may be asked for |
//! |---|---|
//! | `-` | nothing |
//! | `o` | what its reach covers: banks; for a member their own accounts in them, for partners and tills the partner's |
//! | `h` | accounts that are nobody's own (pots, issuance, clearing), in its reach |
//! | `n` | all of the network, for who reaches all of it |
//! | `y` | anything; what there is to judge the call judges itself ([`super::rules`] of keys) |
//!
//! The local operator may make every call. A call that is not in the table may be made by nobody. Pure.

use super::caller::Capacity;
use super::role::Role;

/// How far a caller may go with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Not at all.
    Nothing,
    /// With what its reach covers, and is its own.
    Own,
    /// With accounts that are nobody's own, in its reach.
    Houses,
    /// With all of the network, if it reaches that.
    Network,
    /// With anything.
    Anything,
}

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// Whoever reaches the port: it tells nothing of the books.
    Anybody,
    /// Callers that are known, as far as their roles go.
    Known(&'static Rule),
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `package.Service/Call`.
    pub call: &'static str,
    letters: &'static str,
}

const fn rule(call: &'static str, letters: &'static str) -> Rule {
    Rule { call, letters }
}

/// Services that anybody may call: health, and what calls there are.
const ANYBODY: [&str; 2] = ["grpc.health.v1.Health/", "grpc.reflection.v1.ServerReflection/"];

/// The table, in the order of the calls' names.
///
/// Columns: member, till, partner, broker, lead, auditor, reporter, admin, integration.
pub const RULES: [Rule; 117] = [
    rule("hourbook.v1.AccessService/CreateKey", "--y-y--y-"),
    rule("hourbook.v1.AccessService/ListKeys", "yyyyyyyyy"),
    rule("hourbook.v1.AccessService/RevokeKey", "yyyyyyyyy"),
    rule("hourbook.v1.AccessService/RotateKey", "yyyyyyyyy"),
    rule("hourbook.v1.AccessService/WhoAmI", "yyyyyyyyy"),
    rule("hourbook.v1.AuditService/TrialBalance", "----oo-o-"),
    rule("hourbook.v1.AuditService/Verify", "-----n-n-"),
    rule("hourbook.v1.DirectoryService/BlockCard", "o--oo----"),
    rule("hourbook.v1.DirectoryService/CloseMember", "----o----"),
    rule("hourbook.v1.DirectoryService/CloseTill", "--ooo----"),
    rule("hourbook.v1.DirectoryService/CloseVenue", "--ooo----"),
    rule("hourbook.v1.DirectoryService/CreatePerson", "---oo--o-"),
    rule("hourbook.v1.DirectoryService/EndStandingGroup", "---oo----"),
    rule("hourbook.v1.DirectoryService/EraseMember", "----o----"),
    rule("hourbook.v1.DirectoryService/ExportMember", "o--oo----"),
    rule("hourbook.v1.DirectoryService/GetBankPolicy", "o--oooooo"),
    rule("hourbook.v1.DirectoryService/GetPerson", "o-ooo--o-"),
    rule("hourbook.v1.DirectoryService/GetRecordOfHelp", "o--oo----"),
    rule("hourbook.v1.DirectoryService/IssueCard", "---oo----"),
    rule("hourbook.v1.DirectoryService/LinkIdentity", "---oo--o-"),
    rule("hourbook.v1.DirectoryService/ListStandingGroups", "---oo----"),
    rule("hourbook.v1.DirectoryService/LockPeriod", "----o----"),
    rule("hourbook.v1.DirectoryService/OpenPot", "----o----"),
    rule("hourbook.v1.DirectoryService/PauseMember", "----o----"),
    rule("hourbook.v1.DirectoryService/ReplaceCard", "---oo----"),
    rule("hourbook.v1.DirectoryService/SearchMembers", "---oo----"),
    rule("hourbook.v1.DirectoryService/SetBankPolicy", "----o----"),
    rule("hourbook.v1.DirectoryService/SetMemberStanding", "---oo----"),
    rule("hourbook.v1.DirectoryService/SetPin", "o--oo----"),
    rule("hourbook.v1.DirectoryService/SetRepresentative", "---oo----"),
    rule("hourbook.v1.DirectoryService/SetStandingGroup", "---oo----"),
    rule("hourbook.v1.DirectoryService/SetTill", "--ooo----"),
    rule("hourbook.v1.DirectoryService/SetVenue", "--ooo----"),
    rule("hourbook.v1.DirectoryService/StreamLetters", "o--oo----"),
    rule("hourbook.v1.DirectoryService/UpdatePerson", "---oo----"),
    rule("hourbook.v1.ExchangeService/Approve", "---oo----"),
    rule("hourbook.v1.ExchangeService/BookHours", "o--oo----"),
    rule("hourbook.v1.ExchangeService/CancelBooking", "o--oo----"),
    rule("hourbook.v1.ExchangeService/ClaimFromPot", "---oo----"),
    rule("hourbook.v1.ExchangeService/ConfirmExchange", "o--oo----"),
    rule("hourbook.v1.ExchangeService/CreditMember", "---oo----"),
    rule("hourbook.v1.ExchangeService/Decline", "---oo----"),
    rule("hourbook.v1.ExchangeService/DisputeExchange", "o--oo----"),
    rule("hourbook.v1.ExchangeService/Donate", "o--oo----"),
    rule("hourbook.v1.ExchangeService/GetNetPosition", "---ooo-o-"),
    rule("hourbook.v1.ExchangeService/Gift", "o--oo----"),
    rule("hourbook.v1.ExchangeService/GrantFromPot", "---oo----"),
    rule("hourbook.v1.ExchangeService/ListWaiting", "---oo----"),
    rule("hourbook.v1.ExchangeService/ProposeExchange", "o--oo----"),
    rule("hourbook.v1.ExchangeService/PutRight", "---oo----"),
    rule("hourbook.v1.ExchangeService/RecordExchange", "---oo----"),
    rule("hourbook.v1.ExchangeService/RecordExchanges", "---oo----"),
    rule("hourbook.v1.ExchangeService/RecordGroupExchange", "---oo----"),
    rule("hourbook.v1.ExchangeService/RejectExchange", "o--oo----"),
    rule("hourbook.v1.ExchangeService/ResolveDispute", "---oo----"),
    rule("hourbook.v1.ExchangeService/SetClearingCap", "-------n-"),
    rule("hourbook.v1.ExchangeService/TakeBooking", "o--oo----"),
    rule("hourbook.v1.ExchangeService/TransferBetweenBanks", "---oo----"),
    rule("hourbook.v1.HookService/CreateEndpoint", "--o-o----"),
    rule("hourbook.v1.HookService/DeleteEndpoint", "--o-o----"),
    rule("hourbook.v1.HookService/ListDeliveries", "--o-o----"),
    rule("hourbook.v1.HookService/ListEndpoints", "--o-o----"),
    rule("hourbook.v1.HookService/PauseEndpoint", "--o-o----"),
    rule("hourbook.v1.HookService/ReplayDeliveries", "--o-o----"),
    rule("hourbook.v1.HookService/ResumeEndpoint", "--o-o----"),
    rule("hourbook.v1.HookService/RotateEndpointKey", "--o-o----"),
    rule("hourbook.v1.HookService/SendTestEvent", "--o-o----"),
    rule("hourbook.v1.HookService/UpdateEndpoint", "--o-o----"),
    rule("hourbook.v1.HookService/WatchEvents", "--o-o----"),
    rule("hourbook.v1.LedgerService/AddActivities", "----o---o"),
    rule("hourbook.v1.LedgerService/CaptureHold", "--------o"),
    rule("hourbook.v1.LedgerService/CloseAccount", "--------o"),
    rule("hourbook.v1.LedgerService/FindEntry", "o-oooo--o"),
    rule("hourbook.v1.LedgerService/GetAccount", "o-oooo-ho"),
    rule("hourbook.v1.LedgerService/GetBalance", "o-oooo-ho"),
    rule("hourbook.v1.LedgerService/GetEntry", "o-oooo--o"),
    rule("hourbook.v1.LedgerService/GetHold", "o-oooo--o"),
    rule("hourbook.v1.LedgerService/ListAccounts", "o-oooo-ho"),
    rule("hourbook.v1.LedgerService/ListActivities", "o--oooooo"),
    rule("hourbook.v1.LedgerService/ListBanks", "o--oooooo"),
    rule("hourbook.v1.LedgerService/ListHolds", "o-oooo--o"),
    rule("hourbook.v1.LedgerService/ListStatement", "o-oooo-ho"),
    rule("hourbook.v1.LedgerService/OpenAccount", "--------o"),
    rule("hourbook.v1.LedgerService/OpenBank", "-------n-"),
    rule("hourbook.v1.LedgerService/OpenClearing", "-------n-"),
    rule("hourbook.v1.LedgerService/PlaceHold", "--------o"),
    rule("hourbook.v1.LedgerService/PostBatches", "--------o"),
    rule("hourbook.v1.LedgerService/PostEntry", "--------o"),
    rule("hourbook.v1.LedgerService/RegisterOwners", "-------yy"),
    rule("hourbook.v1.LedgerService/ReopenAccount", "--------o"),
    rule("hourbook.v1.LedgerService/ReverseEntry", "--------o"),
    rule("hourbook.v1.LedgerService/SetLimits", "-------ho"),
    rule("hourbook.v1.LedgerService/VoidHold", "--------o"),
    rule("hourbook.v1.LedgerService/WatchEntries", "o-oooo--o"),
    rule("hourbook.v1.RedemptionService/ApproveOffer", "---oo----"),
    rule("hourbook.v1.RedemptionService/AuthorizeRedemption", "-o-------"),
    rule("hourbook.v1.RedemptionService/CaptureRedemption", "-oooo----"),
    rule("hourbook.v1.RedemptionService/CreateOffer", "--ooo----"),
    rule("hourbook.v1.RedemptionService/DayTotals", "-oooo----"),
    rule("hourbook.v1.RedemptionService/GetPartnerStatement", "--ooo----"),
    rule("hourbook.v1.RedemptionService/GetRedemptionByReceipt", "-oooo----"),
    rule("hourbook.v1.RedemptionService/IssueCode", "ooooo----"),
    rule("hourbook.v1.RedemptionService/IssueVoucher", "o--oo----"),
    rule("hourbook.v1.RedemptionService/ListOffers", "ooooo----"),
    rule("hourbook.v1.RedemptionService/ListRedemptions", "-oooo----"),
    rule("hourbook.v1.RedemptionService/ListTillRefusals", "o--oo----"),
    rule("hourbook.v1.RedemptionService/LookUpCode", "-o-------"),
    rule("hourbook.v1.RedemptionService/RecordRedemption", "--ooo----"),
    rule("hourbook.v1.RedemptionService/RecordSettlementPaid", "---oo----"),
    rule("hourbook.v1.RedemptionService/Redeem", "-o-------"),
    rule("hourbook.v1.RedemptionService/RefundRedemption", "-oooo----"),
    rule("hourbook.v1.RedemptionService/RetireOffer", "--ooo----"),
    rule("hourbook.v1.RedemptionService/SetPartnerBudget", "--ooo----"),
    rule("hourbook.v1.RedemptionService/SetTillStaff", "--ooo----"),
    rule("hourbook.v1.RedemptionService/SettlePartner", "---oo----"),
    rule("hourbook.v1.RedemptionService/VoidRedemption", "-oooo----"),
    rule("hourbook.v1.RedemptionService/WatchRedemptions", "-oooo----"),
];

impl Rule {
    /// How far a caller of this capacity may go.
    #[must_use]
    pub fn extent(&self, capacity: Capacity) -> Extent {
        let Capacity::Role(role) = capacity else { return Extent::Anything };
        let place = Role::ALL.iter().position(|other| *other == role);
        match place.and_then(|place| self.letters.as_bytes().get(place)) {
            Some(b'o') => Extent::Own,
            Some(b'h') => Extent::Houses,
            Some(b'n') => Extent::Network,
            Some(b'y') => Extent::Anything,
            Some(_) | None => Extent::Nothing,
        }
    }
}

/// Who may make the call with this path, `/package.Service/Call`; none for a call there is not.
#[must_use]
pub fn entrance(path: &str) -> Option<Entrance> {
    let call = path.strip_prefix('/')?;
    if ANYBODY.iter().any(|service| call.starts_with(service)) {
        return Some(Entrance::Anybody);
    }
    let found = RULES.binary_search_by(|rule| rule.call.cmp(call)).ok();
    found.and_then(|place| RULES.get(place)).map(Entrance::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each row is found, has a letter for each role, and no letter that means nothing. Method: all.
    #[test]
    fn rows_are_whole() {
        assert!(RULES.is_sorted_by(|one, other| one.call < other.call), "looked up by halves");
        for rule in &RULES {
            assert_eq!(rule.letters.len(), Role::ALL.len(), "{}", rule.call);
            assert!(rule.letters.bytes().all(|letter| b"-ohny".contains(&letter)), "{}", rule.call);
            assert_eq!(entrance(&format!("/{}", rule.call)), Some(Entrance::Known(rule)));
        }
        for path in ["/hourbook.v1.LedgerService/Nothing", "hourbook.v1.LedgerService/PostEntry", "/", ""] {
            assert_eq!(entrance(path), None, "{path}");
        }
        assert_eq!(entrance("/grpc.health.v1.Health/Check"), Some(Entrance::Anybody));
    }

    /// Goal: admins cannot post, and nobody but an integration writes hours here. Method: the rows.
    #[test]
    fn only_integrations_move_hours() {
        for call in [
            "CaptureHold",
            "CloseAccount",
            "PlaceHold",
            "PostBatches",
            "PostEntry",
            "ReverseEntry",
            "VoidHold",
        ] {
            let path = format!("/hourbook.v1.LedgerService/{call}");
            let Some(Entrance::Known(rule)) = entrance(&path) else { panic!("{path}") };
            for role in Role::ALL {
                let may = rule.extent(Capacity::Role(role)) != Extent::Nothing;
                assert_eq!(may, role == Role::Integration, "{call} {role:?}");
            }
        }
    }
}
