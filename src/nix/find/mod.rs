//! Finds in a file what concerns sops-nix: declarations, settings, templates, references, and where to add more.
//!
//! ```text
//!   walk (modules at any depth) -> sops (definitions of `sops`) -> declaration, setting, template
//!                               -> site                            all expressions -> reference, import, known_name
//! ```
//!
//! Nothing is changed here and nothing guessed: what is computed in ways that are not understood becomes an
//! [`Unreadable`] or an unknown value. Where `sops` is looked for follows how people write modules (flakes,
//! flake-parts, home-manager, containers); what its attributes mean follows the sops-nix modules, commit 56b2406.

mod chain;
mod condition;
mod declaration;
mod hard_coded;
mod import;
mod known_name;
mod place;
mod reference;
mod site;
mod sops;
mod walk;

pub(super) use self::chain::chain;
use super::declaration::Declaration;
use super::error::SyntaxProblem;
use super::evaluate::Evaluator;
pub(super) use super::evaluate::Source;
use super::file::{Import, KnownName, Unreadable};
use super::reference::Reference;
use super::setting::{Setting, Template};
use super::site::Site;
use super::tree::Tree;

/// All that was found in a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) declarations: Vec<Declaration>,
    pub(super) settings: Vec<Setting>,
    pub(super) templates: Vec<Template>,
    pub(super) references: Vec<Reference>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) problems: Vec<SyntaxProblem>,
    pub(super) sites: Vec<Site>,
    pub(super) imports: Vec<Import>,
    pub(super) known_names: Vec<KnownName>,
    /// How often attributes stand in an order that Nix before 2.25 refuses.
    pub(super) refused_by_old_nix: usize,
}

impl Found {
    /// Reads a tree.
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let mut found = Self {
            problems: tree.problems().to_vec(),
            refused_by_old_nix: tree.refused_by_old_nix(),
            ..Self::default()
        };
        let Some(root) = tree.root() else { return found };
        let evaluator = Evaluator::new(tree);
        if concerns_secrets(tree.text()) {
            let modules = walk::modules(&evaluator, root);
            sops::read(&evaluator, &modules, &mut found);
            found.sites = site::sites(&evaluator, &modules, &found.declarations);
            found.references = reference::references(&evaluator);
            found.references.extend(hard_coded::references(&evaluator));
            found.references.sort_by_key(|reference| reference.range.start);
        } else {
            found.sites = site::sites(&evaluator, &walk::modules(&evaluator, root), &[]);
        }
        found.imports = import::imports(&evaluator);
        found.known_names = known_name::known_names(&evaluator, &found.declarations);
        found
    }
}

/// Whether a text can concern secrets at all; a file without these words declares and uses none.
pub(super) fn concerns_secrets(text: &str) -> bool {
    text.contains("sops") || text.contains("/run/secrets")
}
