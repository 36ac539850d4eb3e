//! Identities: private keys, kept as their text in the arena and parsed only while they are at work.
//!
//! Truth: sops 3.13.3, `age/keysource.go` (which lines count), `age/encrypted_keys.go` (what is a protected file).

use std::sync::Arc;

use super::error::IdentityError;
use super::prompt::{NoPrompt, Prompt};
use super::protected_file::ProtectedFile;
use super::recipient::Recipient;
use super::ssh::SshKey;
use crate::secret::{Random, Secret, SecretBuffer, scrub_stack};

/// A private key that may unwrap data keys.
pub struct Identity {
    pub(super) form: Form,
    recipient: Option<Recipient>,
}

/// What an identity is, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityKind {
    /// `AGE-SECRET-KEY-1…`.
    X25519,
    /// `AGE-SECRET-KEY-PQ-1…`: recognised, not usable yet.
    PostQuantum,
    /// `AGE-PLUGIN-NAME-1…`.
    Plugin {
        /// The plugin's name.
        name: String,
    },
    /// An SSH private key.
    Ssh {
        /// Whether using it needs a passphrase.
        is_encrypted: bool,
    },
    /// A passphrase-protected file whose identities are not known yet.
    ProtectedFile,
}

pub(super) enum Form {
    X25519(Secret),
    PostQuantum,
    Plugin { name: String, text: Secret, prompt: Arc<dyn Prompt> },
    Ssh(SshKey),
    ProtectedFile(ProtectedFile),
}

/// How identities stand on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineRule {
    /// One a line, as in files and in what commands print.
    OnePerLine,
    /// Any number a line, separated by blanks, as in `SOPS_AGE_KEY`.
    ManyPerLine,
}

impl Identity {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> IdentityKind {
        match &self.form {
            Form::X25519(_) => IdentityKind::X25519,
            Form::PostQuantum => IdentityKind::PostQuantum,
            Form::Plugin { name, .. } => IdentityKind::Plugin { name: name.clone() },
            Form::Ssh(key) => IdentityKind::Ssh { is_encrypted: key.is_encrypted() },
            Form::ProtectedFile(_) => IdentityKind::ProtectedFile,
        }
    }

    /// The recipient that belongs to it, where it can be told without asking: whose key it is.
    #[must_use]
    pub fn recipient(&self) -> Option<&Recipient> {
        self.recipient.as_ref()
    }

    /// Whether using it may ask the person for something.
    #[must_use]
    pub fn may_ask(&self) -> bool {
        match &self.form {
            Form::X25519(_) | Form::PostQuantum => false,
            Form::Ssh(key) => key.is_encrypted(),
            Form::Plugin { .. } | Form::ProtectedFile(_) => true,
        }
    }
}

/// Reads a source of identities: lines of text, or a passphrase-protected age file, which becomes one identity.
///
/// `name` is where it was found; it is shown when `prompt` is asked for its passphrase, which is when a file needs it.
///
/// # Errors
/// One unreadable line refuses the whole source, as in sops.
pub fn parse_identities(
    source: Secret,
    name: &str,
    rule: LineRule,
    prompt: &Arc<dyn Prompt>,
) -> Result<Vec<Identity>, IdentityError> {
    if ProtectedFile::is_one(source.expose()) {
        let file = ProtectedFile::parse(source, name, prompt)?;
        return Ok(vec![Identity { form: Form::ProtectedFile(file), recipient: None }]);
    }
    parse_lines(source.expose(), rule, prompt)
}

/// Reads an SSH private key. `name` is where it was found; it is shown when `prompt` is asked for its passphrase.
///
/// # Errors
/// When the key cannot be used with age.
pub fn parse_ssh_identity(pem: Secret, name: &str, prompt: &Arc<dyn Prompt>) -> Result<Identity, IdentityError> {
    let (key, recipient) = SshKey::parse(pem, name, prompt)?;
    Ok(Identity { form: Form::Ssh(key), recipient: Some(recipient) })
}

pub(super) fn parse_lines(
    text: &[u8],
    rule: LineRule,
    prompt: &Arc<dyn Prompt>,
) -> Result<Vec<Identity>, IdentityError> {
    let mut identities = Vec::new();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let words: Vec<&[u8]> = match rule {
            LineRule::OnePerLine => vec![line],
            LineRule::ManyPerLine => line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect(),
        };
        for word in words {
            let identity = parse_text(word, prompt);
            scrub_stack();
            identities.push(identity.map_err(|error| in_line(error, number + 1))?);
        }
    }
    Ok(identities)
}

fn in_line(error: IdentityError, line: usize) -> IdentityError {
    match error {
        IdentityError::UnknownForm { .. } => IdentityError::UnknownForm { line },
        IdentityError::Damaged { .. } => IdentityError::Damaged { line },
        other => other,
    }
}

