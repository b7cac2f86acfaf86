//! A small ext4 of our own: a file, a loop device, a folder it is mounted on.
//!
//! `mount -o loop` frees the device with the last unmount, so nothing but the mount is to be undone.
//! No other device is touched.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::support::skipped;

/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`: from then on nothing reaches the disk, not
/// even the file system's own journal. The call is unsafe in every crate; Python makes it for us.
/// Started beforehand, as in the time it takes to start, much would reach the disk by chance.
const CUT: &str = "import fcntl, os, struct, sys
root = os.open(sys.argv[1], os.O_RDONLY)
print('ready', flush=True)
if sys.stdin.readline():
    fcntl.ioctl(root, 0x8004587d, struct.pack('I', 2))
    print('cut', flush=True)";

/// Names of our folders begin with this and the process that made them.
const PREFIX: &str = "crash-";

/// The file system; unmounted and deleted when dropped.
pub struct Disk {
    mounted: bool,
    // Dropped last.
    folder: TempDir,
}

impl Disk {
    /// A mounted file system of `bytes`; none, with a loud word, where there can be none.
    pub fn new(bytes: u64, test: &str) -> Option<Self> {
        match Self::make(bytes) {
            Ok(disk) => Some(disk),
            Err(why) => {
                skipped(test, &format!("no ext4 on a loop device here: {why}"));
                None
            }
        }
    }

    fn make(bytes: u64) -> Result<Self, String> {
        let mut disk = Self { mounted: false, folder: folder() };
        std::fs::File::create(disk.image()).and_then(|image| image.set_len(bytes)).unwrap();
        std::fs::create_dir(disk.root()).unwrap();
        run("mkfs.ext4", &["-q", "-F", "-m", "0", path(&disk.image())])?;
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Where the books are.
    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    /// Mounts it; what the file system had in its journal is played back.
    pub fn mount(&mut self) -> Result<(), String> {
        run("mount", &["-o", "loop", "-t", "ext4", path(&self.image()), path(&self.root())])?;
        self.mounted = true;
        Ok(())
    }

    /// Unmounts it. Whoever used it has ended.
    pub fn unmount(&mut self) {
        run("umount", &[path(&self.root())]).unwrap();
        self.mounted = false;
    }

    /// A file that takes `bytes` away; delete it to give them back.
    pub fn ballast(&self, bytes: usize) -> PathBuf {
        let file = self.root().join("ballast");
        std::fs::write(&file, vec![1; bytes]).unwrap();
        file
    }

    /// From now on nothing that writes returns, until it is dropped. None, with a loud word, where
    /// that cannot be.
    ///
    /// Drop it before a child that writes: a thread that waits for a frozen disk cannot be killed.
    pub fn freeze(&self, test: &str) -> Option<Frozen> {
        has("fsfreeze", &["-f", path(&self.root())], test).then(|| Frozen(self.root()))
    }

    /// The hand on the plug.
    pub fn plug(&self) -> Plug {
        let mut python = Command::new("python3")
            .args(["-c", CUT, path(&self.root())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut plug = Plug { answers: BufReader::new(python.stdout.take().unwrap()), python };
        plug.expect("ready\n");
        plug
    }
}

/// A frozen file system.
pub struct Frozen(PathBuf);

impl Drop for Frozen {
    fn drop(&mut self) {
        let _a_panic_here_would_abort = run("fsfreeze", &["-u", path(&self.0)]);
    }
}

/// A process that is ready to shut the file system down. It keeps it busy: drop it before unmounting.
pub struct Plug {
    python: Child,
    answers: BufReader<ChildStdout>,
}

impl Plug {
    /// The power goes off.
    pub fn pull(mut self) {
        self.python.stdin.take().unwrap().write_all(b"pull\n").unwrap();
        self.expect("cut\n");
    }

    fn expect(&mut self, answer: &str) {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert_eq!(line, answer, "EXT4_IOC_SHUTDOWN");
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        let _it_may_have_ended = self.python.kill();
        let _status = self.python.wait();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted && run("umount", &[path(&self.root())]).is_err() {
            // Somebody still has a file open: out of sight now, gone when they are.
            let _what_can_be_done = run("umount", &["-l", path(&self.root())]);
        }
    }
}

/// A folder on the disk of the build, not in a temporary folder that may be memory. Deleted when
/// dropped; what a killed test run left behind is deleted by the next one.
pub fn folder() -> TempDir {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in std::fs::read_dir(parent).unwrap().filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let root = entry.path().join("root");
            let _nobody_froze_it = run("fsfreeze", &["-u", path(&root)]);
            let _it_may_not_be_mounted = run("umount", &[path(&root)]);
            let _another_run_may_be_faster = std::fs::remove_dir_all(entry.path());
        }
    }
    let prefix = format!("{PREFIX}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(parent).unwrap()
}

/// Whether `program` can be run; a loud word if not.
pub fn has(program: &str, arguments: &[&str], test: &str) -> bool {
    match run(program, arguments) {
        Ok(()) => true,
        Err(why) => {
            skipped(test, &why);
            false
        }
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program} {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
