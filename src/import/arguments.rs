//! What is typed after `import`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{BadRowsMean, DecimalHours, Missing, Options, PostedAs};
use crate::domain::Day;

/// Imports exchanges from a CSV file.
///
/// The first line names the columns bank, day, giver, receiver, hours, activity and note, in any order.
/// Importing the same file again, or a longer one, posts only what is new.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The CSV file, or - for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Opens banks, accounts and activities that are not in the books yet.
    #[arg(long)]
    pub open_missing: bool,
    /// Leaves out rows that cannot be posted, instead of posting nothing.
    #[arg(long)]
    pub skip_bad: bool,
    /// Posts the rows as history, or as what happens now.
    #[arg(long = "as", value_enum, value_name = "KIND", default_value_t)]
    pub posted_as: PostedAs,
    /// What 1.30 means: 1 h 18 min, or 1 h 30 min.
    #[arg(long, value_enum, value_name = "READING", default_value_t)]
    pub hours: DecimalHours,
    /// Time zone of banks that are opened.
    #[arg(long, value_name = "ZONE", default_value = "Europe/London", value_parser = time_zone)]
    pub time_zone: String,
}

impl Arguments {
    /// What they come to, where `latest_day` is the last that has begun.
    #[must_use]
    pub fn options(&self, latest_day: Option<Day>) -> Options {
        let missing = if self.open_missing {
            Missing::Open { time_zone: self.time_zone.clone() }
        } else {
            Missing::Refuse
        };
        let bad_rows = if self.skip_bad { BadRowsMean::Skip } else { BadRowsMean::Stop };
        Options { missing, bad_rows, posted_as: self.posted_as, hours: self.hours, latest_day }
    }

    /// Opens the file, or standard input for `-`.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        if self.file == Path::new("-") {
            return Ok(Box::new(io::stdin()));
        }
        Ok(Box::new(File::open(&self.file)?))
    }
}

fn time_zone(name: &str) -> Result<String, String> {
    let known = jiff::tz::TimeZone::get(name).map(|_| name.to_owned());
    known.map_err(|_| "there is no such time zone; they are written like Europe/London".to_owned())
}

impl ValueEnum for PostedAs {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Opening, Self::Exchange]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        use clap::builder::PossibleValue;
        Some(match self {
            Self::Opening => {
                PossibleValue::new("opening").help("history from other books; no limit is judged")
            }
            Self::Exchange => PossibleValue::new("exchange").help("help given now; limits are judged"),
        })
    }
}

impl ValueEnum for DecimalHours {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Decimal, Self::Clock]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        use clap::builder::PossibleValue;
        Some(match self {
            Self::Decimal => PossibleValue::new("decimal").help("parts of an hour: 1.30 is 1 h 18 min"),
            Self::Clock => PossibleValue::new("clock").help("minutes: 1.30 is 1 h 30 min"),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, clap::Error> {
        let command = Arguments::augment_args(clap::Command::new("import"));
        Arguments::from_arg_matches(&command.try_get_matches_from(words)?)
    }

    /// Goal: what is typed becomes options, history and decimal hours where nothing is said, and a time
    /// zone nobody knows is told before a file is opened.
    #[test]
    fn words_become_options() {
        let plain = Options::default();
        assert_eq!(read(&["import", "-"]).unwrap().options(None), plain);
        let all = ["import", "--open-missing", "--skip-bad", "--as", "exchange", "--hours", "clock", "a.csv"];
        let options = Options {
            missing: Missing::Open { time_zone: "Europe/London".into() },
            bad_rows: BadRowsMean::Skip,
            posted_as: PostedAs::Exchange,
            hours: DecimalHours::Clock,
            latest_day: None,
        };
        assert_eq!(read(&all).unwrap().options(None), options);
        assert!(read(&["import"]).is_err());
        let error = read(&["import", "--time-zone", "Europe/Lundon", "-"]).unwrap_err().to_string();
        assert!(error.contains("there is no such time zone"), "{error}");
    }
}
