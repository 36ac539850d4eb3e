//! Resolving placements: the file and the key of every declaration, as the module derives them.
//!
//! Truth: `modules/sops/default.nix` of sops-nix (commit 56b2406): `key` falls back to `defaultSopsKey`, then to the
//! attribute name; `sopsFile` and `format` fall back to their defaults; formats other than YAML and JSON have no keys.

use std::collections::HashMap;

use super::encrypted::{EncryptedFile, FileFormat};
use super::evaluation::Evaluation;
use super::imports::Imports;
use super::path::RepoPath;
use super::placement::{Basis, NotPlaced, Placement, Target};
use super::repository::DeclarationRef;
use super::scope::{Holding, Scopes, SettingRef, Site};
use crate::nix::{Declaration, FilePath, ModuleKind, NixFile, OptionName, Setting, SettingName, Static, Value};

/// What resolving needs to see of a repository.
pub(super) trait Files {
    fn exists(&self, path: &RepoPath) -> bool;
    fn encrypted(&self, path: &RepoPath) -> Option<&EncryptedFile>;
    fn all_encrypted(&self) -> impl Iterator<Item = (&RepoPath, &EncryptedFile)>;
    fn nix(&self, path: &RepoPath) -> Option<&NixFile>;
}

/// The repository and its settled wiring.
pub(super) struct Resolver<'a, F> {
    pub(super) files: &'a F,
    pub(super) imports: &'a Imports,
    pub(super) scopes: &'a Scopes,
    /// What Nix itself says, where it was asked.
    pub(super) evaluation: Option<&'a Evaluation>,
}

/// A file named in Nix, as the repository knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NamedFile {
    Inside(RepoPath),
    Outside(String),
}

/// What a declaration asks for.
struct Request {
    key: String,
    whole_file: bool,
}

enum Resolved {
    Settled(Placement),
    /// The file cannot be read from the text; only the key may lead to it.
    ByKey(Request),
}

/// The file that `path` names in the Nix file `from`.
pub(super) fn named_file(from: &RepoPath, path: &FilePath) -> NamedFile {
    let inside = match path {
        FilePath::Relative(relative) => from.beside(relative),
        FilePath::Repository(path) => RepoPath::new(path),
        FilePath::Absolute(_) | FilePath::Home(_) => None,
    };
    match (inside, path) {
        (Some(inside), _) => NamedFile::Inside(inside),
        (None, FilePath::Home(path)) => NamedFile::Outside(format!("~/{path}")),
        (None, FilePath::Relative(path) | FilePath::Repository(path) | FilePath::Absolute(path)) => {
            NamedFile::Outside(path.clone())
        }
    }
}

