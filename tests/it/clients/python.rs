//! A desk in Python, made with `grpcio-tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use hourbook::ledger::SystemClock;

use super::said;
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
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python");
    let Some(python) = python_with(&home.join("requirements.txt")) else { return };
    let generated = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto");
    let mut make = Command::new(&python);
    make.args(["-m", "grpc_tools.protoc"]).arg("-I").arg(&proto);
    for kind in ["python_out", "grpc_python_out"] {
        make.arg(format!("--{kind}={}", generated.path().display()));
    }
    for file in fs::read_dir(proto.join("hourbook/v1")).unwrap() {
        make.arg(file.unwrap().path());
    }
    let made = make.output().unwrap();
    assert!(made.status.success(), "{}", said(&made));

    // A desk says "in an hour" by the clock on its wall.
    let served = Served::with(|options| options.clock = Arc::new(SystemClock));
    let checked = Command::new(&python)
        .arg(home.join("check.py"))
        .arg(served.address.to_string())
        .env("PYTHONPATH", generated.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let heard = said(&checked);
    assert!(checked.status.success(), "check.py: {}\n{heard}", checked.status);
    assert!(heard.contains("a day at the desk: as it must be"), "{heard}");
}

/// A Python that has what `requirements` lists; none, said loudly, where this machine cannot have it.
fn python_with(requirements: &Path) -> Option<PathBuf> {
    let wanted = fs::read_to_string(requirements).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-clients");
    let (python, ready) = (folder.join("bin/python"), folder.join("ready"));
    if fs::read_to_string(&ready).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Some(python);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let run = |program: &Path, arguments: &[&str]| Command::new(program).args(arguments).output();
    let system = Path::new("python3");
    match run(system, &["-c", PYTHON_MIN]) {
        Err(error) => return skip(&format!("python3 does not run: {error}")),
        Ok(asked) if !asked.status.success() => return skip("python3 is older than 3.10"),
        Ok(_) => {}
    }
    let venv = run(system, &["-m", "venv", folder.to_str().unwrap()]).unwrap();
    if !venv.status.success() {
        return skip(&format!("python3 makes no virtual environment:\n{}", said(&venv)));
    }
    let requirements = requirements.to_str().unwrap();
    let install = ["-m", "pip", "--disable-pip-version-check", "install", "--retries=1", "-r", requirements];
    let installed = run(&python, &install).unwrap();
    if !installed.status.success() {
        let why = said(&installed);
        // Anything else is a fault of requirements.txt, and that is no reason to skip.
        assert!(NO_REGISTRY.iter().any(|words| why.contains(words)), "pip cannot install:\n{why}");
        return skip(&format!("the package registry of Python is out of reach:\n{why}"));
    }
    fs::write(ready, wanted).unwrap();
    Some(python)
}

fn skip<T>(why: &str) -> Option<T> {
    skipped("clients::python::a_python_desk_works", why);
    None
}
