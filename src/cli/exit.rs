//! How the process ends: the one table of exit codes, in code and in the help.

/// Shown below the help of `hourbook`.
pub const EXIT_CODES_HELP: &str = "\
Exit codes:
  0   done
  1   refused: a rule said no and nothing was written, or the books do not add up
  2   usage: what was typed cannot be meant
  64  a setting cannot be meant (flag, HOURBOOK_* variable or profile)
  69  no server there, or it cannot say what happened: a write can be asked again with --request-id
  70  the server stopped because its disk or its books cannot be trusted";

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A rule said no, or the books do not add up.
    Refused,
    /// What was typed cannot be meant.
    Usage,
    /// A setting cannot be meant.
    BadConfig,
    /// No server there, or it is not known what happened.
    Unreachable,
    /// The server's fail stop.
    FailStop,
}

impl Exit {
    /// The number the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::BadConfig => 64,
            Self::Unreachable => 69,
            Self::FailStop => 70,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the help tells every code there is. Method: each is looked up as the start of a line.
    #[test]
    fn the_help_tells_every_code() {
        let all =
            [Exit::Done, Exit::Refused, Exit::Usage, Exit::BadConfig, Exit::Unreachable, Exit::FailStop];
        for exit in all {
            let start = format!("  {:<4}", exit.code());
            assert!(EXIT_CODES_HELP.lines().any(|line| line.starts_with(&start)), "{exit:?}");
        }
        assert_eq!(EXIT_CODES_HELP.lines().count(), all.len() + 1);
    }
}
