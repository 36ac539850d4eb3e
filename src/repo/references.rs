//! Who refers to which secret or placeholder, by name.

use std::collections::HashMap;

use super::path::RepoPath;
use super::repository::ReferenceRef;
use crate::nix::{NixFile, ReferenceKind};

/// References by what they name. Those whose name cannot be read are kept apart.
#[derive(Debug, Default)]
pub(super) struct References {
    secrets: HashMap<String, Vec<ReferenceRef>>,
    unnamed: Vec<ReferenceRef>,
}

impl References {
    pub(super) fn new<'a>(files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)>) -> Self {
        let mut references = Self::default();
        for (path, file) in files {
            for (index, reference) in file.references().iter().enumerate() {
                let place = ReferenceRef { file: path.clone(), index };
                match reference.name.known() {
                    None => references.unnamed.push(place),
                    Some(_) if is_template(reference.kind) => {}
                    Some(name) => references.secrets.entry(name.clone()).or_default().push(place),
                }
            }
        }
        references
    }

    /// The references to a secret or its placeholder.
    pub(super) fn to_secret(&self, name: &str) -> &[ReferenceRef] {
        self.secrets.get(name).map_or(&[], Vec::as_slice)
    }

    /// The references whose name cannot be read.
    pub(super) fn unnamed(&self) -> &[ReferenceRef] {
        &self.unnamed
    }
}

fn is_template(kind: ReferenceKind) -> bool {
    matches!(kind, ReferenceKind::Template | ReferenceKind::HardCodedTemplate)
}
