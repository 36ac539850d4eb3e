//! The data key: the 32 random bytes that encrypt every value of one file.

use super::cipher::Cipher;
use crate::secret::{Random, Secret};

/// The data key of one file, in the arena.
pub struct DataKey(Secret);

/// Bytes that cannot be a data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a data key has 32 bytes, this one has {len_bytes}")]
pub struct DataKeyError {
    /// How many there were.
    pub len_bytes: usize,
}

impl DataKey {
    /// How many bytes a data key has.
    pub const LEN_BYTES: usize = 32;

    /// A fresh data key.
    #[must_use]
    pub fn generate(random: &mut dyn Random) -> Self {
        Self(Secret::random(Self::LEN_BYTES, random))
    }

    /// Takes unwrapped bytes as a data key.
    ///
    /// # Errors
    /// When there are not 32 of them.
    pub fn from_secret(secret: Secret) -> Result<Self, DataKeyError> {
        if secret.len() == Self::LEN_BYTES { Ok(Self(secret)) } else { Err(DataKeyError { len_bytes: secret.len() }) }
    }

    /// A second copy in the arena, for another holder.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }

    /// Whether both are the same key.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.same_as(&other.0)
    }

    /// The key's bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; Self::LEN_BYTES] {
        self.0.expose().try_into().expect("the length was checked when it was made")
    }

    /// The key schedule, to be made once for a file.
    #[must_use]
    pub fn cipher(&self) -> Cipher {
        Cipher::new(self)
    }
}
