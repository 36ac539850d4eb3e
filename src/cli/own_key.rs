//! Whose key is "yours", and what a change of recipients means for it: told before anything is written.

use std::path::Path;
use std::sync::Arc;

use super::failure::{Failure, code};
use super::files::files;
use super::prompt::ask_yes_no;
use super::sealed_file::no_data_key;
use crate::crypto::age::{NoPrompt, Prompt};
use crate::repo::OwnAccess;
use crate::sops::{RuleKey, is_same_recipient};
use crate::storage::{Environment, FileKeys, Keyring, shown};

/// The identities of this machine, as far as they can be told without asking.
pub(super) struct OwnKeys(Keyring);

/// A file, and whom it is for afterwards.
pub(super) type Change<'c> = (&'c FileKeys, &'c [Vec<RuleKey>]);

impl OwnKeys {
    /// Looks for them; nothing is asked.
    pub(super) fn find() -> Self {
        let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
        Self(Keyring::find(&Environment::of_process(), &prompt))
    }

    /// Whether an identity of this machine belongs to the recipient.
    pub(super) fn is_mine(&self, recipient: &str) -> bool {
        self.0.recipients().any(|mine| is_same_recipient(mine.as_str(), recipient))
    }

    /// ` (you)` behind a recipient that is.
    pub(super) fn you(&self, recipient: &str) -> &'static str {
        if self.is_mine(recipient) { " (you)" } else { "" }
    }

    /// What a change may do to our own access; asks where it would end. None: no.
    pub(super) fn agreed<'c>(
        &self,
        changes: impl Iterator<Item = Change<'c>>,
        yes: bool,
        even_mine: bool,
    ) -> Result<Option<OwnAccess>, Failure> {
        if even_mine {
            return Ok(Some(OwnAccess::MayEnd));
        }
        let lost = changes.filter_map(|(file, wanted)| Some((file.path(), file.own_key_lost(wanted, &self.0)?)));
        let lost: Vec<(&Path, String)> = lost.collect();
        let Some((first, recipient)) = lost.first() else {
            return Ok(Some(OwnAccess::Kept));
        };
        let place = if lost.len() == 1 { shown(first) } else { files(lost.len()) };
        let said = format!("{recipient} is your own key: afterwards you could not open {place}");
        let hint = "nothing was changed; --even-mine removes it even so";
        if yes {
            return Err(Failure::new(code::GENERIC, said).hint(hint));
        }
        match ask_yes_no(&format!("{said}. Really? [y/N] ")) {
            Some(true) => Ok(Some(OwnAccess::MayEnd)),
            Some(false) => Ok(None),
            None => Err(Failure::new(code::GENERIC, said).hint(hint)),
        }
    }

    /// Refuses to begin where no identity of this machine opens any of the files: the rules would run ahead of them.
    pub(super) fn can_begin<'c>(&mut self, mut changes: impl Iterator<Item = &'c FileKeys>) -> Result<(), Failure> {
        let Some(first) = changes.next() else { return Ok(()) };
        let Err(unavailable) = self.0.could_unlock(first.document().metadata()) else { return Ok(()) };
        if changes.any(|file| self.0.could_unlock(file.document().metadata()).is_ok()) {
            return Ok(());
        }
        Err(no_data_key(&unavailable, self.0.tried()).in_file(first.path()))
    }
}
