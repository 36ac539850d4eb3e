//! What a setup in the editor begins with: keys to choose from, and who and where one is.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::new_identity::NewIdentity;
use super::setup::{OwnKey, OwnKeys, Setup};
use crate::crypto::age::{RecipientKind, recipient_from_ssh};
use crate::repo::setup::{Answers, Proposal, SetupPlan, plan};
use crate::sops::{AgeRecipient, legal_name};

/// Where a NixOS machine has the public half of its host key.
const OWN_HOST_KEY: &str = "/etc/ssh/ssh_host_ed25519_key.pub";
/// What marks a machine as NixOS.
const NIXOS: &str = "/etc/NIXOS";

impl OwnKeys {
    /// The keys that are there, age keys first: the public key, and what it is and where.
    pub fn offers(&self) -> impl Iterator<Item = (&AgeRecipient, String)> {
        let is_ssh = |key: &&OwnKey| matches!(key.recipient.kind(), RecipientKind::SshEd25519 | RecipientKind::SshRsa);
        let words = move |key: &OwnKey| match is_ssh(&key) {
            true => format!("your SSH key in {}, used as it is", key.place),
            false => format!("the age key in {}", key.place),
        };
        let age = self.known.iter().filter(move |key| !is_ssh(key));
        let ssh = self.known.iter().filter(is_ssh);
        age.chain(ssh).map(move |key| (&key.recipient, words(key)))
    }

    /// A new identity and the file it goes to; none where something lies there already, which is never overwritten.
    #[must_use]
    pub fn fresh(&self) -> Option<(PathBuf, NewIdentity)> {
        let path = self.default_file.as_ref().filter(|path| path.symlink_metadata().is_err())?;
        Some((path.clone(), NewIdentity::generate(Timestamp::now())))
    }
}

impl Setup {
    /// What is to be asked, with defaults.
    #[must_use]
    pub fn proposal(&self) -> Proposal {
        Proposal::of(&self.facts())
    }

    /// Plans what is missing.
    #[must_use]
    pub fn plan(&self, answers: &Answers) -> SetupPlan {
        plan(&self.facts(), answers)
    }

    /// What the rules call a recipient already.
    #[must_use]
    pub fn name_of(&self, recipient: &AgeRecipient) -> Option<String> {
        self.facts().name_of(recipient)
    }
}

/// What the person at this machine is called, as a name in `.sops.yaml`.
#[must_use]
pub fn login_name() -> String {
    let login = std::env::var("USER").ok().filter(|name| name != "root");
    legal_name(&login.unwrap_or_else(|| "admin".to_owned()))
}

/// This machine as a host that reads secrets, where it is a NixOS with an SSH host key: its name and its age recipient.
#[must_use]
pub fn own_host() -> Option<(String, AgeRecipient)> {
    if !Path::new(NIXOS).exists() {
        return None;
    }
    let line = super::read_text(Path::new(OWN_HOST_KEY), super::MAX_FILE_BYTES).ok()?;
    let recipient = recipient_from_ssh(&line).ok()?;
    let name = super::read_text(Path::new("/etc/hostname"), super::MAX_FILE_BYTES).ok();
    Some((legal_name(&name.unwrap_or_else(|| "host".to_owned())), recipient))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{Environment, Platform};
    use super::*;

    #[test]
    fn a_key_that_is_there_comes_first_and_is_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let environment = || Environment::of_pairs(&[("HOME", home.path().to_str().unwrap())], Platform::Unix);
        let keys = OwnKeys::find(&environment());
        let (path, identity) = keys.fresh().unwrap();
        assert_eq!((keys.offers().count(), path.ends_with("sops/age/keys.txt")), (0, true));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, identity.file_text().expose()).unwrap();
        let keys = OwnKeys::find(&environment());
        let offers: Vec<(&AgeRecipient, String)> = keys.offers().collect();
        assert_eq!(offers[0].0, identity.recipient());
        assert!(offers[0].1.starts_with("the age key in ") && keys.fresh().is_none());
    }
}
