//! OpenSSH's own form of private keys: what it tells without a passphrase, decoded inside the arena.
//!
//! ```text
//!   "openssh-key-v1\0"  cipher  kdf  kdf options  1  public key  private key (encrypted, or with two equal numbers before)
//! ```
//!
//! Truth: OpenSSH, PROTOCOL.key.

use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::secret::{Secret, SecretBuffer};

const BEGIN: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----";
const END: &[u8] = b"-----END OPENSSH PRIVATE KEY-----";

/// A private key in its container.
pub(super) struct PrivateKey {
    bytes: Secret,
    cipher: Range<usize>,
    public: Range<usize>,
    private: Range<usize>,
}

/// Why bytes are no key in this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotOpenSsh {
    /// They have another form, or none.
    OtherForm,
    /// They begin as one and are damaged.
    Damaged,
}

impl PrivateKey {
    /// Takes a key file apart; nothing is decrypted.
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, NotOpenSsh> {
        let bytes = decode(pem)?;
        let whole = bytes.expose();
        let mut wire = Wire(whole.strip_prefix(b"openssh-key-v1\0").ok_or(NotOpenSsh::Damaged)?);
        let parts = (wire.text(), wire.text(), wire.text(), wire.number(), wire.text(), wire.text());
        let (Some(cipher), Some(_), Some(_), Some(1), Some(public), Some(private)) = parts else {
            return Err(NotOpenSsh::Damaged);
        };
        let within = |part: &[u8]| {
            let start = part.as_ptr() as usize - whole.as_ptr() as usize;
            start..start + part.len()
        };
        let (cipher, public, private) = (within(cipher), within(public), within(private));
        Ok(Self { bytes, cipher, public, private })
    }

    /// Whether the private part needs a passphrase.
    pub(super) fn is_encrypted(&self) -> bool {
        &self.bytes.expose()[self.cipher.clone()] != b"none"
    }

    /// As in `ssh-ed25519`.
    pub(super) fn key_type(&self) -> String {
        let name = Wire(self.public()).text().unwrap_or_default();
        String::from_utf8_lossy(name).into_owned()
    }

    /// The public key in wire form.
    pub(super) fn public(&self) -> &[u8] {
        &self.bytes.expose()[self.public.clone()]
    }

    /// The private part as it lies in the file.
    pub(super) fn private(&self) -> &[u8] {
        &self.bytes.expose()[self.private.clone()]
    }
}

/// The bytes between the BEGIN and END lines.
fn decode(pem: &[u8]) -> Result<Secret, NotOpenSsh> {
    let mut lines = pem.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).skip_while(|line| *line != BEGIN);
    lines.next().ok_or(NotOpenSsh::OtherForm)?;
    let mut letters = SecretBuffer::with_capacity(pem.len());
    for line in lines {
        if line == END {
            let mut bytes = SecretBuffer::zeros(letters.len());
            let decoded = BASE64_STANDARD.decode_slice(letters.expose(), bytes.expose_mut());
            bytes.truncate(decoded.map_err(|_| NotOpenSsh::Damaged)?);
            return Ok(bytes.into_secret());
        }
        letters.push_bytes(line);
    }
    Err(NotOpenSsh::Damaged)
}

/// What is left to read of SSH's wire encoding: numbers of four bytes, texts with their length before them.
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    /// The next number.
    pub(super) fn number(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*bytes))
    }

    /// The next text.
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}
