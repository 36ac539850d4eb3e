//! Keys: which chord asks for which action, where. One table; everything that shows keys is derived from it.
//!
//! ```text
//!   chord    a key press in our own words        binding   the one table
//!   resolve  (context, chord) -> action          help, readme    the table as a page and as Markdown
//!   custom   the table with a person's own keys
//! ```
//!
//! This room knows actions and contexts by name, and nothing of what they do.

mod binding;
mod chord;
mod custom;
mod help;
mod readme;
mod resolve;

pub use binding::Binding;
pub use chord::{Chord, Key, UnknownKey};
pub use custom::{RebindError, Rebinding};
pub use help::page as help_page;
pub use readme::table as readme_table;
pub use resolve::{Hint, Keymap};
