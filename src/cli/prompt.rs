//! Questions of keys, asked on the terminal itself: stdin and stdout belong to values.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::failure::{Failure, code};
use crate::crypto::age::{PassphraseFor, Prompt};
use crate::secret::{Secret, SecretBuffer};
use crate::text::sanitize;

/// Asks on the terminal that controls the process. Without one, no question is answered.
pub(super) struct TerminalPrompt;

/// How often a passphrase is asked for.
const ATTEMPTS: u32 = 3;

impl Prompt for TerminalPrompt {
    fn passphrase(&self, purpose: &PassphraseFor, attempt: u32) -> Option<Secret> {
        if attempt > ATTEMPTS {
            return None;
        }
        let again = if attempt > 1 { "That was not it. " } else { "" };
        let question = match purpose {
            PassphraseFor::SshKey { name } => format!("Passphrase of the SSH key {}: ", sanitize(name)),
            PassphraseFor::IdentityFile { name } => format!("Passphrase of the identity file {}: ", sanitize(name)),
            PassphraseFor::Plugin { name, question } => {
                format!("age-plugin-{}: {} ", sanitize(name), sanitize(question))
            }
        };
        read_hidden(&format!("{again}{question}"), CtrlC::EndsProgram)
    }

    fn confirm(&self, plugin: &str, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let no = no.map(|no| format!(", anything else: {}", sanitize(no))).unwrap_or_default();
        let answer = self.answer(plugin, &format!("{} (y: {}{no})", sanitize(question), sanitize(yes)))?;
        Some(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"))
    }

    fn answer(&self, plugin: &str, question: &str) -> Option<String> {
        let mut terminal = terminal()?;
        write!(terminal, "age-plugin-{}: {} ", sanitize(plugin), sanitize(question)).ok()?;
        let line = read_line(&mut terminal)?;
        std::str::from_utf8(line.expose()).ok().map(|line| line.trim().to_owned())
    }

    fn show(&self, plugin: &str, message: &str) {
        super::note(&format!("age-plugin-{}: {}", sanitize(plugin), sanitize(message)));
    }
}

/// Asks on the terminal; everything but yes is no. `None`: there is no terminal to ask on.
pub(super) fn ask_yes_no(question: &str) -> Option<bool> {
    let mut terminal = terminal()?;
    terminal.write_all(question.as_bytes()).ok()?;
    let Some(answer) = read_line(&mut terminal) else {
        // The end was typed, and with it no line ending.
        writeln!(terminal).ok()?;
        return Some(false);
    };
    Some([b"y".as_slice(), b"Y", b"yes", b"Yes", b"YES"].contains(&answer.expose().trim_ascii()))
}

/// Asks before something is changed; `hint` says how to do without the question.
///
/// # Errors
/// Without a terminal.
pub(super) fn is_agreed(question: &str, hint: &str) -> Result<bool, Failure> {
    ask_yes_no(question)
        .ok_or_else(|| Failure::new(code::GENERIC, "nothing was changed: there is no terminal to ask on").hint(hint))
}

/// The terminal that controls the process, if it has one.
pub(super) fn terminal() -> Option<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty").ok()
}

/// Puts the terminal's modes back when dropped, and what was typed meanwhile away or not.
pub(super) struct Restore<'a>(pub(super) &'a File, pub(super) Termios, pub(super) OptionalActions);

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        if tcsetattr(self.0, self.2, &self.1).is_err() {
            // The terminal is gone, and its modes with it.
        }
    }
}

/// What Ctrl-C does at a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CtrlC {
    /// It ends the program, as everywhere.
    EndsProgram,
    /// It ends the question, so that whoever asked can say what was left untouched.
    EndsQuestion,
}

/// The longest line that a terminal hands over; the rest of a longer one is lost without a sign.
pub(super) const LONGEST_LINE: usize = 4095;

/// What Ctrl-C sends.
const CTRL_C: u8 = 3;

/// Whether more lines were typed or pasted than were asked for.
fn has_more(terminal: &File) -> bool {
    rustix::io::ioctl_fionread(terminal).is_ok_and(|waiting| waiting > 0)
}

/// Asks for a value that is not shown: one line. `None`: nobody answered. An error says why the answer is none.
pub(super) fn ask_hidden(question: &str) -> Option<Result<Secret, &'static str>> {
    let mut has_rest = false;
    let line = read_hidden_then(question, CtrlC::EndsQuestion, |terminal| has_rest = has_more(terminal))?;
    Some(match line.expose().len() {
        _ if has_rest => Err("more than one line was typed"),
        LONGEST_LINE.. => Err("a line on a terminal ends after 4095 bytes"),
        _ => Ok(line),
    })
}

fn read_hidden(question: &str, ctrl_c: CtrlC) -> Option<Secret> {
    read_hidden_then(question, ctrl_c, |_| ())
}

/// Reads a line that is not shown, byte by byte into the arena, and looks at what was typed beyond it before that is
/// thrown away. `None`: no terminal, or the end was typed.
fn read_hidden_then(question: &str, ctrl_c: CtrlC, look: impl FnOnce(&File)) -> Option<Secret> {
    let mut terminal = terminal()?;
    let control = terminal.try_clone().ok()?;
    let before = tcgetattr(&control).ok()?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON);
    if ctrl_c == CtrlC::EndsQuestion {
        hidden.local_modes.remove(LocalModes::ISIG);
        hidden.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
    }
    let restore = Restore(&control, before, OptionalActions::Flush);
    // Hidden first, asked then: what is typed at the sight of the question is neither shown nor thrown away.
    tcsetattr(&control, OptionalActions::Flush, &hidden).ok()?;
    terminal.write_all(question.as_bytes()).ok()?;
    let line = read_line(&mut terminal);
    look(&terminal);
    drop(restore);
    if line.is_none() {
        // Neither the end of the input nor Ctrl-C ends the line on the screen.
        writeln!(terminal).ok()?;
    }
    line
}

fn read_line(terminal: &mut File) -> Option<Secret> {
    let mut line = SecretBuffer::with_capacity(256);
    loop {
        let end = line.len();
        line.resize(end + 1);
        match terminal.read(&mut line.expose_mut()[end..]) {
            Ok(0) => return None,
            // It arrives where it ends the question only.
            Ok(_) if line.expose()[end] == CTRL_C => return None,
            Ok(_) if line.expose()[end] == b'\n' => {
                line.truncate(end);
                return Some(line.into_secret());
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => line.truncate(end),
            Err(_) => return None,
        }
    }
}
