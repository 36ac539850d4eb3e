//! What comes from the terminal: bytes, read into the arena and taken apart there.
//!
//! ```text
//!   tty ──read──> pending bytes (arena) ──sequence──> Input::Key, Typed, Paste, Mouse
//! ```
//!
//! Nothing that is typed or pasted is anywhere else: a password goes from the read call's buffer into a
//! [`Secret`](crate::secret::Secret), and the bytes it came from are wiped. This room knows bytes and chords, and
//! nothing of what they mean.

mod decoder;
mod sequence;

pub(super) use decoder::{Decoder, Input, Waiting};
pub(super) use sequence::{Mouse, MouseKind};
