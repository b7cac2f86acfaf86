//! The server over TLS: peers of our own and others', handshakes that fail or never end, certificates that are
//! replaced under way.

mod command_line;
mod handshakes;
mod peers;
mod readme;
mod replaced;

use std::path::Path;
use std::time::Duration;

use hourbook::server::Tls;
use tempfile::TempDir;

use crate::support::certificates::{Authority, Issued};

/// An authority, a folder with a certificate of it, and what a server reads of that.
struct Shown {
    authority: Authority,
    folder: TempDir,
}

impl Shown {
    fn new() -> Self {
        let authority = Authority::new("The time banks' own");
        let folder = tempfile::tempdir().unwrap();
        authority.local().write(folder.path());
        authority.write(folder.path());
        Self { authority, folder }
    }

    fn tls(&self) -> Tls {
        read(&self.authority.local(), self.folder.path())
    }

    fn ca(&self) -> String {
        self.folder.path().join("ca.pem").to_str().unwrap().to_owned()
    }
}

/// Writes a certificate and reads it as a server does; it looks for a new one all the time.
fn read(issued: &Issued, folder: &Path) -> Tls {
    let mut tls = Tls::read(issued.write(folder)).unwrap();
    tls.look_interval = Duration::from_millis(5);
    tls
}
