//! Keys and envelopes: the data key, `ENC[…]` values, its wrapping by age, and Shamir shares. Knows nothing of files.
//!
//! ```text
//!   identity --unwrap--> DataKey --cipher--> Cipher --open--> Secret
//!   recipient <--wrap---                            <--seal--  plaintext, AAD
//! ```
//!
//! Its truth: sops 3.12.2 (`aes/cipher.go`, `age/keysource.go`, `shamir/shamir.go`) and the age specification.

pub mod age;
mod cipher;
mod data_key;
mod envelope;
pub mod shamir;

pub use cipher::{Cipher, OpenError};
pub use data_key::{DataKey, DataKeyError};
pub use envelope::{Envelope, EnvelopeError, ValueType};
