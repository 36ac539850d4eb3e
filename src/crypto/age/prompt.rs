//! Questions that only the person can answer: passphrases, and what age plugins ask.
//!
//! The edges implement [`Prompt`]; this room knows no terminal.

use std::sync::Arc;

use age::secrecy::SecretString;

use crate::secret::Secret;

/// What a passphrase is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassphraseFor {
    /// An encrypted SSH private key; `name` is its path.
    SshKey {
        /// Where the key was found.
        name: String,
    },
    /// A passphrase-protected identity file; `name` is its path or variable.
    IdentityFile {
        /// Where the identities were found.
        name: String,
    },
    /// An age plugin asks for something that may not be shown, such as a PIN.
    Plugin {
        /// The plugin, as in `age-plugin-NAME`.
        name: String,
        /// The plugin's own words. They are foreign text: sanitise before showing.
        question: String,
    },
}

/// How the person is asked. Called from the thread that unwraps or wraps, which waits for the answer.
pub trait Prompt: Send + Sync {
    /// Asks for a passphrase. `attempt` counts from 1 and grows when the last answer was wrong. `None`: declined.
    fn passphrase(&self, purpose: &PassphraseFor, attempt: u32) -> Option<Secret>;

    /// Asks a plugin's question with one or two answers to choose from. `None`: could not be asked.
    fn confirm(&self, plugin: &str, question: &str, yes: &str, no: Option<&str>) -> Option<bool>;

    /// Asks for something that may be shown, such as a serial number. `None`: could not be asked.
    fn answer(&self, plugin: &str, question: &str) -> Option<String>;

    /// Shows a plugin's message, such as "touch your key".
    fn show(&self, plugin: &str, message: &str);
}

/// Nobody is there to be asked: every question stays without an answer.
pub struct NoPrompt;

impl Prompt for NoPrompt {
    fn passphrase(&self, _: &PassphraseFor, _: u32) -> Option<Secret> {
        None
    }

    fn confirm(&self, _: &str, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }

    fn answer(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn show(&self, _: &str, _: &str) {}
}

/// The `age` crate's callbacks for one plugin, answered by a [`Prompt`].
#[derive(Clone)]
pub(super) struct PluginQuestions {
    pub(super) plugin: String,
    pub(super) prompt: Arc<dyn Prompt>,
}

impl age::Callbacks for PluginQuestions {
    fn display_message(&self, message: &str) {
        self.prompt.show(&self.plugin, message);
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.prompt.confirm(&self.plugin, message, yes, no)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.prompt.answer(&self.plugin, description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        let purpose = PassphraseFor::Plugin { name: self.plugin.clone(), question: description.to_owned() };
        self.prompt.passphrase(&purpose, 1).as_ref().and_then(to_age_secret)
    }
}

/// A passphrase in the type the `age` crate takes. It lies on the heap until the call ends and is wiped then.
pub(super) fn to_age_secret(passphrase: &Secret) -> Option<SecretString> {
    std::str::from_utf8(passphrase.expose()).ok().map(SecretString::from)
}
