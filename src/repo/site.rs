//! Suggestions: where in the repository a declaration of a key would go, and what it must say there.

use super::path::RepoPath;
use crate::nix::{DeclarationSpec, Defaults, OptionName, OptionValue, SiteId};

/// A place for a new declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The Nix file.
    pub file: RepoPath,
    /// The site in it.
    pub site: SiteId,
    /// How many declarations of the same encrypted file stand in that file already.
    pub neighbours: usize,
    /// What the module takes there without being told.
    pub defaults: Defaults,
    /// What has to be said so that the right file is read: `sopsFile` and `format`, where the defaults are others.
    pub options: Vec<(OptionName, OptionValue)>,
}

impl Suggestion {
    /// The declaration of `key` under the attribute `name`, with what has to be said here and nothing else.
    #[must_use]
    pub fn spec(&self, name: &str, key: &str) -> DeclarationSpec {
        let mut spec = DeclarationSpec::new(name);
        spec.options.clone_from(&self.options);
        spec.with(OptionName::Key, OptionValue::Text(key.to_owned()), &self.defaults)
    }
}
