//! A till that is typed at line by line, while a test does something else in between.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{Shop, bared};

/// A till at work.
pub struct Counter {
    child: Child,
    typed: Option<ChildStdin>,
    printed: BufReader<ChildStdout>,
    /// All lines so far.
    told: String,
}

impl Counter {
    pub fn begin(shop: &Shop, address: &str, flags: &[&str]) -> Self {
        let mut till = shop.command("till", address);
        till.args(["till", "--staff", "EP"]).args(flags);
        let mut child = till.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (typed, printed) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut counter = Self { child, typed, printed, told: String::new() };
        counter.until_it_asks("help:");
        counter
    }

    /// Types a line, and reads until a question with this end: what was printed, times and days aside.
    pub fn types(&mut self, line: &str, question: &str) -> String {
        writeln!(self.typed.as_mut().unwrap(), "{line}").unwrap();
        self.until_it_asks(question)
    }

    fn until_it_asks(&mut self, question: &str) -> String {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            let read = self.printed.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended instead of asking '{question}':\n{}", self.told);
            self.told.push_str(&line);
            if line.trim_end().ends_with(question) {
                return bared(&answer);
            }
            answer.push_str(&line);
        }
    }

    /// Up to the receipt: one person, offer 1.
    pub fn shows(&mut self, code: &str) {
        self.types(code, "for 1):");
        self.types("", "offer:");
        self.types("1", "one):");
    }

    /// Nothing more is typed: how it ended, and all it printed.
    pub fn ends(mut self) -> (i32, String) {
        drop(self.typed.take());
        std::io::Read::read_to_string(&mut self.printed, &mut self.told).unwrap();
        (self.child.wait().unwrap().code().unwrap(), self.told)
    }
}
