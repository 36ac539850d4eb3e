//! age: who may unwrap a data key, and the wrapping itself.
//!
//! ```text
//!   Recipient   a public key as a file names it        recipient.wrap(secret)       ->  armored `enc`
//!   Identity    a private key, its text in the arena    unwrap_any(enc, identities)  ->  secret, or none: "not mine"
//! ```
//!
//! Files, environment and terminal are elsewhere: identities come in as bytes, passphrases through [`Prompt`]. The one
//! program this room may start is an age plugin, through the `age` crate.
//!
//! Truth: the age specification (C2SP age.md, and agessh of the age program) by way of the `age` crate; which
//! recipients and identities count is sops 3.13.3, `age/keysource.go`.

mod error;
mod handed_in;
mod identity;
mod openssh;
mod prompt;
mod protected_file;
mod recipient;
mod ssh;
mod ssh_to_age;
mod unwrap;
mod wrap;

pub use error::{IdentityError, RecipientError, UnwrapError, WrapError};
pub use handed_in::{HandedIn, HandedInError, SshAs, recipient_from_text};
pub use identity::{Identity, IdentityKind, LineRule, generate_identity, parse_identities, parse_ssh_identity};
pub use prompt::{NoPrompt, PassphraseFor, Prompt};
pub use recipient::{Recipient, RecipientKind};
pub use ssh_to_age::{ConversionError, identity_from_ssh, recipient_from_ssh};
pub use unwrap::unwrap_any;
