//! The blast radius: what the next switch does because of a change, as far as the repository tells.
//!
//! Truth: `handleModifications` in `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406) restarts and reloads
//! the units of secrets and templates whose *bytes* differ from the running generation, or which are new; a changed
//! owner, group or mode alone restarts nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::path::RepoPath;
use super::repository::{DeclarationRef, Repository, TemplateRef};
use crate::nix::{OptionName, OptionSetting, ReferenceKind, Static, Value};

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

impl Repository {
    /// What the next switch does because of these changes.
    #[must_use]
    pub fn blast_radius(&self, changes: &Changes) -> BlastRadius {
        let declarations = self.concerned(changes);
        let templates = self.templates_of(&declarations);
        let mut radius = BlastRadius::default();
        let mut restarts = BTreeSet::new();
        let mut reloads = BTreeSet::new();
        let mut hosts = BTreeSet::new();
        let settings = declarations.iter().filter_map(|reference| Some(&self.declaration(reference)?.options));
        let of_templates = templates.iter().filter_map(|reference| Some(&self.template(reference)?.options));
        for setting in settings.chain(of_templates).flatten() {
            match setting.option {
                OptionName::RestartUnits => restarts.extend(units(setting)),
                OptionName::ReloadUnits => reloads.extend(units(setting)),
                _ => {}
            }
        }
        for reference in &declarations {
            hosts.extend(self.hosts_of(&reference.file));
        }
        radius.restarts = restarts.into_iter().map(str::to_owned).collect();
        radius.reloads = reloads.into_iter().map(str::to_owned).collect();
        radius.hosts = hosts.into_iter().map(str::to_owned).collect();
        radius.declarations = declarations.into_iter().collect();
        radius.templates = templates.into_iter().collect();
        radius
    }

    /// The declarations whose content changes.
    fn concerned(&self, changes: &Changes) -> BTreeSet<DeclarationRef> {
        let mut values: HashMap<&RepoPath, HashSet<&str>> = HashMap::new();
        for (file, key) in &changes.values {
            values.entry(file).or_default().insert(key);
        }
        let mut declarations: BTreeSet<DeclarationRef> = changes.declarations.iter().cloned().collect();
        for (file, keys) in values {
            let readers = self.readers(file).iter();
            let concerned = readers.filter(|(_, key)| key.is_empty() || keys.contains(key.as_str()));
            declarations.extend(concerned.map(|(reference, _)| reference.clone()));
        }
        declarations
    }

    /// The templates that hold a placeholder of one of the declarations.
    fn templates_of(&self, declarations: &BTreeSet<DeclarationRef>) -> BTreeSet<TemplateRef> {
        let names: BTreeSet<&String> =
            declarations.iter().filter_map(|reference| self.declaration(reference)?.name.known()).collect();
        let mut templates = BTreeSet::new();
        for (place, reference) in names.into_iter().flat_map(|name| self.references_to(name)) {
            let (ReferenceKind::Placeholder, Some(template)) = (reference.kind, &reference.template) else { continue };
            let Some(file) = self.nix_file(&place.file) else { continue };
            let numbered = file.templates().iter().enumerate();
            let named = numbered.filter(|(_, known)| known.name.known() == Some(template));
            templates.extend(named.map(|(index, _)| TemplateRef { file: place.file.clone(), index }));
        }
        templates
    }
}

/// The unit names of a list, as far as they can be read.
fn units(setting: &OptionSetting) -> impl Iterator<Item = &str> {
    let items = match &setting.value {
        Static::Known(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| match item.known()? {
        Value::Text(unit) => Some(unit.as_str()),
        _ => None,
    })
}
