//! age: recipients that wrap the data key and identities that unwrap it.
//!
//! SOPS gives every recipient an age file of its own, armoured, with one stanza, whose content is the data key or a share
//! of it (sops 3.12.2, `age/keysource.go`). This room asks nobody itself: questions go through [`Prompt`].

mod identity;
mod prompt;
mod recipient;

pub use identity::{Identity, IdentityError, UnwrapError, generate_identity, parse_identities, parse_ssh_identity};
pub use prompt::{NoPrompt, Prompt};
pub use recipient::{Recipient, RecipientError, RecipientKind, WrapError};
