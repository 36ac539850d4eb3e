//! From identities to the data key: who is tried, in which order, and what is said when nobody fits.
//!
//! Truth: sops 3.12.2, `sops.go`, `GetDataKeyWithKeyServices` and `getKeyFromGroup`. Kinds other than age are kept in
//! files but need sops itself; a file that also has an age recipient opens through that one.

use std::fmt;
use std::sync::Arc;

use super::creation_rule::{CreationRule, RuleKey};
use super::metadata::{KeyGroup, MasterKey, MasterKeyKind, Metadata};
use crate::crypto::DataKey;
use crate::crypto::age::{Prompt, Recipient, RecipientError, UnwrapError, WrapError};
use crate::crypto::shamir::{self, ShamirError};
use crate::secret::{Random, Secret};

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

impl DataKeyUnavailable {
    /// What is wrong with an entry that no identity would open, whoever has it; safe to show.
    #[must_use]
    pub fn damaged_entry(&self) -> Option<String> {
        let is_damaged = |outcome: &AttemptOutcome| match outcome {
            AttemptOutcome::NotADataKey => true,
            AttemptOutcome::Failed(error) => matches!(error, UnwrapError::Malformed | UnwrapError::Tampered),
            AttemptOutcome::NotOurs | AttemptOutcome::NeedsSops => false,
        };
        let attempt = self.attempts.iter().find(|attempt| is_damaged(&attempt.outcome))?;
        let recipient = crate::text::sanitize(&attempt.identity);
        Some(format!("the data key that was wrapped for {recipient} cannot be unwrapped: {}", attempt.outcome))
    }
}

/// Opens what was wrapped for one recipient: recipient, wrapped text. `None` means: nobody here is that recipient.
pub type Unwrap<'a> = dyn FnMut(&str, &str) -> Result<Option<Secret>, UnwrapError> + 'a;

/// Unwraps the data key of a file: one share from each key group until there are enough.
///
/// Only age recipients are handed to `unwrap`.
///
/// # Errors
/// When too few groups could be opened; every attempt is told.
pub fn unwrap_data_key(metadata: &Metadata, unwrap: &mut Unwrap<'_>) -> Result<DataKey, DataKeyUnavailable> {
    let mut unavailable =
        DataKeyUnavailable { attempts: Vec::new(), shares_found: 0, shares_needed: metadata.shares_needed() };
    let mut shares = Vec::new();
    for (number, group) in metadata.groups().iter().enumerate() {
        if shares.len() == unavailable.shares_needed {
            break;
        }
        shares.extend(share_of(group, number, metadata.groups().len(), unwrap, &mut unavailable.attempts));
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
    unwrap: &mut Unwrap<'_>,
    attempts: &mut Vec<Attempt>,
) -> Option<Secret> {
    // sops tries age before PGP, then the rest; what it alone can open comes last here for the report's sake.
    let (ours, others): (Vec<_>, Vec<_>) = group.master_keys.iter().partition(|key| key.kind == MasterKeyKind::Age);
    let length = if groups > 1 { DataKey::LEN_BYTES + 1 } else { DataKey::LEN_BYTES };
    for key in ours.into_iter().chain(others) {
        let outcome = match open(key, unwrap) {
            Ok(secret) if secret.len() == length => return Some(secret),
            Ok(_) => AttemptOutcome::NotADataKey,
            Err(outcome) => outcome,
        };
        attempts.push(Attempt { group: number, kind: key.kind, identity: key.identity.clone(), outcome });
    }
    None
}

fn open(key: &MasterKey, unwrap: &mut Unwrap<'_>) -> Result<Secret, AttemptOutcome> {
    if key.kind != MasterKeyKind::Age {
        return Err(AttemptOutcome::NeedsSops);
    }
    match unwrap(&key.identity, &key.enc) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(AttemptOutcome::NotOurs),
        Err(error) => Err(AttemptOutcome::Failed(error)),
    }
}

/// A data key cannot be wrapped for a recipient of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrapKeyError {
    /// The rule names nobody.
    #[error("the creation rule names no recipient")]
    NoRecipient,
    /// A kind that only sops can wrap for.
    #[error("{} recipients ({identity}) need sops itself", kind.title())]
    NeedsSops {
        /// The kind.
        kind: MasterKeyKind,
        /// The recipient.
        identity: String,
    },
    /// The recipient is none.
    #[error(transparent)]
    Recipient(#[from] RecipientError),
    /// Wrapping failed.
    #[error(transparent)]
    Wrap(#[from] WrapError),
    /// The key cannot be split as the rule wants it.
    #[error(transparent)]
    Split(#[from] ShamirError),
}

impl WrapKeyError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRecipient => "add an age recipient to the rule in .sops.yaml",
            Self::NeedsSops { .. } => {
                "encrypt this file with sops once; it can be edited here if an age key opens it too"
            }
            Self::Recipient(error) => error.hint(),
            Self::Wrap(error) => error.hint(),
            Self::Split(_) => "make shamir_threshold at least 2 and at most the number of key groups",
        }
    }
}

