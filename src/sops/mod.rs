//! SOPS documents: metadata, values, MAC, rules and edits.
//!
//! ```text
//!   text -> Document: entries, metadata         no key needed, nothing opened
//!        -> verify, open_value                  one value at a time, in locked memory
//!        -> apply(Edit) -> Document + Patch     sealed at once; what is not touched keeps its bytes
//!        -> seal(now) -> text                   MAC and lastmodified anew
//!        -> update_keys, rotate -> Document     other recipients, another data key
//! ```
//!
//! This room opens no files, knows no clock and draws no random bytes: all three are handed in. Its truth is the
//! source and the behaviour of sops 3.12.2 and 3.13.3, named in each file.

mod change;
mod creation_rule;
mod data_key;
mod decrypt_text;
mod document;
mod edit;
mod encrypt;
mod encryption_rule;
mod entry;
mod error;
mod go_regex;
mod key_path;
mod leaf;
mod mac;
mod merge;
mod metadata;
mod plain_file;
mod plaintext;
mod problem;
mod recipients;
mod rfc3339;
mod rotate;
mod rows;
mod seal;
mod value;
mod verify;
mod walk;

pub use crate::crypto::age::Recipient as AgeRecipient;
pub use crate::crypto::age::{HandedIn, HandedInError, SshAs, recipient_from_text};
pub use crate::crypto::{Cipher, DataKey};
pub use change::{Change, ChangeKind, changes};
pub use creation_rule::{
    Addition, CreationRule, CreationRules, CreationRulesError, FreshKey, NewRule, Removal, RuleKey, RulesChange,
    RulesEditError, Which, escape_path, free_name, fresh_rules, is_same_recipient, legal_name, secrets_regex,
};
pub use data_key::{Attempt, AttemptOutcome, DataKeyUnavailable, Unwrap, WrapKeyError, unwrap_data_key, wrap_data_key};
pub use document::Document;
pub use edit::{Edit, EditError, Edited, Emptied, Place};
pub use encrypt::{EncryptError, NewFile};
pub use encryption_rule::{EncryptionRule, Selector};
pub use entry::{Entry, EntryKind, LeafType};
pub use error::DocumentError;
pub use key_path::{KeyPath, KeyPathError, Part};
pub use merge::{Merged, keep_ours, merge};
pub use metadata::{KeyGroup, MasterKey, MasterKeyKind, Metadata};
pub use plain_file::{stays_plain, way_to_encrypt};
pub use problem::{Problem, ProblemKind};
pub use recipients::{KeyChange, KeyChanges, UpdateKeysError};
pub use rotate::{RotateError, Rotated};
pub use seal::SealError;
pub use value::{NewValue, NotOfType};
pub use verify::{ReadError, Rejected, RejectedReason, VerifyError};
