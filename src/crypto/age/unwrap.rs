//! Unwrapping: a data key, or a share of one, out of its armored age file.
//!
//! Truth: sops 3.13.3, `age/keysource.go`. A failed match is no error but "not mine"; identities that may ask the person
//! for something come last, and only when the file names them where it can.

use std::io::{BufReader, Read};
use std::sync::Arc;

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor};

use super::error::UnwrapError;
use super::identity::{Form, Identity};
use super::prompt::{PluginQuestions, Prompt};
use crate::secret::{Secret, SecretBuffer, scrub_stack};

/// How often a passphrase is asked for before giving up.
pub(super) const ATTEMPTS: u32 = 3;
/// A data key has 32 bytes, a share of one 33; more is no key.
const MAX_SECRET_BYTES: usize = 4096;

/// Which kind of key a file was wrapped to, as its header tells everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stanza {
    pub(super) name: String,
    /// The first argument: for SSH keys four bytes of the public key's hash.
    pub(super) tag: Option<String>,
}

/// Opens `wrapped` with the first identity that can. `None`: it was wrapped to none of them.
///
/// # Errors
/// `Malformed` when `wrapped` is no age file. Otherwise what kept an identity from being tried, once all others have
/// been: a declined passphrase does not hide a key that would have fitted.
pub fn unwrap_any(wrapped: &str, identities: &[Identity]) -> Result<Option<Secret>, UnwrapError> {
    let stanzas = stanzas(wrapped)?;
    let mut problem = None;
    let (asking, silent): (Vec<_>, Vec<_>) = identities.iter().partition(|identity| identity.may_ask());
    for identity in silent.into_iter().chain(asking) {
        let outcome = unwrap_with(wrapped, &stanzas, identity);
        scrub_stack();
        match outcome {
            Ok(Some(secret)) => return Ok(Some(secret)),
            Ok(None) => {}
            Err(error) => {
                problem.get_or_insert(error);
            }
        }
    }
    problem.map_or(Ok(None), Err)
}

impl Identity {
    /// `age-decrypt[identity](wrapped)`: a data key or a share of one. `None`: it was wrapped to somebody else.
    ///
    /// # Errors
    /// As [`unwrap_any`].
    pub fn unwrap(&self, wrapped: &str) -> Result<Option<Secret>, UnwrapError> {
        unwrap_any(wrapped, std::slice::from_ref(self))
    }
}

fn unwrap_with(wrapped: &str, stanzas: &[Stanza], identity: &Identity) -> Result<Option<Secret>, UnwrapError> {
    match &identity.form {
        Form::X25519(text) => {
            let text = std::str::from_utf8(text.expose()).expect("checked when it was read");
            decrypt(wrapped, &text.parse::<age::x25519::Identity>().expect("checked when it was read"))
        }
        Form::PostQuantum => match stanzas.iter().any(|stanza| stanza.name == "mlkem768x25519") {
            true => Err(UnwrapError::PostQuantum),
            false => Ok(None),
        },
        Form::Plugin { name, text, prompt } => {
            let text = std::str::from_utf8(text.expose()).expect("checked when it was read");
            decrypt(wrapped, &plugin(name, text, prompt)?).map_err(|error| in_plugin(error, name))
        }
        Form::Ssh(key) if !key.is_meant(stanzas) => Ok(None),
        Form::Ssh(key) => decrypt(wrapped, &key.open()?),
        Form::ProtectedFile(file) => match file.open()?.as_slice() {
            [] => Ok(None),
            inside => unwrap_any(wrapped, inside),
        },
    }
}

/// `age-decrypt[identity](wrapped)`
fn decrypt(wrapped: &str, identity: &dyn age::Identity) -> Result<Option<Secret>, UnwrapError> {
    match decryptor(wrapped.as_bytes())?.decrypt(std::iter::once(identity)) {
        Ok(reader) => read_to_arena(reader, MAX_SECRET_BYTES).map(Some),
        Err(DecryptError::NoMatchingKeys) => Ok(None),
        Err(DecryptError::Plugin(errors)) => {
            let message = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            Err(UnwrapError::PluginFailed { plugin: String::new(), message })
        }
        Err(DecryptError::Io(error)) => {
            Err(UnwrapError::PluginFailed { plugin: String::new(), message: error.to_string() })
        }
        Err(DecryptError::DecryptionFailed | DecryptError::InvalidMac) => Err(UnwrapError::Tampered),
        Err(_) => Err(UnwrapError::Malformed),
    }
}