fn parse_text(text: &[u8], prompt: &Arc<dyn Prompt>) -> Result<Identity, IdentityError> {
    let damaged = IdentityError::Damaged { line: 1 };
    let Ok(text) = std::str::from_utf8(text) else {
        return Err(IdentityError::NotText);
    };
    let kept = || Secret::from_exposed(text.as_bytes());
    if text.starts_with("AGE-PLUGIN-") {
        let plugin: age::plugin::Identity = text.parse().map_err(|_| damaged)?;
        let form = Form::Plugin { name: plugin.plugin().to_owned(), text: kept(), prompt: Arc::clone(prompt) };
        return Ok(Identity { form, recipient: None });
    }
    if text.starts_with("AGE-SECRET-KEY-PQ-1") {
        return Ok(Identity { form: Form::PostQuantum, recipient: None });
    }
    if text.starts_with("AGE-SECRET-KEY-1") {
        let identity: age::x25519::Identity = text.parse().map_err(|_| damaged)?;
        let recipient = Recipient::parse(&identity.to_public().to_string()).expect("age prints what it reads");
        return Ok(Identity { form: Form::X25519(kept()), recipient: Some(recipient) });
    }
    Err(IdentityError::UnknownForm { line: 1 })
}

/// Makes a new X25519 identity: its text `AGE-SECRET-KEY-1…` and its recipient.
#[must_use]
pub fn generate_identity(random: &mut dyn Random) -> (Secret, Recipient) {
    let text = identity_text(Secret::random(32, random).expose());
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let recipient = parse_text(text.expose(), &prompt).ok().and_then(|identity| identity.recipient);
    scrub_stack();
    (text, recipient.expect("32 bytes are an X25519 identity"))
}

/// `Bech32("AGE-SECRET-KEY-", scalar)` in capitals, written straight into the arena.
pub(super) fn identity_text(scalar: &[u8]) -> Secret {
    struct Letters(SecretBuffer);
    impl std::fmt::Write for Letters {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.push_bytes(text.as_bytes());
            Ok(())
        }
    }
    let prefix = bech32::Hrp::parse("age-secret-key-").expect("a valid prefix");
    let mut letters = Letters(SecretBuffer::with_capacity(80));
    bech32::encode_upper_to_fmt::<bech32::Bech32, _>(&mut letters, prefix, scalar)
        .expect("32 bytes fit, and a buffer takes them");
    letters.0.into_secret()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Random;

    /// Made for these tests only.
    const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
    const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

    fn read(text: &str, rule: LineRule) -> Result<Vec<Identity>, IdentityError> {
        let nobody: Arc<dyn Prompt> = Arc::new(NoPrompt);
        parse_identities(Secret::from_exposed(text.as_bytes()), "keys.txt", rule, &nobody)
    }

    fn read_one(text: &str) -> Identity {
        read(text, LineRule::OnePerLine).unwrap_or_default().remove(0)
    }

    #[track_caller]
    fn check(text: &str, rule: LineRule, expected: Result<usize, IdentityError>) {
        let found = read(text, rule);
        assert_eq!(found.map(|identities| identities.len()), expected, "{text:?}");
    }

    #[test]
    fn lines_count_as_in_sops() {
        use LineRule::{ManyPerLine, OnePerLine};
        check("", OnePerLine, Ok(0));
        check("# created\n\n", OnePerLine, Ok(0));
        check(IDENTITY, OnePerLine, Ok(1));
        check(&format!("# mine\r\n{IDENTITY}\r\n{IDENTITY}"), OnePerLine, Ok(2));
        check(&format!("{IDENTITY} {IDENTITY}"), ManyPerLine, Ok(2));
        check(&format!("  {IDENTITY}\t{IDENTITY}\n"), ManyPerLine, Ok(2));
        check(&format!("{IDENTITY} {IDENTITY}"), OnePerLine, Err(IdentityError::Damaged { line: 1 }));
        check(&format!("\n {IDENTITY}"), OnePerLine, Err(IdentityError::UnknownForm { line: 2 }));
        check(&format!("{IDENTITY}\nhello"), OnePerLine, Err(IdentityError::UnknownForm { line: 2 }));
        check(&IDENTITY.replace("1H9", "1H8"), OnePerLine, Err(IdentityError::Damaged { line: 1 }));
        check(&IDENTITY.to_lowercase(), OnePerLine, Err(IdentityError::UnknownForm { line: 1 }));
        check("AGE-SECRET-KEY-PQ-1ABC", OnePerLine, Ok(1));
        check("ssh-ed25519 AAAA", OnePerLine, Err(IdentityError::UnknownForm { line: 1 }));
    }

    #[test]
    fn an_identity_knows_its_recipient() {
        let identity = read_one(IDENTITY);
        assert_eq!(identity.recipient().unwrap().as_str(), RECIPIENT);
        assert_eq!(identity.kind(), IdentityKind::X25519);
    }

    #[test]
    fn a_plugin_identity_is_named_by_its_plugin() {
        let text = age::plugin::Identity::default_for_plugin("yubikey").unwrap().to_string();
        let identity = read_one(&text);
        assert_eq!(identity.kind(), IdentityKind::Plugin { name: "yubikey".to_owned() });
        assert!(identity.may_ask() && identity.recipient().is_none());
    }

    #[test]
    fn a_generated_identity_reads_back_and_is_new_each_time() {
        struct Counting(u8);
        impl Random for Counting {
            fn fill(&mut self, bytes: &mut [u8]) {
                bytes.fill_with(|| {
                    self.0 = self.0.wrapping_add(1);
                    self.0
                });
            }
        }
        let mut random = Counting(0);
        let (text, recipient) = generate_identity(&mut random);
        assert!(text.expose().starts_with(b"AGE-SECRET-KEY-1") && text.len() == IDENTITY.len());
        let read_back = read_one(std::str::from_utf8(text.expose()).unwrap());
        assert!(read_back.recipient() == Some(&recipient));
        assert_ne!(generate_identity(&mut random).1, recipient);
    }
}
