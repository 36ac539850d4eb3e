//! Questions that keys ask: a passphrase, a touch, a confirmation.

use std::sync::Arc;

use age::secrecy::SecretString;

use crate::secret::Secret;

/// Whoever can ask the person. `None` means: not answered, or nobody there.
pub trait Prompt: Send + Sync {
    /// Asks for the passphrase of what `description` names.
    fn passphrase(&self, description: &str) -> Option<Secret>;
    /// Shows what a plugin says, such as "touch your key".
    fn message(&self, text: &str);
    /// Asks for a yes or no.
    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool>;
    /// Asks for text that is no secret.
    fn public_text(&self, description: &str) -> Option<String>;
}

/// Nobody is there to be asked: keys that need an answer do not fit.
pub struct NoPrompt;

impl Prompt for NoPrompt {
    fn passphrase(&self, _: &str) -> Option<Secret> {
        None
    }

    fn message(&self, _: &str) {}

    fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }

    fn public_text(&self, _: &str) -> Option<String> {
        None
    }
}

/// The age library's form of a [`Prompt`].
#[derive(Clone)]
pub(super) struct Callbacks(pub(super) Arc<dyn Prompt>);

impl age::Callbacks for Callbacks {
    fn display_message(&self, message: &str) {
        self.0.message(message);
    }

    fn confirm(&self, message: &str, yes_string: &str, no_string: Option<&str>) -> Option<bool> {
        self.0.confirm(message, yes_string, no_string)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.public_text(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.0.passphrase(description).and_then(|passphrase| as_age_passphrase(&passphrase))
    }
}

/// The library takes passphrases in its own wiping type. `None`: not UTF-8.
pub(super) fn as_age_passphrase(passphrase: &Secret) -> Option<SecretString> {
    std::str::from_utf8(passphrase.expose()).ok().map(SecretString::from)
}