fn plugin(name: &str, text: &str, prompt: &Arc<dyn Prompt>) -> Result<impl age::Identity, UnwrapError> {
    let identity = text.parse::<age::plugin::Identity>().expect("checked when it was read");
    let questions = PluginQuestions { plugin: name.to_owned(), prompt: Arc::clone(prompt) };
    age::plugin::IdentityPluginV1::new(name, &[identity], questions)
        .map_err(|_| UnwrapError::PluginMissing { binary: format!("age-plugin-{name}") })
}

fn in_plugin(error: UnwrapError, name: &str) -> UnwrapError {
    match error {
        UnwrapError::PluginFailed { message, .. } => UnwrapError::PluginFailed { plugin: name.to_owned(), message },
        other => other,
    }
}

/// An age file, armored or not, ready to be decrypted.
pub(super) fn decryptor(bytes: &[u8]) -> Result<Decryptor<ArmoredReader<BufReader<&[u8]>>>, UnwrapError> {
    Decryptor::new_buffered(ArmoredReader::new(bytes)).map_err(|_| UnwrapError::Malformed)
}

/// Reads a decrypted stream to its end, straight into the arena.
pub(super) fn read_to_arena(mut reader: impl Read, max_bytes: usize) -> Result<Secret, UnwrapError> {
    let mut plaintext = SecretBuffer::zeros(256.min(max_bytes));
    let mut filled = 0;
    loop {
        // The stream is authenticated chunk by chunk: an error here is a changed or a cut text.
        match reader.read(&mut plaintext.expose_mut()[filled..]).map_err(|_| UnwrapError::Tampered)? {
            0 if filled < plaintext.len() => break,
            0 if filled >= max_bytes => return Err(UnwrapError::Malformed),
            read => filled += read,
        }
        if filled == plaintext.len() {
            plaintext.resize((filled * 2).min(max_bytes + 1));
        }
    }
    plaintext.truncate(filled);
    Ok(plaintext.into_secret())
}

