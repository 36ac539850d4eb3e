//! Signals and other threads, as one thing to wait for.
//!
//! A signal sets a flag and writes a byte into a socket that the loop waits for; a thread that has something to report
//! writes a byte there, too. Nothing else happens in a signal handler.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

/// Signals that end the program.
const ENDING: [i32; 4] = [SIGTERM, SIGHUP, SIGINT, SIGQUIT];

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// To end; the number says by what.
    End(i32),
    /// To stop until it is continued.
    Stop,
    /// It was continued; the terminal may be in any state.
    Continued,
    /// The window has another size.
    Resized,
}

/// The signals this program listens to.
pub(super) struct Signals {
    flags: Vec<(Signal, Arc<AtomicBool>)>,
    waiting: UnixStream,
    waking: UnixStream,
}

/// Wakes the loop from another thread.
#[derive(Debug)]
pub(super) struct Waker(UnixStream);

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> io::Result<Self> {
        let (waiting, waking) = UnixStream::pair()?;
        waiting.set_nonblocking(true)?;
        waking.set_nonblocking(true)?;
        let ending = ENDING.map(|number| (number, Signal::End(number)));
        let others = [(SIGTSTP, Signal::Stop), (SIGCONT, Signal::Continued), (SIGWINCH, Signal::Resized)];
        let mut flags = Vec::new();
        for (number, signal) in ending.into_iter().chain(others) {
            let flag = Arc::new(AtomicBool::new(false));
            // In this order: whoever is woken sees the flag.
            signal_hook::flag::register(number, Arc::clone(&flag))?;
            signal_hook::low_level::pipe::register(number, waking.try_clone()?)?;
            flags.push((signal, flag));
        }
        Ok(Self { flags, waiting, waking })
    }

    /// What to wait for.
    pub(super) fn waiting(&self) -> &UnixStream {
        &self.waiting
    }

    /// A way to wake the loop.
    pub(super) fn waker(&self) -> io::Result<Waker> {
        self.waking.try_clone().map(Waker)
    }

    /// The signals that have come since the last time, endings first.
    pub(super) fn take(&self) -> Vec<Signal> {
        let mut bytes = [0; 64];
        while matches!((&self.waiting).read(&mut bytes), Ok(1..)) {}
        self.flags.iter().filter(|(_, flag)| flag.swap(false, Ordering::SeqCst)).map(|(signal, _)| *signal).collect()
    }
}

impl Waker {
    /// Wakes the loop. When the socket is full it is awake already.
    pub(super) fn wake(&self) {
        drop((&self.0).write(&[0]));
    }

    /// A second waker.
    pub(super) fn another(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }
}

/// Stops this process, as the terminal's own Ctrl-z would; returns when it is continued.
pub(super) fn stop() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
}

#[cfg(test)]
impl Waker {
    /// A waker that wakes nobody.
    pub(super) fn for_tests() -> Self {
        Self(UnixStream::pair().unwrap().0)
    }
}
