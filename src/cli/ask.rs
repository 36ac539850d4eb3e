//! Questions with a default, one line each, on the terminal itself.
//!
//! Ctrl-C ends the question and not the program, so that whoever asked can say what was left untouched.

use std::fs::File;
use std::io::{self, Read as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

use super::prompt::{Restore, terminal};
use crate::text::sanitize;

/// What Ctrl-C sends.
const CTRL_C: u8 = 3;

/// Nobody answered: Ctrl-C, or the end of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// Asks on the terminal that controls the process.
pub(super) struct Terminal(File);

impl Terminal {
    /// The terminal, if there is one.
    pub(super) fn open() -> Option<Self> {
        terminal().map(Self)
    }

    /// Asks until `read` takes the answer; an empty one is the default. What `read` says of a wrong one is shown.
    pub(super) fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Stopped> {
        loop {
            let line =
                self.line(&sanitize(&format!("{question} [{default}]: "))).map_err(|_| Stopped)?.ok_or(Stopped)?;
            let answer = if line.trim().is_empty() { default } else { line.trim() };
            match read(answer) {
                Ok(value) => return Ok(value),
                Err(words) => self.say(&words)?,
            }
        }
    }

    /// Asks for yes or no; yes is the default.
    pub(super) fn agrees(&mut self, question: &str) -> Result<bool, Stopped> {
        self.ask(question, "yes", |answer| match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("answer yes or no".to_owned()),
        })
    }

    fn say(&mut self, words: &str) -> Result<(), Stopped> {
        writeln!(self.0, "  {}", sanitize(words)).map_err(|_| Stopped)
    }

    /// Reads a line. `None`: the end of the input, or Ctrl-C, which ends the line as Enter does.
    fn line(&mut self, question: &str) -> io::Result<Option<String>> {
        let control = self.0.try_clone()?;
        let before = tcgetattr(&control)?;
        let mut asking = before.clone();
        asking.local_modes.remove(LocalModes::ISIG);
        asking.local_modes.insert(LocalModes::ICANON | LocalModes::ECHO);
        asking.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        // What is typed ahead answers the next question.
        let restore = Restore(&control, before, OptionalActions::Now);
        tcsetattr(&control, OptionalActions::Now, &asking)?;
        self.0.write_all(question.as_bytes())?;
        let line = read_line(&mut self.0);
        drop(restore);
        line
    }
}

fn read_line(terminal: &mut File) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match terminal.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) if byte[0] == CTRL_C => return Ok(None),
            Ok(_) if byte[0] == b'\n' => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
