//! The terminal: the loop that reads, asks the session, performs what it asks for, and draws.
//!
//! ```text
//!   tty      modes, and giving the terminal back whatever happens     signals  signals as something to wait for
//!   input    bytes -> keys, text, pastes, the mouse                   paint    the session -> bytes that change the screen
//!   world    effects -> storage, git, nix, identities -> events       clipboard  one owner, cleared in time
//!   editor   the loop                                                 panic    what may be said when all else fails
//! ```
//!
//! The only room that knows a terminal library, the clipboard's, and signals. It decides nothing about secrets: it asks
//! the session for the bytes that are to be shown at the moment of writing them.

use std::io;
use std::process::ExitCode;

use crate::storage::Environment;
use crate::ui::{Colours, Glyphs, Theme};

mod clipboard;
mod editor;
mod input;
mod paint;
mod panic;
mod reports;
mod signals;
mod tty;
mod world;

pub use clipboard::{ClipboardWay, hold};
pub use panic::hide_panic_messages;

pub use crate::session::{Cleared, Failure, Timers};

/// How the editor is to be started.
#[derive(Default)]
pub struct Options {
    /// A file or folder as the person named it; the working folder without one.
    pub open: Option<String>,
    /// Signs in ASCII only.
    pub ascii: bool,
    /// Colours, unless the environment asks for none.
    pub colours: Colours,
    /// Copy through the terminal.
    pub osc52: bool,
    /// How long values and the data key stay.
    pub timers: Timers,
    /// Something to be said when the editor opens.
    pub notice: Option<String>,
    /// Where identities are looked for; the environment of this process without one.
    pub environment: Option<Environment>,
}

/// How the editor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The person left.
    ByPerson,
    /// A signal of that number.
    BySignal(i32),
}

/// Why the editor could not run, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// There is no terminal to draw on.
    #[error("there is no terminal here")]
    NoTerminal,
    /// The terminal's modes cannot be set.
    #[error("the terminal cannot be set up")]
    Modes(#[source] io::Error),
    /// Something the editor needs from the system failed.
    #[error("the system does not let the editor go on")]
    System(#[source] io::Error),
    /// A thread of the editor panicked, and has said where.
    #[error("a part of the editor has failed")]
    Died,
}

impl TerminalError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoTerminal => "start it in a terminal; sopsmith --help lists what works without one",
            Self::Modes(_) | Self::System(_) => "files hold what was last saved; start it again",
            Self::Died => "files hold what was last saved; please report where it stopped",
        }
    }
}

impl Ended {
    /// What the shell learns: 0, or as for every program that a signal ended.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::ByPerson => ExitCode::SUCCESS,
            Self::BySignal(number) => ExitCode::from(u8::try_from(128 + number).unwrap_or(u8::MAX)),
        }
    }
}

/// Runs the editor until it ends. The terminal is given back and the clipboard cleared when this returns.
///
/// # Errors
/// See [`TerminalError`].
pub fn run(options: Options) -> Result<Ended, TerminalError> {
    editor::Editor::start(options)?.run()
}

impl Options {
    fn clipboard_way(&self) -> ClipboardWay {
        ClipboardWay::choose(self.osc52, variable)
    }

    fn theme(&self) -> Theme {
        theme(self.ascii, self.colours, variable)
    }
}

/// A variable of the environment, if it is text.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What this terminal can show, as far as its environment tells (<https://no-color.org>, locale(7)).
fn theme(ascii: bool, colours: Colours, variable: impl Fn(&str) -> Option<String>) -> Theme {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
    let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
    let is_simple = matches!(set("TERM").as_deref(), Some("linux" | "dumb" | "vt100" | "vt220"));
    let glyphs = if ascii || is_simple || !is_utf8 { Glyphs::Plain } else { Glyphs::Rich };
    let colours = if set("NO_COLOR").is_some() { Colours::None } else { colours };
    Theme { colours, glyphs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ascii: bool, variables: &[(&str, &str)], glyphs: Glyphs, colours: Colours) {
        let found = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(theme(ascii, Colours::Sixteen, found), Theme { colours, glyphs }, "{variables:?}");
    }

    #[test]
    fn signs_and_colours_follow_the_environment() {
        let utf8 = ("LANG", "de_DE.UTF-8");
        check(false, &[utf8, ("TERM", "xterm-256color")], Glyphs::Rich, Colours::Sixteen);
        check(false, &[("LC_ALL", "C.utf8"), ("LANG", "C")], Glyphs::Rich, Colours::Sixteen);
        check(false, &[("LC_ALL", "C"), utf8], Glyphs::Plain, Colours::Sixteen);
        check(false, &[("LC_ALL", ""), utf8, ("NO_COLOR", "1")], Glyphs::Rich, Colours::None);
        check(false, &[utf8, ("TERM", "linux")], Glyphs::Plain, Colours::Sixteen);
        check(true, &[utf8, ("NO_COLOR", "")], Glyphs::Plain, Colours::Sixteen);
        check(false, &[], Glyphs::Plain, Colours::Sixteen);
        assert_eq!(theme(false, Colours::BlueYellowBlind, |_| None).colours, Colours::BlueYellowBlind);
    }
}
