//! Recipients: public keys in the spelling that files and `.sops.yaml` use.
//!
//! Truth: sops 3.13.3, `age/keysource.go` (which prefixes mean what); the text is kept as it was written, because sops
//! compares recipients by their text.

use std::fmt;
use std::str::FromStr;

use super::error::RecipientError;

/// A public key that a data key can be wrapped to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Recipient {
    text: String,
    kind: RecipientKind,
}

/// What stands behind a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecipientKind {
    /// `age1…`.
    X25519,
    /// `ssh-ed25519 …`.
    SshEd25519,
    /// `ssh-rsa …`.
    SshRsa,
    /// `age1tag1…` and `age1tagpq1…`: keys on hardware that anybody can encrypt to without its plugin.
    Tagged,
    /// `age1pq1…`: recognised and kept, wrapped to through `age-plugin-pq` only.
    PostQuantum,
    /// `age1NAME1…`: needs the program `age-plugin-NAME`.
    Plugin {
        /// The plugin's name.
        name: String,
    },
}

/// How many characters of a long recipient are enough to recognise it.
const SHORT_CHARS: usize = 20;

impl Recipient {
    /// Reads a recipient; blanks around it are dropped, a comment behind an SSH key is kept.
    ///
    /// # Errors
    /// When the text has no known form, or is damaged.
    pub fn parse(text: &str) -> Result<Self, RecipientError> {
        let text = text.trim();
        let kind = if text.starts_with("ssh-") {
            ssh_kind(text)?
        } else if text.starts_with("age1") {
            age_kind(text)?
        } else {
            return Err(RecipientError::UnknownForm { text: text.to_owned() });
        };
        Ok(Self { text: text.to_owned(), kind })
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands behind it.
    #[must_use]
    pub fn kind(&self) -> &RecipientKind {
        &self.kind
    }

    /// The text without an SSH key's comment: what identifies the key.
    #[must_use]
    pub fn key_text(&self) -> &str {
        match self.kind {
            RecipientKind::SshEd25519 | RecipientKind::SshRsa => {
                self.text.match_indices(' ').nth(1).map_or(&self.text, |(end, _)| &self.text[..end])
            }
            _ => &self.text,
        }
    }

    /// Whether both name the same key; comments of SSH keys do not count.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.key_text() == other.key_text()
    }

    /// A beginning that fits a narrow column: `age1k573ahyaywgx4r34…`.
    #[must_use]
    pub fn short(&self) -> String {
        let shown = match self.kind {
            RecipientKind::SshEd25519 | RecipientKind::SshRsa => self.key_text(),
            _ => &self.text,
        };
        // The end of an SSH key tells keys apart; its beginning is the same for all.
        if shown.len() <= SHORT_CHARS {
            shown.to_owned()
        } else if shown.starts_with("ssh-") {
            format!("{}…{}", &shown[..shown.find(' ').unwrap_or(0)], &shown[shown.len() - 8..])
        } else {
            format!("{}…", &shown[..SHORT_CHARS])
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, RecipientError> {
        Self::parse(text)
    }
}

fn age_kind(text: &str) -> Result<RecipientKind, RecipientError> {
    let damaged = |reason| RecipientError::Damaged { text: text.to_owned(), reason };
    if text.starts_with("age1tag1") {
        return text.parse::<age::tag::Recipient>().map(|_| RecipientKind::Tagged).map_err(damaged);
    }
    if text.starts_with("age1tagpq1") {
        return text.parse::<age::tagpq::Recipient>().map(|_| RecipientKind::Tagged).map_err(damaged);
    }
    // A second `1` means that a plugin's name stands between them.
    if text.matches('1').count() == 1 {
        return text.parse::<age::x25519::Recipient>().map(|_| RecipientKind::X25519).map_err(damaged);
    }
    let plugin = text.parse::<age::plugin::Recipient>().map_err(damaged)?;
    Ok(match plugin.plugin() {
        "pq" => RecipientKind::PostQuantum,
        name => RecipientKind::Plugin { name: name.to_owned() },
    })
}

fn ssh_kind(text: &str) -> Result<RecipientKind, RecipientError> {
    use age::ssh::ParseRecipientKeyError as Reason;
    match text.parse::<age::ssh::Recipient>() {
        Ok(age::ssh::Recipient::SshEd25519(..)) => Ok(RecipientKind::SshEd25519),
        Ok(age::ssh::Recipient::SshRsa(..)) => Ok(RecipientKind::SshRsa),
        Err(Reason::Unsupported(key_type)) => Err(RecipientError::UnsupportedSshKey { key_type }),
        Err(reason) => Err(RecipientError::Damaged {
            text: text.to_owned(),
            reason: match reason {
                Reason::RsaModulusTooLarge => "the RSA key is larger than age accepts",
                Reason::RsaModulusTooSmall => "the RSA key is shorter than 2048 bits",
                _ => "invalid SSH public key",
            },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSH_ED25519: &str = include_str!("../../../tests/suite/keys/ssh_ed25519.pub");
    const SSH_RSA: &str = include_str!("../../../tests/suite/keys/ssh_rsa.pub");
    const SSH_ECDSA: &str = include_str!("../../../tests/suite/keys/ssh_ecdsa.pub");
    const X25519: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

    #[track_caller]
    fn check(text: &str, expected: Option<RecipientKind>) {
        assert_eq!(Recipient::parse(text).ok().map(|recipient| recipient.kind), expected, "{text}");
    }

    /// `age1…` with this prefix and a right checksum.
    fn bech32(prefix: &str, bytes: usize) -> String {
        let prefix = bech32::Hrp::parse(prefix).unwrap();
        bech32::encode::<bech32::Bech32>(prefix, &vec![9; bytes]).unwrap()
    }

    #[test]
    fn the_beginning_tells_the_kind() {
        check(X25519, Some(RecipientKind::X25519));
        check(&format!(" {X25519}\n"), Some(RecipientKind::X25519));
        check(SSH_ED25519, Some(RecipientKind::SshEd25519));
        check(SSH_RSA, Some(RecipientKind::SshRsa));
        check(&bech32("age1yubikey", 33), Some(RecipientKind::Plugin { name: "yubikey".to_owned() }));
        check(&bech32("age1pq", 32), Some(RecipientKind::PostQuantum));
        check(SSH_ECDSA, None);
        check("", None);
        check("hello", None);
        check(&X25519.replace("k573", "k574"), None);
        check("ssh-ed25519 AAAA", None);
    }

    #[test]
    fn the_text_is_kept_and_a_comment_does_not_count() {
        let with_comment = Recipient::parse(SSH_ED25519).unwrap();
        assert_eq!(with_comment.as_str(), SSH_ED25519.trim());
        let without = Recipient::parse(with_comment.key_text()).unwrap();
        assert!(with_comment != without && with_comment.is_same_key(&without));
    }

    #[test]
    fn a_short_form_fits_a_narrow_column() {
        assert_eq!(Recipient::parse(X25519).unwrap().short(), "age1k573ahyaywgx4r34…");
        assert_eq!(Recipient::parse(SSH_ED25519).unwrap().short(), "ssh-ed25519…qWwaT5Js");
    }
}
