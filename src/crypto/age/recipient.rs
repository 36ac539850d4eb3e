//! Recipients: who a data key is wrapped for.

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use age::armor::{ArmoredWriter, Format};

use super::prompt::{Callbacks, Prompt};
use crate::secret::Secret;

/// One holder of a data key, as `.sops.yaml` and a file's metadata name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recipient {
    text: String,
    kind: RecipientKind,
}

/// What kind of key a recipient is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RecipientKind {
    /// `age1…`
    X25519,
    /// `ssh-ed25519 …` or `ssh-rsa …`
    Ssh,
    /// `age1NAME1…`: the program `age-plugin-NAME` wraps and unwraps.
    Plugin(String),
    /// `age1pq1…` (sops 3.12 and later): recognised and kept, but not wrapped here.
    PostQuantum,
}

/// A text that names no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not an age recipient")]
pub struct RecipientError {
    /// The text, cut to 40 characters.
    pub text: String,
}

impl RecipientError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "a recipient is age1…, ssh-ed25519 …, or ssh-rsa …; age-keygen -y prints the one of an identity"
    }
}

/// Why a data key was not wrapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// Hybrid post-quantum recipients need sops itself.
    #[error("{recipient} is a post-quantum recipient, which cannot be wrapped for here")]
    PostQuantum {
        /// The recipient.
        recipient: String,
    },
    /// The plugin's program is not installed.
    #[error("the program age-plugin-{plugin} is not installed")]
    PluginMissing {
        /// The plugin's name.
        plugin: String,
    },
    /// The plugin failed.
    #[error("age-plugin-{plugin} could not wrap the data key")]
    PluginFailed {
        /// The plugin's name.
        plugin: String,
    },
}

impl WrapError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::PostQuantum { .. } => "use sops 3.12 or later for this file's recipients",
            Self::PluginMissing { .. } => "install the plugin and see that it is on PATH",
            Self::PluginFailed { .. } => "see what the plugin says when age is run with this recipient",
        }
    }
}

impl Recipient {
    /// Reads a recipient, blanks around it ignored (sops 3.12.2, `age/keysource.go`, `parseRecipient`).
    ///
    /// # Errors
    /// When the text names none.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        let kind = if text.starts_with("age1pq1") {
            Some(RecipientKind::PostQuantum)
        } else if text.starts_with("ssh-") {
            text.parse::<age::ssh::Recipient>().ok().map(|_| RecipientKind::Ssh)
        } else if text.parse::<age::x25519::Recipient>().is_ok() {
            Some(RecipientKind::X25519)
        } else {
            let plugin = text.parse::<age::plugin::Recipient>().ok();
            plugin.map(|plugin| RecipientKind::Plugin(plugin.plugin().to_owned()))
        };
        match kind {
            Some(kind) => Ok(Self { text: text.to_owned(), kind }),
            None => Err(RecipientError { text: text.chars().take(40).collect() }),
        }
    }

    /// The recipient as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What kind of key it is.
    #[must_use]
    pub fn kind(&self) -> &RecipientKind {
        &self.kind
    }

    /// `age-encrypt[recipient](key)`, armoured, with a final newline: the `enc` of a metadata entry.
    ///
    /// # Errors
    /// When this kind cannot be wrapped for here, or a plugin fails.
    pub fn wrap(&self, key: &Secret, prompt: &Arc<dyn Prompt>) -> Result<String, WrapError> {
        let recipient = self.as_age(prompt)?;
        self.encrypt(recipient.as_ref(), key).ok_or_else(|| WrapError::PluginFailed { plugin: self.plugin_name() })
    }

    fn as_age(&self, prompt: &Arc<dyn Prompt>) -> Result<Box<dyn age::Recipient>, WrapError> {
        const CHECKED: &str = "the text was parsed when the recipient was made";
        Ok(match &self.kind {
            RecipientKind::X25519 => Box::new(self.text.parse::<age::x25519::Recipient>().expect(CHECKED)),
            RecipientKind::Ssh => {
                Box::new(self.text.parse::<age::ssh::Recipient>().unwrap_or_else(|_| unreachable!("{CHECKED}")))
            }
            RecipientKind::PostQuantum => return Err(WrapError::PostQuantum { recipient: self.text.clone() }),
            RecipientKind::Plugin(name) => {
                let recipient = self.text.parse::<age::plugin::Recipient>().expect(CHECKED);
                let plugin = age::plugin::RecipientPluginV1::new(name, &[recipient], &[], Callbacks(prompt.clone()));
                Box::new(plugin.map_err(|_| WrapError::PluginMissing { plugin: name.clone() })?)
            }
        })
    }

    /// `None`: the recipient refused; writing to memory does not fail.
    fn encrypt(&self, recipient: &dyn age::Recipient, key: &Secret) -> Option<String> {
        let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient)).ok()?;
        let armored = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).ok()?;
        let mut stream = encryptor.wrap_output(armored).ok()?;
        stream.write_all(key.expose()).ok()?;
        let bytes = stream.finish().and_then(ArmoredWriter::finish).ok()?;
        let text = String::from_utf8(bytes).expect("armour is ASCII");
        Some(text.trim_end().to_owned() + "\n")
    }

    fn plugin_name(&self) -> String {
        match &self.kind {
            RecipientKind::Plugin(name) => name.clone(),
            RecipientKind::X25519 | RecipientKind::Ssh | RecipientKind::PostQuantum => self.text.clone(),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
