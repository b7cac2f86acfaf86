//! The broker's desk: paper lists, what is printed for people, what organisations claim back, standing groups, and everything
//! that is held about one person.
//!
//! `claims` claims lines back, `claimed` puts right what was. `slips` sends lists, `forty` one as it may come; `letters` compares letters with the books, `record` the help somebody
//! gave, `printed` looks at the files that the program
//! writes, `groups` and `walks` keep sessions that come again, the one by calls and the other typed, `browser` looks at the pages as a browser shows them, `many` at ten thousand of them.

mod browser;
mod claimed;
mod claims;
mod export;
mod forty;
mod groups;
mod letters;
mod many;
mod printed;
mod record;
mod slips;
mod typed;
mod walks;

use hourbook::api;
use hourbook::api::verify_response::Step;
use tonic::Status;

use crate::access::with;
use crate::service::exchange::Town;

/// The letters that come, and what is said at last; as `key` hears it.
fn letters_for(
    town: &Town,
    key: &str,
    request: api::StreamLettersRequest,
) -> Result<(Vec<api::Letter>, api::StreamLettersResponse), Status> {
    let request = with(town.key(key), request);
    town.served.block_on(async {
        let mut stream = town.served.directory().stream_letters(request).await?.into_inner();
        let (mut letters, mut last) = (Vec::new(), None);
        while let Some(mut message) = stream.message().await? {
            assert_eq!(last, None, "nothing comes after the last message");
            match message.letter.take() {
                Some(letter) => letters.push(letter),
                None => last = Some(message),
            }
        }
        Ok((letters, last.expect("the stream says that these were all")))
    })
}

/// A month of one person, or of everybody in bank 1 who wants letters.
fn of_month(month: i32, owner_number: u32) -> api::StreamLettersRequest {
    let bank_number = u32::from(owner_number == 0);
    api::StreamLettersRequest { bank_number, owner_number, year: 2026, month }
}

/// The books add up.
pub fn verify(town: &Town) {
    let served = &town.served;
    served.block_on(async {
        let request = crate::access::with(town.key("admin"), api::VerifyRequest {});
        let mut stream = served.audit().verify(request).await.unwrap().into_inner();
        let mut report = None;
        while let Some(message) = stream.message().await.unwrap() {
            if let Some(Step::Report(last)) = message.step {
                report = Some(last);
            }
        }
        let report = report.unwrap();
        assert!(report.is_clean, "{report:?}");
    });
}
