//! A document for other recipients, and the check that it is for them and for nobody else.

use std::collections::HashSet;
use std::sync::Arc;

use super::rewrite::rewrite;
use super::wraps::{Keep, Wraps};
use crate::crypto::DataKey;
use crate::crypto::age::Prompt;
use crate::secret::Random;
use crate::sops::creation_rule::RuleKey;
use crate::sops::data_key::WrapKeyError;
use crate::sops::document::Document;
use crate::sops::error::DocumentError;
use crate::sops::metadata::{MasterKey, Metadata};
use crate::yaml::EditError;

/// Why a file does not get other recipients. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateKeysError {
    /// The data key cannot be wrapped for somebody, or nobody is wanted.
    #[error(transparent)]
    Wrap(#[from] WrapKeyError),
    /// The block cannot be changed as meant.
    #[error(transparent)]
    Yaml(#[from] EditError),
    /// The changed text cannot be read any more.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
    /// The changed text would not be for the wanted recipients; it is thrown away.
    #[error("the changed sops block would not name the recipients that were meant")]
    NotAsMeant,
}

impl UpdateKeysError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Wrap(WrapKeyError::NeedsSops { .. }) => {
                "sops wraps keys for PGP and the cloud's services: sops updatekeys FILE"
            }
            Self::Wrap(error) => error.hint(),
            Self::Yaml(_) | Self::NotAsMeant => "make this change with: sops updatekeys FILE; the file was not touched",
            Self::Unreadable(error) => error.hint(),
        }
    }
}

impl Document {
    /// The document for the wanted recipients, under the same data key; each group needs at least one.
    ///
    /// As long as there is one group before and after, wraps that stay keep their bytes. With several groups the data
    /// key is split again, as sops does, and everybody gets a new share.
    ///
    /// # Errors
    /// When the data key cannot be wrapped for one of the wanted recipients.
    pub fn update_keys(
        &self,
        wanted: &[Vec<RuleKey>],
        key: &DataKey,
        prompt: &Arc<dyn Prompt>,
        random: &mut dyn Random,
    ) -> Result<Self, UpdateKeysError> {
        let updated = self.rewrap(wanted, Keep::WhatStays, key, prompt, random)?;
        let (before, after) = (self.metadata(), updated.metadata());
        let is_same = before.mac() == after.mac()
            && before.last_modified() == after.last_modified()
            && self.entries().len() == updated.entries().len();
        if is_same { Ok(updated) } else { Err(UpdateKeysError::NotAsMeant) }
    }

    /// The document with the wanted recipients in its `sops` blocks, and the data key wrapped for them.
    pub(in crate::sops) fn rewrap(
        &self,
        wanted: &[Vec<RuleKey>],
        keep: Keep,
        key: &DataKey,
        prompt: &Arc<dyn Prompt>,
        random: &mut dyn Random,
    ) -> Result<Self, UpdateKeysError> {
        let wraps = Wraps::make(self.metadata(), wanted, keep, key, prompt, random)?;
        let updated = Self::from_yaml(rewrite(self.yaml(), &wraps)?)?;
        if is_as_meant(self.metadata(), &wraps, updated.metadata()) {
            Ok(updated)
        } else {
            Err(UpdateKeysError::NotAsMeant)
        }
    }
}

/// Whether the groups hold the wanted recipients and nobody else, with the wraps that were made or that stay.
fn is_as_meant(before: &Metadata, wraps: &Wraps, after: &Metadata) -> bool {
    let stays = |own: &MasterKey| {
        let is_it = |old: &MasterKey| old.kind == own.kind && old.identity == own.identity && old.enc == own.enc;
        before.master_keys().any(is_it)
    };
    let is_meant = |group: (&crate::sops::KeyGroup, &Vec<super::wraps::WantedKey>)| {
        let (has, wants) = group;
        let names: HashSet<_> = has.master_keys.iter().map(|own| (own.kind, own.identity.as_str())).collect();
        let wrap_is_right = |own: &MasterKey| {
            let wanted = wants.iter().find(|key| key.kind == own.kind && key.identity == own.identity);
            wanted.is_some_and(|key| key.made.as_ref().map_or_else(|| stays(own), |made| *made == own.enc))
        };
        names.len() == wants.len() && has.master_keys.iter().all(wrap_is_right)
    };
    after.groups().len() == wraps.groups.len()
        && after.shares_needed() == wraps.shares_needed
        && after.groups().iter().zip(&wraps.groups).all(is_meant)
}
