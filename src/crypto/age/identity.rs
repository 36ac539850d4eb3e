//! Identities: private keys that unwrap a data key.

use std::io::BufReader;
use std::sync::Arc;

use age::armor::ArmoredReader;
use age::secrecy::ExposeSecret as _;

use super::prompt::{Callbacks, Prompt, as_age_passphrase};
use crate::secret::{Secret, SecretBuffer};

/// A private key that may unwrap a data key. Short-lived: it is dropped, and its memory wiped, once a file is open.
pub struct Identity {
    key: Box<dyn age::Identity + Send + Sync>,
    recipient: Option<String>,
}

/// Why a source of identities gave none. Names the line, never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// A line is neither identity nor comment; SOPS then refuses the whole source.
    #[error("line {line} is not an age identity")]
    UnknownLine {
        /// Counted from one.
        line: usize,
    },
    /// Not text at all.
    #[error("it is not UTF-8 text")]
    NotText,
    /// A passphrase was needed and not given.
    #[error("it is protected by a passphrase, and none was given")]
    NoPassphrase,
    /// The passphrase does not fit.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
    /// A protected file that is damaged.
    #[error("its encryption is damaged")]
    Damaged,
    /// An SSH key of a kind that age cannot use.
    #[error("it is not an SSH key that age can use")]
    UnsupportedSshKey,
    /// A plugin's identity whose program is not installed.
    #[error("the program age-plugin-{plugin} is not installed")]
    PluginMissing {
        /// The plugin's name.
        plugin: String,
    },
    /// A hybrid post-quantum identity.
    #[error("line {line} is a post-quantum identity, which only sops itself can use")]
    PostQuantum {
        /// Counted from one.
        line: usize,
    },
}

/// Why an identity that may be the right one did not unwrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// The wrapped data key is no age file.
    #[error("the wrapped data key is damaged: it is not an age file")]
    Malformed,
    /// It is one, but its header or content was changed.
    #[error("the wrapped data key was changed after it was written")]
    Tampered,
    /// The passphrase of an SSH key does not fit, or was not given.
    #[error("the key's passphrase was not given, or does not fit")]
    Passphrase,
    /// A plugin failed.
    #[error("the plugin failed")]
    Plugin,
}

/// The costliest passphrase protection that is tried: 2²² needs 4 GiB and many seconds; more is an attack.
const MAX_WORK_FACTOR: u8 = 22;

/// Reads a file or variable with one identity a line, protected by a passphrase or not.
///
/// # Errors
/// When one line is none (SOPS refuses the whole source then), or it cannot be opened.
pub fn parse_identities(text: &Secret, source: &str, prompt: &Arc<dyn Prompt>) -> Result<Vec<Identity>, IdentityError> {
    let is_protected = [&b"age-encryption"[..], b"-----BEGIN AGE"].iter().any(|start| text.expose().starts_with(start));
    if is_protected {
        let opened = open_protected(text, source, prompt)?;
        return parse_lines(&opened, prompt);
    }
    parse_lines(text, prompt)
}

/// `age-decrypt[scrypt(passphrase)](file)`
fn open_protected(text: &Secret, source: &str, prompt: &Arc<dyn Prompt>) -> Result<Secret, IdentityError> {
    let armored = ArmoredReader::new(BufReader::new(text.expose()));
    let decryptor = age::Decryptor::new(armored).map_err(|_| IdentityError::Damaged)?;
    if !decryptor.is_scrypt() {
        return Err(IdentityError::Damaged);
    }
    let passphrase = prompt.passphrase(source).ok_or(IdentityError::NoPassphrase)?;
    let passphrase = as_age_passphrase(&passphrase).ok_or(IdentityError::WrongPassphrase)?;
    let mut identity = age::scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let stream = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed
        | age::DecryptError::NoMatchingKeys => IdentityError::WrongPassphrase,
        _ => IdentityError::Damaged,
    })?;
    read_into_arena(stream).ok_or(IdentityError::Damaged)
}

fn parse_lines(text: &Secret, prompt: &Arc<dyn Prompt>) -> Result<Vec<Identity>, IdentityError> {
    let text = std::str::from_utf8(text.expose()).map_err(|_| IdentityError::NotText)?;
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(text, line)| parse_line(text, line, prompt)).collect()
}

fn parse_line(text: &str, line: usize, prompt: &Arc<dyn Prompt>) -> Result<Identity, IdentityError> {
    if text.starts_with("AGE-SECRET-KEY-PQ-1") {
        return Err(IdentityError::PostQuantum { line });
    }
    if let Ok(key) = text.parse::<age::x25519::Identity>() {
        let recipient = Some(key.to_public().to_string());
        return Ok(Identity { key: Box::new(key), recipient });
    }
    let identity: age::plugin::Identity = text.parse().map_err(|_| IdentityError::UnknownLine { line })?;
    let plugin = identity.plugin().to_owned();
    let key = age::plugin::IdentityPluginV1::new(&plugin, &[identity], Callbacks(prompt.clone()))
        .map_err(|_| IdentityError::PluginMissing { plugin })?;
    Ok(Identity { key: Box::new(key), recipient: None })
}

