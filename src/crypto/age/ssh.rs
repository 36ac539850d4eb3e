//! SSH private keys as identities, encrypted ones included.
//!
//! Truth: the age program's `agessh` for what a stanza's tag is (the first four bytes of SHA-256 over the public key in
//! wire form, base64 without padding); the keys themselves are read by the `age` crate.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

use super::error::{IdentityError, UnwrapError};
use super::openssh::{NotOpenSsh, PrivateKey};
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
    /// Reads a key and tells its recipient. The private part is not looked at before a file needs it.
    pub(super) fn parse(pem: Secret, name: &str, prompt: &Arc<dyn Prompt>) -> Result<(Self, Recipient), IdentityError> {
        let (recipient, is_encrypted) = match PrivateKey::from_pem(pem.expose()) {
            Ok(key) => (recipient_of_wire(&key)?, key.is_encrypted()),
            Err(NotOpenSsh::Damaged) => return Err(IdentityError::NotSshKey),
            Err(NotOpenSsh::OtherForm) => (recipient_of_pem(&pem)?, false),
        };
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
        let unusable = |reason| UnwrapError::SshKeyUnusable { name: self.name.clone(), reason };
        let identity = to_age(&self.pem).map_err(unusable)?;
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
        Err(_) if pem.expose().starts_with(b"-----BEGIN PRIVATE KEY") => {
            Err(IdentityError::OtherSshForm { form: "PKCS#8" })
        }
        Err(_) => Err(IdentityError::NotSshKey),
        Ok(Identity::Unsupported(UnsupportedKey::EncryptedPem)) => {
            Err(IdentityError::OtherSshForm { form: "encrypted PEM" })
        }
        Ok(Identity::Unsupported(
            UnsupportedKey::EncryptedSsh(key_type)
            | UnsupportedKey::Hardware(key_type)
            | UnsupportedKey::Type(key_type),
        )) => Err(IdentityError::UnsupportedSshKey { key_type }),
        Ok(usable) => Ok(usable),
    }
}

fn recipient_of_wire(key: &PrivateKey) -> Result<Recipient, IdentityError> {
    let key_type = key.key_type();
    Recipient::parse(&format!("{key_type} {}", BASE64_STANDARD.encode(key.public())))
        .map_err(|_| IdentityError::UnsupportedSshKey { key_type })
}

/// The old PEM form tells its public part only together with the private one.
fn recipient_of_pem(pem: &Secret) -> Result<Recipient, IdentityError> {
    let recipient = to_age(pem).map(age::ssh::Recipient::try_from);
    scrub_stack();
    let recipient = recipient?.map_err(|_| IdentityError::NotSshKey)?;
    Recipient::parse(&recipient.to_string()).map_err(|_| IdentityError::NotSshKey)
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
