//! Suggestions: where in the repository a declaration of a key would go, and what it must say there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::encrypted::{EncryptedFile, FileFormat};
use super::path::RepoPath;
use super::repository::{DeclarationRef, Repository};
use super::resolve::{NamedFile, named_file};
use crate::nix::{
    DeclarationSpec, Defaults, FilePath, NixFile, OptionName, OptionValue, Place, SettingName, SiteId, Value,
};

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

impl Repository {
    /// What the module takes at a place of a Nix file without being told.
    #[must_use]
    pub fn defaults_at(&self, file: &RepoPath, place: &Place) -> Defaults {
        let site = self.site(file, place);
        let resolver = self.resolver();
        let text = |name| resolver.default_text(&name, &site).and_then(|text| text.known().cloned());
        Defaults {
            module: site.module(),
            sops_file: self.default_file_at(file, place).map(|path| FilePath::Repository(path.as_str().to_owned())),
            format: text(SettingName::DefaultSopsFormat),
            key: text(SettingName::DefaultSopsKey),
        }
    }

    /// The encrypted file that `defaultSopsFile` names at a place, where it names one only.
    #[must_use]
    pub fn default_file_at(&self, file: &RepoPath, place: &Place) -> Option<RepoPath> {
        let holding = self.resolver().holding(&SettingName::DefaultSopsFile, &self.site(file, place));
        let [only] = holding.as_slice() else { return None };
        match self.setting(&only.setting)?.value.known()? {
            Value::File(path) => match named_file(&only.setting.file, path) {
                NamedFile::Inside(path) => Some(path),
                NamedFile::Outside(_) => None,
            },
            _ => None,
        }
    }

    /// Where a declaration of a key of `encrypted` would go, the best place first: the file that declares most of its
    /// keys, then files for which it is the default, then files that declare anything.
    #[must_use]
    pub fn suggestions(&self, encrypted: &RepoPath) -> Vec<Suggestion> {
        let Some(content) = self.encrypted_file(encrypted) else { return Vec::new() };
        let mut neighbours: BTreeMap<&RepoPath, Vec<&DeclarationRef>> = BTreeMap::new();
        for (reference, _) in self.readers(encrypted) {
            neighbours.entry(&reference.file).or_default().push(reference);
        }
        let mut suggestions: Vec<Suggestion> = Vec::new();
        for (path, file) in self.nix_files() {
            let near = neighbours.get(path).map_or(&[][..], Vec::as_slice);
            let concerns_secrets = !file.declarations().is_empty() || !file.settings().is_empty();
            if concerns_secrets && !file.sites().is_empty() {
                suggestions.push(self.suggestion(path, file, encrypted, content, near));
            }
        }
        suggestions.sort_by_cached_key(|suggestion| {
            let declarations = self.nix_file(&suggestion.file).map_or(0, |file| file.declarations().len());
            (Reverse(suggestion.neighbours), suggestion.options.len(), Reverse(declarations), suggestion.file.clone())
        });
        suggestions
    }

    fn suggestion(
        &self,
        path: &RepoPath,
        file: &NixFile,
        encrypted: &RepoPath,
        content: &EncryptedFile,
        near: &[&DeclarationRef],
    ) -> Suggestion {
        let beside = |place: &Place| {
            let declarations = near.iter().filter_map(|reference| self.declaration(reference));
            declarations.filter(|declaration| declaration.place == *place).count()
        };
        // Sites come best first; the key keeps the first of equals.
        let best = file
            .sites()
            .iter()
            .enumerate()
            .min_by_key(|(_, site)| (Reverse(beside(&site.place)), site.conditions.len()));
        let (number, site) = best.expect("only files with sites are asked");
        let defaults = self.defaults_at(path, &site.place);
        let mut options = Vec::new();
        if self.default_file_at(path, &site.place).as_ref() != Some(encrypted) {
            options.push((OptionName::SopsFile, OptionValue::Path(path.relative_to(encrypted))));
        }
        let format = defaults.format.as_deref().map_or(Some(FileFormat::Yaml), FileFormat::from_name);
        // JSON is read as the YAML that it is, nested keys included; as JSON sops-nix would not find those.
        let fits = format == Some(content.format())
            || (format == Some(FileFormat::Yaml) && content.format() == FileFormat::Json);
        if !fits {
            options.push((OptionName::Format, OptionValue::Text(content.format().as_str().to_owned())));
        }
        Suggestion { file: path.clone(), site: SiteId(number), neighbours: near.len(), defaults, options }
    }
}
