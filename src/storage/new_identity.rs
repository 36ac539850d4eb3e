//! New identities: made from the system's randomness, or from a host's SSH key as sops-nix does it; written where nothing
//! stands.
//!
//! Truth: the file of age-keygen 1.3 (`cmd/age-keygen/keygen.go`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::folders::{FolderError, NewFolderMode, NewFolders};
use super::replace::{Accept, Before, Change, Durability, NewFileMode, SaveError, save_all};
use super::{OsRandom, shown};
use crate::crypto::age::{
    ConversionError, Identity, LineRule, NoPrompt, Prompt, Recipient, generate_identity, identity_from_ssh,
    parse_identities,
};
use crate::secret::{Secret, SecretBuffer};

/// An identity that no file holds yet. Dropped, it is forgotten.
pub struct NewIdentity {
    text: Secret,
    recipient: Recipient,
    created: Timestamp,
}

/// Why a new identity was not written. Nothing was.
#[derive(Debug, thiserror::Error)]
pub enum NewIdentityError {
    /// A file stands there; it may hold the only key to somebody's secrets.
    #[error("{} exists already and is never overwritten", shown(.0))]
    Exists(PathBuf),
    /// Its folder cannot be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It cannot be written.
    #[error(transparent)]
    Save(SaveError),
}

impl NewIdentityError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Exists(_) => Some("use the identity that is there, or choose another file"),
            Self::Folder(_) => Some("check who may write there, or choose another file"),
            Self::Save(error) => error.hint(),
        }
    }
}

impl NewIdentity {
    /// Makes one.
    #[must_use]
    pub fn generate(now: Timestamp) -> Self {
        let (text, recipient) = generate_identity(&mut OsRandom);
        Self { text, recipient, created: now }
    }

    /// The one that an SSH key stands for where sops-nix decrypts with it.
    ///
    /// # Errors
    /// When the key is encrypted, damaged, or not ed25519.
    pub fn from_ssh(private: &Secret, now: Timestamp) -> Result<Self, ConversionError> {
        let text = identity_from_ssh(private)?;
        let nobody: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let read = parse_identities(text.duplicate(), "", LineRule::OnePerLine, &nobody).unwrap_or_default();
        let recipient = read.first().and_then(Identity::recipient).cloned().ok_or(ConversionError::Damaged)?;
        Ok(Self { text, recipient, created: now })
    }

    /// Its public key.
    #[must_use]
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The file as age-keygen writes it: two comments and the identity.
    #[must_use]
    pub fn file_text(&self) -> Secret {
        let created = self.created.strftime("%Y-%m-%dT%H:%M:%SZ");
        let comments = format!("# created: {created}\n# public key: {}\n", self.recipient.as_str());
        let mut text = SecretBuffer::with_capacity(comments.len() + self.text.len() + 1);
        text.push_bytes(comments.as_bytes());
        text.push_bytes(self.text.expose());
        text.push_bytes(b"\n");
        text.into_secret()
    }

    /// Writes it to a new file that only its owner may read, in a folder that only its owner may enter if it is made.
    ///
    /// # Errors
    /// When something stands there, or the system refuses; nothing is left behind then.
    pub fn save(&self, path: &Path) -> Result<Durability, NewIdentityError> {
        if path.symlink_metadata().is_ok() {
            return Err(NewIdentityError::Exists(path.to_owned()));
        }
        let mut folders = NewFolders::default();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            folders.make(folder, NewFolderMode::Private)?;
        }
        let text = self.file_text();
        let before = Before::New(NewFileMode::Private);
        let saved =
            save_all(&[Change { path, before, bytes: text.expose(), accept: Accept::Nothing }]).map_err(|error| {
                match error {
                    SaveError::Exists(path) => NewIdentityError::Exists(path),
                    error => NewIdentityError::Save(error),
                }
            })?;
        folders.keep();
        Ok(saved.into_iter().next().map_or(Durability::Durable, |file| file.durability))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_is_private_and_reads_back_as_its_recipient() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sops/age/keys.txt");
        let identity = NewIdentity::generate(Timestamp::UNIX_EPOCH);
        identity.save(&path).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let text = std::fs::read(&path).unwrap();
        let expected = format!(
            "# created: 1970-01-01T00:00:00Z\n# public key: {}\nAGE-SECRET-KEY-1",
            identity.recipient().as_str()
        );
        assert!(text.starts_with(expected.as_bytes()) && text.ends_with(b"\n"));
        let nobody: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let read = parse_identities(Secret::from_exposed(&text), "keys.txt", LineRule::OnePerLine, &nobody)
            .unwrap_or_default();
        assert!(read.len() == 1 && read[0].recipient() == Some(identity.recipient()));
    }

    #[test]
    fn what_stands_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.txt");
        std::fs::write(&path, "mine").unwrap();
        let error = NewIdentity::generate(Timestamp::UNIX_EPOCH).save(&path).unwrap_err();
        assert!(matches!(error, NewIdentityError::Exists(_)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert!(NewIdentity::generate(Timestamp::UNIX_EPOCH).save(&link).is_err());
        assert!(!folder.path().join("nowhere").exists());
    }
}
