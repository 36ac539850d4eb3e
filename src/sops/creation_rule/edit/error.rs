//! Why a `.sops.yaml` is left as it is.

use super::super::CreationRulesError;
use crate::yaml::EditError;

/// A change that is not made. The file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesEditError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] CreationRulesError),
    /// There is no rule to change.
    #[error("there is no creation rule")]
    NoRules,
    /// The name belongs to another recipient.
    #[error("line {line}: {name} is the name of another recipient")]
    NameTaken {
        /// Line of the anchor, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// The name cannot be an anchor.
    #[error("{name} cannot be a name: letters, digits, _ and - can")]
    NotAName {
        /// What was given.
        name: String,
    },
    /// No recipient, or no anchor, is called that.
    #[error("{name} is in none of the rules and has no anchor")]
    NotThere {
        /// The name or recipient that was looked for.
        name: String,
    },
    /// Several key groups: one has to be chosen.
    #[error("line {line}: the rule has {groups} key groups, and somebody of each is needed")]
    GroupNeeded {
        /// Line of the rule, from 1.
        line: usize,
        /// How many there are.
        groups: usize,
    },
    /// There is no group of that number.
    #[error("line {line}: the rule has {groups} key group{}, and none is number {group}", if *groups == 1 { "" } else { "s" })]
    NoSuchGroup {
        /// Line of the rule, from 1.
        line: usize,
        /// How many there are.
        groups: usize,
        /// What was asked for, from 1.
        group: usize,
    },
    /// Nobody would be left.
    #[error("line {line}: the rule would be left without recipients")]
    LastRecipient {
        /// Line of the rule, from 1.
        line: usize,
    },
    /// Nobody would be left in a group.
    #[error("line {line}: key group {group} of the rule would be left without recipients")]
    LastOfGroup {
        /// Line of the rule, from 1.
        line: usize,
        /// The group, from 1.
        group: usize,
    },
    /// A rule that was not named takes its recipients from the same list.
    #[error("line {line}: this rule would change as well: it shares a list with one that was to change")]
    Shared {
        /// Line of the rule that would change, from 1.
        line: usize,
    },
    /// The recipients stand in a way that is not edited.
    #[error("line {line}: {what}")]
    Unusual {
        /// Where, from 1.
        line: usize,
        /// What stands there.
        what: &'static str,
    },
    /// The YAML cannot be changed there.
    #[error(transparent)]
    Yaml(#[from] EditError),
    /// The changed text does not say what was meant; it is thrown away.
    #[error("line {line}: the changed file would not say what was meant")]
    NotAsMeant {
        /// Line of the rule in the text as it is, from 1.
        line: usize,
    },
}

impl RulesEditError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.hint(),
            Self::NoRules => "add a rule with a path_regex and a recipient under creation_rules first",
            Self::NameTaken { .. } => "choose another name, or remove that recipient first",
            Self::NotAName { .. } => "name it for what it is, as in host_web",
            Self::NotThere { .. } => "sopsmith recipients list shows the names and keys that are there",
            Self::NoSuchGroup { groups: 1, .. } => "leave --group out: there is one group only",
            Self::GroupNeeded { .. } | Self::NoSuchGroup { .. } => "say which group it belongs to, as in --group 1",
            Self::LastRecipient { .. } => "add another recipient first, or delete the rule with a text editor",
            Self::LastOfGroup { .. } => "add another recipient to the group first",
            Self::Shared { .. } => "change both rules at once, or give one of them a list of its own",
            Self::Unusual { .. } | Self::NotAsMeant { .. } => {
                "make this change with a text editor; the file was not touched"
            }
            Self::Yaml(error) => error.hint(),
        }
    }
}
