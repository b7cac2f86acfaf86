//! The real program, on both ends.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hourbook::server::Tls;
use rustix::process::{Pid, Signal, kill_process};

use super::Shown;
use crate::cli::served::{hourbook, text};
use crate::service::hostile::wire;
use crate::support::certificates::{Authority, Issued, Years};
use crate::support::served::Served;
use crate::support::wait_until;

/// `hourbook serve`, and what it says.
pub struct Process {
    child: Child,
    said: Receiver<String>,
    all: Vec<String>,
    /// Where it listens.
    pub port: u16,
}

impl Process {
    /// Starts `command`, which serves, and waits until it listens.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (say, said) = channel();
        std::thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
        let mut process = Self { child, said, all: Vec::new(), port: 0 };
        let line = process.hear("address=");
        let address = line.split_once("address=").unwrap().1.split_whitespace().next().unwrap();
        process.port = address.rsplit_once(':').unwrap().1.parse().unwrap();
        process
    }

    /// Waits for a line with these words. Two minutes are only a net.
    fn hear(&mut self, words: &str) -> String {
        loop {
            let line = self.said.recv_timeout(Duration::from_secs(120));
            let line = line.unwrap_or_else(|_| panic!("never said: {words}; but: {:#?}", self.all));
            self.all.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

/// What a command says until it ends. Two minutes are only a net for one that does not, as a server would.
pub fn ends(command: &mut Command) -> Output {
    struct Killed(Child);
    impl Drop for Killed {
        fn drop(&mut self) {
            let _already_gone = self.0.kill();
            let _already_gone = self.0.wait();
        }
    }
    let mut child = Killed(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    // What it says is less than a pipe holds.
    let running = std::cell::RefCell::new(&mut child.0);
    wait_until("the end of a command", || running.borrow_mut().try_wait().unwrap().is_some());
    let status = child.0.wait().unwrap();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    child.0.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    child.0.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
    Output { status, stdout, stderr }
}

/// Asks for the banks of `server`, and whatever is set beside.
fn list(server: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = hourbook(server);
    command.args(["bank", "list"]).args(arguments).envs(variables.iter().copied()).output().unwrap()
}

/// Goal: the command line asks over TLS, by name and by address, believing a file or this machine.
/// Method: the real program against a server in this process; the machine's list is a file of the test.
#[test]
fn the_command_line_asks_over_tls() {
    let shown = Shown::new();
    let served = Served::secret(shown.tls(), &shown.authority, |_| {});
    served.bank("Ashenford");
    let ca = shown.ca();
    let port = served.address.port();
    for server in [format!("https://localhost:{port}"), format!("https://127.0.0.1:{port}/")] {
        for told in [
            list(&server, &["--ca", &ca], &[]),
            list(&server, &[], &[("HOURBOOK_CA", &ca)]),
            list(&server, &[], &[("SSL_CERT_FILE", &ca)]),
        ] {
            assert!(told.status.success(), "{}", text(&told.stderr));
            assert!(text(&told.stdout).contains("Ashenford"));
        }
    }
}

/// A server in this process that shows `issued`, and what the command line says of it.
fn said_of(issued: &Issued, believed: &Authority, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::insecure(Tls::read(issued.write(folder.path())).unwrap(), |_| {});
    let ca = believed.write(folder.path());
    let server = format!("https://localhost:{}", served.address.port());
    let ca = ca.to_str().unwrap();
    let arguments: Vec<_> = arguments.iter().map(|word| if *word == "CA" { ca } else { word }).collect();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| (*name, if *value == "CA" { ca } else { value })).collect();
    let told = list(&server, &arguments, &variables);
    assert_eq!(told.status.code(), Some(69), "{}", text(&told.stderr));
    assert!(told.stdout.is_empty());
    let said = text(&told.stderr);
    assert!(said.contains(&format!("{server} was asked nothing: ")), "{said}");
    said
}

/// Goal: a server that cannot be believed is asked nothing, and what to do is said in words, at once.
/// Method: one certificate for each reason not to believe it.
#[test]
fn who_cannot_be_believed_is_asked_nothing() {
    let (ours, other) = (Authority::new("The time banks' own"), Authority::new("Somebody else's"));
    let by_file = &["--ca", "CA"][..];
    for (issued, believed, arguments, variables, words) in [
        (
            ours.local(),
            &other,
            by_file,
            &[][..],
            "has not signed its certificate: either --ca names the wrong file",
        ),
        (
            ours.local(),
            &other,
            &[],
            &[("SSL_CERT_FILE", "CA")],
            "name that authority's certificate with --ca FILE",
        ),
        (ours.issue(&["localhost"], Years::Past), &ours, by_file, &[], "its certificate has expired"),
        (ours.issue(&["localhost"], Years::Future), &ours, by_file, &[], "not valid yet: is the clock"),
        (
            ours.issue(&["books.example", "10.0.0.7"], Years::Present),
            &ours,
            by_file,
            &[],
            "its certificate is for books.example and 10.0.0.7, not for what was typed",
        ),
        (ours.own(), &ours, by_file, &[], "shows the certificate of an authority as its own"),
    ] {
        let said = said_of(&issued, believed, arguments, variables);
        assert!(said.contains(words), "{words}: {said}");
    }
}

/// Goal: a server without TLS that is asked with it, and the other way round, are told apart from none.
/// Method: both mistakes; the second takes the ten seconds of patience.
#[test]
fn half_a_secret_is_none() {
    let shown = Shown::new();
    let plain = Served::new();
    let told = list(&format!("https://localhost:{}", plain.address.port()), &["--ca", &shown.ca()], &[]);
    let said = text(&told.stderr);
    assert!(told.status.code() == Some(69) && said.contains("does not speak TLS"), "{said}");
    let secret = Served::secret(shown.tls(), &shown.authority, |_| {});
    let told = list(&secret.address.to_string(), &[], &[]);
    let said = text(&told.stderr);
    assert!(told.status.code() == Some(69) && said.contains("--server https://NAME:PORT"), "{said}");
}

/// `hourbook serve` with these arguments beside its books.
fn serve(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = hourbook("127.0.0.1:9");
    command.arg("serve").arg("--data").arg(folder.join("books")).args(arguments).current_dir(folder);
    command
}

/// Goal: a server that would be heard without TLS, or with a certificate that is none, ends before it opens a
/// port or its books, with 64 and both ways out. Method: each mistake; then both ways out are taken.
#[test]
fn a_server_speaks_tls_or_says_why_not() {
    let shown = Shown::new();
    let folder = shown.folder.path();
    fs::write(folder.join("other.key"), Authority::new("Other").local().key).unwrap();
    let everywhere = ["--listen", "0.0.0.0:0"];
    for (arguments, words) in [
        (&everywhere[..], &["--listen (HOURBOOK_LISTEN)", "--tls-cert", "--plaintext-beyond-loopback"][..]),
        (&["--tls-cert", "server.pem"], &["--tls-key (HOURBOOK_TLS_KEY)", "needs both"]),
        (&["--tls-key", "server.key"], &["--tls-cert (HOURBOOK_TLS_CERT)", "needs both"]),
        (&["--tls-cert", "server.pem", "--tls-key", "other.key"], &["--tls-key", "made together"]),
        (&["--tls-cert", "nowhere.pem", "--tls-key", "server.key"], &["--tls-cert", "cannot be read"]),
        (&["--tls-cert", "server.key", "--tls-key", "server.key"], &["--tls-cert", "holds no certificate"]),
    ] {
        let told = ends(&mut serve(folder, arguments));
        let said = text(&told.stderr);
        assert_eq!(told.status.code(), Some(64), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
        assert!(!said.contains("listening") && !folder.join("books").exists(), "{said}");
    }
    for (arguments, words) in [
        (&["--plaintext-beyond-loopback"][..], "without TLS, as was asked for"),
        (&["--tls-cert", "server.pem", "--tls-key", "server.key"], "tls=true"),
    ] {
        let mut process = Process::start(&mut serve(folder, &[&everywhere, arguments].concat()));
        process.hear("the books are open");
        assert!(process.all.iter().any(|line| line.contains(words)), "{:?}", process.all);
    }
}

/// Goal: HUP has the certificate read again without an end; a pair that does not fit is refused with a warning
/// and the one before goes on; strangers are no errors. Method: the real program, two authorities, three HUPs.
#[test]
fn hup_has_the_certificate_read_again() {
    let (shown, next) = (Shown::new(), Authority::new("The next authority"));
    let folder = shown.folder.path();
    let next_ca = folder.join("next.pem");
    fs::write(&next_ca, &next.pem).unwrap();
    let next_ca = next_ca.to_str().unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--tls-cert", "server.pem", "--tls-key", "server.key"];
    let mut process = Process::start(&mut serve(folder, &arguments));
    let server = format!("https://localhost:{}", process.port);
    let believed_by = |ca: &str| list(&server, &["--ca", ca], &[]).status.success();
    assert!(believed_by(&shown.ca()) && !believed_by(next_ca));

    let issued = next.local();
    fs::write(folder.join("server.pem"), &issued.certificate).unwrap();
    process.signal(Signal::HUP);
    let warned = process.hear("the certificate was not replaced");
    assert!(warned.contains("WARN") && warned.contains("made together"), "{warned}");
    assert!(believed_by(&shown.ca()) && !believed_by(next_ca));

    fs::write(folder.join("server.key"), &issued.key).unwrap();
    process.signal(Signal::HUP);
    process.hear("the certificate was read again");
    assert!(believed_by(next_ca) && !believed_by(&shown.ca()));

    let address = ([127, 0, 0, 1], process.port).into();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        wire::until_closed(&mut wire::say(address, b"no handshake").await).await;
    });
    process.signal(Signal::TERM);
    assert!(process.child.wait().unwrap().success());
    process.all.extend(process.said.iter());
    let loud = process.all.iter().filter(|line| line.contains("ERROR") || line.contains("WARN"));
    let loud: Vec<_> = loud.filter(|line| !line.contains("local operator")).collect();
    assert_eq!(loud.len(), 1, "{loud:?}");
}

/// Goal: HUP does not end a server without TLS, and is said. Method: the real program, HUP, a question, TERM.
#[test]
fn hup_ends_no_server_without_tls() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(&mut serve(folder.path(), &["--listen", "127.0.0.1:0"]));
    process.signal(Signal::HUP);
    let said = process.hear("HUP came");
    assert!(said.contains("INFO") && said.contains("no certificate"), "{said}");
    assert!(list(&format!("127.0.0.1:{}", process.port), &[], &[]).status.success());
    process.signal(Signal::TERM);
    assert!(process.child.wait().unwrap().success());
}
