//! From identities to the data key: who is tried, in which order, and what is said when nobody fits.
//!
//! Truth: sops 3.12.2, `sops.go`, `GetDataKeyWithKeyServices` and `getKeyFromGroup`. Kinds other than age are kept in
//! files but need sops itself; a file that also has an age recipient opens through that one.

use std::fmt;

use super::metadata::{KeyGroup, MasterKey, MasterKeyKind, Metadata};
use crate::crypto::age::{Identity, UnwrapError, unwrap_any};
use crate::crypto::{DataKey, shamir};
use crate::secret::Secret;

/// No identity, or not enough of them, gives the data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKeyUnavailable {
    /// Every recipient that was tried, in order.
    pub attempts: Vec<Attempt>,
    /// How many groups gave their share; 0 or 1 without Shamir.
    pub shares_found: usize,
    /// How many groups are needed.
    pub shares_needed: usize,
}

/// One recipient, and why it did not give the data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The key group, from 0.
    pub group: usize,
    /// The kind of the recipient.
    pub kind: MasterKeyKind,
    /// The recipient as the file names it.
    pub identity: String,
    /// What happened.
    pub outcome: AttemptOutcome,
}

/// What happened with one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// No identity at hand belongs to it.
    NotOurs,
    /// One does, or may, and it failed.
    Failed(UnwrapError),
    /// What it gave is no data key.
    NotADataKey,
    /// Only sops itself can open this kind.
    NeedsSops,
}

impl fmt::Display for AttemptOutcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs => out.write_str("none of the identities found belongs to it"),
            Self::Failed(error) => write!(out, "{error}"),
            Self::NotADataKey => out.write_str("it holds something else than a data key"),
            Self::NeedsSops => out.write_str("this kind can be opened by sops only"),
        }
    }
}

impl fmt::Display for DataKeyUnavailable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shares_needed > 1 {
            write!(out, "{} of the {} key groups needed could be opened", self.shares_found, self.shares_needed)
        } else if self.attempts.is_empty() {
            out.write_str("the file names no recipient")
        } else {
            out.write_str("no identity opens this file")
        }
    }
}

impl std::error::Error for DataKeyUnavailable {}

/// Unwraps the data key of a file: one share from each key group until there are enough.
///
/// # Errors
/// When too few groups could be opened; every attempt is told.
pub fn unwrap_data_key(metadata: &Metadata, identities: &[Identity]) -> Result<DataKey, DataKeyUnavailable> {
    let mut unavailable =
        DataKeyUnavailable { attempts: Vec::new(), shares_found: 0, shares_needed: metadata.shares_needed() };
    let mut shares = Vec::new();
    for (number, group) in metadata.groups().iter().enumerate() {
        if shares.len() == unavailable.shares_needed {
            break;
        }
        shares.extend(share_of(group, number, metadata.groups().len(), identities, &mut unavailable.attempts));
    }
    unavailable.shares_found = shares.len();
    if shares.len() < unavailable.shares_needed {
        return Err(unavailable);
    }
    let secret = match metadata.groups().len() {
        0 | 1 => shares.pop(),
        _ => shamir::combine(&shares).ok(),
    };
    secret.and_then(|secret| DataKey::from_secret(secret).ok()).ok_or(unavailable)
}

/// What the first recipient of a group that can be opened holds: the data key, or with several groups a share of it.
fn share_of(
    group: &KeyGroup,
    number: usize,
    groups: usize,
    identities: &[Identity],
    attempts: &mut Vec<Attempt>,
) -> Option<Secret> {
    // sops tries age before PGP, then the rest; what it alone can open comes last here for the report's sake.
    let (ours, others): (Vec<_>, Vec<_>) = group.master_keys.iter().partition(|key| key.kind == MasterKeyKind::Age);
    let length = if groups > 1 { DataKey::LEN_BYTES + 1 } else { DataKey::LEN_BYTES };
    for key in ours.into_iter().chain(others) {
        let outcome = match open(key, identities) {
            Ok(secret) if secret.len() == length => return Some(secret),
            Ok(_) => AttemptOutcome::NotADataKey,
            Err(outcome) => outcome,
        };
        attempts.push(Attempt { group: number, kind: key.kind, identity: key.identity.clone(), outcome });
    }
    None
}

fn open(key: &MasterKey, identities: &[Identity]) -> Result<Secret, AttemptOutcome> {
    if key.kind != MasterKeyKind::Age {
        return Err(AttemptOutcome::NeedsSops);
    }
    match unwrap_any(&key.enc, identities) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(AttemptOutcome::NotOurs),
        Err(error) => Err(AttemptOutcome::Failed(error)),
    }
}
