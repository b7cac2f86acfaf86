//! Page tokens, through a whole server: what lists answer to them.
//!
//! Not a plain function: the server's folder goes away with its owner.

use std::num::NonZeroU32;
use std::sync::Arc;

use hourbook::access::pace::CALLS_PER_SECOND_MAX;
use hourbook::access::{Reach, Role};
use hourbook::api::access_service_client::AccessServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::{
    ListAccountsRequest, ListBanksRequest, ListHoldsRequest, ListKeysRequest, ListStatementRequest,
};
use hourbook::client::{Shown, Wire};
use hourbook::domain::{AccountNumber, KeyText};
use hourbook::journal::DataDirectory;
use hourbook::server::{self, Options, ServerError};
use hourbook::telemetry::{Settings, Telemetry};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use super::changed::changed;
use super::office::{Office, bounds, folder, stay};

/// As large as a page may be: the whole list.
const WHOLE: u32 = 1_000;
/// Sizes of pages that are asked for.
const SIZES: [u32; 3] = [WHOLE, 3, 1];
/// A list here has far fewer lines.
const PAGES_MAX: usize = 100;
/// In front of a place and changes to its token; anything else is a token itself.
const PLACE: u8 = b'P';

/// What is asked.
#[derive(Clone, Copy, Debug)]
enum Question {
    Accounts,
    Banks,
    Holds,
    /// Of an account of the first bank.
    Statement,
    Keys,
}

const QUESTIONS: [Question; 5] =
    [Question::Accounts, Question::Banks, Question::Holds, Question::Statement, Question::Keys];

impl Question {
    /// Whether a line of this number is behind the place of a token.
    fn is_behind(self, line: u64, place: u64) -> bool {
        match self {
            Self::Accounts => line >= place,
            Self::Banks | Self::Holds | Self::Keys => line > place,
            Self::Statement => line < place, // The newest come first.
        }
    }
}

/// What a caller hears to a question without a token.
struct Whole {
    lines: Result<Vec<u64>, Code>,
    /// What every token of this caller's question begins with; none where one page holds all.
    tag: Option<String>,
}

struct Asker {
    wire: Wire,
    /// In the order of `QUESTIONS`.
    wholes: Vec<Whole>,
}

/// A served network and who asks it.
pub struct Pages {
    askers: Vec<Asker>,
    statement_of: u32,
    stop: Option<oneshot::Sender<()>>,
    ended: Option<JoinHandle<Result<(), ServerError>>>,
    runtime: Runtime,
    // Last: it goes away once nothing is in it any more.
    _folder: tempfile::TempDir,
}

