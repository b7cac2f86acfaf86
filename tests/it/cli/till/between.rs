//! A line between a till and its server that is cut where a test wants it: at a call, or at its answer.
//!
//! Frames of HTTP/2 are told apart by their heads alone, so what is cut does not depend on how bytes happen to arrive.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A client says this before its first frame.
const PREFACE_BYTES: usize = 24;
const FRAME_HEAD_BYTES: usize = 9;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;

/// What becomes of calls and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// All arrive.
    Up,
    /// So many calls do not arrive.
    CutsCalls(u32),
    /// So many calls arrive, and their answers do not.
    CutsAnswers(u32),
    /// A call arrives, its answer does not, and then the line stays down.
    CutsAnswerForGood,
    /// Nothing arrives.
    Down,
}

/// The line.
#[derive(Clone)]
pub struct Between {
    pub address: String,
    line: Arc<Mutex<Line>>,
}

impl Between {
    /// To the server at `server`.
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let between = Self { address, line: Arc::new(Mutex::new(Line::Up)) };
        let (for_all, server) = (between.clone(), server.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                for_all.join(client, &server);
            }
        });
        between
    }

    pub fn becomes(&self, line: Line) {
        *self.line.lock().unwrap() = line;
    }

    fn join(&self, client: TcpStream, server: &str) {
        if *self.line.lock().unwrap() == Line::Down {
            return; // Hangs up.
        }
        let server = TcpStream::connect(server).unwrap();
        let pair = || [client.try_clone().unwrap(), server.try_clone().unwrap()];
        let (up, down) = (pair(), pair());
        let (calls, answers) = (self.clone(), self.clone());
        std::thread::spawn(move || {
            let [mut from, mut to] = up;
            let mut preface = [0; PREFACE_BYTES];
            if from.read_exact(&mut preface).and_then(|()| to.write_all(&preface)).is_ok() {
                frames(&mut from, &mut to, |head| calls.lets_call(head));
            }
            cut(&[from, to]);
        });
        std::thread::spawn(move || {
            let [mut to, mut from] = down;
            frames(&mut from, &mut to, |head| answers.lets_answer(head));
            cut(&[from, to]);
        });
    }

    fn lets_call(&self, head: [u8; FRAME_HEAD_BYTES]) -> Passes {
        let mut line = self.line.lock().unwrap();
        let is_call = head[3] == HEADERS;
        match *line {
            Line::CutsCalls(left) if is_call => {
                *line = if left > 1 { Line::CutsCalls(left - 1) } else { Line::Up };
                Passes::Cut
            }
            Line::Down if is_call => Passes::Cut,
            Line::Up | Line::CutsCalls(_) | Line::CutsAnswers(_) | Line::CutsAnswerForGood | Line::Down => {
                Passes::Yes
            }
        }
    }

    /// Of an answer that is cut nothing arrives, and it is cut when all of it is there: the server has done it.
    fn lets_answer(&self, head: [u8; FRAME_HEAD_BYTES]) -> Passes {
        let mut line = self.line.lock().unwrap();
        let after = match *line {
            Line::CutsAnswers(1) => Line::Up,
            Line::CutsAnswers(left) => Line::CutsAnswers(left - 1),
            Line::CutsAnswerForGood => Line::Down,
            Line::Up | Line::CutsCalls(_) | Line::Down => return Passes::Yes,
        };
        if head[3] == HEADERS && head[4] & END_STREAM != 0 {
            *line = after;
            return Passes::Cut;
        }
        Passes::Not
    }
}

enum Passes {
    Yes,
    Not,
    Cut,
}

fn frames(from: &mut TcpStream, to: &mut TcpStream, passes: impl Fn([u8; FRAME_HEAD_BYTES]) -> Passes) {
    let mut head = [0; FRAME_HEAD_BYTES];
    while from.read_exact(&mut head).is_ok() {
        let mut body = vec![0; usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2])];
        if from.read_exact(&mut body).is_err() {
            return;
        }
        match passes(head) {
            Passes::Yes => {
                if to.write_all(&head).and_then(|()| to.write_all(&body)).is_err() {
                    return;
                }
            }
            Passes::Not => {}
            Passes::Cut => return,
        }
    }
}

fn cut(streams: &[TcpStream]) {
    for stream in streams {
        let _already_gone = stream.shutdown(Shutdown::Both);
    }
}
