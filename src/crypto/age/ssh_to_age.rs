//! age keys made from SSH keys, as sops-nix makes them from a host's key.
//!
//! A file wrapped to the `ssh-ed25519` text and a file wrapped to its `age1…` conversion are different things: the first
//! opens with the SSH key itself, the second only with the converted identity. Only ed25519 converts.
//!
//! Truth: ssh-to-age, `convert.go` (the scalar is not clamped in the text; X25519 clamps it when it is used).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use curve25519_dalek::edwards::CompressedEdwardsY;
use sha2::{Digest, Sha512};
use thiserror::Error;

use super::identity::identity_text;
use super::openssh::{NotOpenSsh, PrivateKey, Wire};
use super::recipient::Recipient;
use crate::secret::{Secret, scrub_stack};

/// Why an SSH key could not be converted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConversionError {
    /// No `ssh-…` key stands in the text.
    #[error("no SSH key found")]
    NoSshKey,
    /// The key is damaged.
    #[error("the SSH key is damaged")]
    Damaged,
    /// RSA and ECDSA keys have no counterpart on curve25519.
    #[error("SSH keys of type {key_type} cannot be converted")]
    NotEd25519 {
        /// As in `ssh-rsa`.
        key_type: String,
    },
    /// The private key needs its passphrase first.
    #[error("the SSH key is encrypted")]
    Encrypted,
}

impl ConversionError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSshKey => "give the line of a .pub file or of ssh-keyscan",
            Self::Damaged => "copy the whole key again, on one line",
            Self::NotEd25519 { .. } => "use the host's ssh_host_ed25519_key",
            Self::Encrypted => "remove its passphrase in a copy: ssh-keygen -p -f COPY",
        }
    }
}

/// Converts a public key: the line of a `.pub` file, of `ssh-keyscan` or of `known_hosts`.
///
/// # Errors
/// When the line holds no ed25519 key.
pub fn recipient_from_ssh(line: &str) -> Result<Recipient, ConversionError> {
    let mut words = line.split_whitespace().skip_while(|word| !is_key_type(word));
    let key_type = words.next().ok_or(ConversionError::NoSshKey)?;
    if key_type != "ssh-ed25519" {
        return Err(ConversionError::NotEd25519 { key_type: key_type.to_owned() });
    }
    let wire = words.next().and_then(|text| BASE64_STANDARD.decode(text).ok()).ok_or(ConversionError::Damaged)?;
    let mut wire = Wire(&wire);
    let public = match (wire.text(), wire.text(), wire.0) {
        (Some(b"ssh-ed25519"), Some(public), []) => public,
        _ => return Err(ConversionError::Damaged),
    };
    let point = CompressedEdwardsY::from_slice(public).ok().and_then(|compressed| compressed.decompress());
    let montgomery = point.ok_or(ConversionError::Damaged)?.to_montgomery();
    let prefix = bech32::Hrp::parse("age").expect("a valid prefix");
    let text = bech32::encode::<bech32::Bech32>(prefix, montgomery.as_bytes()).expect("32 bytes fit");
    Recipient::parse(&text).map_err(|_| ConversionError::Damaged)
}

/// Converts an unencrypted ed25519 private key to the text of an identity, `AGE-SECRET-KEY-1…`.
///
/// # Errors
/// When the key is encrypted, damaged, or of another type.
pub fn identity_from_ssh(pem: &Secret) -> Result<Secret, ConversionError> {
    let text = seed(pem).map(|seed| {
        let mut hash = Sha512::digest(seed.expose());
        let text = identity_text(&hash[..32]);
        zeroize::Zeroize::zeroize(hash.as_mut_slice());
        text
    });
    scrub_stack();
    text
}

