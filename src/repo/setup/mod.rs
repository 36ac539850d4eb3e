//! What a repository needs so that its secrets reach a rebuild, as changes of its files: planned here, written elsewhere.
//!
//! ```text
//!   Facts (texts) -> Proposal: what to ask, with defaults     Facts + Answers -> plan -> SetupPlan
//!
//!   .sops.yaml       who can decrypt          (rules)         sops.nix            where secrets come from  (module)
//!   configuration    imports sops.nix         (import)        flake.nix           brings the module in     (flake)
//!   secrets/….yaml   sealed by whoever has randomness         .gitignore          keeps plaintext out      (gitignore)
//! ```
//!
//! Nothing that stands is overwritten: a file that is there gets what it lacks, what cannot be edited is told as lines to
//! add by hand, and a second plan is empty. No identity is known here.

mod answers;
mod facts;
mod flake;
pub mod gitignore;
mod import;
mod module;
mod plan;
mod rules;

pub use answers::{Answers, DecryptWith, Holder, Proposal};
pub use facts::Facts;
pub use plan::{ByHand, FileChange, SetupPlan, plan};
