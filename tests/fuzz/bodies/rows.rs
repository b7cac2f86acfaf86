//! Files of exchanges, through a whole import into a town that knows their names.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hourbook::client::Shown;
use hourbook::domain::hours::DecimalMeans;
use hourbook::import::{self, BadLine, BadRowsMean, DecimalHours, FileError, ImportError, Options, Summary};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};

use super::rows_model::{Exchange, File, HEADER, Row, read};
use super::rows_town::{Books, Town};

/// Far below what one row may have, which is tried elsewhere, and fewer rows than are listed.
const BYTES_MAX: usize = 1_900;

struct Setting {
    town: Town,
    channel: Channel,
    runtime: Runtime,
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let (town, runtime) = (Town::default(), Runtime::new().unwrap());
    let channel = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder().add_service(town.clone());
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
    });
    Setting { town, channel, runtime }
});

/// The first byte says what decimals mean (`c`: minutes) and whether the header is put in front (`C`, `D`);
/// the others are the file.
pub fn body(bytes: &[u8]) {
    let Some((how, rest)) = bytes.split_first().filter(|_| bytes.len() <= BYTES_MAX) else { return };
    let (hours, means) = match how.to_ascii_lowercase() {
        b'c' => (DecimalHours::Clock, DecimalMeans::Clock),
        _ => (DecimalHours::Decimal, DecimalMeans::Decimal),
    };
    let header = if how.is_ascii_uppercase() { format!("{HEADER}\n") } else { String::new() };
    let file = [header.as_bytes(), rest].concat();
    let options = Options { hours, bad_rows: BadRowsMean::Skip, ..Options::default() };
    let rows = match read(&file, means) {
        File::Rows(rows) => rows,
        File::NoHeader => return assert!(matches!(whole(&file, &options), Err(FileError::Header(_)))),
        File::OpenQuote(line) => {
            let told = whole(&file, &options);
            return assert!(
                matches!(told, Err(FileError::Quote { line: told }) if told == line),
                "{line}: {told:?}"
            );
        }
    };
    let good = || rows.iter().filter_map(|(_, row)| if let Row::Good(row) = row { Some(row) } else { None });
    *SETTING.town.books() = Books::knowing(good());
    let summary = whole(&file, &options).unwrap();
    let books = SETTING.town.books();
    // Batches keep the order of the file.
    assert_eq!(
        books.written,
        good().cloned().collect::<Vec<Exchange>>(),
        "what is posted is what the file says"
    );
    assert_eq!(books.ids.iter().collect::<BTreeSet<_>>().len(), books.ids.len(), "every row has its own id");
    let count = |rows: usize| u64::try_from(rows).unwrap();
    assert_eq!((summary.rows_read, summary.rows_posted), (count(rows.len()), count(books.written.len())));
    let bad = rows
        .iter()
        .filter_map(|(line, row)| if let Row::Bad(wrong) = row { Some((line, wrong)) } else { None });
    assert_eq!(summary.skipped.len(), bad.clone().count());
    for (BadLine { line: told, reason }, (line, wrong)) in summary.skipped.iter().zip(bad) {
        let is_named = wrong.iter().any(|name| reason.starts_with(name));
        assert!(told == line && is_named, "line {line}, {wrong:?}: line {told}, {reason}");
    }
}

/// The import; nothing but the file may be in its way.
fn whole(file: &[u8], options: &Options) -> Result<Summary, FileError> {
    let Setting { channel, runtime, .. } = &*SETTING;
    match runtime.block_on(import::run(Shown::NOTHING.on(channel.clone()), file, options, &mut |_| {})) {
        Ok(summary) => Ok(summary),
        Err(ImportError::File(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}
