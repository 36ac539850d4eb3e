//! Scopes: which setting of sops (`defaultSopsFile`, `defaultSopsKey`…) holds at a place of a Nix file.
//!
//! A setting holds where it stands in the same module, in the same configuration as far as literal imports tell, or
//! where it is the only one of the repository. NixOS, home-manager and nix-darwin each have settings of their own, and
//! so does every system inside a system (`containers.x.config`).

use std::collections::HashMap;

use super::imports::{Imports, inner_system};
use super::path::RepoPath;
use super::placement::Basis;
use crate::nix::{ModuleKind, NixFile, Place, Priority, Setting, SettingName};

/// A setting somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingRef {
    /// The Nix file.
    pub file: RepoPath,
    /// Its index in [`NixFile::settings`].
    pub index: usize,
}

/// All settings of the repository, found by name and by configuration.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    settings: Vec<Scoped>,
    by_name: HashMap<SettingName, Vec<usize>>,
    by_file: HashMap<RepoPath, Vec<usize>>,
    by_configuration: HashMap<(usize, SettingName), Vec<usize>>,
}

#[derive(Debug)]
struct Scoped {
    reference: SettingRef,
    name: SettingName,
    site: Site,
    priority: Priority,
}

/// Where something stands, as far as scopes are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Site {
    file: RepoPath,
    module: Option<ModuleKind>,
    /// The attributes before `sops`, without the `config` that means the module itself.
    body: Vec<String>,
    /// The attributes that name a system inside the system, empty outside of one.
    inner_system: Vec<String>,
}

/// A setting that holds at a site, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) setting: SettingRef,
    pub(super) basis: Basis,
}

impl Site {
    pub(super) fn new(file: &RepoPath, place: &Place, imports: &Imports) -> Self {
        let attributes = &place.attributes;
        let inner = inner_system(attributes);
        Self {
            file: file.clone(),
            module: place.module.or_else(|| imports.kind(file)),
            body: attributes.iter().filter(|attribute| *attribute != "config").cloned().collect(),
            inner_system: inner.map_or_else(Vec::new, |inner| attributes[inner].to_vec()),
        }
    }

    pub(super) fn module(&self) -> Option<ModuleKind> {
        self.module
    }

    pub(super) fn file(&self) -> &RepoPath {
        &self.file
    }

    /// Whether two sites are the same module body of one file.
    pub(super) fn is_same_module(&self, other: &Self) -> bool {
        self.file == other.file && self.body == other.body
    }

    /// Whether two sites can belong to the same options of one configuration.
    pub(super) fn fits(&self, other: &Self) -> bool {
        let same_module = match (self.module, other.module) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        same_module && self.inner_system == other.inner_system
    }
}

impl Scopes {
    pub(super) fn new<'a>(files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)>, imports: &Imports) -> Self {
        let mut scopes = Self::default();
        for (path, file) in files {
            for (index, setting) in file.settings().iter().enumerate() {
                scopes.add(path, index, setting, imports);
            }
        }
        scopes
    }

    fn add(&mut self, file: &RepoPath, index: usize, setting: &Setting, imports: &Imports) {
        let number = self.settings.len();
        self.by_name.entry(setting.name.clone()).or_default().push(number);
        self.by_file.entry(file.clone()).or_default().push(number);
        for configuration in imports.configurations(file) {
            self.by_configuration.entry((configuration, setting.name.clone())).or_default().push(number);
        }
        self.settings.push(Scoped {
            reference: SettingRef { file: file.clone(), index },
            name: setting.name.clone(),
            site: Site::new(file, &setting.place, imports),
            priority: setting.priority,
        });
    }

    /// All settings of that name.
    pub(super) fn all(&self, name: &SettingName) -> impl Iterator<Item = &SettingRef> {
        let numbers = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        numbers.iter().map(|number| &self.settings[*number].reference)
    }

    /// The settings of that name that hold at a site. Several: one for each of the configurations the site belongs to.
    /// `same` tells whether two settings say the same, so that saying it twice is no contradiction.
    pub(super) fn holding(
        &self,
        name: &SettingName,
        site: &Site,
        imports: &Imports,
        same: impl Fn(&SettingRef, &SettingRef) -> bool,
    ) -> Vec<Holding> {
        let fitting = |numbers: Option<&Vec<usize>>| -> Vec<&Scoped> {
            let settings = numbers.into_iter().flatten().map(|number| &self.settings[*number]);
            settings.filter(|scoped| scoped.name == *name && scoped.site.fits(site)).collect()
        };
        let mut here = fitting(self.by_file.get(&site.file));
        here.retain(|scoped| scoped.site.body == site.body);
        // What has the stronger priority elsewhere in the configuration is looked at below.
        let here = strongest(here);
        if let Some(first) = here.first() {
            let mut around = imports
                .configurations(&site.file)
                .flat_map(|configuration| fitting(self.by_configuration.get(&(configuration, name.clone()))));
            if !around.any(|scoped| scoped.priority > first.priority) {
                let agree = here.iter().all(|scoped| same(&first.reference, &scoped.reference));
                return if agree { vec![first.holding(Basis::DefaultInFile)] } else { Vec::new() };
            }
        }
        let mut holding: Vec<Holding> = Vec::new();
        let mut contradicts = false;
        for configuration in imports.configurations(&site.file) {
            let found = strongest(fitting(self.by_configuration.get(&(configuration, name.clone()))));
            let Some(first) = found.first() else { continue };
            if !found.iter().all(|scoped| same(&first.reference, &scoped.reference)) {
                contradicts = true;
            } else if !holding.iter().any(|known| same(&known.setting, &first.reference)) {
                holding.push(first.holding(Basis::DefaultInScope));
            }
        }
        if !holding.is_empty() || contradicts {
            return holding;
        }
        match fitting(self.by_name.get(name)).as_slice() {
            [only] => vec![only.holding(Basis::DefaultInRepository)],
            _ => Vec::new(),
        }
    }
}

/// Those of the strongest priority: `mkForce` wins over a plain value, and that over `mkDefault`.
fn strongest(mut settings: Vec<&Scoped>) -> Vec<&Scoped> {
    let best = settings.iter().map(|scoped| scoped.priority).max();
    settings.retain(|scoped| Some(scoped.priority) == best);
    settings
}

impl Scoped {
    fn holding(&self, basis: Basis) -> Holding {
        Holding { setting: self.reference.clone(), basis }
    }
}
