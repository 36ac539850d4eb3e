//! One file of a change of recipients: other recipients, another data key, or both.

use std::path::Path;

use jiff::Timestamp;

use super::identity::Keyring;
use super::keys::{FileKeys, KeysError, KeysOutcome};
use crate::repo::{OwnAccess, Wanted};
use crate::sops::{RuleKey, is_same_recipient};

/// Gives a file the wanted recipients, and with `rotate` a new data key as well.
///
/// # Errors
/// See [`KeysError`]; the file is as it was then.
pub fn change_keys(
    path: &Path,
    wanted: Option<&Wanted>,
    rotate: bool,
    own: OwnAccess,
    keyring: &mut Keyring,
) -> Result<KeysOutcome, KeysError> {
    let file = FileKeys::read(path)?;
    let groups = wanted.map(|wanted| groups(wanted, file.document().metadata().wanted()));
    match (groups, rotate) {
        (groups, true) => file.rotate(groups.as_deref(), own, keyring, Timestamp::now()),
        (Some(groups), false) => file.update(&groups, own, keyring),
        (None, false) => Ok(KeysOutcome::UpToDate),
    }
}

/// The recipients that a file is to have; `own` are those that it has.
fn groups(wanted: &Wanted, mut own: Vec<Vec<RuleKey>>) -> Vec<Vec<RuleKey>> {
    match wanted {
        Wanted::Rule(groups) => groups.clone(),
        Wanted::OwnAnd(key, group) => {
            if let Some(group) = own.get_mut(*group) {
                group.push(key.clone());
            }
            own
        }
        Wanted::OwnWithout(identity) => {
            own.iter_mut().for_each(|group| group.retain(|key| !is_same_recipient(&key.identity, identity)));
            own
        }
    }
}