/// Wraps a new data key for the recipients of a rule; with several groups each group gets a share of it.
///
/// # Errors
/// When one recipient cannot be wrapped for: a file that somebody cannot open after all helps nobody.
pub fn wrap_data_key(
    key: &DataKey,
    rule: &CreationRule,
    prompt: &Arc<dyn Prompt>,
    random: &mut dyn Random,
) -> Result<Vec<KeyGroup>, WrapKeyError> {
    let whole = Secret::from_exposed(key.expose());
    let shares = match rule.groups.as_slice() {
        [] => return Err(WrapKeyError::NoRecipient),
        [_] => vec![whole],
        groups => {
            let threshold = if rule.shamir_threshold == 0 { groups.len() } else { rule.shamir_threshold };
            shamir::split(&whole, groups.len(), threshold, random)?
        }
    };
    rule.groups.iter().zip(&shares).map(|(group, share)| wrap_share(share, group, prompt)).collect()
}

fn wrap_share(share: &Secret, group: &[RuleKey], prompt: &Arc<dyn Prompt>) -> Result<KeyGroup, WrapKeyError> {
    if group.is_empty() {
        return Err(WrapKeyError::NoRecipient);
    }
    let wrap = |key: &RuleKey| {
        let enc = wrap_for(key, share, prompt)?;
        Ok(MasterKey { kind: key.kind, identity: key.identity.clone(), enc, created_at: None, line: 0, range: 0..0 })
    };
    Ok(KeyGroup { master_keys: group.iter().map(wrap).collect::<Result<_, WrapKeyError>>()? })
}

/// Wraps a data key, or a share of one, for one recipient.
pub(super) fn wrap_for(key: &RuleKey, share: &Secret, prompt: &Arc<dyn Prompt>) -> Result<String, WrapKeyError> {
    if key.kind != MasterKeyKind::Age {
        return Err(WrapKeyError::NeedsSops { kind: key.kind, identity: key.identity.clone() });
    }
    Ok(Recipient::parse(&key.identity)?.wrap(share, prompt)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::shamir::split;

    struct Steps(u8);

    impl Random for Steps {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(29).wrapping_add(17);
                *byte = self.0;
            }
        }
    }

    /// Metadata with one recipient `r0`, `r1`, … in each group; every `enc` names its recipient.
    fn metadata(groups: usize, threshold: usize) -> Metadata {
        let entry = |name: &str| format!("- recipient: {name}\n  enc: wrapped for {name}\n");
        let text = if groups == 1 {
            format!("age:\n{}", entry("r0"))
        } else {
            let group = |number: usize| {
                format!("- hc_vault: []\n  age:\n  {}", entry(&format!("r{number}")).replace('\n', "\n  "))
            };
            let groups: String = (0..groups).map(|number| group(number).trim_end().to_owned() + "\n").collect();
            format!("shamir_threshold: {threshold}\nkey_groups:\n{groups}")
        };
        let block = text.replace('\n', "\n  ");
        let file = format!(
            "a: b\nsops:\n  {}\n  lastmodified: \"2026-01-01T00:00:00Z\"\n  version: 3.12.2\n",
            block.trim_end()
        );
        super::super::Document::parse(file).unwrap().metadata().clone()
    }

    #[test]
    fn the_first_recipient_that_is_ours_gives_the_key() {
        let key = Secret::random(32, &mut Steps(1));
        let found = unwrap_data_key(&metadata(1, 0), &mut |recipient, wrapped| {
            assert_eq!((recipient, wrapped), ("r0", "wrapped for r0"));
            Ok(Some(key.duplicate()))
        });
        assert!(found.ok().unwrap().expose() == key.expose());
    }

    #[test]
    fn enough_groups_give_the_key_and_too_few_do_not() {
        let key = Secret::random(32, &mut Steps(1));
        let shares = split(&key, 3, 2, &mut Steps(2)).unwrap();
        let check = |ours: &[&str], expected: Result<(), (usize, usize)>| {
            let found = unwrap_data_key(&metadata(3, 2), &mut |recipient, _| {
                let number: usize = recipient[1..].parse().unwrap();
                Ok(ours.contains(&recipient).then(|| shares[number].duplicate()))
            });
            let outcome = match found {
                Ok(found) => {
                    assert!(found.expose() == key.expose());
                    Ok(())
                }
                Err(unavailable) => Err((unavailable.shares_found, unavailable.attempts.len())),
            };
            assert_eq!(outcome, expected, "{ours:?}");
        };
        check(&["r0", "r2"], Ok(()));
        check(&["r0", "r1", "r2"], Ok(()));
        check(&["r1"], Err((1, 2)));
        check(&[], Err((0, 3)));
    }

    #[test]
    fn a_failing_key_is_not_a_key_of_somebody_else() {
        let outcome = |result: Result<Option<Secret>, UnwrapError>| {
            let mut result = Some(result);
            let found = unwrap_data_key(&metadata(1, 0), &mut |_, _| result.take().unwrap());
            found.err().unwrap().attempts.remove(0).outcome
        };
        assert_eq!(outcome(Ok(None)), AttemptOutcome::NotOurs);
        assert_eq!(outcome(Err(UnwrapError::Tampered)), AttemptOutcome::Failed(UnwrapError::Tampered));
        assert_eq!(outcome(Ok(Some(Secret::from_exposed(b"short")))), AttemptOutcome::NotADataKey);
    }
}