impl<F: Files> Resolver<'_, F> {
    /// The placements of all declarations, in one pass over them and at most one over the keys of encrypted files.
    pub(super) fn placements<'d>(
        &self,
        declarations: impl Iterator<Item = (DeclarationRef, &'d Declaration)>,
    ) -> HashMap<DeclarationRef, Placement> {
        let mut placements = HashMap::new();
        let mut by_key: Vec<(DeclarationRef, Request)> = Vec::new();
        for (reference, declaration) in declarations {
            match (self.resolve(&reference.file, declaration), self.evaluated(declaration)) {
                // What is written down holds; Nix is asked about the rest.
                (Resolved::ByKey(_) | Resolved::Settled(Placement::NotPlaced(_)), Some(placement))
                | (Resolved::Settled(placement), _) => {
                    placements.insert(reference, placement);
                }
                (Resolved::ByKey(request), None) => by_key.push((reference, request)),
            }
        }
        let found = self.files_with(by_key.iter().filter(|(_, request)| !request.whole_file));
        for (reference, request) in by_key {
            let files = found.get(request.key.as_str()).map_or(&[][..], Vec::as_slice);
            placements.insert(reference, place_by_key(&request, files));
        }
        placements
    }

    /// The encrypted files that hold each of the wanted keys.
    fn files_with<'r>(
        &self,
        wanted: impl Iterator<Item = &'r (DeclarationRef, Request)>,
    ) -> HashMap<String, Vec<RepoPath>> {
        let mut found: HashMap<String, Vec<RepoPath>> =
            wanted.map(|(_, request)| (request.key.clone(), Vec::new())).collect();
        for (path, file) in self.files.all_encrypted() {
            // Whichever is less work: never the product of both.
            if found.len() <= file.entries().len() {
                found
                    .iter_mut()
                    .filter(|(key, _)| file.entry(key).is_some())
                    .for_each(|(_, files)| files.push(path.clone()));
            } else {
                for entry in file.entries().iter().filter(|entry| entry.is_reachable) {
                    if let Some(files) = found.get_mut(&entry.key) {
                        files.push(path.clone());
                    }
                }
            }
        }
        found
    }

    /// What the evaluated configurations say about the secret of that name.
    fn evaluated(&self, declaration: &Declaration) -> Option<Placement> {
        let mut targets: Vec<Target> = Vec::new();
        for secret in self.evaluation?.named(declaration.name.known()?) {
            let Some(file) = secret.file.clone().filter(|file| self.files.encrypted(file).is_some()) else { continue };
            let (key, whole_file) = (secret.key.clone(), secret.whole_file);
            let target = Target { file, key, whole_file, basis: Basis::Evaluated, is_conditional: false };
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        (!targets.is_empty()).then_some(Placement::Placed(targets))
    }

    fn resolve(&self, file: &RepoPath, declaration: &Declaration) -> Resolved {
        let site = Site::new(file, &declaration.place, self.imports);
        let request = match self.request(&site, declaration) {
            Ok(request) => request,
            Err(why) => return Resolved::Settled(Placement::NotPlaced(why)),
        };
        match declaration.sops_file().map(|setting| &setting.value) {
            Some(Static::Known(value)) => Resolved::Settled(match self.encrypted_at(file, value) {
                Ok(file) => Placement::Placed(vec![request.target(file, Basis::SopsFile)]),
                Err(why) => Placement::NotPlaced(why),
            }),
            Some(Static::Unknown(_)) => Resolved::ByKey(request),
            None if declaration.incomplete.is_some() => Resolved::ByKey(request),
            None => self.resolve_by_default(&site, request),
        }
    }

    fn resolve_by_default(&self, site: &Site, request: Request) -> Resolved {
        let mut targets = Vec::new();
        let mut refused = None;
        for holding in self.holding(&SettingName::DefaultSopsFile, site) {
            let Some(setting) = self.setting(&holding.setting) else { continue };
            let Static::Known(value) = &setting.value else { continue };
            match self.encrypted_at(&holding.setting.file, value) {
                Ok(file) => {
                    let is_conditional = !setting.conditions.is_empty();
                    targets.push(Target { is_conditional, ..request.target(file, holding.basis) });
                }
                Err(why) => refused = Some(why),
            }
        }
        match (targets.is_empty(), refused) {
            (false, _) => Resolved::Settled(Placement::Placed(targets)),
            (true, Some(why)) => Resolved::Settled(Placement::NotPlaced(why)),
            (true, None) => Resolved::ByKey(request),
        }
    }

    fn encrypted_at(&self, from: &RepoPath, value: &Value) -> Result<RepoPath, NotPlaced> {
        let path = match value {
            Value::File(path) => path,
            // The evaluation refuses a relative string, but what it means is plain.
            Value::Text(text) if !text.starts_with('/') => &FilePath::Relative(text.clone()),
            Value::Text(text) => return Err(NotPlaced::FileOutside(text.clone())),
            _ => return Err(NotPlaced::NoFile),
        };
        match named_file(from, path) {
            NamedFile::Outside(path) => Err(NotPlaced::FileOutside(path)),
            NamedFile::Inside(path) if self.files.encrypted(&path).is_some() => Ok(path),
            NamedFile::Inside(path) if self.files.exists(&path) => Err(NotPlaced::FileNotEncrypted(path)),
            NamedFile::Inside(path) => Err(NotPlaced::FileMissing(path)),
        }
    }

    fn request(&self, site: &Site, declaration: &Declaration) -> Result<Request, NotPlaced> {
        let name = match &declaration.name {
            Static::Known(name) => name,
            Static::Unknown(unknown) => return Err(NotPlaced::Name(unknown.clone())),
        };
        let format = self.format(site, declaration);
        if !format.is_none_or(FileFormat::has_keys) {
            return Ok(Request { key: String::new(), whole_file: true });
        }
        let key = match declaration.text(&OptionName::Key) {
            Some(Static::Known(key)) => key.to_owned(),
            Some(Static::Unknown(unknown)) => return Err(NotPlaced::Key(unknown)),
            None => match &declaration.incomplete {
                Some(unknown) => return Err(NotPlaced::Key(unknown.clone())),
                None => self.default_key(site)?.unwrap_or_else(|| name.clone()),
            },
        };
        Ok(Request { whole_file: key.is_empty(), key })
    }

    /// The format that a declaration is read with; `None` when it cannot be read from the text.
    pub(super) fn format(&self, site: &Site, declaration: &Declaration) -> Option<FileFormat> {
        if declaration.option(&OptionName::Format).is_some() {
            let name = declaration.text(&OptionName::Format)?;
            return FileFormat::from_name(name.known()?);
        }
        if declaration.incomplete.is_some() {
            return None;
        }
        match self.default_text(&SettingName::DefaultSopsFormat, site) {
            None => Some(FileFormat::Yaml),
            Some(Static::Known(name)) => FileFormat::from_name(&name),
            Some(Static::Unknown(_)) => None,
        }
    }

    /// `defaultSopsKey` where it holds; nix-darwin has no such option.
    fn default_key(&self, site: &Site) -> Result<Option<String>, NotPlaced> {
        if site.module() == Some(ModuleKind::Darwin) {
            return Ok(None);
        }
        match self.default_text(&SettingName::DefaultSopsKey, site) {
            None => Ok(None),
            Some(Static::Known(key)) => Ok(Some(key)),
            Some(Static::Unknown(unknown)) => Err(NotPlaced::Key(unknown)),
        }
    }

    /// The text of a setting that holds at a site; `None` where it is not set, or null.
    pub(super) fn default_text(&self, name: &SettingName, site: &Site) -> Option<Static<String>> {
        let holding = self.holding(name, site);
        let [only] = holding.as_slice() else { return None };
        match &self.setting(&only.setting)?.value {
            Static::Known(Value::Text(text)) => Some(Static::Known(text.clone())),
            Static::Known(_) => None,
            Static::Unknown(unknown) => Some(Static::Unknown(unknown.clone())),
        }
    }

    /// The settings of that name that hold at a site.
    pub(super) fn holding(&self, name: &SettingName, site: &Site) -> Vec<Holding> {
        self.scopes.holding(name, site, self.imports, |one, other| self.say_the_same(one, other))
    }

    pub(super) fn setting(&self, reference: &SettingRef) -> Option<&Setting> {
        self.files.nix(&reference.file)?.settings().get(reference.index)
    }

    /// Whether two settings have one value; a path is compared by where it leads.
    fn say_the_same(&self, one: &SettingRef, other: &SettingRef) -> bool {
        let value = |reference: &SettingRef| self.setting(reference).and_then(|setting| setting.value.known());
        one == other
            || match (value(one), value(other)) {
                (Some(Value::File(ours)), Some(Value::File(theirs))) => {
                    named_file(&one.file, ours) == named_file(&other.file, theirs)
                }
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => false,
            }
    }
}

impl Request {
    fn target(&self, file: RepoPath, basis: Basis) -> Target {
        Target { file, key: self.key.clone(), whole_file: self.whole_file, basis, is_conditional: false }
    }
}

fn place_by_key(request: &Request, files: &[RepoPath]) -> Placement {
    match files {
        _ if request.whole_file => Placement::NotPlaced(NotPlaced::WholeFileUnknown),
        [] => Placement::NotPlaced(NotPlaced::NoFileHasKey(request.key.clone())),
        [only] => Placement::Placed(vec![request.target(only.clone(), Basis::UniqueKey)]),
        several => Placement::NotPlaced(NotPlaced::SeveralFilesHaveKey(request.key.clone(), several.to_vec())),
    }
}
