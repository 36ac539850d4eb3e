//! The terminal device: its modes, its size, and reading and writing without a buffer of anybody else's.
//!
//! What is set up is undone by one function, [`restore`], whoever calls it: the guard when it is dropped, the panic hook, the
//! loop when a signal ends or stops the program. It wipes the screen before it gives it back, so no value stays there,
//! and throws unread input away, so no half of a paste reaches the shell.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};

use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr};

use super::TerminalError;
use crate::session::Screen;

/// The alternate screen, empty; bracketed paste; mouse clicks and wheel in the form without limits; no cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[?25l";

/// The same backwards. The screen is wiped while it is still ours.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[2J\x1b[H\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// What the terminal was before, as long as it is not so.
static BEFORE: Mutex<Option<Before>> = Mutex::new(None);

struct Before {
    device: File,
    modes: Termios,
}

/// The terminal, ours until it is dropped.
pub(super) struct Tty {
    input: File,
    output: File,
}

impl Tty {
    /// Takes the terminal: raw mode, alternate screen.
    pub(super) fn enter() -> Result<Self, TerminalError> {
        let tty = Self { input: device(&io::stdin())?, output: device(&io::stdout())? };
        tty.take().map_err(TerminalError::Modes)?;
        Ok(tty)
    }

    /// Takes the terminal again, after it was restored or whatever another program did to it.
    pub(super) fn take(&self) -> io::Result<()> {
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut modes = match before.as_ref() {
            Some(before) => before.modes.clone(),
            None => {
                let modes = tcgetattr(&self.input)?;
                *before = Some(Before { device: self.output.try_clone()?, modes: modes.clone() });
                modes
            }
        };
        modes.make_raw();
        tcsetattr(&self.input, OptionalActions::Now, &modes)?;
        (&self.output).write_all(ENTER)
    }

    /// The window's size; a terminal that does not know it is taken for the usual one.
    pub(super) fn screen(&self) -> Screen {
        let usual = Screen { columns: 80, rows: 24 };
        tcgetwinsize(&self.output)
            .ok()
            .filter(|size| size.ws_col > 0 && size.ws_row > 0)
            .map_or(usual, |size| Screen { columns: size.ws_col, rows: size.ws_row })
    }

    /// Reads what has come, at most what fits into `room`. 0: the terminal is gone.
    pub(super) fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        (&self.input).read(room)
    }

    /// Writes everything.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.output).write_all(bytes)
    }

    /// What to wait for.
    pub(super) fn input(&self) -> &File {
        &self.input
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back as it was. Does nothing when it is not taken; never fails, because nobody is left to tell.
pub(super) fn restore() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before
        && before.give_back().is_err()
    {
        // The terminal was closed: nobody looks at it any more.
    }
}

impl Before {
    /// Does all of it, whatever fails on the way.
    fn give_back(mut self) -> io::Result<()> {
        let wiped = self.device.write_all(LEAVE);
        let flushed = tcflush(&self.device, QueueSelector::IFlush);
        let set = tcsetattr(&self.device, OptionalActions::Flush, &self.modes);
        wiped.and(Ok(flushed?)).and(Ok(set?))
    }
}

/// The terminal behind a standard stream, or the controlling one when the stream is a file or a pipe.
fn device(stream: &(impl IsTerminal + AsFd)) -> Result<File, TerminalError> {
    if stream.is_terminal() {
        return Ok(File::from(stream.as_fd().try_clone_to_owned().map_err(TerminalError::Modes)?));
    }
    File::options().read(true).write(true).open("/dev/tty").map_err(|_| TerminalError::NoTerminal)
}
