//! A throwaway repository on disk, and the program run in it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::tools;

/// A throwaway identity, made for these tests only, and its recipient.
pub(crate) const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
pub(crate) const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

/// A folder that is removed at the end, with a home of its own.
pub(crate) struct Folder(tempfile::TempDir);

/// What a run of the program gave.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with one file, encrypted by the real sops.
    pub(crate) fn with_sealed(version: &str, name: &str, plain: &str) -> Self {
        let folder = Self::new();
        folder.seal(version, name, plain, &[]);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// Lets the real sops encrypt a text into a file.
    pub(crate) fn seal(&self, version: &str, name: &str, plain: &str, options: &[&str]) {
        self.write(name, plain);
        let mut command = tools::sops(version);
        command.args(["encrypt", "--age", RECIPIENT, "--in-place"]).args(options).arg(self.file(name));
        tools::succeed(&mut command);
    }

    /// What the real sops decrypts, as it prints it.
    pub(crate) fn decrypted(&self, version: &str, name: &str) -> String {
        let mut command = tools::sops(version);
        command.arg("decrypt").arg(self.file(name)).env("SOPS_AGE_KEY", IDENTITY);
        tools::succeed(&mut command)
    }

    /// A command for the program, in this folder, with the throwaway identity.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sopsmith"));
        command.args(args).current_dir(self.path()).env_clear().env("HOME", self.path());
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("SOPS_AGE_KEY", IDENTITY);
        command
    }

    /// Runs the program without input.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Self::finish(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the program with input.
    pub(crate) fn run_with(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that refuses before it reads may be gone already.
        match child.stdin.take().unwrap().write_all(input) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => panic!("{error}"),
            _ => {}
        }
        Self::finish(child.wait_with_output().unwrap())
    }

    pub(crate) fn finish(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The run succeeded; gives what it printed.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// The run failed with that code, said all of `words`, and nothing that is secret.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in:\n{}", self.stderr);
        }
        assert_eq!(self.stdout, "");
    }
}

/// How many lines two texts differ in, those only in one of them counted.
pub(crate) fn changed_lines(before: &str, after: &str) -> (usize, usize) {
    let diff = similar::TextDiff::from_lines(before, after);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(similar::ChangeTag::Delete), count(similar::ChangeTag::Insert))
}
