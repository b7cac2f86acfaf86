//! The desk as it is typed and as it is answered.

use crate::cli::people::bank;
use crate::cli::transcript::played;

/// What is typed, by whose key, and what is printed.
const TRANSCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/desk/typed.txt");

/// Goal: standing groups are set, changed, listed, ended and recorded from by names and little more; whoever left or is paused
/// is named and left out only where that is typed; what an organisation paid is claimed back; and all of it is told in words.
/// Method: a transcript, each line typed at the real program, what it prints compared.
#[test]
fn a_week_at_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let served = bank(folder.path());
    played(TRANSCRIPT, folder.path(), &served);
}
