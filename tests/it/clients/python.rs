//! A desk in Python, made with `grpcio-tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use hourbook::ledger::SystemClock;
use hourbook::server::Tls;

use super::said;
use crate::support::certificates::Authority;
use crate::support::served::Served;
use crate::support::skipped;

/// What pip says when it cannot reach its registry, whatever the reason.
const NO_REGISTRY: [&str; 2] = ["connection broken by", "Could not fetch URL"];
/// The oldest Python that the pinned packages are made for.
const PYTHON_MIN: &str = "import sys; sys.exit(sys.version_info < (3, 10))";

/// Goal: a client made with `grpcio-tools` from `proto/` alone works as a desk does: it posts, takes what
/// was set aside in two parts, puts right, pages while lines arrive, resumes a watch after cuts, asks again
/// with the same id, and decodes refusals.
/// Method: `tests/clients/python/check.py` against a server in this process; each step checks itself.
#[test]
fn a_python_desk_works() {
    // A desk says "in an hour" by the clock on its wall.
    let served = Served::with(|options| options.clock = Arc::new(SystemClock));
    a_day_at_the_desk("clients::python::a_python_desk_works", &served, &[]);
}

/// Goal: the same over TLS, with an authority of the network's own and with keys. Method: the same day; an admin
/// opens the bank and makes the key that the desk shows.
#[test]
fn a_python_desk_works_over_tls_with_a_key() {
    let (authority, folder) = (Authority::new("The time banks' own"), tempfile::tempdir().unwrap());
    let tls = Tls::read(authority.local().write(folder.path())).unwrap();
    let books = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let key = folder.path().join("admin.key");
    let mut init = Command::new(env!("CARGO_BIN_EXE_hourbook"));
    init.args(["init", "--name", "Rivermeet", "--out"]).arg(&key).arg("--data").arg(books.path());
    let begun = init.env_clear().output().unwrap();
    assert!(begun.status.success(), "{}", said(&begun));
    let served = Served::secret_in(books, tls, &authority, |options| options.clock = Arc::new(SystemClock));
    a_day_at_the_desk(
        "clients::python::a_python_desk_works_over_tls_with_a_key",
        &served,
        &[authority.write(folder.path()), key],
    );
}

fn a_day_at_the_desk(test: &str, served: &Served, shown: &[PathBuf]) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python");
    let python = match python() {
        Ok(python) => python,
        Err(why) => return skipped(test, why),
    };
    let generated = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto");
    let mut make = Command::new(python);
    make.args(["-m", "grpc_tools.protoc"]).arg("-I").arg(&proto);
    for kind in ["python_out", "grpc_python_out"] {
        make.arg(format!("--{kind}={}", generated.path().display()));
    }
    for file in fs::read_dir(proto.join("hourbook/v1")).unwrap() {
        make.arg(file.unwrap().path());
    }
    let made = make.output().unwrap();
    assert!(made.status.success(), "{}", said(&made));

    let checked = Command::new(python)
        .arg(home.join("check.py"))
        .arg(served.address.to_string())
        .args(shown)
        .env("PYTHONPATH", generated.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let heard = said(&checked);
    assert!(checked.status.success(), "check.py: {}\n{heard}", checked.status);
    assert!(heard.contains("a day at the desk: as it must be"), "{heard}");
}

/// A Python that has what the desk needs, made once; or why this machine cannot have it.
pub fn python() -> Result<&'static Path, &'static str> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python/requirements.txt");
    MADE.get_or_init(|| python_with(&requirements)).as_deref().map_err(String::as_str)
}

/// A Python that has what `requirements` lists; or why this machine cannot have it.
fn python_with(requirements: &Path) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(requirements).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-clients");
    let (python, ready) = (folder.join("bin/python"), folder.join("ready"));
    if fs::read_to_string(&ready).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let run = |program: &Path, arguments: &[&str]| Command::new(program).args(arguments).output();
    let system = Path::new("python3");
    match run(system, &["-c", PYTHON_MIN]) {
        Err(error) => return Err(format!("python3 does not run: {error}")),
        Ok(asked) if !asked.status.success() => return Err("python3 is older than 3.10".to_owned()),
        Ok(_) => {}
    }
    let venv = run(system, &["-m", "venv", folder.to_str().unwrap()]).unwrap();
    if !venv.status.success() {
        return Err(format!("python3 makes no virtual environment:\n{}", said(&venv)));
    }
    let requirements = requirements.to_str().unwrap();
    let install = ["-m", "pip", "--disable-pip-version-check", "install", "--retries=1", "-r", requirements];
    let installed = run(&python, &install).unwrap();
    if !installed.status.success() {
        let why = said(&installed);
        // Anything else is a fault of requirements.txt, and that is no reason to skip.
        assert!(NO_REGISTRY.iter().any(|words| why.contains(words)), "pip cannot install:\n{why}");
        return Err(format!("the package registry of Python is out of reach:\n{why}"));
    }
    fs::write(ready, wanted).unwrap();
    Ok(python)
}
