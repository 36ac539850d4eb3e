//! Changes to a `.sops.yaml`: a recipient, a rule or a name comes or goes, and everything else stays byte for byte.
//!
//! ```text
//!   add     keys:                           remove   its aliases and entries in the rules,
//!             - &laptop age1…                        and the anchor when nothing names it any more
//!             - &host_web age1…      <- anchor
//!           creation_rules:
//!             - key_groups:
//!                 - age: [*laptop, *host_web]        <- alias, or the recipient itself
//! ```
//!
//! Every change is read back, and every rule compared with what it was to become. Where lists are shared by aliases, a
//! rule that nobody named would change as well: then nothing is changed, and the line is named.
//!
//! Truth: how people write the file (a survey of 62 repositories), and `config/config.go` of sops 3.12.2.

mod add;
mod error;
mod fresh;
mod keys_list;
mod meant;
mod name;
mod place;
mod remove;
mod rename;
mod rule;
mod text_list;

pub use add::Addition;
pub use error::RulesEditError;
pub use fresh::{FreshKey, fresh_rules};
pub use name::{free_name, legal_name};
pub use remove::Removal;
pub use rule::{NewRule, escape_path, secrets_regex};

use super::CreationRules;
use crate::text::Patch;

/// A changed `.sops.yaml`.
#[derive(Debug, Clone)]
pub struct RulesChange {
    /// The change; applied to the old text it gives the new one.
    pub patch: Patch,
    /// The new text.
    pub text: String,
    /// What the new text says.
    pub rules: CreationRules,
    /// The rules that have other recipients than before, counted from 0 in the new text.
    pub changed: Vec<usize>,
    /// What the recipient is called now; none where the file names nobody.
    pub name: Option<String>,
}

/// Which rules a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'w> {
    /// All of them.
    Every,
    /// Those with these numbers, counted from 0.
    These(&'w [usize]),
}

impl Which<'_> {
    fn includes(self, rule: usize) -> bool {
        match self {
            Self::Every => true,
            Self::These(rules) => rules.contains(&rule),
        }
    }
}

impl CreationRules {
    /// Adds a recipient to rules, under a name.
    ///
    /// # Errors
    /// When the file cannot be read, or cannot be changed without changing more than was asked for.
    pub fn add_recipient(text: &str, addition: &Addition<'_>) -> Result<RulesChange, RulesEditError> {
        refuse_faults(text, addition.rules)?;
        add::add(text, addition)
    }

    /// Takes a recipient out of rules, and its anchor away when nothing refers to it any more.
    ///
    /// # Errors
    /// When it is not there, when a rule would be left without recipients, or as for [`Self::add_recipient`].
    pub fn remove_recipient(text: &str, removal: &Removal<'_>) -> Result<RulesChange, RulesEditError> {
        refuse_faults(text, removal.rules)?;
        remove::remove(text, removal)
    }

    /// Adds a rule in front of those that would hide it.
    ///
    /// # Errors
    /// As for [`Self::add_recipient`].
    pub fn add_rule(text: &str, rule: &NewRule<'_>) -> Result<RulesChange, RulesEditError> {
        if let Some(error) = Self::parse(text)?.fault_up_to(usize::MAX - 1) {
            return Err(error.clone().into());
        }
        rule::add(text, rule)
    }

    /// Gives an anchor another name, and its aliases with it.
    ///
    /// # Errors
    /// When there is no such anchor or the name is taken or no name.
    pub fn rename_recipient(text: &str, from: &str, to: &str) -> Result<RulesChange, RulesEditError> {
        rename::rename(text, from, to)
    }
}

/// A change to rules that sops never comes to, because it stops before, would reach no file.
fn refuse_faults(text: &str, which: Which<'_>) -> Result<(), RulesEditError> {
    let rules = CreationRules::parse(text)?;
    let numbers = (0..rules.rules().len()).filter(|number| which.includes(*number));
    match numbers.into_iter().find_map(|number| rules.fault_up_to(number)) {
        Some(error) => Err(error.clone().into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
