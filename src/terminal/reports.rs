//! Reports: what threads of this room tell the loop. Work that takes long is done elsewhere; the screen never waits.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::signals::Waker;
use super::world::{Encrypted, RepositoryRead, Saved};
use crate::secret::Secret;
use crate::session::{Event, Failure, Request};

/// What a thread reports.
pub(super) enum Report {
    /// Something for the session.
    Event(Event),
    /// A repository was read.
    Repository(RepositoryRead),
    /// A save came to an end.
    Saved(Saved),
    /// A plain file was encrypted, or not.
    Encrypted(Encrypted),
    /// A work over many files has ended.
    WorkEnded {
        /// The work.
        request: Request,
        /// A failure before its first file.
        outcome: Result<(), Failure>,
    },
    /// Bytes for the terminal that are no part of a frame.
    ToTerminal(Secret),
    /// The thread panicked: the program cannot be trusted any further.
    Died,
}

/// A thread's way to report.
pub(super) struct Reporter {
    sender: Sender<Report>,
    waker: Waker,
}

impl Reporter {
    /// A way to report, and where the reports arrive.
    pub(super) fn new(waker: Waker) -> (Self, Receiver<Report>) {
        let (sender, receiver) = mpsc::channel();
        (Self { sender, waker }, receiver)
    }

    /// Reports and wakes the loop.
    pub(super) fn report(&self, report: Report) {
        // After the loop has ended nobody listens, and nothing needs to be heard.
        drop(self.sender.send(report));
        self.waker.wake();
    }

    /// A second way to report.
    pub(super) fn another(&self) -> io::Result<Self> {
        Ok(Self { sender: self.sender.clone(), waker: self.waker.another()? })
    }

    /// Does `work` in a thread of its own, which reports its outcome; a panic is reported, too.
    pub(super) fn in_thread(&self, work: impl FnOnce(&Self) -> Report + Send + 'static) -> io::Result<()> {
        let reporter = self.another()?;
        let run = move || {
            let mut watched = Watched { reporter, has_ended: false };
            let report = work(&watched.reporter);
            watched.has_ended = true;
            watched.reporter.report(report);
        };
        thread::Builder::new().name("work".to_owned()).spawn(run).map(drop)
    }
}

/// Reports a death when it is dropped before its work has ended.
struct Watched {
    reporter: Reporter,
    has_ended: bool,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.has_ended {
            self.reporter.report(Report::Died);
        }
    }
}

#[cfg(test)]
impl Reporter {
    /// A reporter that wakes nobody.
    pub(super) fn for_tests() -> (Self, Receiver<Report>) {
        Self::new(Waker::for_tests())
    }
}
