//! What can go wrong with keys, by stage. No variant carries key material or a passphrase.

use thiserror::Error;

/// Why a text is no recipient we know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecipientError {
    /// None of `age1…`, `ssh-ed25519 …`, `ssh-rsa …`.
    #[error("\"{text}\" is not an age recipient")]
    UnknownForm {
        /// The text, a public key at most.
        text: String,
    },
    /// The form is known, the content is damaged.
    #[error("recipient \"{text}\" is damaged: {reason}")]
    Damaged {
        /// The text, a public key at most.
        text: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// An SSH key of a type that age cannot encrypt to.
    #[error("SSH keys of type {key_type} cannot receive age files")]
    UnsupportedSshKey {
        /// As in `ecdsa-sha2-nistp256`.
        key_type: String,
    },
}

impl RecipientError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownForm { .. } => "a recipient begins with age1, ssh-ed25519 or ssh-rsa",
            Self::Damaged { .. } => "copy the whole public key again, on one line",
            Self::UnsupportedSshKey { .. } => "use an ssh-ed25519 key or an age key",
        }
    }
}

/// Why identities could not be read. Line numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdentityError {
    /// A line that is neither a comment nor an identity; the whole source is refused, as sops does.
    #[error("line {line} is not an age identity")]
    UnknownForm {
        /// Counted from 1.
        line: usize,
    },
    /// An identity whose text is incomplete or mistyped.
    #[error("the identity in line {line} is damaged")]
    Damaged {
        /// Counted from 1.
        line: usize,
    },
    /// Bytes that are no text.
    #[error("not a text file")]
    NotText,
    /// Neither an OpenSSH nor a PEM RSA private key.
    #[error("not an SSH private key")]
    NotSshKey,
    /// An SSH key in a form that age does not read: encrypted PEM, or PKCS#8.
    #[error("the SSH key is stored as {form}")]
    OtherSshForm {
        /// As in `PKCS#8`.
        form: &'static str,
    },
    /// An SSH key type or cipher that age cannot use.
    #[error("SSH keys of type {key_type} cannot open age files")]
    UnsupportedSshKey {
        /// As in `ecdsa-sha2-nistp256`.
        key_type: String,
    },
    /// A passphrase-protected file that is no age file.
    #[error("the passphrase-protected identity file is damaged")]
    ProtectedFileDamaged,
}

impl IdentityError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownForm { .. } => {
                "each line holds AGE-SECRET-KEY-1… or AGE-PLUGIN-…, or begins with #, with no space before it"
            }
            Self::Damaged { .. } => "copy the whole identity again, on one line",
            Self::NotText => "point to a file written by age-keygen",
            Self::NotSshKey => "point to a private key written by ssh-keygen, not to its .pub file",
            Self::OtherSshForm { .. } => "rewrite it in OpenSSH's own form: ssh-keygen -p -f FILE",
            Self::UnsupportedSshKey { .. } => "use an ssh-ed25519 key or an age key",
            Self::ProtectedFileDamaged => "restore the file from a backup",
        }
    }
}

/// Why a data key could not be unwrapped. That an identity is simply not meant is no error.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnwrapError {
    /// The `enc` text is no age file.
    #[error("the wrapped data key is not a readable age file")]
    Malformed,
    /// An identity matched, and what it opened is not what was written.
    #[error("the wrapped data key was damaged or changed after it was written")]
    Tampered,
    /// A passphrase was needed, and none was given.
    #[error("no passphrase was given for {name}")]
    PassphraseDeclined {
        /// The key or file it belongs to.
        name: String,
    },
    /// Every passphrase given was wrong.
    #[error("the passphrase for {name} was wrong")]
    PassphraseWrong {
        /// The key or file it belongs to.
        name: String,
    },
    /// An SSH key that was meant cannot be used after all.
    #[error("the SSH key {name} cannot be used: {reason}")]
    SshKeyUnusable {
        /// Where the key was found.
        name: String,
        /// Why.
        reason: IdentityError,
    },
    /// What a passphrase opened holds no identities.
    #[error("{name} opened, but {reason}")]
    ProtectedFileUnusable {
        /// The file.
        name: String,
        /// Why.
        reason: IdentityError,
    },
    /// A passphrase-protected file asks for more work than this machine can do in a reasonable time.
    #[error("{name} asks for too much work to try a passphrase")]
    ExcessiveWork {
        /// The file.
        name: String,
    },
    /// The program of a plugin was not found.
    #[error("{binary} was not found in PATH")]
    PluginMissing {
        /// As in `age-plugin-yubikey`.
        binary: String,
    },
    /// A plugin ran and failed.
    #[error("age-plugin-{plugin} failed: {message}")]
    PluginFailed {
        /// The plugin's name.
        plugin: String,
        /// Its own words: foreign text, sanitise before showing.
        message: String,
    },
    /// A post-quantum identity would be needed.
    #[error("the data key is wrapped to a post-quantum key, which sopsmith cannot use yet")]
    PostQuantum,
}

impl UnwrapError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Malformed | Self::Tampered => "restore the sops block from git",
            Self::PassphraseDeclined { .. } => "try again and enter the passphrase",
            Self::PassphraseWrong { .. } => "try again; nothing was changed",
            Self::ProtectedFileUnusable { reason, .. } | Self::SshKeyUnusable { reason, .. } => reason.hint(),
            Self::ExcessiveWork { .. } => "protect the identity file again with a lower work factor",
            Self::PluginMissing { .. } => "install the plugin, or use another identity",
            Self::PluginFailed { .. } => "check that the device is plugged in, then try again",
            Self::PostQuantum => "open the file with sops 3.12 or newer, or add a second recipient",
        }
    }
}

/// Why a data key could not be wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WrapError {
    /// A post-quantum recipient without a program that can wrap to it.
    #[error("{recipient} is a post-quantum recipient, which sopsmith cannot wrap to by itself")]
    PostQuantum {
        /// The recipient, shortened.
        recipient: String,
    },
    /// The program of a plugin was not found.
    #[error("{binary} was not found in PATH")]
    PluginMissing {
        /// As in `age-plugin-yubikey`.
        binary: String,
    },
    /// age or a plugin refused.
    #[error("could not wrap the data key to {recipient}: {message}")]
    Refused {
        /// The recipient, shortened.
        recipient: String,
        /// Foreign text: sanitise before showing.
        message: String,
    },
}

impl WrapError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::PostQuantum { .. } => "install age-plugin-pq, or update the recipients with sops 3.12 or newer",
            Self::PluginMissing { .. } => "install the plugin, then try again",
            Self::Refused { .. } => "check the recipient in .sops.yaml",
        }
    }
}