/// Reads an SSH private key; its passphrase, if it has one, is asked for when it is first tried.
///
/// # Errors
/// When it is no SSH key, or one that age cannot use.
pub fn parse_ssh_identity(text: &Secret, source: &str, prompt: &Arc<dyn Prompt>) -> Result<Identity, IdentityError> {
    let key = age::ssh::Identity::from_buffer(text.expose(), Some(source.to_owned()))
        .map_err(|_| IdentityError::UnsupportedSshKey)?;
    if matches!(key, age::ssh::Identity::Unsupported(_)) {
        return Err(IdentityError::UnsupportedSshKey);
    }
    let recipient = age::ssh::Recipient::try_from(key.clone()).ok().map(|recipient| recipient.to_string());
    Ok(Identity { key: Box::new(key.with_callbacks(Callbacks(prompt.clone()))), recipient })
}

impl Identity {
    /// The recipient that belongs to this identity, where that can be told: a plugin alone knows its own.
    #[must_use]
    pub fn recipient(&self) -> Option<&str> {
        self.recipient.as_deref()
    }

    /// `age-decrypt[identity](enc)`: the data key or a share of it. "Not for this identity" is no failure: `None`.
    ///
    /// # Errors
    /// When `enc` is damaged, or the identity is the right one and still fails.
    pub fn unwrap(&self, enc: &str) -> Result<Option<Secret>, UnwrapError> {
        let armored = ArmoredReader::new(BufReader::new(enc.as_bytes()));
        let decryptor = age::Decryptor::new(armored).map_err(|_| UnwrapError::Malformed)?;
        let outcome = match decryptor.decrypt(std::iter::once(self.key.as_ref() as &dyn age::Identity)) {
            Ok(stream) => read_into_arena(stream).map(Some).ok_or(UnwrapError::Tampered),
            Err(age::DecryptError::NoMatchingKeys) => Ok(None),
            Err(age::DecryptError::KeyDecryptionFailed) => Err(UnwrapError::Passphrase),
            Err(age::DecryptError::Plugin(_) | age::DecryptError::PluginResolve(_)) => Err(UnwrapError::Plugin),
            Err(age::DecryptError::InvalidHeader | age::DecryptError::UnknownFormat) => Err(UnwrapError::Malformed),
            Err(_) => Err(UnwrapError::Tampered),
        };
        crate::secret::scrub_stack();
        outcome
    }
}

/// Identities and data keys are small; whatever is longer is none.
const LONGEST_BYTES: usize = 1 << 20;

/// Reads a stream to its end straight into the arena. `None`: it failed, or does not end.
fn read_into_arena(mut stream: impl std::io::Read) -> Option<Secret> {
    let mut buffer = SecretBuffer::new();
    let mut end = 0;
    while end < LONGEST_BYTES {
        buffer.resize(end + 4096);
        match stream.read(&mut buffer.expose_mut()[end..]) {
            Ok(0) => {
                buffer.truncate(end);
                return Some(buffer.into_secret());
            }
            Ok(count) => end += count,
            Err(_) => return None,
        }
    }
    None
}

/// A fresh X25519 identity as text, with its recipient.
///
/// The age library draws from the operating system itself.
#[must_use]
pub fn generate_identity() -> (Secret, String) {
    let key = age::x25519::Identity::generate();
    let text = key.to_string();
    (Secret::from_exposed(text.expose_secret().as_bytes()), key.to_public().to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{NoPrompt, Recipient};
    use super::*;

    /// A throwaway key, made for the tests only.
    const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
    const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

    fn nobody() -> Arc<dyn Prompt> {
        Arc::new(NoPrompt)
    }

    fn identities(text: &str) -> Result<Vec<Identity>, IdentityError> {
        parse_identities(&Secret::from_exposed(text.as_bytes()), "a test", &nobody())
    }

    #[test]
    fn a_wrapped_key_opens_for_its_identity_only() {
        let key = Secret::from_exposed(&[7; 32]);
        let wrapped = Recipient::parse(RECIPIENT).unwrap().wrap(&key, &nobody()).unwrap();
        let ours = identities(IDENTITY).unwrap().remove(0);
        assert_eq!(ours.recipient(), Some(RECIPIENT));
        assert!(ours.unwrap(&wrapped).unwrap().unwrap().same_as(&key));
        let (other, _) = generate_identity();
        let other = parse_identities(&other, "a test", &nobody()).unwrap().remove(0);
        assert!(other.unwrap(&wrapped).unwrap().is_none(), "not ours is no failure");
    }

    #[test]
    fn damage_is_told_from_not_ours() {
        let ours = identities(IDENTITY).unwrap().remove(0);
        assert_eq!(ours.unwrap("hello").map(|_| ()), Err(UnwrapError::Malformed));
    }

    #[test]
    fn one_foreign_line_refuses_the_source() {
        let check = |text: &str, expected: Result<usize, IdentityError>| {
            assert_eq!(identities(text).map(|found| found.len()), expected);
        };
        check(&format!("# created: today\n\n{IDENTITY}\n"), Ok(1));
        check(&format!("{IDENTITY}\r\n{IDENTITY}\r\n"), Ok(2));
        check(&format!("{IDENTITY}\nhello\n"), Err(IdentityError::UnknownLine { line: 2 }));
        check(&format!(" {IDENTITY}\n"), Err(IdentityError::UnknownLine { line: 1 }));
        check("-----BEGIN AGE ENCRYPTED FILE-----\nxx", Err(IdentityError::Damaged));
    }

    #[test]
    fn recipients_are_told_by_their_form() {
        use super::super::RecipientKind;
        let kind = |text: &str| Recipient::parse(text).map(|recipient| recipient.kind().clone()).ok();
        assert_eq!(kind(&format!(" {RECIPIENT} ")), Some(RecipientKind::X25519));
        assert_eq!(kind("age1pq1abc"), Some(RecipientKind::PostQuantum));
        assert_eq!(kind("hello"), None);
    }
}
