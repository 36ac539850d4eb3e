//! Lossless reading and editing of one Nix file: which secrets it declares, how sops-nix is set up, what refers to what.
//!
//! ```text
//!   text -> tree (limits, rnix) -> evaluate -> find -> declarations, settings, templates, references, sites
//!                                                                                                       |
//!   Patch <- verify: parsed again, compared with what was meant <- edit: in the file's own style  <-----+
//! ```
//!
//! Reading is static: nothing is evaluated by Nix, and what cannot be read is [`Static::Unknown`] with its reason, never
//! guessed. A file is its text plus byte ranges; an edit is a [`Patch`](crate::text::Patch) that touches nothing else
//! and was parsed again and compared with what was meant before anyone gets to see it.
//!
//! This room knows nothing of YAML, of files on disk, or of other Nix files. Its truth: the sops-nix modules
//! (`modules/sops/default.nix`, `modules/home-manager/sops.nix`, `modules/nix-darwin/default.nix`, commit 56b2406) and
//! the Nix 2.8 grammar.

mod declaration;
mod edit;
mod error;
mod evaluate;
mod file;
mod find;
mod flake;
mod reference;
mod setting;
mod site;
mod tree;
mod value;

pub use declaration::{
    Condition, Declaration, DeclarationId, DeclarationSpec, Defaults, Form, ModuleKind, OptionName, OptionSetting,
    Origin, Place, Priority,
};
pub use edit::{attribute_name, indented_text};
pub use error::{EditError, SyntaxProblem};
pub use file::{Import, KnownName, KnownNameKind, NixFile, Unreadable};
pub use flake::{Flake, FlakeInput, FlakeModule, FlakeSystem};
pub use reference::{Reference, ReferenceKind};
pub use setting::{Setting, SettingName, Template};
pub use site::{Site, SiteId, SiteKind};
pub use value::{FilePath, OptionValue, Reason, Static, Unknown, Value};