impl Pages {
    pub fn new() -> Self {
        let folder = folder();
        let (office, admin) = Office::new(folder.path());
        let banks = [office.bank(), office.bank(), office.bank()];
        let of = |place: usize| Reach::banks(vec![banks[place].number]).unwrap();
        let keys = [
            office.key(Role::Broker, of(0), None).1,
            office.key(Role::Broker, of(1), None).1,
            office.key(Role::Member, of(0), Some(banks[0].owner)).1,
            office.key(Role::Auditor, Reach::Network, None).1,
            office.key(Role::Lead, of(1), None).1,
            admin,
        ];
        let clock = Arc::clone(&office.clock);
        drop(office);
        let runtime = Runtime::new().unwrap();
        let sink = BoxMakeWriter::new(std::io::sink);
        let telemetry = Telemetry::build(&Settings::default(), sink).unwrap();
        let mut options = Options::new(DataDirectory::open(folder.path()).unwrap(), telemetry.metrics());
        (options.clock, options.bounds, options.on_failure) = (clock, bounds(), Box::new(stay));
        // The clock stands still, and one key asks for everything.
        options.calls_per_second = NonZeroU32::new(CALLS_PER_SECOND_MAX).unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _told_or_dropped = stopped.await;
        };
        let ended = runtime.spawn(server::run(listener, shutdown, options));
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = runtime.block_on(channel.connect()).unwrap();
        let askers = keys.iter().map(|key| {
            let wire = Shown::key(&KeyText::parse(key).unwrap()).on(channel.clone());
            Asker { wire, wholes: Vec::new() }
        });
        let askers = askers.collect();
        let statement_of = banks[0].account.printed();
        let (stop, ended) = (Some(stop), Some(ended));
        let mut pages = Self { askers, statement_of, stop, ended, runtime, _folder: folder };
        pages.learn();
        pages
    }

    /// Asks everything without a token, and for the tokens of small pages.
    fn learn(&mut self) {
        // Until the books are open calls are told to come again; a hundred thousand times is only a net.
        let is_ready = |pages: &Self| {
            let told = pages.ask(&pages.askers[0], Question::Banks, WHOLE, String::new());
            !told.is_err_and(|status| status.code() == Code::Unavailable)
        };
        assert!((0..100_000).any(|_| is_ready(self)), "the server does not serve");
        for place in 0..self.askers.len() {
            let asker = &self.askers[place];
            let wholes = QUESTIONS.map(|question| {
                let whole = self.ask(asker, question, WHOLE, String::new());
                let first = self.ask(asker, question, 1, String::new());
                let tag = first.ok().and_then(|(_, token)| token.get(..8).map(str::to_owned));
                Whole { lines: whole.map(|(lines, _)| lines).map_err(|status| status.code()), tag }
            });
            self.askers[place].wholes = wholes.into();
        }
        let count = |asker: usize, question: usize| {
            self.askers[asker].wholes[question].lines.as_ref().map_or(0, Vec::len)
        };
        // Each broker sees a bank of its own, the auditor all; else nothing here could go wrong.
        let banks = [0, 1, 3].map(|asker| self.askers[asker].wholes[1].lines.clone().unwrap());
        assert_eq!(banks, [vec![1], vec![2], vec![1, 2, 3]]);
        assert!(count(0, 0) > 0 && count(1, 0) > 0 && count(3, 0) >= count(0, 0) + count(1, 0));
        assert!(count(0, 3) > 3 && count(1, 3) == 0 && count(5, 4) > 3 && count(0, 2) == 3);
    }

    /// Bytes: who asks, what, pages of which size; then a place (eight bytes after a `P`) and changes to its
    /// token, or a token.
    pub fn body(&self, bytes: &[u8]) {
        let [who, what, size, rest @ ..] = bytes else { return };
        let pick = |byte: &u8, of: usize| usize::from(*byte) % of;
        let (asker, place) = (&self.askers[pick(who, self.askers.len())], pick(what, QUESTIONS.len()));
        let (question, whole) = (QUESTIONS[place], &asker.wholes[place]);
        let tag = whole.tag.clone().unwrap_or_else(|| "00000000".to_owned());
        let token = match rest {
            [PLACE, a, b, c, d, e, f, g, h, script @ ..] => {
                let place = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                changed(format!("{tag}{place:016x}").as_bytes(), script)
            }
            token => token.to_vec(),
        };
        let token = String::from_utf8_lossy(&token).into_owned();
        let size = SIZES[pick(size, SIZES.len())];
        let told = self.walk(asker, question, size, token.clone());
        let Ok(lines) = &whole.lines else {
            assert!(told.is_err(), "{question:?} {token:?}: more with a token than without");
            return;
        };
        let Some(place) = place_of(&token, whole.tag.as_deref()) else {
            match told {
                Err(status) => assert_eq!(status.code(), Code::InvalidArgument, "{token:?}: {status:?}"),
                // Where one page holds all it is not known which tokens are honest.
                Ok(told) => assert!(
                    whole.tag.is_none() && told.iter().all(|line| lines.contains(line)),
                    "{question:?} {token:?} is no token and was answered with {told:?}"
                ),
            }
            return;
        };
        let is_behind = |line: &u64| place.is_none_or(|place| question.is_behind(*line, place));
        let behind: Vec<_> = lines.iter().copied().filter(is_behind).collect();
        let told = told.unwrap_or_else(|status| panic!("{question:?} {token:?}: {status:?}"));
        assert_eq!(told, behind, "{question:?} {token:?} pages of {size}");
    }

    /// All lines from `token` on.
    fn walk(&self, asker: &Asker, question: Question, size: u32, token: String) -> Result<Vec<u64>, Status> {
        let (mut lines, mut token) = (Vec::new(), token);
        for _ in 0..PAGES_MAX {
            let (more, next) = self.ask(asker, question, size, token)?;
            assert!(more.len() <= size as usize, "{question:?}: a page of {} for {size}", more.len());
            lines.extend(more);
            if next.is_empty() {
                return Ok(lines);
            }
            token = next;
        }
        panic!("{question:?}: pages without an end, {lines:?}")
    }

    /// The numbers of the lines of one page, and the next token.
    fn ask(
        &self,
        asker: &Asker,
        question: Question,
        page_size: u32,
        page_token: String,
    ) -> Result<(Vec<u64>, String), Status> {
        let mut ledger = LedgerServiceClient::new(asker.wire.clone());
        let mut access = AccessServiceClient::new(asker.wire.clone());
        self.runtime.block_on(async {
            match question {
                Question::Accounts => {
                    let request = ListAccountsRequest { page_size, page_token, ..Default::default() };
                    let page = ledger.list_accounts(request).await.map(Response::into_inner)?;
                    let slot = |printed| u64::from(AccountNumber::from_printed(printed).unwrap().slot());
                    let lines = page.accounts.iter().map(|account| slot(account.account_number));
                    Ok((lines.collect(), page.next_page_token))
                }
                Question::Banks => {
                    let request = ListBanksRequest { page_size, page_token };
                    let page = ledger.list_banks(request).await.map(Response::into_inner)?;
                    let lines = page.banks.iter().map(|bank| bank.bank_number.into());
                    Ok((lines.collect(), page.next_page_token))
                }
                Question::Holds => {
                    let request = ListHoldsRequest { page_size, page_token, ..Default::default() };
                    let page = ledger.list_holds(request).await.map(Response::into_inner)?;
                    let lines = page.holds.iter().map(|hold| hold.hold_sequence);
                    Ok((lines.collect(), page.next_page_token))
                }
                Question::Statement => {
                    let account_number = self.statement_of;
                    let request =
                        ListStatementRequest { account_number, page_size, page_token, ..Default::default() };
                    let page = ledger.list_statement(request).await.map(Response::into_inner)?;
                    let lines = page.lines.iter().map(|line| line.line_number);
                    Ok((lines.collect(), page.next_page_token))
                }
                Question::Keys => {
                    let request = ListKeysRequest { page_size, page_token, ..Default::default() };
                    let page = access.list_keys(request).await.map(Response::into_inner)?;
                    let lines = page.credentials.iter().map(|credential| credential.credential_number.into());
                    Ok((lines.collect(), page.next_page_token))
                }
            }
        })
    }
}

/// The place of an honest token; no place for the empty one. None for what is no token: a place has one text.
fn place_of(token: &str, tag: Option<&str>) -> Option<Option<u64>> {
    if token.is_empty() {
        return Some(None);
    }
    let digits = token.strip_prefix(tag?)?;
    let is_plain =
        digits.len() == 16 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    is_plain.then(|| u64::from_str_radix(digits, 16).ok())
}

impl Drop for Pages {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.ended.take().map(|ended| self.runtime.block_on(ended).unwrap());
        if !std::thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}
