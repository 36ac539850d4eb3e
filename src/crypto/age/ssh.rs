//! SSH private keys as identities, encrypted ones included.
//!
//! Truth: the age program's `agessh` for what a stanza's tag is (the first four bytes of SHA-256 over the public key in
//! wire form, base64 without padding); the keys themselves are read by the `age` crate.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

use super::error::{IdentityError, UnwrapError};
use super::prompt::{PassphraseFor, Prompt, to_age_secret};
use super::recipient::{Recipient, RecipientKind};
use super::unwrap::{ATTEMPTS, Stanza};
use crate::secret::{Secret, scrub_stack};

/// An SSH private key in the arena.
pub(super) struct SshKey {
    pem: Secret,
    name: String,
    /// Stanza type and tag of what was wrapped to this key.
    stanza: Stanza,
    is_encrypted: bool,
    prompt: Arc<dyn Prompt>,
    /// The passphrase that fitted, so that opening a second file does not ask again.
    passphrase: Mutex<Option<Secret>>,
}

impl SshKey {
    /// Reads a key and tells its recipient, which needs no passphrase.
    pub(super) fn parse(pem: Secret, name: &str, prompt: &Arc<dyn Prompt>) -> Result<(Self, Recipient), IdentityError> {
        let parsed = to_age(&pem);
        scrub_stack();
        let parsed = parsed?;
        let is_encrypted = matches!(parsed, age::ssh::Identity::Encrypted(_));
        let recipient = recipient_of(parsed)?;
        let stanza = stanza_for(&recipient);
        let (name, prompt) = (name.to_owned(), Arc::clone(prompt));
        Ok((Self { pem, name, stanza, is_encrypted, prompt, passphrase: Mutex::new(None) }, recipient))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Whether one of the stanzas was wrapped to this key.
    pub(super) fn is_meant(&self, stanzas: &[Stanza]) -> bool {
        stanzas.contains(&self.stanza)
    }

    /// The key in the `age` crate's form, after asking for its passphrase where it has one.
    pub(super) fn open(&self) -> Result<age::ssh::Identity, UnwrapError> {
        let identity = to_age(&self.pem).expect("the key was read when it was found");
        let age::ssh::Identity::Encrypted(encrypted) = identity else {
            return Ok(identity);
        };
        let mut remembered = self.passphrase.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(passphrase) = remembered.as_ref().and_then(to_age_secret) {
            return encrypted
                .decrypt(passphrase)
                .map(age::ssh::Identity::from)
                .map_err(|_| UnwrapError::PassphraseWrong { name: self.name.clone() });
        }
        for attempt in 1..=ATTEMPTS {
            let purpose = PassphraseFor::SshKey { name: self.name.clone() };
            let Some(passphrase) = self.prompt.passphrase(&purpose, attempt) else {
                return Err(UnwrapError::PassphraseDeclined { name: self.name.clone() });
            };
            // bcrypt refuses an empty passphrase, and a key cannot have one.
            let opened = to_age_secret(&passphrase).map(|typed| encrypted.decrypt(typed));
            if let Some(Ok(key)) = opened {
                *remembered = Some(passphrase);
                return Ok(key.into());
            }
        }
        Err(UnwrapError::PassphraseWrong { name: self.name.clone() })
    }
}

fn to_age(pem: &Secret) -> Result<age::ssh::Identity, IdentityError> {
    use age::ssh::{Identity, UnsupportedKey};
    match Identity::from_buffer(pem.expose(), None) {
        Err(_) => Err(IdentityError::NotSshKey),
        Ok(Identity::Unsupported(UnsupportedKey::EncryptedPem)) => Err(IdentityError::OldPemEncryption),
        Ok(Identity::Unsupported(
            UnsupportedKey::EncryptedSsh(key_type)
            | UnsupportedKey::Hardware(key_type)
            | UnsupportedKey::Type(key_type),
        )) => Err(IdentityError::UnsupportedSshKey { key_type }),
        Ok(usable) => Ok(usable),
    }
}

fn recipient_of(identity: age::ssh::Identity) -> Result<Recipient, IdentityError> {
    use age::ssh::ParseRecipientKeyError::Unsupported;
    match age::ssh::Recipient::try_from(identity) {
        Ok(recipient) => Recipient::parse(&recipient.to_string()).map_err(|_| IdentityError::NotSshKey),
        Err(Unsupported(key_type)) => Err(IdentityError::UnsupportedSshKey { key_type }),
        Err(_) => Err(IdentityError::NotSshKey),
    }
}

/// The stanza an age file has when it was wrapped to this SSH recipient.
fn stanza_for(recipient: &Recipient) -> Stanza {
    let name = match recipient.kind() {
        RecipientKind::SshRsa => "ssh-rsa",
        _ => "ssh-ed25519",
    };
    let wire = recipient.key_text().split(' ').nth(1).unwrap_or_default();
    let wire = BASE64_STANDARD.decode(wire).expect("a recipient was parsed when it was made");
    Stanza { name: name.to_owned(), tag: Some(BASE64_STANDARD_NO_PAD.encode(&Sha256::digest(wire)[..4])) }
}
