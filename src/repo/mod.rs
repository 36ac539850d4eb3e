//! The repository as a whole: which declaration reads which leaf, and who refers to it.
//!
//! ```text
//!   texts -> Nix files (crate::nix), encrypted files (crate::sops)
//!         -> imports: which module reads what, under which defaults
//!         -> placement: declaration -> (encrypted file, key)      -> rows: leaves and declarations side by side
//!         -> references by name                                   -> plans: renames and deletions over several files
//!         -> recipients: who can read which file                  -> plans: one recipient more or less
//!         -> check: what the rebuild would say                    -> blast: what the next switch does
//!         -> setup: what is missing until secrets reach a rebuild
//!         -> usage: reference, path, and the lines that export a secret to shells
//! ```
//!
//! This room is given texts, never paths to open; it lists and writes nothing and holds no value, only ciphertext. Its
//! truth: how the sops-nix modules derive file, key and format (`modules/sops/default.nix`, commit 56b2406) and how
//! `pkgs/sops-install-secrets/main.go` looks a key up.

mod blast;
pub mod check;
mod content;
mod encrypted;
mod evaluation;
mod imports;
mod index;
mod path;
mod placement;
mod plan;
mod recipients;
mod references;
mod repository;
mod resolve;
mod row;
mod scope;
pub mod setup;
mod site;
mod usage;

pub use blast::{BlastRadius, Changes};
pub use content::ContentHash;
pub use encrypted::{EncryptedFile, Entry, EntryKind, Fault, FaultKind, FileFormat, Installs, Recipient};
pub use evaluation::{EvaluatedSecret, Evaluation, EvaluationError};
pub use path::RepoPath;
pub use placement::{Basis, NotPlaced, Placement, Target};
pub use plan::{DeclarationChange, Follow, LeftAlone, Plan, PlanError, Untouched};
pub use recipients::{
    Access, Addressee, Cell, Matrix, MatrixFile, MatrixRow, OwnAccess, RecipientsError, RecipientsPlan, RuleOf, Wanted,
};
pub use repository::{DeclarationRef, ReferenceRef, Repository, RulesFile, TemplateRef};
pub use row::{Row, RowState};
pub use scope::SettingRef;
pub use site::Suggestion;
pub use usage::{NotUsable, PathStyle, Readers, SecretUse, is_variable, name_variables, nix_block, shell_lines};
