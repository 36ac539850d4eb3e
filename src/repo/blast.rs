//! The blast radius: what the next switch does because of a change, as far as the repository tells.
//!
//! Truth: `handleModifications` in `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406) restarts and reloads
//! the units of secrets and templates whose *bytes* differ from the running generation, or which are new; a changed
//! owner, group or mode alone restarts nothing.

use super::path::RepoPath;
use super::repository::{DeclarationRef, TemplateRef};

/// What is about to be saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Keys whose values are new or different, by encrypted file.
    pub values: Vec<(RepoPath, String)>,
    /// Declarations that are new, or read another place than before.
    pub declarations: Vec<DeclarationRef>,
}

/// What the next switch does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlastRadius {
    /// Units that are restarted, sorted.
    pub restarts: Vec<String>,
    /// Units that are reloaded, sorted.
    pub reloads: Vec<String>,
    /// Templates that are rendered anew.
    pub templates: Vec<TemplateRef>,
    /// Declarations whose content changes.
    pub declarations: Vec<DeclarationRef>,
    /// Hosts whose configuration holds one of them, sorted; empty when the text does not tell.
    pub hosts: Vec<String>,
}
