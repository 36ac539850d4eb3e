//! What a person hands in as a recipient: a key, the contents of a `.pub` file, a line or the whole output of
//! `ssh-keyscan`, a line of `known_hosts`.
//!
//! An ed25519 SSH key is converted, because sops-nix opens files with the converted key and never with the SSH key
//! itself. Private keys are recognised in order to be refused, and nothing that is refused is repeated.
//!
//! Truth: ssh-to-age, `cmd/ssh-to-age/main.go`; ssh-keyscan(1) and sshd(8) for the lines.

use super::error::RecipientError;
use super::recipient::{Recipient, RecipientKind};
use super::ssh_to_age::{ConversionError, recipient_from_ssh};

/// What becomes of an SSH key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SshAs {
    /// The age key that sops-nix makes of it.
    Converted,
    /// The SSH key itself, for people who run sops with their SSH key.
    Itself,
}

/// A recipient, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// The recipient.
    pub recipient: Recipient,
    /// Whether it was made from an SSH key.
    pub is_converted: bool,
    /// What the text calls it: a host, or the comment of a key.
    pub called: Option<String>,
    /// Types of further keys in the text that were left alone, as in `ssh-rsa`.
    pub left_out: Vec<String>,
}

/// Why a text gives no recipient. Never holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandedInError {
    /// Nothing but blanks and comments.
    #[error("there is no key in it")]
    Empty,
    /// A private key.
    #[error("this is a private key; whoever sees it can read the secrets")]
    PrivateKey,
    /// Nothing that looks like a public key.
    #[error("line {line} holds no public key")]
    NoKey {
        /// Counted from 1.
        line: usize,
    },
    /// Several keys, of which one has to be chosen.
    #[error("there are {count} different keys in it")]
    Several {
        /// How many.
        count: usize,
    },
    /// SSH keys, but none of the type that converts.
    #[error("SSH keys of type {} cannot be converted to age", key_types.join(", "))]
    NotEd25519 {
        /// As in `ssh-rsa`.
        key_types: Vec<String>,
    },
    /// The key is damaged, or of a type that age cannot encrypt to.
    #[error(transparent)]
    Recipient(#[from] RecipientError),
    /// The SSH key is damaged.
    #[error(transparent)]
    Conversion(#[from] ConversionError),
}

impl HandedInError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::NoKey { .. } => {
                "give an age1… key, the contents of /etc/ssh/ssh_host_ed25519_key.pub, or a line of ssh-keyscan"
            }
            Self::PrivateKey => "give its public half: the .pub file beside it, or what age-keygen -y prints",
            Self::Several { .. } => "give one of them",
            Self::NotEd25519 { .. } => "use the host's ssh_host_ed25519_key.pub: ssh-keyscan -t ed25519 HOST",
            Self::Recipient(error) => error.hint(),
            Self::Conversion(error) => error.hint(),
        }
    }
}

/// An SSH public key on a line: what stands before it, its type, the key, what stands behind it.
struct SshLine<'t> {
    before: Option<&'t str>,
    key_type: &'t str,
    key: &'t str,
    comment: &'t str,
}

/// Reads a recipient from whatever a person has at hand.
///
/// # Errors
/// When the text holds no public key, several, or one that nothing can be encrypted to.
pub fn recipient_from_text(text: &str, ssh: SshAs) -> Result<HandedIn, HandedInError> {
    // Compared where it stands: a private key is not copied.
    let holds = |word: &str| text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    if ["age-secret-key-", "age-plugin-", "-----begin"].into_iter().any(holds) {
        return Err(HandedInError::PrivateKey);
    }
    let mut age: Vec<Recipient> = Vec::new();
    let mut ssh_lines: Vec<SshLine<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches("Public key:").trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(found) = SshLine::of(line) {
            ssh_lines.push(found);
        } else if line.starts_with("age1") {
            age.push(Recipient::parse(line)?);
        } else {
            return Err(HandedInError::NoKey { line: index + 1 });
        }
    }
    age.dedup();
    match (age.len(), ssh_lines.is_empty()) {
        (0, true) => Err(HandedInError::Empty),
        (1, true) => {
            let recipient = age.swap_remove(0);
            Ok(HandedIn { recipient, is_converted: false, called: None, left_out: Vec::new() })
        }
        (0, false) => from_ssh(&ssh_lines, ssh),
        (count, _) => Err(HandedInError::Several { count: count + ssh_lines.len() }),
    }
}

fn from_ssh(lines: &[SshLine<'_>], ssh: SshAs) -> Result<HandedIn, HandedInError> {
    let of_type = |wanted: &'static str| {
        let mut found: Vec<&SshLine<'_>> = lines.iter().filter(|line| line.key_type == wanted).collect();
        found.dedup_by_key(|line| line.key);
        found
    };
    let mut chosen = of_type("ssh-ed25519");
    if chosen.is_empty() && ssh == SshAs::Itself {
        chosen = of_type("ssh-rsa");
    }
    let types = |but: &str| {
        let mut types: Vec<String> = lines.iter().map(|line| line.key_type.to_owned()).collect();
        types.retain(|key_type| key_type != but);
        types.sort();
        types.dedup();
        types
    };
    let line = match chosen.as_slice() {
        [] => return Err(HandedInError::NotEd25519 { key_types: types("") }),
        [line] => *line,
        several => return Err(HandedInError::Several { count: several.len() }),
    };
    let written = format!("{} {}", line.key_type, line.key);
    let recipient = match ssh {
        SshAs::Converted => recipient_from_ssh(&written)?,
        SshAs::Itself => Recipient::parse(&written)?,
    };
    let called = line.called().map(str::to_owned);
    Ok(HandedIn { recipient, is_converted: ssh == SshAs::Converted, called, left_out: types(line.key_type) })
}

