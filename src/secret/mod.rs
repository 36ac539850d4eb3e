//! Plaintext: one type, one arena, one way in and few ways out.
//!
//! ```text
//!   Secret        bytes at rest, wiped when dropped            no Debug, Display, Clone, Serialize
//!   SecretBuffer  bytes that are being written or typed        becomes a Secret
//!   Guarded<T>    a value that is itself a key (a cipher)
//!       all three lie in the arena: locked pages, left out of cores and of child processes, a guard page on either side
//! ```
//!
//! The ways out are [`Secret::expose`], [`SecretBuffer::expose`] and [`Secret::duplicate`]: search for them to see where
//! plaintext goes. This room knows no format and starts no program.

mod allocator;
mod arena;
mod environment;
mod guarded;
mod pages;
mod process;
mod random;
mod value;

pub use allocator::ZeroOnFree;
pub use arena::{LockState, lock_state};
pub use environment::{shelter_variable, sheltered_variable};
pub use guarded::Guarded;
pub use pages::LockKind;
pub use process::{Hardening, harden, scrub_shallow_stack, scrub_stack};
pub use random::Random;
pub use value::{Secret, SecretBuffer};
