//! SOPS documents: metadata, values, MAC, rules and edits.
//!
//! ```text
//!   text -> Document: entries, metadata         no key needed, nothing opened
//!        -> verify, open_value                  one value at a time, in locked memory
//!        -> apply(Edit) -> Document + Patch     sealed at once; what is not touched keeps its bytes
//!        -> seal(now) -> text                   MAC and lastmodified anew
//! ```
//!
//! This room opens no files, knows no clock and draws no random bytes: all three are handed in. Its truth is the
//! source and the behaviour of sops 3.12.2 and 3.13.3, named in each file.

mod document;
mod encryption_rule;
mod entry;
mod error;
mod go_regex;
mod key_path;
mod metadata;

pub use document::Document;
pub use encryption_rule::{EncryptionRule, Selector};
pub use entry::{Entry, EntryKind, LeafType};
pub use error::DocumentError;
pub use key_path::{KeyPath, KeyPathError, Part};
pub use metadata::{KeyGroup, MasterKey, MasterKeyKind, Metadata};
