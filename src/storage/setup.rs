//! Setting a repository up on disk: what is there, whose key it is, and the plan carried out, whole or not at all.
//!
//! The plan itself is [`repo::setup`](crate::repo::setup)'s; the command line and the editor carry it out through here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folders::{FolderError, NewFolderMode, NewFolders};
use super::identity::{Environment, Finding, Keyring, Place, Tried};
use super::new_identity::NewIdentity;
use super::replace::{Accept, Before, Change, NewFileMode, SaveError, SavedFile, save_all};
use super::seal_new::{SealNewError, seal_new_file};
use super::{Git, GitError, Listing, MAX_FILE_BYTES, ReadError, Root, RootKind, load, read_text};
use crate::crypto::age::{NoPrompt, Prompt, Recipient, RecipientKind};
use crate::repo::setup::{Facts, FileChange, SetupPlan, gitignore};
use crate::repo::{ContentHash, RepoPath, Repository};
use crate::sops::CreationRules;

/// A repository that may lack something.
#[derive(Debug)]
pub struct Setup {
    root: Root,
    repository: Repository,
    gitignore: Option<String>,
    listing: Listing,
    top: String,
}

/// The keys of the person at this machine.
#[derive(Debug, Default)]
pub struct OwnKeys {
    /// Those whose public key is known, in the order in which sops looks.
    pub known: Vec<OwnKey>,
    /// Places with keys whose public key cannot be told without asking: under a passphrase, on hardware.
    pub hidden: Vec<Place>,
    /// Places that cannot be read or used.
    pub refused: Vec<Tried>,
    /// Where a new identity goes; none where the environment has no folder for it.
    pub default_file: Option<PathBuf>,
}

/// A key of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKey {
    /// Its public key.
    pub recipient: Recipient,
    /// Where it was found.
    pub place: Place,
}

/// Why a setup was not carried out. Unless it is a partial save, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// A Nix file that a setup reads and edits does not parse.
    #[error("{path}:{line}: {message}")]
    Syntax {
        /// The file.
        path: RepoPath,
        /// Where it first departs from the grammar.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// No rule of the plan is for the new file.
    #[error("no creation rule matches {0}")]
    NoRule(RepoPath),
    /// The new file cannot be sealed.
    #[error("{path} cannot be made: {source}")]
    NotSealed {
        /// The file.
        path: RepoPath,
        /// Why.
        source: SealNewError,
    },
    /// A folder cannot be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The files cannot be written.
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl SetupError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable(error) => error.hint(),
            Self::Syntax { .. } => Some("nothing is written before that is mended: a setup reads and edits this file"),
            Self::NoRule(_) => Some("add a rule whose path_regex matches this path"),
            Self::NotSealed { source, .. } => Some(source.hint()),
            Self::Folder(_) => Some("check who may write in the folder above"),
            Self::Save(error) => error.hint(),
        }
    }
}

/// What was done.
#[derive(Debug)]
pub struct SetupDone {
    /// The files that were written.
    pub saved: Vec<SavedFile>,
    /// The new files that git was told of, or why it was not; none where there is no git repository.
    pub git: Option<Result<Vec<RepoPath>, GitError>>,
}

