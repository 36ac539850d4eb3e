//! Problems as values: what is wrong, where on both sides, what the rebuild would say, and how it can be mended.

use std::ops::Range;

use super::super::path::RepoPath;
use super::super::plan::{DeclarationChange, PlanError};
use super::super::repository::{DeclarationRef, Repository};
use crate::text::{Patch, Position};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The evaluation, the build or the activation will certainly fail, or a key certainly leaks.
    Error,
    /// Likely a mistake; the repository could still be right.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a text of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The file.
    pub file: RepoPath,
    /// Line and column at which it begins.
    pub position: Position,
    /// The bytes concerned.
    pub range: Range<usize>,
}

/// When the rebuild would notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Nix evaluates the configuration.
    Evaluation,
    /// sops-nix checks the manifest, without a private key.
    Build,
    /// sops-nix decrypts and installs; one failure means that no secret at all is installed.
    Activation,
}

/// What the rebuild would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuild {
    /// When.
    pub when: When,
    /// The words that matter of its message.
    pub says: String,
}

/// One problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The check's code, stable: `missing-key`.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// One sentence that names the key.
    pub sentence: String,
    /// The side of the declaration (or setting, reference, template).
    pub nix: Option<Spot>,
    /// The side of the encrypted file, or of another file that is no Nix.
    pub leaf: Option<Spot>,
    /// The declaration concerned.
    pub declaration: Option<DeclarationRef>,
    /// The encrypted file and key concerned; an empty key for the file as a whole.
    pub key: Option<(RepoPath, String)>,
    /// What the rebuild would say, if it would say anything.
    pub rebuild: Option<Rebuild>,
    /// How it can be mended, the best way first.
    pub fixes: Vec<Fix>,
}

/// A way to mend a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does, in words that follow "x": `adds it`, `sets mode = "0400"`.
    pub label: String,
    /// What has to be done.
    pub remedy: Remedy,
    /// Whether it may be applied without asking: it changes nothing that works, and guesses nothing.
    pub is_safe: bool,
}

/// What a fix does.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Declarations change; [`Repository::nix_patches`] tells what that comes to.
    Change(Vec<(DeclarationRef, DeclarationChange)>),
    /// One Nix file changes, as it was checked.
    Patch(RepoPath, Patch),
    /// A key is added to an encrypted file; somebody has to give the value.
    AddKey {
        /// The encrypted file.
        file: RepoPath,
        /// The key.
        key: String,
    },
    /// A value is sealed again as a string; needs an identity.
    StoreAsString {
        /// The encrypted file.
        file: RepoPath,
        /// The key.
        key: String,
    },
    /// A key of an encrypted file gets another name; needs an identity.
    RenameKey {
        /// The encrypted file.
        file: RepoPath,
        /// The key as it is.
        from: String,
        /// The key as it should be.
        to: String,
    },
    /// A leaf is declared, in the plainest way at the best place.
    Declare {
        /// The encrypted file.
        file: RepoPath,
        /// The key.
        key: String,
    },
    /// The recipients are made to equal those of the creation rule; needs an identity.
    UpdateRecipients {
        /// The encrypted file.
        file: RepoPath,
    },
    /// A plain file is encrypted.
    Encrypt {
        /// The file.
        file: RepoPath,
    },
    /// `git add --intent-to-add`
    GitAdd {
        /// The file.
        file: RepoPath,
    },
}

impl Repository {
    /// The patches of Nix files that a remedy comes to; `None` for a remedy that is not Nix.
    ///
    /// # Errors
    /// When a declaration cannot be changed in place.
    pub fn nix_patches(&self, remedy: &Remedy) -> Option<Result<Vec<(RepoPath, Patch)>, PlanError>> {
        match remedy {
            Remedy::Change(changes) => Some(self.plan(changes).map(|plan| plan.patches)),
            Remedy::Patch(file, patch) => Some(Ok(vec![(file.clone(), patch.clone())])),
            Remedy::Declare { file, key } => {
                let suggestion = self.suggestions(file).into_iter().next()?;
                let nix_file = self.nix_file(&suggestion.file)?;
                let patch = nix_file.add_declaration(suggestion.site, &suggestion.spec(key, key));
                let refused = |error| PlanError::Refused { file: suggestion.file.clone(), error };
                Some(patch.map(|patch| vec![(suggestion.file.clone(), patch)]).map_err(refused))
            }
            _ => None,
        }
    }
}

impl Problem {
    pub(super) fn at(mut self, spot: Spot) -> Self {
        self.nix = Some(spot);
        self
    }

    pub(super) fn leaf(mut self, spot: Spot) -> Self {
        self.leaf = Some(spot);
        self
    }

    pub(super) fn about(mut self, declaration: &DeclarationRef) -> Self {
        self.declaration = Some(declaration.clone());
        self
    }

    pub(super) fn key(mut self, file: &RepoPath, key: &str) -> Self {
        self.key = Some((file.clone(), key.to_owned()));
        self
    }

    pub(super) fn says(mut self, when: When, says: impl Into<String>) -> Self {
        self.rebuild = Some(Rebuild { when, says: says.into() });
        self
    }

    /// Adds a fix that somebody has to choose.
    pub(super) fn offer(mut self, label: impl Into<String>, remedy: Remedy) -> Self {
        self.fixes.push(Fix { label: label.into(), remedy, is_safe: false });
        self
    }

    /// Adds a fix that may be applied without asking.
    pub(super) fn mend(mut self, label: impl Into<String>, remedy: Remedy) -> Self {
        self.fixes.push(Fix { label: label.into(), remedy, is_safe: true });
        self
    }

    /// Where the problem is shown to be: the declaration's side if there is one.
    #[must_use]
    pub fn spot(&self) -> Option<&Spot> {
        self.nix.as_ref().or(self.leaf.as_ref())
    }
}

impl Level {
    /// The level's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl When {
    /// The moment's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Build => "build",
            Self::Activation => "activation",
        }
    }
}
