//! One value on the clipboard for a time, without an editor around it: the command line's `copy`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Clipboard, ClipboardWay};
use crate::secret::Secret;
use crate::session::{Cleared, Clip, Event, Failure, Request};
use crate::terminal::reports::{Report, Reporter};
use crate::terminal::signals::{Signal, Signals};

/// Copies a value, tells through what, and clears it after a time or at the first signal that ends the program.
///
/// # Errors
/// When there is no clipboard, or it refuses.
pub fn hold(
    value: Secret,
    way: ClipboardWay,
    clear_after: Duration,
    mut told: impl FnMut(&str),
) -> Result<Cleared, Failure> {
    let signals = Signals::listen().map_err(|error| not_started(&error))?;
    let waker = signals.waker().map_err(|error| not_started(&error))?;
    let (reporter, reports) = Reporter::new(waker);
    let clipboard = Clipboard::start(way, reporter).map_err(|error| not_started(&error))?;
    let request = Request(0);
    clipboard.copy(request, Clip::Secret(value));
    let through = wait_for(&reports, |event| match event {
        Event::Copied { outcome, .. } => Some(outcome),
        _ => None,
    })??;
    told(&through);
    wait(&signals, clear_after);
    clipboard.clear(request);
    wait_for(&reports, |event| match event {
        Event::ClipboardCleared { outcome, .. } => Some(outcome),
        _ => None,
    })
}

/// Waits until the time is over, or a signal asks to end.
fn wait(signals: &Signals, time: Duration) {
    let end = Instant::now() + time;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let ended = signals.take().iter().any(|signal| matches!(signal, Signal::End(_)));
        if ended || left.is_zero() {
            return;
        }
        let timeout = Timespec::try_from(left).ok();
        if poll(&mut [PollFd::new(signals.waiting(), PollFlags::IN)], timeout.as_ref()).is_err() {
            // A wait that is broken off is taken up again by the loop.
        }
    }
}

/// The next event that `pick` wants. Bytes meant for the terminal are written to it on the way.
fn wait_for<T>(reports: &Receiver<Report>, pick: impl Fn(Event) -> Option<T>) -> Result<T, Failure> {
    loop {
        match reports.recv() {
            Ok(Report::Event(event)) => {
                if let Some(picked) = pick(event) {
                    return Ok(picked);
                }
            }
            Ok(Report::ToTerminal(bytes)) => write_to_terminal(&bytes).map_err(|error| not_started(&error))?,
            // Nothing else is under way.
            Ok(Report::Repository(_) | Report::Saved(_) | Report::Encrypted(_) | Report::WorkEnded { .. }) => {}
            Ok(Report::Died) | Err(_) => {
                let words = "the clipboard's thread ended unexpectedly".to_owned();
                return Err(Failure { words, hint: None });
            }
        }
    }
}

fn write_to_terminal(bytes: &Secret) -> io::Result<()> {
    OpenOptions::new().write(true).open("/dev/tty")?.write_all(bytes.expose())
}

fn not_started(error: &io::Error) -> Failure {
    Failure { words: format!("the clipboard cannot be used: {error}"), hint: None }
}
