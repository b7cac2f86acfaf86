//! Telemetry as a collector sees it, and telemetry whose collector is not there.

mod away;
pub mod collector;
mod exported;
mod served;
mod with_json;

use std::io::Write;
use std::sync::{Arc, Mutex};

use hourbook::telemetry::{LevelFilter, Settings, Telemetry};
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Telemetry at the noisiest level, with its log in the test's hands.
fn telemetry(otlp_endpoint: Option<String>) -> (Telemetry, Lines) {
    let lines = Lines::default();
    let writer = lines.clone();
    let settings = Settings { otlp_endpoint, log_level: LevelFilter::TRACE, ..Settings::default() };
    (Telemetry::build(&settings, BoxMakeWriter::new(move || writer.clone())).unwrap(), lines)
}
