//! The repository as a whole: which declaration reads which leaf, and who refers to it. Given texts, never paths to open.
//!
//! ```text
//!   texts -> Nix files (crate::nix), encrypted files (crate::sops)
//!         -> placement: declaration -> (encrypted file, key)      -> rows: leaves and declarations side by side
//!         -> references by name                                   -> rename plans over several files
//! ```
//!
//! This room never opens, lists or writes anything and holds no value, only ciphertext. Its truth: how the sops-nix
//! modules derive file, key and format (`modules/sops/default.nix`, commit 56b2406) and how
//! `pkgs/sops-install-secrets/main.go` looks a key up.

mod content;
mod path;
mod placement;
mod rename;
mod repository;
mod row;

pub use content::ContentHash;
pub use path::RepoPath;
pub use placement::{Basis, NotPlaced, Placement};
pub use rename::{LeftAlone, RenamePlan};
pub use repository::{DeclarationRef, EncryptedFile, FileFormat, ReferenceRef, Repository};
pub use row::{Row, RowState};
