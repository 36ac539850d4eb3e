//! Checks: what the rebuild would say, known from ciphertext and Nix text alone.
//!
//! A false error is worse than a missed one: where the repository could be right (a condition, a name that cannot be
//! read, a module that is not known) a check says a warning at most.

mod problem;

use std::collections::HashSet;

pub use problem::{Fix, Level, Problem, Rebuild, Remedy, Spot, When};

use super::path::RepoPath;
use super::repository::Repository;

/// What the texts do not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// What git knows; `None` without git.
    pub git: Option<GitFiles>,
    /// The text of `.sopsmith.toml`, if there is one.
    pub settings: Option<String>,
}

/// The files that git does not track. Everything else of the repository is tracked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitFiles {
    /// There, and not known to the index.
    pub untracked: HashSet<RepoPath>,
    /// There, and excluded by `.gitignore`.
    pub ignored: HashSet<RepoPath>,
}

/// Runs every check, and leaves out what is silenced. Sorted by place.
#[must_use]
pub fn run(repository: &Repository, outside: &Outside) -> Vec<Problem> {
    todo!("{repository:?} {outside:?}")
}

/// The whole story of a code: what it means, what the rebuild does, what to do. `None` for an unknown code.
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    todo!("{code}")
}
