//! What was tried to find an identity, told so that a person sees at once which key is missing.

use std::fmt;
use std::path::PathBuf;

use crate::crypto::age::{Identity, IdentityError, IdentityKind, Recipient, UnwrapError};
use crate::storage::shown;

/// One place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Where.
    pub place: Place,
    /// What was there.
    pub finding: Finding,
    /// What kept its identities from being used, if something did.
    pub problem: Option<UnwrapError>,
}

/// A place that may hold identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The variable holds the identities itself.
    Variable(&'static str),
    /// A file, and the variable that names it, if one does.
    File {
        /// Where it is.
        path: PathBuf,
        /// The variable that names it.
        named_by: Option<&'static str>,
    },
    /// A command, named by a variable, that prints identities.
    Command {
        /// The variable.
        named_by: &'static str,
    },
    /// The default file, in an environment that has no folder for it.
    DefaultFile,
}

/// What a place held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The variable is not set.
    NotSet,
    /// A command that no file has needed yet.
    NotRun,
    /// There is no such file.
    Absent,
    /// Nothing but blank lines and comments.
    Empty,
    /// Identities.
    Keys {
        /// How many.
        count: usize,
        /// Whose, where that can be told without asking.
        recipients: Vec<Recipient>,
        /// A file under a passphrase counts as one key until it is opened.
        is_protected: bool,
    },
    /// The file cannot be read, or the command not run.
    Unreadable {
        /// In words that follow the place: "cannot be read: permission denied".
        reason: String,
    },
    /// It was read and cannot be used.
    Refused(IdentityError),
    /// Neither `HOME` nor `XDG_CONFIG_HOME` leads to a folder.
    NoFolder,
}

impl Finding {
    pub(super) fn of(identities: &[Identity]) -> Self {
        if identities.is_empty() {
            return Self::Empty;
        }
        Self::Keys {
            count: identities.len(),
            recipients: identities.iter().filter_map(|identity| identity.recipient().cloned()).collect(),
            is_protected: identities.iter().any(|identity| identity.kind() == IdentityKind::ProtectedFile),
        }
    }
}

impl Tried {
    /// The one next thing to do about this place, if it could have helped.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match (&self.problem, &self.finding) {
            (Some(problem), _) => Some(problem.hint()),
            (None, Finding::Refused(error)) => Some(error.hint()),
            (None, Finding::Unreadable { .. }) => match self.place {
                Place::Command { .. } => Some("run the command in a shell to see what it says"),
                _ => Some("check the path and its permissions"),
            },
            _ => None,
        }
    }

    /// What was found, without the place: "2 keys, none fits".
    #[must_use]
    pub fn outcome(&self) -> String {
        match (&self.problem, &self.finding) {
            (Some(problem), _) => problem.to_string(),
            (None, Finding::NotSet) => "not set".to_owned(),
            (None, Finding::NotRun) => "not run".to_owned(),
            (None, Finding::Absent) => "absent".to_owned(),
            (None, Finding::Empty) => "no key in it".to_owned(),
            (None, Finding::Keys { count: 1, is_protected: true, .. }) => "protected by a passphrase".to_owned(),
            (None, Finding::Keys { count: 1, .. }) => "1 key, does not fit".to_owned(),
            (None, Finding::Keys { count, .. }) => format!("{count} keys, none fits"),
            (None, Finding::Unreadable { reason }) => reason.clone(),
            (None, Finding::Refused(error)) => error.to_string(),
            (None, Finding::NoFolder) => "neither HOME nor XDG_CONFIG_HOME is a folder".to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => out.write_str(name),
            Self::File { path, named_by: None } => out.write_str(&shown(path)),
            Self::File { path, named_by: Some(name) } => write!(out, "{} ({name})", shown(path)),
            Self::Command { named_by } => write!(out, "the command in {named_by}"),
            Self::DefaultFile => out.write_str("sops/age/keys.txt"),
        }
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.outcome())
    }
}
