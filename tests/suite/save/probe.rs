//! A save in a process of its own, so that faults can be injected into it and it can be killed.
//!
//! The test binary starts itself again with one ignored test, and tells it by variables what to do. The probe says
//! which thread will save and waits for a line, so that strace can be attached to that thread alone: the ordinals of
//! its calls then are the same in every run.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use sopsmith::repo::ContentHash;
use sopsmith::storage::{Accept, Before, Change, Durability, SaveError, save_all, survive_size_limit};

use crate::tools;

/// The two files of every probe.
pub(super) const NAMES: [&str; 2] = ["secrets.yaml", "sops.nix"];
pub(super) const OLD: [&str; 2] = ["old: ENC[old]\n", "{ old = 1; }\n"];

/// Looked at by the probe before and after it saves; it does not exist.
pub(super) const MARK: &str = "/no-such-file-marks-the-save";

const FOLDER: &str = "SOPSMITH_PROBE_FOLDER";
const SIZE: &str = "SOPSMITH_PROBE_BYTES";

/// A folder in which two files wait to be saved.
pub(super) struct Probe {
    pub(super) folder: tempfile::TempDir,
    pub(super) new_bytes: usize,
}

impl Probe {
    /// Files of a few bytes, to be replaced by files of `new_bytes` each.
    pub(super) fn new(new_bytes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in NAMES.iter().zip(OLD) {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self { folder, new_bytes }
    }

    pub(super) fn path(&self, index: usize) -> PathBuf {
        self.folder.path().join(NAMES[index])
    }

    /// The arguments that make this test binary save the two files.
    pub(super) fn program() -> Vec<String> {
        let itself = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
        let arguments = ["--exact", "save::probe::saves_two_files", "--ignored", "--nocapture", "--test-threads=1"];
        std::iter::once(itself).chain(arguments.map(str::to_owned)).collect()
    }

    /// Runs `runner`, a command that ends in the program, and returns what the save reported.
    pub(super) fn run(&self, runner: &mut Command) -> Option<String> {
        self.start(runner).1.finish()
    }

    /// Saves under strace with these arguments, and returns what the save reported; `None` when it was killed.
    pub(super) fn traced(&self, arguments: &[&str]) -> Option<String> {
        let mut program = Command::new(&Self::program()[0]);
        let (thread, started) = self.start(program.args(&Self::program()[1..]));
        let mut strace = tools::system("strace");
        let mut strace = strace.args(arguments).args(["-p", &thread]).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(strace.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains("attached"), "{line}");
        let report = started.finish();
        strace.wait().unwrap();
        report
    }

    /// Starts the program and waits until it is about to save. Returns the thread that will.
    fn start(&self, runner: &mut Command) -> (String, Started) {
        runner.env(FOLDER, self.folder.path()).env(SIZE, self.new_bytes.to_string());
        let (go_on, stdin) = UnixStream::pair().unwrap();
        let mut child = runner.stdin(OwnedFd::from(stdin)).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("probe thread ") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the probe ended before it saved");
        }
        let thread = line.trim_end().rsplit(['/', ' ']).next().unwrap().to_owned();
        (thread, Started { child, go_on, said })
    }

    /// What the two files hold: `old`, `new`, or what is neither.
    pub(super) fn contents(&self) -> [String; 2] {
        [0, 1].map(|index| self.content(&self.path(index), index))
    }

    pub(super) fn content(&self, path: &Path, index: usize) -> String {
        match fs::read(path) {
            Ok(bytes) if bytes == OLD[index].as_bytes() => "old".to_owned(),
            Ok(bytes) if bytes == new_text(index, self.new_bytes) => "new".to_owned(),
            Ok(bytes) => format!("{} bytes of neither", bytes.len()),
            Err(error) => error.to_string(),
        }
    }

    /// Names in the folder besides the two files.
    pub(super) fn litter(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !NAMES.contains(&name.as_str())).collect()
    }
}

/// A probe that waits to be told to save.
struct Started {
    child: Child,
    go_on: UnixStream,
    said: BufReader<ChildStdout>,
}

impl Started {
    fn finish(mut self) -> Option<String> {
        self.go_on.write_all(b"\n").unwrap();
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        self.child.wait().unwrap();
        said.lines().find_map(|line| Some(line.split_once("probe: ")?.1.to_owned()))
    }
}

fn new_text(index: usize, len_bytes: usize) -> Vec<u8> {
    vec![b'a' + u8::try_from(index).unwrap(); len_bytes]
}

/// The line that says what came of a save: which file holds what, then the words.
fn report(outcome: &Result<Vec<sopsmith::storage::SavedFile>, SaveError>) -> String {
    match outcome {
        Ok(saved) if saved.iter().all(|file| file.durability == Durability::Durable) => "new new: saved".to_owned(),
        Ok(_) => "new new: saved, durability unknown".to_owned(),
        Err(error @ SaveError::Partly { .. }) => format!("new old: {error}; {}", error.hint().unwrap_or("no hint")),
        Err(error) => format!("old old: {error}; {}", error.hint().unwrap_or("no hint")),
    }
}

/// Waits for the byte on the standard input. It is received from a socket: `recv` is a call that no save makes, so it
/// makes no difference to the ordinals whether strace was attached before it or in the middle of it.
fn told_to_go_on() {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    socket.read_exact(&mut [0]).unwrap();
}

#[test]
#[ignore = "started by the tests of saving, under faults"]
fn saves_two_files() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let len_bytes: usize = std::env::var(SIZE).unwrap().parse().unwrap();
    survive_size_limit().unwrap();
    let paths = NAMES.map(|name| folder.join(name));
    let texts = [0, 1].map(|index| new_text(index, len_bytes));
    // A file that does not exist: it marks in a trace where the save begins and ends.
    let mark = || assert!(fs::metadata(MARK).is_err());
    println!("probe thread {}", fs::read_link("/proc/thread-self").unwrap().display());
    told_to_go_on();
    mark();
    let changes: Vec<Change> = [0, 1]
        .iter()
        .map(|index| Change {
            path: &paths[*index],
            before: Before::Content(ContentHash::of(OLD[*index].as_bytes())),
            bytes: &texts[*index],
            accept: Accept::Nothing,
        })
        .collect();
    let outcome = save_all(&changes);
    mark();
    println!("probe: {}", report(&outcome).replace(&format!("{}/", folder.display()), ""));
}
