//! Forms: what is typed before it becomes a change. A form never changes anything but itself.
//!
//! ```text
//!   secret_form   add, edit, Nix fields: one form      value       the value in it, in the arena
//!   rename        a new key, and what follows it       nix_fields  the Nix side: where, name, owner, mode …
//!   generate      how a value is made                  path        which file a value comes from
//!   questions     plain questions of any other form
//! ```

mod check;
pub(super) mod generate;
pub(super) mod names;
pub(super) mod nix_fields;
mod nix_text;
pub(super) mod questions;
pub(super) mod rename;
pub(super) mod secret_form;
pub(super) mod value;
pub(super) mod view;