/// The stanzas of an age file's header.
///
/// ```text
///   age-encryption.org/v1
///   -> ssh-ed25519 iBUuYg TKd0…
///   (body, base64)
///   --- MAC
/// ```
fn stanzas(wrapped: &str) -> Result<Vec<Stanza>, UnwrapError> {
    decryptor(wrapped.as_bytes())?;
    let mut bytes = Vec::new();
    ArmoredReader::new(wrapped.as_bytes()).read_to_end(&mut bytes).map_err(|_| UnwrapError::Malformed)?;
    let header = bytes.split(|byte| *byte == b'\n').take_while(|line| !line.starts_with(b"---"));
    let stanzas = header.filter_map(|line| std::str::from_utf8(line.strip_prefix(b"-> ")?).ok());
    Ok(stanzas
        .map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            Stanza { name: words.next().unwrap_or_default(), tag: words.next() }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::{
        LineRule, NoPrompt, PassphraseFor, Recipient, generate_identity, parse_identities, parse_ssh_identity,
    };
    use super::*;
    use crate::secret::Random;

    // Throwaway keys; see the README beside them.
    const SSH_ED25519: &str = include_str!("../../../tests/suite/keys/ssh_ed25519");
    const SSH_ED25519_ENCRYPTED: &str = include_str!("../../../tests/suite/keys/ssh_ed25519_encrypted");
    const SSH_RSA: &str = include_str!("../../../tests/suite/keys/ssh_rsa");

    struct Steps(u8);

    impl Random for Steps {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(29).wrapping_add(17);
                *byte = self.0;
            }
        }
    }

    /// Answers with its words in turn, and counts how often it was asked.
    struct Words {
        words: &'static [&'static str],
        asked: AtomicU32,
    }

    impl Prompt for Words {
        fn passphrase(&self, _: &PassphraseFor, attempt: u32) -> Option<Secret> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let word = self.words.get(attempt as usize - 1)?;
            Some(Secret::from_exposed(word.as_bytes()))
        }

        fn confirm(&self, _: &str, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
            None
        }

        fn answer(&self, _: &str, _: &str) -> Option<String> {
            None
        }

        fn show(&self, _: &str, _: &str) {}
    }

    fn words(words: &'static [&'static str]) -> Arc<Words> {
        Arc::new(Words { words, asked: AtomicU32::new(0) })
    }

    fn nobody() -> Arc<dyn Prompt> {
        Arc::new(NoPrompt)
    }

    fn ssh(pem: &str, prompt: Arc<dyn Prompt>) -> Identity {
        parse_ssh_identity(Secret::from_exposed(pem.as_bytes()), "~/.ssh/id", &prompt).ok().unwrap()
    }

    fn x25519(seed: u8) -> (Identity, Recipient) {
        let (text, recipient) = generate_identity(&mut Steps(seed));
        (parse_identities(text, "keys.txt", LineRule::OnePerLine, &nobody()).ok().unwrap().remove(0), recipient)
    }

    fn data_key() -> Secret {
        Secret::random(32, &mut Steps(7))
    }

    fn wrapped_to(recipient: &Recipient) -> String {
        recipient.wrap(&data_key(), &nobody()).unwrap()
    }

    /// Whether the identities open what was wrapped to the recipient.
    fn opens(recipient: &Recipient, identities: &[Identity]) -> Result<bool, UnwrapError> {
        let opened = unwrap_any(&wrapped_to(recipient), identities)?;
        assert!(opened.as_ref().is_none_or(|secret| secret.same_as(&data_key())));
        Ok(opened.is_some())
    }

    #[test]
    fn a_key_opens_for_its_own_identity_only() {
        let (mine, recipient) = x25519(1);
        let (other, _) = x25519(2);
        let ssh_ed25519 = ssh(SSH_ED25519, nobody());
        assert_eq!(opens(&recipient, &[other, ssh_ed25519]), Ok(false));
        assert_eq!(opens(&recipient, &[mine]), Ok(true));
    }

    #[test]
    fn ssh_keys_open_what_was_wrapped_to_them() {
        for pem in [SSH_ED25519, SSH_RSA] {
            let identity = ssh(pem, nobody());
            let recipient = identity.recipient().unwrap().clone();
            assert_eq!(opens(&recipient, &[x25519(1).0, identity]), Ok(true));
        }
    }

    #[test]
    fn a_passphrase_is_asked_until_it_fits_and_then_never_again() {
        let prompt = words(&["wrong", "open sesame"]);
        let identities = [ssh(SSH_ED25519_ENCRYPTED, prompt.clone())];
        let recipient = identities[0].recipient().unwrap().clone();
        assert_eq!(opens(&recipient, &identities), Ok(true));
        assert_eq!(opens(&recipient, &identities), Ok(true));
        assert_eq!(prompt.asked.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn no_passphrase_and_a_wrong_one_are_told_apart() {
        let check = |prompt: Arc<dyn Prompt>| {
            let identity = ssh(SSH_ED25519_ENCRYPTED, prompt);
            let recipient = identity.recipient().unwrap().clone();
            opens(&recipient, &[identity]).unwrap_err()
        };
        let name = "~/.ssh/id".to_owned();
        assert_eq!(check(nobody()), UnwrapError::PassphraseDeclined { name: name.clone() });
        assert_eq!(check(words(&["a", "b", "c"])), UnwrapError::PassphraseWrong { name });
    }

    #[test]
    fn nothing_is_asked_for_a_file_that_is_not_meant() {
        let prompt = words(&["open sesame"]);
        let encrypted = ssh(SSH_ED25519_ENCRYPTED, prompt.clone());
        let (mine, recipient) = x25519(1);
        assert_eq!(opens(&x25519(2).1, &[encrypted]), Ok(false));
        let encrypted = ssh(SSH_ED25519_ENCRYPTED, prompt.clone());
        assert_eq!(opens(&recipient, &[encrypted, mine]), Ok(true));
        assert_eq!(prompt.asked.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn damage_is_told_from_not_mine() {
        let (mine, recipient) = x25519(1);
        let check = |wrapped: &str, expected: UnwrapError| assert_eq!(mine.unwrap(wrapped).err(), Some(expected));
        let wrapped = wrapped_to(&recipient);
        check("", UnwrapError::Malformed);
        check("hello", UnwrapError::Malformed);
        check(&wrapped[..wrapped.len() / 2], UnwrapError::Malformed);
        // The line before the last is the end of the content, which is authenticated.
        let place = wrapped.trim_end().rfind('\n').unwrap() - 30;
        let other = if wrapped.as_bytes()[place] == b'A' { "B" } else { "A" };
        let mut changed = wrapped.clone();
        changed.replace_range(place..=place, other);
        check(&changed, UnwrapError::Tampered);
    }

    #[test]
    fn a_share_of_a_key_is_wrapped_as_well() {
        let (mine, recipient) = x25519(1);
        let share = Secret::random(33, &mut Steps(3));
        let wrapped = recipient.wrap(&share, &nobody()).unwrap();
        assert!(wrapped.ends_with("-----END AGE ENCRYPTED FILE-----\n"));
        assert!(mine.unwrap(&wrapped).ok().flatten().unwrap().same_as(&share));
    }
}
