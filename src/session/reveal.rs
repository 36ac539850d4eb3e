//! The one value that is shown in the table, and for how long.

use jiff::{SignedDuration, Timestamp};

use crate::secret::Secret;

/// A value that is shown.
pub(super) struct Revealed {
    /// Its key.
    pub(super) key: String,
    /// The value, in the arena until it is hidden.
    pub(super) value: Secret,
    /// When it is hidden.
    pub(super) until: Timestamp,
}

impl Revealed {
    /// Shows a value from now on, for so many seconds.
    pub(super) fn new(key: String, value: Secret, now: Timestamp, seconds: i64) -> Self {
        let until = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
        Self { key, value, until }
    }
}
