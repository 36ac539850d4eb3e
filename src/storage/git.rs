//! The git program, asked safely.
//!
//! A repository may be hostile, and git runs programs that its configuration names. Every call therefore turns off
//! hooks, file-system monitors, pagers, external diffs, text conversion, signature checks and prompts, takes no
//! optional locks and fetches nothing. Arguments are never joined into a shell line. Its truth: gitrepository-layout(5),
//! git-config(1) of git 2.39, and the variables that `git rev-parse --local-env-vars` lists.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::program::{self, Limits, NoAnswer};
use super::shown;
use crate::repo::RepoPath;
use crate::text::sanitize;

/// Variables that would point git at another repository than the one it is asked about.
const FOREIGN_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_TRACE",
    "GIT_WORK_TREE",
];

/// Settings under which a repository's own configuration cannot start a program.
const HARMLESS: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "core.untrackedCache=keep",
];

/// git answers from local files.
const LIMITS: Limits = Limits { patience: Duration::from_secs(10), answer_bytes: 256 << 20 };

/// What git knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GitState {
    /// In the index; a flake sees it.
    Tracked,
    /// Not in the index, not ignored. A flake does not see it.
    Untracked,
    /// Ignored by a rule. A flake does not see it.
    Ignored,
    /// The folder is no git repository, or git cannot be asked.
    Unknown,
}

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program is not installed.
    #[error("the git program is not there")]
    NotInstalled,
    /// git ended with an error.
    #[error("git {command} failed in {}: {said}", shown(folder))]
    Failed {
        /// The subcommand.
        command: String,
        /// Where it ran.
        folder: PathBuf,
        /// The first line of what it said, safe to show.
        said: String,
    },
    /// git did not answer in time.
    #[error("git {command} did not answer within {} s", LIMITS.patience.as_secs())]
    TooSlow {
        /// The subcommand.
        command: String,
    },
    /// The answer is larger than what is read.
    #[error("git {command} answered with more than {} MiB", LIMITS.answer_bytes >> 20)]
    TooMuch {
        /// The subcommand.
        command: String,
    },
    /// The system did not let it run.
    #[error("git {command} could not be run")]
    Refused {
        /// The subcommand.
        command: String,
        /// What the system said.
        source: io::Error,
    },
}

impl GitError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled => Some("install git to see what is tracked and who changed what"),
            Self::Failed { said, .. } if said.contains("dubious ownership") => {
                Some("the folder belongs to another user; git config --global --add safe.directory allows it")
            }
            Self::Failed { .. } | Self::Refused { .. } => None,
            Self::TooSlow { .. } | Self::TooMuch { .. } => Some("add large folders to .gitignore"),
        }
    }
}

/// git, to be asked about one folder.
#[derive(Debug, Clone)]
pub struct Git {
    folder: PathBuf,
}

impl Git {
    /// git for the repository whose top folder is `folder`. Nothing is started yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Lets a flake see new files: `git add --intent-to-add`, which stages no content.
    ///
    /// # Errors
    /// See [`GitError`].
    pub fn add_intent(&self, paths: &[RepoPath]) -> Result<(), GitError> {
        let arguments = ["--intent-to-add", "--"].into_iter().chain(paths.iter().map(RepoPath::as_str));
        self.answer("add", arguments, &[]).map(drop)
    }

    /// Runs `git command arguments…`, feeds it `input`, and returns what it wrote to its standard output.
    pub(super) fn answer<'a>(
        &self,
        command: &str,
        arguments: impl IntoIterator<Item = &'a str>,
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let named = command.to_owned();
        match program::run(&mut self.program(command, arguments), input, LIMITS) {
            Ok(answer) if answer.is_success => Ok(answer.out),
            Ok(answer) => Err(GitError::Failed {
                command: named,
                folder: self.folder.clone(),
                said: sanitize(answer.complaint.lines().next().unwrap_or("it gave no reason")).into_owned(),
            }),
            Err(NoAnswer::NotInstalled) => Err(GitError::NotInstalled),
            Err(NoAnswer::TooSlow) => Err(GitError::TooSlow { command: named }),
            Err(NoAnswer::TooMuch) => Err(GitError::TooMuch { command: named }),
            Err(NoAnswer::Refused(source)) => Err(GitError::Refused { command: named, source }),
        }
    }

    fn program<'a>(&self, command: &str, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut git = Command::new("git");
        FOREIGN_VARIABLES.iter().for_each(|name| {
            git.env_remove(name);
        });
        git.env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("LC_ALL", "C")
            .arg("--no-pager")
            .arg("-C")
            .arg(&self.folder);
        HARMLESS.iter().for_each(|setting| {
            git.args(["-c", setting]);
        });
        git.arg(command).args(arguments);
        git
    }
}
