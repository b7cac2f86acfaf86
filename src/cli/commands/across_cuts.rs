//! A stream that goes on where it was when the connection is cut.

use tonic::{Status, Streaming};

use crate::cli::connection;
use crate::cli::failure::{Failure, is_cut};
use crate::cli::session::Session;

/// What is watched.
pub trait Watched {
    /// What comes.
    type Message;

    /// Asks for what comes after a position; none for what comes from now on. Without a deadline: a stream is open as long as
    /// somebody watches.
    async fn begin(
        &self,
        session: &mut Session<'_, '_>,
        after: Option<u64>,
    ) -> Result<Streaming<Self::Message>, Status>;

    /// Up to where the stream has come with this message.
    fn position(&self, message: &Self::Message) -> u64;

    /// Prints it, if it is more than a sign of life. The first one brings a header along.
    async fn print(
        &self,
        session: &mut Session<'_, '_>,
        message: Self::Message,
        is_first: bool,
    ) -> Result<Went, Failure>;
}

/// How it went with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// It was a sign of life.
    Unseen,
    /// It was printed.
    Printed,
    /// It was printed, and took so long that what came meanwhile is too old: the stream begins again behind it.
    Late,
    /// It is too old before it could be done: the stream begins again with it.
    Stale,
}

/// Prints what comes after a position, until Ctrl-C, or until so many came.
///
/// # Errors
/// [`Failure`]; a cut is one only if no server answers for ten seconds afterwards.
pub async fn watch(
    session: &mut Session<'_, '_>,
    watched: impl Watched,
    after: Option<u64>,
    count: Option<u64>,
) -> Result<(), Failure> {
    tokio::select! {
        done = across_cuts(session, watched, after, count) => done,
        _told = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn across_cuts(
    session: &mut Session<'_, '_>,
    watched: impl Watched,
    mut after: Option<u64>,
    mut left: Option<u64>,
) -> Result<(), Failure> {
    let mut has_header = false;
    'streams: loop {
        let mut stream = match watched.begin(session, after).await {
            Ok(stream) => stream,
            Err(status) if is_cut(&status) => {
                session.client = connection::connect(&session.target, session.screen).await?;
                continue;
            }
            Err(status) => return Err(status.into()),
        };
        loop {
            let message = match stream.message().await {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(status) if is_cut(&status) => break,
                Err(status) => return Err(status.into()),
            };
            let position = watched.position(&message);
            let went = watched.print(session, message, !has_header).await?;
            if went == Went::Stale {
                // The first of all: nothing was said yet of where the stream is.
                after = after.or(Some(position.saturating_sub(1)));
                continue 'streams;
            }
            after = Some(position);
            if went == Went::Unseen {
                continue;
            }
            // Whoever watches wants to see it now.
            session.screen.console.out.flush()?;
            has_header = true;
            left = left.map(|left| left.saturating_sub(1));
            if left == Some(0) {
                return Ok(());
            }
            if went == Went::Late {
                continue 'streams;
            }
        }
        let position = after.map_or_else(String::new, |after| format!(" after entry {after}"));
        session.screen.remark(&format!("The connection was cut{position}; going on from there."));
        session.client = connection::connect(&session.target, session.screen).await?;
    }
}