/// The 32 secret bytes of an ed25519 key.
fn seed(pem: &Secret) -> Result<Secret, ConversionError> {
    let key = PrivateKey::from_pem(pem.expose()).map_err(|error| match error {
        NotOpenSsh::OtherForm if pem.expose().starts_with(b"-----BEGIN RSA") => {
            ConversionError::NotEd25519 { key_type: "ssh-rsa".to_owned() }
        }
        NotOpenSsh::OtherForm => ConversionError::NoSshKey,
        NotOpenSsh::Damaged => ConversionError::Damaged,
    })?;
    if key.is_encrypted() {
        return Err(ConversionError::Encrypted);
    }
    let key_type = key.key_type();
    if key_type != "ssh-ed25519" {
        return Err(ConversionError::NotEd25519 { key_type });
    }
    let mut private = Wire(key.private());
    // Two equal numbers tell a right passphrase from a wrong one; without a passphrase they guard nothing.
    match (private.number(), private.number(), private.text(), private.text(), private.text()) {
        (Some(_), Some(_), Some(b"ssh-ed25519"), Some(_), Some(pair)) if pair.len() == 64 => {
            Ok(Secret::from_exposed(&pair[..32]))
        }
        _ => Err(ConversionError::Damaged),
    }
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|prefix| word.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Throwaway keys; see the README beside them.
    const PUBLIC: &str = include_str!("../../../tests/suite/keys/ssh_ed25519.pub");
    const PRIVATE: &str = include_str!("../../../tests/suite/keys/ssh_ed25519");
    const RSA: &str = include_str!("../../../tests/suite/keys/ssh_rsa");
    const RSA_PUBLIC: &str = include_str!("../../../tests/suite/keys/ssh_rsa.pub");
    const ENCRYPTED: &str = include_str!("../../../tests/suite/keys/ssh_ed25519_encrypted");

    #[track_caller]
    fn check_public(line: &str, expected: Result<&str, ConversionError>) {
        assert_eq!(recipient_from_ssh(line).map(|recipient| recipient.to_string()), expected.map(str::to_owned));
    }

    fn private(pem: &str) -> Result<Secret, ConversionError> {
        identity_from_ssh(&Secret::from_exposed(pem.as_bytes()))
    }

    #[test]
    fn a_public_key_is_found_in_every_form_it_is_written_in() {
        let converted = recipient_from_ssh(PUBLIC).unwrap().to_string();
        let key = PUBLIC.split(' ').nth(1).unwrap();
        check_public(&format!("ssh-ed25519 {key}"), Ok(&converted));
        check_public(&format!("web.example.org ssh-ed25519 {key}\n"), Ok(&converted));
        check_public(&format!("|1|abc=|def= ssh-ed25519 {key} comment"), Ok(&converted));
        check_public(RSA_PUBLIC, Err(ConversionError::NotEd25519 { key_type: "ssh-rsa".to_owned() }));
        check_public("hello", Err(ConversionError::NoSshKey));
        check_public("ssh-ed25519", Err(ConversionError::Damaged));
        check_public(&format!("ssh-ed25519 {}", &key[..60]), Err(ConversionError::Damaged));
    }

    #[test]
    fn both_halves_convert_to_one_pair() {
        let identity = private(PRIVATE).ok().unwrap();
        let nobody: std::sync::Arc<dyn super::super::Prompt> = std::sync::Arc::new(super::super::NoPrompt);
        let parsed = super::super::parse_identities(identity, "", super::super::LineRule::OnePerLine, &nobody);
        assert_eq!(parsed.ok().unwrap()[0].recipient(), recipient_from_ssh(PUBLIC).ok().as_ref());
    }

    #[test]
    fn what_cannot_be_converted_says_why() {
        let refused = |pem: &str| private(pem).err().unwrap();
        assert_eq!(refused(RSA), ConversionError::NotEd25519 { key_type: "ssh-rsa".to_owned() });
        assert_eq!(refused(ENCRYPTED), ConversionError::Encrypted);
        assert_eq!(refused(PUBLIC), ConversionError::NoSshKey);
        assert_eq!(refused(&PRIVATE.replace("AAAAE", "AAAAF")), ConversionError::Damaged);
    }
}
