//! The one value that is shown in the table, and for how long.

use jiff::{SignedDuration, Timestamp};

use crate::secret::Secret;

/// How long a value is shown, in seconds.
pub(super) const REVEALED_SECONDS: i64 = 30;

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
    /// Shows a value from now on.
    pub(super) fn new(key: String, value: Secret, now: Timestamp) -> Self {
        let until = now.saturating_add(SignedDuration::from_secs(REVEALED_SECONDS)).unwrap_or(now);
        Self { key, value, until }
    }
}
