//! `updatekeys` over two hundred files, stopped and killed on the way: everybody who could read still can.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sopsmith::sops::Document;

use super::{Holds, Person, people, unwrapped};
use crate::folder::{Folder, IDENTITY, RECIPIENT};
use crate::tools;

const FILES: usize = 200;

/// Two hundred encrypted files, and rules that name one more recipient.
struct Tree {
    folder: Folder,
    sealed: String,
}

impl Tree {
    fn new() -> Self {
        let folder = Folder::with_sealed("3.13.3", "secrets/000.yaml", "a: one\nb: two\n");
        let sealed = folder.read("secrets/000.yaml");
        let rules = format!("creation_rules:\n  - age: {RECIPIENT},{}\n", people()[0].recipient);
        folder.write(".sops.yaml", &rules);
        let tree = Self { folder, sealed };
        tree.reset();
        tree
    }

    fn reset(&self) {
        (0..FILES).for_each(|number| fs::write(self.path(number), &self.sealed).unwrap());
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.file(&format!("secrets/{number:03}.yaml"))
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("SOPS_AGE_KEY", IDENTITY);
        command
    }

    fn update(&self) -> Command {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_sopsmith")));
        command.args(["updatekeys", "--yes"]);
        command
    }

    /// Every file opens for its first reader; returns how many do for the new one too.
    fn updated(&self) -> usize {
        let reader = Person { recipient: RECIPIENT.to_owned(), holds: Holds::Age(IDENTITY.to_owned()) };
        let is_updated = |number: &usize| {
            let text = fs::read_to_string(self.path(*number)).unwrap();
            if text == self.sealed {
                return false;
            }
            let document = Document::parse(text).unwrap();
            for person in [&reader, &people()[0]] {
                let key = unwrapped(&document, &[person]).unwrap_or_else(|error| panic!("file {number}: {error}"));
                document.verify(&key.cipher()).unwrap();
            }
            true
        };
        (0..FILES).filter(is_updated).count()
    }

    fn litter(&self) -> usize {
        fs::read_dir(self.folder.file("secrets")).unwrap().count() - FILES
    }

    /// A second run does the rest and clears away what was left.
    fn check_second_run(&self) {
        let output = self.update().output().unwrap();
        assert!(output.status.success(), "{}", tools::said(&output));
        assert_eq!((self.updated(), self.litter()), (FILES, 0));
        let again = tools::said(&self.update().output().unwrap());
        assert!(again.contains("200 files up to date."), "{again}");
    }
}

/// Runs until `lines` files are told to be done, and then sends a signal. Returns what was said after that.
fn interrupt(tree: &Tree, lines: usize, signal: Signal) -> (Option<i32>, String) {
    let mut child = tree.update().stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let (mut line, mut done) = (String::new(), 0);
    while done < lines {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended after {done} files");
        done += usize::from(line.contains(": updated"));
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    let rest = std::io::read_to_string(said).unwrap();
    (child.wait().unwrap().code(), rest)
}

#[test]
fn killed_after_any_file_the_next_run_does_the_rest() {
    let tree = Tree::new();
    for lines in [1, 17, 120, 199] {
        tree.reset();
        interrupt(&tree, lines, Signal::KILL);
        assert!(tree.updated() >= lines);
    }
    tree.check_second_run();
}

#[test]
fn killed_at_system_calls_every_file_is_whole() {
    let tree = Tree::new();
    let strace = tools::system("strace");
    for (call, ordinal) in [
        ("renameat", 1),
        ("renameat", 57),
        ("fsync", 3),
        ("fsync", 250),
        ("fchmod", 40),
        ("unlinkat", 1),
        ("flock", 90),
        ("write", 300),
    ] {
        tree.reset();
        let mut command = tree.command(Path::new(strace.get_program()));
        let inject = format!("inject={call}:signal=SIGKILL:when={ordinal}");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject, "--"]);
        command.args([env!("CARGO_BIN_EXE_sopsmith"), "updatekeys", "--yes"]);
        command.output().unwrap();
        assert!(tree.updated() <= FILES, "killed at {call} {ordinal}");
    }
    tree.check_second_run();
}

#[test]
fn stopped_by_ctrl_c_it_says_what_is_done_and_what_is_left() {
    let tree = Tree::new();
    let (code, rest) = interrupt(&tree, 5, Signal::INT);
    assert_eq!(code, Some(130), "{rest}");
    let done = tree.updated();
    assert!((5..FILES).contains(&done), "{done} files");
    let words = format!("stopped: {done} files updated, {} files as they were before", FILES - done);
    assert!(rest.contains(&words), "no {words:?} in:\n{rest}");
    assert_eq!(tree.litter(), 0);
    tree.check_second_run();
}
