//! Hourbook: the ledger of a network of time banks. An hour given is an hour earned.
//!
//! # The one idea
//!
//! The journal is the books; everything else is derived from it, at a position. Every accepted change
//! is an *entry*: numbered without gaps, appended in batches, and acknowledged only when its batch is
//! on disk.
//!
//! # The map
//!
//! Each folder uses only what its row names; a test (`tests/it/structure.rs`) holds the table.
//!
//! | folder | owns | uses |
//! |---|---|---|
//! | [`domain`] | the vocabulary: amounts, accounts, commands, entries, refusals; how names are compared, and which way they run | nothing of ours |
//! | [`journal`] | batches made durable and read back; the bytes of an entry; who owns a data directory | `domain` |
//! | [`ledger`] | one poster decides in order; one committer writes, publishes, answers; recovery | `domain`, `journal` |
//! | [`seal`] | names and memos encrypted under keys that can be destroyed | `domain` |
//! | [`words`] | refusals, balances and kinds as sentences for people | `access`, `directory`, `domain`, `exchange`, `hooks`, `redemption` |
//! | [`api`] | the API as Rust, made from `proto/` | nothing of ours |
//! | [`past`] | what was: balances at any position, before any time, by day of help | `background`, `domain`, `journal`, `ledger` |
//! | [`audit`] | trial balance and verify: whether the books add up | `domain`, `journal`, `ledger`, `past` |
//! | [`network`] | one installation: directory, ledger and keyring opened together | `domain`, `journal`, `ledger`, `seal` |
//! | [`access`] | who calls: credentials, keys, roles and how far each reaches | `domain`, `journal`, `ledger`, `network`, `outward`, `seal` |
//! | [`client`] | the key that a client shows with every call | `domain` |
//! | [`import`] | books of other systems, from CSV through the API | `api`, `client`, `domain`, `words` |
//! | [`letters`] | what is printed for people: a month of their hours, the help they gave, all that is held about them; as text and as a page | `api`, `domain`, `words` |
//! | [`config`] | settings from flags and environment, checked before a port opens; what is never said of them | `access`, `hooks` |
//! | [`directory`] | what things are called: banks, accounts, activities; what banks have settled, and since when; who is in them | `domain`, `journal`, `ledger`, `seal` |
//! | [`exchange`] | what brokers and members do all day: from what is told to one entry | `directory`, `domain`, `journal`, `ledger` |
//! | [`redemption`] | hours at the till: what names a sale, how it stands, what is shown | `directory`, `domain`, `exchange`, `journal` |
//! | [`hooks`] | events that partners' software is told of: what they say, how they are signed and where they may go; what waits and how it is sent; a receiver | `directory`, `domain`, `journal`, `outward`, `redemption` |
//! | [`background`] | work that may be late: how it keeps out of the way of calls | nothing of ours |
//! | [`outward`] | how this program asks others: TLS to whom somebody vouches for, one question a connection | nothing of ours |
//! | [`telemetry`] | log lines, traces, metrics, their names, and the layer around every call | `domain`, `ledger` |
//! | [`service`] | the gRPC edge: messages, codes, streams | `access`, `api`, `audit`, `background`, `directory`, `domain`, `exchange`, `hooks`, `ledger`, `letters`, `network`, `past`, `redemption`, `seal`, `telemetry`, `words` |
//! | [`server`] | one listener and the books behind it: limits, health, TLS, JSON as gRPC, begin and end | `access`, `api`, `config`, `directory`, `hooks`, `journal`, `ledger`, `network`, `outward`, `past`, `service`, `telemetry`, `words` |
//! | [`cli`] | the command line: what is typed becomes calls, answers become tables, JSON or CSV | `api`, `client`, `config`, `domain`, `hooks`, `import`, `letters`, `outward`, `words` |
//! | [`story`] | the demo, told over gRPC to a server of its own; `main.rs` starts it | `api`, `client`, `config`, `domain`, `hooks`, `journal`, `ledger`, `network`, `server`, `telemetry`, `words`; for a beginning, a kill and an erasure `access`, `audit`, `past`, `seal` |
//!
//! A call's way: `server` (limits, `telemetry` around it) → `service` (bytes → words) → `ledger` or, for
//! questions about earlier days, `past`; and its answer back. A command's way from there: `ledger`
//! (`queue` → `poster` → `core`: `decide`, `state::apply`) → `journal` → back through `committer` and `views` to
//! the caller. Read those files in the source: what is private does not show in these pages.
//!
//! # Invariants
//!
//! | | promise | kept in |
//! |---|---|---|
//! | I1 | both accounts of a transfer are in one bank; all banks sum to zero | `ledger::decide::effects` |
//! | I2 | floors and ceilings, on the net effect, in the direction it moves | `ledger::decide::limits` |
//! | I3 | sequences are dense | `journal`, `ledger::core` |
//! | I4 | what was acknowledged survives a kill and a power cut | `journal::volumes` |
//! | I5 | nothing unacknowledged is visible | `ledger::gate`, `ledger::views` |
//! | I6 | a request id has one effect for ever | `ledger::request_ids`, `ledger::sameness` |
//! | I7 | each batch's hash covers everything before it | `journal::seal` |
//! | I8 | what is served equals what the journal gives | `ledger::state`, `ledger::recovery` |
//! | I9 | a hold is captured, never above it, voided or expired; after that, nothing | `ledger::decide::hold` |
//! | I10 | nobody reads or moves hours beyond the banks and partners their key names | `access::calls`, `access::allowed`; `service` (`gate/`, `reach.rs`) |
//! | I11 | an entry that adds to an account its actor owns or speaks for names a second person | `exchange::rules::second_person`; for owned accounts `verify` too |
//!
//! # Where is …
//!
//! | to find | look in |
//! |---|---|
//! | why a command is refused, and which refusal comes first | `domain::refusal`, `ledger::decide` |
//! | what is answered before any rule: known ids, recent refusals, a full disk, an unsure clock | `ledger::core` (`decide_one`) |
//! | what happens to an accepted entry | `ledger::state::apply` |
//! | when an entry is durable | `ledger::committer`, then `journal::volumes` (`Writing::append`; why a value is written once: `places.rs`) |
//! | how a request id is known for ever without being in memory | `ledger::request_ids` |
//! | how a statement finds its lines without an index | `ledger::books`, `ledger::chain` |
//! | what balances were, as recorded or by day of help | `past` |
//! | who may make which key, what a role can reach | `access::rules`, `access::role` |
//! | how a key is checked; how a stream hears that its key ended | `access::table`, `access::caller` |
//! | whose tokens are good, and who comes with one | `access::tokens`, `access` (`logins.rs`) |
//! | who somebody with a token is, as was said; who may say it | `access` (`logins.rs`), `access::rules`; the call: `service` (`directory/people/linking.rs`) |
//! | which owner numbers are one human | `domain::humans`, kept by `access::register`, asked by `exchange::sight` |
//! | which keys end by themselves: a closed till's, those of whoever is forgotten | `access` (`gone.rs`), from `service` (`directory/people/forgetting.rs`) |
//! | who agrees where one broker alone works | `exchange::rules::neighbours`; what they see: `service` (`exchange/neighbours.rs`) |
//! | who has seen whose key, and so is no second person for them | `domain::seen_keys`, kept by `access::register`, asked by `exchange::sight` |
//! | venues and tills of a partner | `directory::people::sites`; their calls: `service` (`directory/people/sites.rs`) |
//! | what partners offer, who approved it, who stands at their tills | `directory::partners`; their calls: `service` (`redemption/`) |
//! | what a bank has agreed on, and which months it closed | `directory::policy`, `directory::locks`; how a change is kept: `service` (`directory/`) |
//! | how fast one caller may ask; who shows wrong keys | `access::pace`, `service` (`gate/guessing.rs`) |
//! | how a person is forgotten | `network` (`erase`), then `seal::keyring` |
//! | how a start knows people and keys without reading all books | `ledger::excerpt` |
//! | what a crash leaves behind and how it is found | `journal::volumes` (`recover.rs`), `ledger::recovery` |
//! | how the books are checked by somebody who does not believe them | `audit::verify` |
//! | which role may make which call, and what it sees by it | `access::calls`, `access::allowed` |
//! | which code a reason is answered with, what an error looks like on the wire | `service::reasons`, `service` (`not_done.rs`) |
//! | how a write is sealed, submitted and awaited | `service::Installation` |
//! | how many connections and calls there may be, how long they may take | `server` |
//! | how a certificate is replaced while calls are under way | `server` (`tls.rs`) |
//! | which server the command line asks, as whom, and where a key is not shown | `cli` (`target.rs`, `profiles.rs`) |
//! | why the command line does not believe a server | `cli` (`untrusted.rs`) |
//! | how a till in the terminal survives a cut, what it says then | `cli` (`commands/till/sure.rs`, `slip.rs`) |
//! | who is meant by a part of a name | `cli` (`lookup.rs`) |
//! | which names are suggested for one there is not | `domain::nearest` |
//! | how a call is asked with JSON | `server` (`json/`) |
//! | how a group session is shared, when to ask once more, who has to approve | `exchange::rules` |
//! | who may open a pot, by whichever call | `exchange::pots` |
//! | what an organisation gets back from a pot, once for each line | `exchange::claim_back`, `exchange::claimed_lines`; the call: `service` (`exchange/claiming.rs`) |
//! | sessions that come again, and who usually comes | `directory::groups`; their calls: `service` (`directory/people/groups.rs`) |
//! | everything that is held about one person | `service` (`directory/people/exporting.rs`) |
//! | whose account pays or gets the hours, as people chose with their broker | `exchange::sight` (`pays_for`, `gets_for`), `exchange::rules::standing` |
//! | how a broker's call becomes an entry, or waits | `exchange`, then `service` (`exchange/writing.rs`) |
//! | who is in a bank, what is known of them, how they are found | `directory::people`; their calls: `service` (`directory/people/`) |
//! | when somebody is forgotten | `service` (`directory/people/forgetting.rs`), from `server` (`opening.rs`) |
//! | which card has which number, whether it is blocked | `directory::cards`; their calls: `service` (`directory/people/cards/`) |
//! | how PINs are kept, and how often a wrong one was typed; which codes may still be used | `redemption::pins`, `redemption::codes`; both in `local/` |
//! | how a sale at a till becomes one entry; what names it, how it can stand, who moves it on | `redemption::selling`, `redemption::receipt`, `redemption::states`; their calls: `service` (`redemption/`) |
//! | what a till hears of a refusal, and what not | `redemption::refusal` (`Heard`), `words::till`; who hears which: `service` (`redemption/hearing.rs`) |
//! | how a partner's statement adds up, and what ends a period | `redemption::statement`, `directory::partners` (`settlements.rs`) |
//! | when events are looked for and sent, and who gives an endpoint up | `service` (`hooks/running.rs`), `hooks` (`outbox/`, `schedule.rs`, `sending.rs`); endpoints: `directory::hooks` |
//! | how a receiver checks an event, and reads it | `hooks` (`receiver`, `told.rs`); as a sentence: `words::hooks` |
//! | how events are watched and passed on where nobody can be called | `cli` (`commands/hook/listen.rs`, `forward.rs`) |
//! | where partners want to be told of their sales, under which number and key | `directory::hooks`; their calls: `service` (`hooks/`) |
//! | what an event says, when one is made, that it never changes | `hooks::event`, `hooks::body` |
//! | how an event is signed, and with which keys; who is shown one | `hooks::signing`; `service` (`hooks/keys.rs`) |
//! | where events may be sent | `hooks::target` |
//! | what a letter says and to whom, how it looks; what counts as somebody's help | `letters`; their calls: `service` (`letters/`); files: `cli` (`commands/letter/`) |
//! | why an import posts nothing twice | `import` (`ids.rs`) |
//! | what is measured, by which name | `telemetry::names` |
//! | exit codes | `cli::exit` |
//! | how hours are typed and printed | `domain::hours` |
//! | how many holds, banks, ids, waiting requests there may be | `ledger::bounds`; other maxima end in `_MAX` |
//! | how fast it is, and whether it still is | `benches/ladder`, `benches/growth`, `benches/people`, `benches/till`; the gate of every change: `benches/gate` |
//! | tests of kills, power cuts and full disks | `tests/it/crash` |
//! | who sleeps, who wakes whom, how it all ends | `ledger::relay`; `tests/proof` plays it in every order of threads |
//! | hostile callers through a real socket | `tests/it/service/hostile` |
//! | whatever may be shown, typed or imported, at random | `tests/fuzz`; played by `tests/it/fuzz` |
//! | clients made from `proto/` alone | `tests/clients` |
//! | the rules once more, as a naive model | `tests/it/model` |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::wildcard_enum_match_arm,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::float_arithmetic,
        reason = "tests fail by panicking"
    )
)]

pub mod access;
pub mod api;
pub mod audit;
pub mod background;
pub mod cli;
pub mod client;
pub mod config;
pub mod directory;
pub mod domain;
pub mod exchange;
pub mod hooks;
pub mod import;
pub mod journal;
pub mod ledger;
pub mod letters;
pub mod network;
pub mod outward;
pub mod past;
pub mod redemption;
pub mod seal;
pub mod server;
pub mod service;
pub mod story;
pub mod telemetry;
pub mod words;

/// The example in README is run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