impl<'t> SshLine<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let is_type = |word: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|prefix| word.starts_with(prefix));
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| is_type(word))?;
        let comment = words.get(at + 2).copied().unwrap_or_default();
        Some(Self {
            before: at.checked_sub(1).map(|before| words[before]),
            key_type: words[at],
            key: words.get(at + 1).copied().unwrap_or_default(),
            comment,
        })
    }

    /// The host in front of it, as far as it is readable, else what its comment says after the `@`.
    fn called(&self) -> Option<&'t str> {
        let host = self.before.filter(|host| !host.starts_with('|')).and_then(|hosts| hosts.split(',').next());
        let host = host.map(|host| host.trim_start_matches('[').split([']', ':']).next().unwrap_or(host));
        let comment = self.comment.rsplit('@').next().filter(|comment| !comment.is_empty());
        host.or(comment)
    }
}

impl HandedIn {
    /// What the recipient is and what that means for whoever reads with it, where that is worth a word.
    #[must_use]
    pub fn explanation(&self) -> Option<&'static str> {
        match self.recipient.kind() {
            RecipientKind::X25519 if self.is_converted => Some(
                "converted from the SSH key as ssh-to-age does: sops-nix opens files with this form (age.sshKeyPaths), \
                 sops itself opens it with the converted key only",
            ),
            RecipientKind::SshEd25519 | RecipientKind::SshRsa => {
                Some("kept as an SSH key: sops opens such files with the SSH key, but sops-nix does not at activation")
            }
            RecipientKind::PostQuantum => Some(
                "a post-quantum key: needs sops 3.12 and age 1.3 or newer wherever it is used, and age-plugin-pq here",
            ),
            RecipientKind::Plugin { .. } => Some("a plugin's key: wrapping to it starts its age-plugin program"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Throwaway keys; see the README beside them.
    const ED25519: &str = include_str!("../../../tests/suite/keys/ssh_ed25519.pub");
    const RSA: &str = include_str!("../../../tests/suite/keys/ssh_rsa.pub");
    const PRIVATE: &str = include_str!("../../../tests/suite/keys/ssh_ed25519");
    const PAIRS: &str = include_str!("../../../tests/suite/keys/ssh_to_age.txt");
    const AGE: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
    /// What ssh-to-age makes of `ED25519`.
    const CONVERTED: &str = "age1h9tc7p6vdfseqa98weyawdm8xffwr0p4sjyc2xa0nhmgw4radcdsgkqkz9";

    /// Compares the recipient, what it is called and the types left out, or the words of the refusal.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = match recipient_from_text(text, SshAs::Converted) {
            Ok(found) => {
                let called = found.called.as_deref().unwrap_or("-");
                format!("{} {called} {}", found.recipient, found.left_out.join(","))
            }
            Err(error) => {
                assert!(!error.hint().is_empty());
                error.to_string()
            }
        };
        assert_eq!(said.trim_end(), expected);
    }

    fn line(text: &str) -> String {
        text.split(' ').take(2).collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    #[test]
    fn a_key_is_read_in_every_form_people_have_it_in() {
        let (ed25519, rsa) = (line(ED25519), line(RSA));
        check(&format!("  {AGE}\n"), &format!("{AGE} -"));
        check(&format!("# created: 2026\n# public key\nPublic key: {AGE}\n"), &format!("{AGE} -"));
        check(&format!("{ed25519} root@web\n"), &format!("{CONVERTED} web"));
        check(&format!("web.example.org {ed25519}\n"), &format!("{CONVERTED} web.example.org"));
        check(&format!("[10.0.0.1]:2222 {ed25519}\n"), &format!("{CONVERTED} 10.0.0.1"));
        check(&format!("|1|a=|b= {ed25519}"), &format!("{CONVERTED} -"));
        let scan = format!("# web:22 SSH-2.0\nweb {rsa}\n# web:22 SSH-2.0\nweb {ed25519}\nweb {ed25519}\n");
        check(&scan, &format!("{CONVERTED} web ssh-rsa"));
    }

    #[test]
    fn what_is_no_recipient_says_why_and_is_not_repeated() {
        check("", "there is no key in it");
        check("# nothing\n", "there is no key in it");
        check("s3cret", "line 1 holds no public key");
        check(RSA, "SSH keys of type ssh-rsa cannot be converted to age");
        check(PRIVATE, "this is a private key; whoever sees it can read the secrets");
        check("age-secret-key-1qqq", "this is a private key; whoever sees it can read the secrets");
        check(&format!("{AGE}\n{}", line(ED25519)), "there are 2 different keys in it");
        let pairs: Vec<String> = PAIRS.lines().take(2).map(line).collect();
        check(&pairs.join("\n"), "there are 2 different keys in it");
        check("ssh-ed25519 AAAA", "the SSH key is damaged");
    }

    #[test]
    fn an_ssh_key_may_be_kept_as_it_is() {
        let kept = |text: &str| recipient_from_text(text, SshAs::Itself).unwrap();
        assert_eq!(kept(ED25519).recipient.as_str(), line(ED25519));
        assert_eq!(*kept(RSA).recipient.kind(), RecipientKind::SshRsa);
        assert!(kept(ED25519).explanation().is_some_and(|words| words.contains("sops-nix does not")));
    }

    #[test]
    fn keys_convert_as_an_independent_conversion_does() {
        for pair in PAIRS.lines() {
            let (ssh, age) = pair.rsplit_once(' ').unwrap();
            let found = recipient_from_text(ssh, SshAs::Converted).unwrap();
            assert_eq!(found.recipient.as_str(), age);
            assert!(found.is_converted);
        }
    }
}
