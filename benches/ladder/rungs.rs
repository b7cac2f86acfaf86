//! Groups of rungs. Rungs that are compared are in one group, in one process, and take turns.

use std::path::Path;

use clap::ValueEnum;

use crate::common::machine;
use crate::line::Printer;
use crate::options::Options;
use crate::{balance_read, core, durable, grpc_batch, grpc_unary, memory, overload, statement_page};

/// A group, called after its main rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Group {
    /// Decides and encodes, on one thread without queue or journal; 10,000 and 1,000,000 accounts
    Core,
    /// The whole ledger on the journal in memory
    CoreMemory,
    /// The whole ledger on sled, synced, with every workload; by turns with plain_file
    #[value(alias = "plain_file")]
    Durable,
    /// The same over 1,000,000 accounts, and what memory they take
    #[value(name = "accounts_1m")]
    AccountsMillion,
    /// PostBatches to a server process; by turns with durable
    GrpcBatch,
    /// PostEntry; by turns with grpc_noop and append_128
    #[value(aliases = ["grpc_noop", "append_128"])]
    GrpcUnary,
    /// Balances read while entries arrive
    BalanceRead,
    /// Statements read while entries arrive
    StatementPage,
    /// Twice as many calls as can be served
    Overload,
}

impl Group {
    /// Those that are run when none is named.
    pub const USUAL: [Self; 9] = [
        Self::Core,
        Self::CoreMemory,
        Self::Durable,
        Self::AccountsMillion,
        Self::GrpcBatch,
        Self::GrpcUnary,
        Self::BalanceRead,
        Self::StatementPage,
        Self::Overload,
    ];

    /// As it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::CoreMemory => "core_memory",
            Self::Durable => "durable",
            Self::AccountsMillion => "accounts_1m",
            Self::GrpcBatch => "grpc_batch",
            Self::GrpcUnary => "grpc_unary",
            Self::BalanceRead => "balance_read",
            Self::StatementPage => "statement_page",
            Self::Overload => "overload",
        }
    }

    /// Runs it in this process, with its files in `folder`.
    pub fn run(self, folder: &Path, options: &Options) {
        let printer = Printer { group: self.name(), machine: machine::describe(folder) };
        match self {
            Self::Core => core::run(&printer, options),
            Self::CoreMemory => memory::run(&printer, options),
            Self::Durable => durable::run(&printer, folder, options),
            Self::AccountsMillion => durable::run_million(&printer, folder, options),
            Self::GrpcBatch => grpc_batch::run(&printer, folder, options),
            Self::GrpcUnary => grpc_unary::run(&printer, folder, options),
            Self::BalanceRead => balance_read::run(&printer, folder, options),
            Self::StatementPage => statement_page::run(&printer, folder, options),
            Self::Overload => overload::run(&printer, folder, options),
        }
    }
}
