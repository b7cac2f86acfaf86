//! A PIN as it is typed: at a terminal without being shown, elsewhere a line of standard input.
//!
//! A PIN is never an argument: everybody on a machine can read those, and a shell keeps them. What it is, is in no error
//! text.

use super::asking;
use super::failure::Failure;
use super::screen::Screen;
use crate::domain::Pin;

/// Asks for a PIN, `what` it is for.
///
/// # Errors
/// [`Failure::Usage`] if none was typed, or something else.
pub async fn ask(screen: &mut Screen<'_>, what: &str) -> Result<String, Failure> {
    let typed = asking::secret_aside(screen, &format!("{what} (it does not show):")).await?;
    typed.filter(|pin| Pin::parse(pin).is_ok()).ok_or_else(|| {
        Failure::Usage("a PIN is 4 to 8 digits, in a line of its own; nothing was asked for".to_owned())
    })
}

/// Asks for a new PIN; at a terminal twice, as nobody sees what they type.
///
/// # Errors
/// [`Failure::Usage`] if none was typed, or something else, or not the same again.
pub async fn ask_for_new(screen: &mut Screen<'_>) -> Result<String, Failure> {
    let pin = ask(screen, "The new PIN, 4 to 8 digits").await?;
    if screen.console.input.is_terminal() && ask(screen, "The same again").await? != pin {
        return Err(Failure::Usage("the two were not the same; nothing was asked for".to_owned()));
    }
    Ok(pin)
}
