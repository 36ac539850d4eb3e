//! Ctrl-C during a run: not in the middle of a file, but before the next one.
//!
//! While a question stands on the terminal nothing is being written, and Ctrl-C ends the program at once, as people
//! expect of a question.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::progress::clear_line;
use crate::cli::note;
use crate::cli::prompt::TerminalPrompt;
use crate::crypto::age::{PassphraseFor, Prompt};
use crate::secret::Secret;

/// Whether somebody asked to stop.
pub(super) struct Stop {
    asked: Arc<AtomicBool>,
    questioning: Arc<AtomicBool>,
}

impl Stop {
    /// From now on Ctrl-C and SIGTERM ask to stop.
    pub(super) fn new() -> Self {
        let stop = Self { asked: Arc::default(), questioning: Arc::default() };
        for signal in [SIGINT, SIGTERM] {
            let registered = flag::register_conditional_default(signal, Arc::clone(&stop.questioning))
                .and_then(|_| flag::register(signal, Arc::clone(&stop.asked)));
            if let Err(error) = registered {
                note(&format!("sopsmith: Ctrl-C will end the program at once: {error}"));
            }
        }
        stop
    }

    /// Whether somebody asked to stop.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Questions during which Ctrl-C ends the program.
    pub(super) fn prompt(&self) -> impl Prompt + 'static {
        Interruptible(Arc::clone(&self.questioning))
    }
}

/// Asks on the terminal.
struct Interruptible(Arc<AtomicBool>);

impl Interruptible {
    fn during<T>(&self, ask: impl FnOnce() -> T) -> T {
        clear_line();
        self.0.store(true, Ordering::SeqCst);
        let answer = ask();
        self.0.store(false, Ordering::SeqCst);
        answer
    }
}

impl Prompt for Interruptible {
    fn passphrase(&self, purpose: &PassphraseFor, attempt: u32) -> Option<Secret> {
        self.during(|| TerminalPrompt.passphrase(purpose, attempt))
    }

    fn confirm(&self, plugin: &str, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.during(|| TerminalPrompt.confirm(plugin, question, yes, no))
    }

    fn answer(&self, plugin: &str, question: &str) -> Option<String> {
        self.during(|| TerminalPrompt.answer(plugin, question))
    }

    fn show(&self, plugin: &str, message: &str) {
        TerminalPrompt.show(plugin, message);
    }
}
