//! What is typed while a command asks: a line, or a line that nobody should see.
//!
//! Owns the input of the process and its echo. It is read on a thread of its own, so that a connection stays alive while
//! somebody thinks. A line is shorter than [`LINE_BYTES_MAX`]; a longer one is asked for again.

use std::fs::File;
use std::io::{self, BufRead};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::failure::Failure;
use super::screen::Screen;

/// Bytes of a line.
const LINE_BYTES_MAX: usize = 1_024;
/// Ctrl-C, where it comes as a byte.
const INTERRUPT: u8 = 3;

/// Where the process reads.
pub struct Input {
    /// None while it is read.
    lines: Option<Box<dyn BufRead + Send>>,
    is_terminal: bool,
}

impl Input {
    /// Lines as they are typed, or come from a file or a pipe.
    #[must_use]
    pub fn new(lines: Box<dyn BufRead + Send>, is_terminal: bool) -> Self {
        Self { lines: Some(lines), is_terminal }
    }

    /// Whether somebody sits there and types.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Nothing is typed.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(Box::new(io::empty()), false)
    }
}

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Typed {
    Line(String),
    TooLong,
    End,
}

/// Asks for a line; none where nothing more comes.
///
/// # Errors
/// Of writing and reading.
pub async fn line(screen: &mut Screen<'_>, question: &str) -> Result<Option<String>, Failure> {
    asked(screen, question, Echo::Seen).await
}

/// Asks for what nobody should see as it is typed. From a file or a pipe it is a line as any other.
///
/// # Errors
/// Of writing and reading.
pub async fn secret(screen: &mut Screen<'_>, question: &str) -> Result<Option<String>, Failure> {
    asked(screen, question, Echo::Hidden).await
}

/// Asks for what nobody should see, beside the answer of a command: only who sits at a terminal is asked. None where
/// nothing more comes, or more than a line.
///
/// # Errors
/// Of reading.
pub async fn secret_aside(screen: &mut Screen<'_>, question: &str) -> Result<Option<String>, Failure> {
    let is_terminal = screen.console.input.is_terminal;
    if is_terminal {
        screen.remark(question);
    }
    let typed = read(screen, Echo::Hidden).await?;
    if is_terminal {
        screen.remark("");
    }
    Ok(if let Typed::Line(line) = typed { Some(line) } else { None })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    Seen,
    Hidden,
}

async fn asked(screen: &mut Screen<'_>, question: &str, echo: Echo) -> Result<Option<String>, Failure> {
    loop {
        let is_terminal = screen.console.input.is_terminal;
        // Who types on a terminal stays on the line; a transcript and a reader of screens have lines of their own.
        if is_terminal && screen.console.out_is_terminal {
            write!(screen.console.out, "{question} ")?;
        } else {
            screen.say(question)?;
        }
        screen.console.out.flush()?;
        let typed = read(screen, echo).await?;
        if is_terminal && echo == Echo::Hidden {
            writeln!(screen.console.out)?;
        }
        match typed {
            Typed::Line(line) => return Ok(Some(line)),
            Typed::End => return Ok(None),
            Typed::TooLong => screen.say("That line is too long. Type it again.")?,
        }
    }
}

async fn read(screen: &mut Screen<'_>, echo: Echo) -> Result<Typed, Failure> {
    let Some(mut lines) = screen.console.input.lines.take() else { return Ok(Typed::End) };
    let hides = screen.console.input.is_terminal && echo == Echo::Hidden;
    let reading = tokio::task::spawn_blocking(move || {
        let hidden = if hides { Hidden::begin() } else { None };
        let typed = read_line(&mut lines);
        drop(hidden);
        (typed, lines)
    });
    let (typed, lines) = reading.await.map_err(io::Error::other)?;
    screen.console.input.lines = Some(lines);
    Ok(typed?)
}

fn read_line(lines: &mut dyn BufRead) -> io::Result<Typed> {
    let mut bytes = Vec::new();
    let mut is_long = false;
    loop {
        let available = match lines.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() && bytes.is_empty() && !is_long {
            return Ok(Typed::End);
        }
        let end = available.iter().position(|byte| matches!(*byte, b'\n' | INTERRUPT));
        let is_interrupt = end.and_then(|end| available.get(end)) == Some(&INTERRUPT);
        let is_whole = end.is_some() || available.is_empty();
        let text = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
        is_long |= bytes.len().saturating_add(text.len()) > LINE_BYTES_MAX;
        if !is_long {
            bytes.extend_from_slice(text);
        }
        let used = text.len().saturating_add(usize::from(end.is_some()));
        lines.consume(used);
        if is_interrupt {
            return Ok(Typed::End);
        }
        if is_whole {
            let line = || Typed::Line(String::from_utf8_lossy(&bytes).trim().to_owned());
            return Ok(if is_long { Typed::TooLong } else { line() });
        }
    }
}

/// A terminal that does not show what is typed, until this is dropped.
///
/// Ctrl-C comes as a byte meanwhile: it would end the process with the terminal left as it is.
struct Hidden {
    terminal: File,
    before: Termios,
}

impl Hidden {
    /// None where the terminal does not let itself be asked: then it shows what is typed, as it does for any program.
    fn begin() -> Option<Self> {
        let terminal = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
        let before = tcgetattr(&terminal).ok()?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        hidden.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(&terminal, OptionalActions::Flush, &hidden).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _stays_hidden = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Goal: lines are read one by one, trimmed, and nothing more is the end; a line that is too long is told from one that
    /// is not, and the next one is read whole. Method: lines with ends of both sorts, one at the bound and one above it, read
    /// through a buffer of seven bytes; Ctrl-C as a byte.
    #[test]
    fn lines_are_read_one_by_one() {
        let most = "a".repeat(LINE_BYTES_MAX);
        let text = format!("402 119 736 \r\n\n{most}\n{most}a\nü\n12\u{3}rest");
        let mut lines = BufReader::with_capacity(7, text.as_bytes());
        let mut next = || read_line(&mut lines).unwrap();
        let line = |text: &str| Typed::Line(text.to_owned());
        assert_eq!([next(), next(), next()], [line("402 119 736"), line(""), line(&most)]);
        assert_eq!([next(), next(), next()], [Typed::TooLong, line("ü"), Typed::End]);
        assert_eq!([next(), next()], [line("rest"), Typed::End]);
    }
}
