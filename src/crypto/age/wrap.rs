//! Wrapping: a data key, or a share of one, for one recipient.
//!
//! Truth: sops 3.13.3, `age/keysource.go`: every recipient gets an armored age file of its own.

use std::io::Write;
use std::sync::Arc;

use age::armor::{ArmoredWriter, Format};

use super::error::WrapError;
use super::prompt::{PluginQuestions, Prompt};
use super::recipient::{Recipient, RecipientKind};
use crate::secret::{Secret, scrub_stack};

impl Recipient {
    /// `age-encrypt[recipient](secret)`: an armored age file with a line break at its end, as sops stores it in `enc`.
    ///
    /// The secret is a data key or a share of one. The age library draws its randomness from the operating system itself.
    ///
    /// # Errors
    /// When a plugin is missing or refuses; X25519 and SSH recipients do not fail.
    pub fn wrap(&self, secret: &Secret, prompt: &Arc<dyn Prompt>) -> Result<String, WrapError> {
        let wrapped = to_age(self, prompt).and_then(|recipient| {
            encrypt(secret, &*recipient)
                .map_err(|error| WrapError::Refused { recipient: self.short(), message: error.to_string() })
        });
        scrub_stack();
        wrapped
    }
}

fn encrypt(secret: &Secret, recipient: &dyn age::Recipient) -> Result<String, age::EncryptError> {
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient))?;
    let mut armored = Vec::new();
    let mut plaintext = encryptor.wrap_output(ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor)?)?;
    plaintext.write_all(secret.expose())?;
    plaintext.finish()?.finish()?;
    Ok(String::from_utf8(armored).expect("armor is ASCII"))
}

fn to_age(recipient: &Recipient, prompt: &Arc<dyn Prompt>) -> Result<Box<dyn age::Recipient>, WrapError> {
    let text = recipient.as_str();
    Ok(match recipient.kind() {
        RecipientKind::X25519 => Box::new(text.parse::<age::x25519::Recipient>().expect(PARSED)),
        RecipientKind::SshEd25519 | RecipientKind::SshRsa => {
            Box::new(text.parse::<age::ssh::Recipient>().map_err(|_| ()).expect(PARSED))
        }
        RecipientKind::Tagged if text.starts_with("age1tag1") => {
            Box::new(text.parse::<age::tag::Recipient>().expect(PARSED))
        }
        RecipientKind::Tagged => Box::new(text.parse::<age::tagpq::Recipient>().expect(PARSED)),
        RecipientKind::PostQuantum => match plugin(text, "pq", prompt) {
            Err(WrapError::PluginMissing { .. }) => {
                return Err(WrapError::PostQuantum { recipient: recipient.short() });
            }
            other => other?,
        },
        RecipientKind::Plugin { name } => plugin(text, name, prompt)?,
    })
}

const PARSED: &str = "a recipient was parsed when it was made";

fn plugin(text: &str, name: &str, prompt: &Arc<dyn Prompt>) -> Result<Box<dyn age::Recipient>, WrapError> {
    let recipient = text.parse::<age::plugin::Recipient>().expect(PARSED);
    let questions = PluginQuestions { plugin: name.to_owned(), prompt: Arc::clone(prompt) };
    age::plugin::RecipientPluginV1::new(name, &[recipient], &[], questions)
        .map(|plugin| Box::new(plugin) as Box<dyn age::Recipient>)
        .map_err(|_| WrapError::PluginMissing { binary: format!("age-plugin-{name}") })
}
