//! One more million: post it, then look at what it cost and at what old history costs now.

use std::path::Path;
use std::time::{Duration, Instant};

use hourbook::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Command, Limits, NewAccount, Opened, OwnerNumber,
};
use hourbook::ledger::{Bounds, Repeated};
use hourbook::network::Network;
use serde::Serialize;

use crate::common::books;
use crate::common::driver;
use crate::common::figures::{median, thousandths};
use crate::common::machine;
use crate::common::plain_file::{PlainFile, Until};
use crate::common::usage::resident_bytes;
use crate::common::workload::{Accounts, Generator, Workload};
use crate::disk::Disk;

const MILLION: u64 = 1_000_000;
/// Entries of a turn of the plain file: it is faster, and a disk's first few milliseconds say little.
const PLAIN_ENTRIES: u64 = 4_000_000;
/// Accounts the workload is uniform over.
const MEMBERS: u32 = 10_000;
/// Entries of one submission, and submissions in flight.
pub const SUBMISSION: usize = 1_024;
pub const IN_FLIGHT: usize = 16;
/// Lines of a statement page, and lines that the accounts have that are looked at.
const PAGE_LINES: usize = 50;
const LINES: usize = 64;
/// Times each question is asked; the first, which finds nothing in memory, is left out.
const ASKED: usize = 21;

/// What a million cost, in a line of output.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub million: u32,
    /// Entries in the books.
    pub entries: u64,
    pub entries_per_s: f64,
    /// In the turn after, with the same bytes.
    pub plain_file_per_s: f64,
    pub ratio: f64,
    /// Entries a sync.
    pub batch: u64,
    pub resident_bytes: u64,
    #[serde(flatten)]
    pub disk: Disk,
    pub disk_bytes_per_entry: f64,
    /// Of the newest entries.
    pub encoded_bytes_per_entry: f64,
    /// Bytes of the journal on disk for each encoded byte, on average from the beginning on.
    pub store_factor: f64,
    /// Asking again what was asked first of all, warm.
    pub duplicate_ms: f64,
    /// The newest page of an account that has had no line since the beginning, warm.
    pub statement_old_ms: f64,
    /// The same of an account that was opened just now.
    pub statement_young_ms: f64,
    pub machine: String,
    #[serde(skip)]
    pub took: (Duration, Duration),
}

/// The books that grow.
pub struct Growth {
    network: Network,
    accounts: Accounts,
    generator: Generator,
    first: Command,
    old: AccountNumber,
    plain_file: PlainFile,
    machine: String,
    million: u32,
    encoded_bytes: f64,
}

/// The accounts of books that are there already.
pub fn accounts() -> Accounts {
    Accounts { cafe: books::CAFE, first: books::CAFE + 1, count: MEMBERS }
}

impl Growth {
    /// Empty books, the first entry, and an account that gets all its lines now.
    pub fn begin(folder: &Path, data: &Path) -> Self {
        let network = books::open(data, Bounds::default());
        let furnished = books::furnish(&network.ledger, MEMBERS + 1);
        let accounts = accounts();
        assert_eq!((furnished.cafe, furnished.first), (accounts.cafe, accounts.first));
        let mut generator = Generator::new(Workload::Uniform, accounts, 1);
        let mut commands = Vec::new();
        generator.fill(&mut commands, 1);
        let first = commands.remove(0);
        assert_eq!(network.ledger.post(first.clone()).unwrap().repeated, Repeated::No);
        let old = AccountNumber::from_slot(accounts.first + MEMBERS).unwrap();
        let machine = machine::describe(folder);
        let plain_file = PlainFile::create(folder);
        let growth = Self {
            network,
            accounts,
            generator,
            first,
            old,
            plain_file,
            machine,
            million: 0,
            encoded_bytes: 0.0,
        };
        growth.write_lines(old);
        growth
    }

    /// Where the books end.
    pub fn entries(&self) -> u64 {
        self.network.ledger.position().get()
    }

    /// Posts a million and looks.
    pub fn another(&mut self) -> Line {
        let ledger = &self.network.ledger;
        rustix::fs::sync();
        let until = Until::Entries(MILLION);
        let turn = driver::closed_loop(ledger, &mut self.generator, SUBMISSION, IN_FLIGHT, until);
        let records = books::newest_records(ledger);
        let batch = turn.entries_per_batch();
        let plain = self.plain_file.turn(&records, batch, Until::Entries(PLAIN_ENTRIES));
        let plain_per_s = plain.entries as f64 / plain.took.as_secs_f64();
        self.million += 1;
        self.encoded_bytes += records.bytes_each() * turn.entries as f64;
        let resident_bytes = resident_bytes();
        let (entries, disk) = (self.entries(), Disk::of(self.network.directory()));
        let young = self.open_account();
        self.write_lines(young);
        Line {
            million: self.million,
            entries,
            entries_per_s: turn.entries_per_s().round(),
            plain_file_per_s: plain_per_s.round(),
            ratio: thousandths(turn.entries_per_s() / plain_per_s),
            batch,
            resident_bytes,
            disk,
            disk_bytes_per_entry: thousandths(disk.total_bytes() as f64 / entries as f64),
            encoded_bytes_per_entry: thousandths(records.bytes_each()),
            store_factor: thousandths(disk.journal_bytes as f64 / self.encoded_bytes),
            duplicate_ms: warm_ms(|| self.ask_again()),
            statement_old_ms: warm_ms(|| self.read_page(self.old)),
            statement_young_ms: warm_ms(|| self.read_page(young)),
            machine: self.machine.clone(),
            took: (turn.took, Duration::from_secs_f64(turn.entries as f64 / plain_per_s)),
        }
    }

    fn ask_again(&self) {
        let receipt = self.network.ledger.post(self.first.clone()).unwrap();
        assert_eq!(receipt.repeated, Repeated::Yes);
    }

    fn read_page(&self, account: AccountNumber) {
        let page = self.network.ledger.books().statement(account, None, PAGE_LINES).unwrap();
        assert_eq!(page.len(), PAGE_LINES);
    }

    fn open_account(&self) -> AccountNumber {
        let new = NewAccount {
            bank: BankNumber::new(1),
            kind: AccountKind::Member,
            owner: OwnerNumber::new(1),
            limits: Limits::WIDEST,
            label: Box::default(),
        };
        let action = Action::OpenAccounts(vec![new]);
        let command = Command::new(books::fresh_key(), OwnerNumber::OPERATOR, action);
        match self.network.ledger.post(command).unwrap().entry.outcome.opened {
            Opened::Accounts(first) => first,
            Opened::Nothing | Opened::Owners(_) | Opened::Bank(..) => panic!("an account was asked for"),
        }
    }

    /// Gives an account its lines, all at once.
    fn write_lines(&self, account: AccountNumber) {
        let only = Accounts { first: account.slot(), count: 1, ..self.accounts };
        let mut generator = Generator::new(Workload::Hot, only, u64::from(account.slot()) << 32);
        let until = Until::Entries(LINES as u64);
        driver::closed_loop(&self.network.ledger, &mut generator, LINES, 1, until);
    }
}

/// The median of asking often, the first time left out.
fn warm_ms(ask: impl Fn()) -> f64 {
    let times = (0..ASKED).map(|_| {
        let since = Instant::now();
        ask();
        since.elapsed().as_secs_f64() * 1_000.0
    });
    thousandths(median(times.skip(1).collect()))
}
