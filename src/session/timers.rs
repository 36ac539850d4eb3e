//! Timers: how long things last that must not last.

/// After how many seconds what is secret goes away by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// Without a key press, until the data key is dropped.
    pub lock_seconds: i64,
    /// Until a revealed value is hidden.
    pub reveal_seconds: i64,
    /// Until a copied value is cleared from the clipboard.
    pub clipboard_seconds: i64,
}

impl Default for Timers {
    fn default() -> Self {
        Self { lock_seconds: 300, reveal_seconds: 30, clipboard_seconds: 45 }
    }
}

/// A span as people say it: `5 minutes`, `90 seconds`.
pub(super) fn in_words(seconds: i64) -> String {
    match seconds {
        60 => "1 minute".to_owned(),
        _ if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    }
}
