//! The terminal: the loop that reads, asks the session, performs what it asks for, and draws.

mod clipboard;
mod input;
mod paint;
mod panic;
mod reports;
mod signals;
mod tty;

pub use clipboard::{ClipboardWay, hold};
pub use panic::hide_panic_messages;

pub use crate::session::{Cleared, Failure};

/// Why the editor could not run.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// There is no terminal to draw on.
    #[error("there is no terminal here")]
    NoTerminal,
    /// The terminal's modes cannot be set.
    #[error("the terminal cannot be set up")]
    Modes(#[source] std::io::Error),
}
