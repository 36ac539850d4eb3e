//! The wraps that a file is going to have: which of its own stay, and which are made.

use std::collections::HashSet;
use std::sync::Arc;

use crate::crypto::DataKey;
use crate::crypto::age::Prompt;
use crate::crypto::shamir;
use crate::secret::{Random, Secret};
use crate::sops::creation_rule::RuleKey;
use crate::sops::data_key::{WrapKeyError, wrap_for};
use crate::sops::metadata::{KeyGroup, MasterKey, MasterKeyKind, Metadata};

/// What becomes of the wraps that a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sops) enum Keep {
    /// They stay where the data key is not split.
    WhatStays,
    /// None: the data key is another one.
    Nothing,
}

/// The recipients that a file is going to have.
pub(super) struct Wraps {
    pub(super) groups: Vec<Vec<WantedKey>>,
    /// How many groups are needed; 1 where the data key is not split.
    pub(super) shares_needed: usize,
}

/// One recipient that the file is going to have.
pub(super) struct WantedKey {
    pub(super) kind: MasterKeyKind,
    pub(super) identity: String,
    /// The wrap made for it; none where the one in the file stays.
    pub(super) made: Option<String>,
}

impl Wraps {
    /// Wraps a data key for the wanted recipients.
    pub(super) fn make(
        metadata: &Metadata,
        wanted: &[Vec<RuleKey>],
        keep: Keep,
        key: &DataKey,
        prompt: &Arc<dyn Prompt>,
        random: &mut dyn Random,
    ) -> Result<Self, WrapKeyError> {
        if wanted.is_empty() || wanted.iter().any(Vec::is_empty) {
            return Err(WrapKeyError::NoRecipient);
        }
        let shares_needed = shares_needed(metadata, wanted.len());
        let whole = Secret::from_exposed(key.expose());
        let shares = match wanted.len() {
            1 => vec![whole],
            groups => shamir::split(&whole, groups, shares_needed, random)?,
        };
        let stays = match (metadata.groups(), wanted) {
            ([group], [_]) if keep == Keep::WhatStays => Some(group),
            _ => None,
        };
        let wrap = |(group, share): (&Vec<RuleKey>, &Secret)| wrap_group(group, share, stays, prompt);
        let groups = wanted.iter().zip(&shares).map(wrap).collect::<Result<_, _>>()?;
        Ok(Self { groups, shares_needed })
    }
}

/// As sops' `updatekeys`: what the file says, but not more than there are groups; the rule does not count.
///
/// A threshold of one is what sops leaves behind when it joins groups into one, and refuses when they become several
/// again: all groups are needed then, as without a threshold.
fn shares_needed(metadata: &Metadata, groups: usize) -> usize {
    match metadata.shamir_threshold.min(groups) {
        _ if groups < 2 => 1,
        0 | 1 => groups,
        threshold => threshold,
    }
}

fn wrap_group(
    group: &[RuleKey],
    share: &Secret,
    stays: Option<&KeyGroup>,
    prompt: &Arc<dyn Prompt>,
) -> Result<Vec<WantedKey>, WrapKeyError> {
    let mut seen = HashSet::new();
    let has = |key: &RuleKey| {
        let is_it = |own: &MasterKey| own.kind == key.kind && own.identity == key.identity;
        stays.is_some_and(|group| group.master_keys.iter().any(is_it))
    };
    let once = group.iter().filter(|key| seen.insert((key.kind, key.identity.as_str())));
    once.map(|key| {
        let made = if has(key) { None } else { Some(wrap_for(key, share, prompt)?) };
        Ok(WantedKey { kind: key.kind, identity: key.identity.clone(), made })
    })
    .collect()
}