impl Setup {
    /// Reads a repository, to set up the flake that a folder of it belongs to.
    ///
    /// # Errors
    /// When its `.gitignore` is there and cannot be read, or a Nix file that it would edit does not parse.
    pub fn of(root: Root, folder: &Path) -> Result<Self, SetupError> {
        let top = root.flake_folder(folder);
        let loaded = load(root, &[]);
        let ignore = loaded.root.path().join(&top).join(gitignore::NAME);
        let gitignore = match read_text(&ignore, MAX_FILE_BYTES) {
            Ok(text) => Some(text),
            Err(ReadError::Absent(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let repository = Repository::new(loaded.texts);
        let setup = Self { root: loaded.root, repository, gitignore, listing: loaded.listing, top };
        match setup.facts().syntax_problem() {
            Some((path, line, message)) => Err(SetupError::Syntax { path, line, message }),
            None => Ok(setup),
        }
    }

    /// What a plan is made from.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        Facts { repository: &self.repository, gitignore: self.gitignore.as_deref(), top: &self.top }
    }

    /// The folder of the flake, on disk.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.root.path().join(&self.top).components().collect()
    }

    /// Where the repository lies.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Makes the encrypted file that a plan asks for, empty, as one more change of the plan.
    ///
    /// # Errors
    /// When no rule is for it, or a recipient cannot be wrapped to.
    pub fn seal(&self, plan: &mut SetupPlan, prompt: &Arc<dyn Prompt>) -> Result<(), SetupError> {
        let Some(path) = plan.to_seal.take() else { return Ok(()) };
        let there = self.repository.rules_for(&path);
        let rules = plan.rules().map(|change| &change.path).or(there.map(|(path, _)| path));
        let folder = rules.map_or("", RepoPath::folder).to_owned();
        let text = plan.rules_text().or_else(|| there.map(|(_, rules)| rules.text.as_str())).unwrap_or_default();
        let rules = CreationRules::parse(text).map_err(|_| SetupError::NoRule(path.clone()))?;
        let inside = path.as_str().strip_prefix(&folder).unwrap_or(path.as_str()).trim_start_matches('/');
        let rule = rules.for_path(inside).ok_or_else(|| SetupError::NoRule(path.clone()))?;
        // sops opens and edits a file that holds nothing but its metadata.
        let sealed = seal_new_file("{}\n", rule, prompt)
            .map_err(|source| SetupError::NotSealed { path: path.clone(), source })?;
        let reason = "holds the secrets, encrypted; empty for now";
        plan.changes.push(FileChange { path, before: None, after: sealed.text().to_owned(), reason });
        Ok(())
    }

    /// Writes the files of a plan, and a new identity, all or none; then tells git of those that are new.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn apply(
        &self,
        plan: &SetupPlan,
        new_identity: Option<(&Path, &NewIdentity)>,
    ) -> Result<SetupDone, SetupError> {
        let mut folders = NewFolders::default();
        let text = new_identity.map(|(_, identity)| identity.file_text());
        let paths: Vec<PathBuf> = plan.changes.iter().map(|change| self.root.absolute(&change.path)).collect();
        let mut changes = Vec::new();
        if let (Some((path, _)), Some(text)) = (new_identity, &text) {
            folders.make(path.parent().unwrap_or(Path::new("/")), NewFolderMode::Private)?;
            let before = Before::New(NewFileMode::Private);
            changes.push(Change { path, before, bytes: text.expose(), accept: Accept::Nothing });
        }
        for (change, path) in plan.changes.iter().zip(&paths) {
            folders.make(path.parent().unwrap_or(self.root.path()), NewFolderMode::Shared)?;
            let before = match &change.before {
                Some(text) => Before::Content(ContentHash::of(text.as_bytes())),
                None => Before::New(NewFileMode::Shared),
            };
            changes.push(Change { path, before, bytes: change.after.as_bytes(), accept: Accept::Nothing });
        }
        let saved = save_all(&changes)?;
        folders.keep();
        Ok(SetupDone { saved, git: self.tell_git(plan) })
    }

    fn tell_git(&self, plan: &SetupPlan) -> Option<Result<Vec<RepoPath>, GitError>> {
        if self.root.kind() != RootKind::Git {
            return None;
        }
        let new = plan.changes.iter().filter(|change| change.before.is_none()).map(|change| change.path.clone());
        let changed = plan.changes.iter().filter(|change| change.before.is_some()).map(|change| &change.path);
        let untracked = changed.filter(|path| self.listing.git_state(path) == super::GitState::Untracked).cloned();
        let paths: Vec<RepoPath> = new.chain(untracked).collect();
        if paths.is_empty() {
            return Some(Ok(paths));
        }
        Some(Git::at(self.root.path()).add_intent(&paths).map(|()| paths))
    }
}

impl OwnKeys {
    /// Looks where sops looks. Nothing is asked and no command is run.
    #[must_use]
    pub fn find(environment: &Environment) -> Self {
        let nobody: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let keyring = Keyring::find(environment, &nobody);
        let mut keys = Self { default_file: environment.default_key_file(), ..Self::default() };
        for tried in keyring.tried() {
            match &tried.finding {
                Finding::Keys { recipients, .. } if recipients.is_empty() => keys.hidden.push(tried.place.clone()),
                Finding::Keys { recipients, .. } => keys.known.extend(
                    recipients
                        .iter()
                        .map(|recipient| OwnKey { recipient: recipient.clone(), place: tried.place.clone() }),
                ),
                Finding::Unreadable { .. } | Finding::Refused(_) => keys.refused.push(tried.clone()),
                _ => {}
            }
        }
        keys
    }

    /// The age key that is used where nobody chooses: the first whose public key is known.
    #[must_use]
    pub fn age(&self) -> Option<&OwnKey> {
        self.known.iter().find(|key| !is_ssh(&key.recipient))
    }

    /// The SSH key that is at hand.
    #[must_use]
    pub fn ssh(&self) -> Option<&OwnKey> {
        self.known.iter().find(|key| is_ssh(&key.recipient))
    }
}

fn is_ssh(recipient: &Recipient) -> bool {
    matches!(recipient.kind(), RecipientKind::SshEd25519 | RecipientKind::SshRsa)
}
