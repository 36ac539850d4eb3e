//! What went wrong, as the shell and the person learn it: words, remedy, exit code.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use crate::storage::shown;

/// A command that did not do what it was asked for.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    words: String,
    hint: Option<String>,
}

/// Exit codes, those of sops 3.12.2 (`cmd/sops/codes/codes.go`) where it has the same failure.
pub(super) mod code {
    /// Anything without a code of its own.
    pub(in crate::cli) const GENERIC: u8 = 1;
    /// A check that found errors.
    pub(in crate::cli) const FOUND_ERRORS: u8 = 1;
    /// Arguments that are none; the code of clap and of most programs.
    pub(in crate::cli) const USAGE: u8 = 2;
    /// A file that cannot be read or understood.
    pub(in crate::cli) const COULD_NOT_READ: u8 = 2;
    /// A file that cannot be written.
    pub(in crate::cli) const COULD_NOT_WRITE: u8 = 3;
    /// A value that cannot be stored as it was asked for.
    pub(in crate::cli) const INVALID_VALUE: u8 = 7;
    /// A question that was answered by Ctrl-C; what shells say of a program that ended by it.
    pub(in crate::cli) const STOPPED: u8 = 130;
    /// A reader that went away; what shells say of a program that a closed pipe ended.
    pub(in crate::cli) const CLOSED_PIPE: u8 = 141;
    /// A value that does not open with the file's data key.
    pub(in crate::cli) const DECRYPTING_TREE: u8 = 25;
    /// The MAC does not match.
    pub(in crate::cli) const MAC_MISMATCH: u8 = 51;
    /// A key path that is none, or leads nowhere.
    pub(in crate::cli) const BAD_KEY_PATH: u8 = 91;
    /// An empty file.
    pub(in crate::cli) const EMPTY_FILE: u8 = 92;
    /// A file that is not there.
    pub(in crate::cli) const NO_FILE: u8 = 100;
    /// No identity opens the file.
    pub(in crate::cli) const NO_DATA_KEY: u8 = 128;
    /// Ctrl-C between two files; the code that shells have for it.
    pub(in crate::cli) const INTERRUPTED: u8 = 130;
    /// The file is encrypted already.
    pub(in crate::cli) const ALREADY_ENCRYPTED: u8 = 203;
}

impl Failure {
    /// A failure in words.
    pub(super) fn new(code: u8, words: impl fmt::Display) -> Self {
        Self { code, words: words.to_string(), hint: None }
    }

    /// Puts the file in front: `secrets/web.yaml: …`, or `secrets/web.yaml:12: …` where the words begin with a line.
    pub(super) fn in_file(mut self, file: &Path) -> Self {
        let rest = self.words.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
        self.words = match rest {
            Some((line, words)) if line.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{}:{line}: {words}", shown(file))
            }
            _ => format!("{}: {}", shown(file), self.words),
        };
        self
    }

    /// Adds the one next thing to do.
    pub(super) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Adds the one next thing to do, if there is one.
    pub(super) fn maybe_hint(self, hint: Option<&str>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The number that the shell learns.
    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Words and remedy, for the hint line of the editor.
    pub(super) fn in_one_line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.words),
            None => self.words.clone(),
        }
    }

    /// The words and the remedy on one line, for a person who is being asked.
    pub(super) fn in_answer(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.words),
            None => self.words.clone(),
        }
    }

    /// Whether there is nothing to say.
    pub(super) fn is_silent(&self) -> bool {
        self.words.is_empty()
    }

    /// What the shell learns.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sopsmith: {}", self.words)?;
        match &self.hint {
            Some(hint) => write!(out, "\n          {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_comes_first_and_its_line_with_it() {
        let check = |words: &str, expected: &str| {
            let failure = Failure::new(code::GENERIC, words).in_file(Path::new("a/b.yaml"));
            assert_eq!(failure.to_string(), expected);
        };
        check("line 12: port is an int", "sopsmith: a/b.yaml:12: port is an int");
        check("the file is empty", "sopsmith: a/b.yaml: the file is empty");
    }
}
