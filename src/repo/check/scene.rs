//! The scene: what every check looks at, prepared once. How certain a finding can be is decided here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use super::super::encrypted::{EncryptedFile, FileFormat};
use super::super::path::RepoPath;
use super::super::placement::Placement;
use super::super::plan::DeclarationChange;
use super::super::repository::{DeclarationRef, Repository};
use super::super::scope::Site;
use super::problem::{Level, Problem, Remedy, Spot};
use super::{Check, Outside};
use crate::nix::{
    Condition, Declaration, ModuleKind, OptionName, OptionSetting, OptionValue, Place, Setting, SettingName, Static,
    Value,
};
use crate::text::LineIndex;

/// See the module.
pub(super) struct Scene<'a> {
    pub(super) repository: &'a Repository,
    pub(super) outside: &'a Outside,
    pub(super) subjects: Vec<Subject<'a>>,
    /// Whether somewhere secrets are declared that cannot be read: then no name is certainly undeclared.
    pub(super) reads_everything: bool,
    names_hosts: bool,
    lines: RefCell<HashMap<RepoPath, LineIndex>>,
}

/// One declaration and what is known about it.
pub(super) struct Subject<'a> {
    pub(super) reference: DeclarationRef,
    pub(super) declaration: &'a Declaration,
    pub(super) placement: &'a Placement,
    pub(super) site: Site,
    /// How it is read; `None` when the text does not tell.
    pub(super) format: Option<FileFormat>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(repository: &'a Repository, outside: &'a Outside) -> Self {
        let resolver = repository.resolver();
        let subject = |(reference, declaration): (DeclarationRef, &'a Declaration)| {
            let site = repository.site(&reference.file, &declaration.place);
            let format = resolver.format(&site, declaration);
            let placement = repository.placement(&reference)?;
            Some(Subject { reference, declaration, placement, site, format })
        };
        let subjects: Vec<Subject<'_>> = repository.declarations().filter_map(subject).collect();
        let hidden = repository.nix_files().any(|(_, file)| !file.unreadable().is_empty());
        let unnamed = subjects.iter().any(|subject| subject.declaration.name.known().is_none());
        Self {
            repository,
            outside,
            reads_everything: !hidden && !unnamed,
            names_hosts: repository.index().imports.names_hosts(),
            subjects,
            lines: RefCell::default(),
        }
    }

    /// A problem of `check` without places yet.
    pub(super) fn problem(&self, check: &'static Check, level: Level, sentence: impl Into<String>) -> Problem {
        Problem {
            code: check.code,
            level,
            sentence: sentence.into(),
            nix: None,
            leaf: None,
            declaration: None,
            key: None,
            rebuild: None,
            fixes: Vec::new(),
        }
    }

    /// The place of some bytes of a file.
    pub(super) fn spot(&self, file: &RepoPath, range: &Range<usize>) -> Spot {
        let text = self.repository.text(file).unwrap_or("");
        let mut lines = self.lines.borrow_mut();
        let index = lines.entry(file.clone()).or_insert_with(|| LineIndex::new(text));
        Spot { file: file.clone(), position: index.position(text, range.start), range: range.clone() }
    }

    /// The beginning of a file.
    pub(super) fn spot_of_file(&self, file: &RepoPath) -> Spot {
        self.spot(file, &(0..0))
    }

    /// How certain it is that something in a Nix file takes part in a configuration: an error where nothing stands
    /// between the text and the rebuild, else a warning.
    pub(super) fn certainty(&self, file: &RepoPath, conditions: &[Condition]) -> Level {
        let is_used = !self.names_hosts || self.repository.index().imports.is_in_some_configuration(file);
        if conditions.is_empty() && is_used { Level::Error } else { Level::Warning }
    }

    /// [`Scene::certainty`] of a declaration.
    pub(super) fn level(&self, subject: &Subject<'_>) -> Level {
        self.certainty(&subject.reference.file, &subject.declaration.conditions)
    }

    /// How certain it is that two places belong to one configuration: certain within one module and within modules
    /// that import each other, likely where a list of modules is shared, `None` where nothing says so.
    pub(super) fn together(&self, one: &Site, other: &Site) -> Option<Level> {
        if !one.fits(other) {
            return None;
        }
        let imports = &self.repository.index().imports;
        let surely =
            one.is_same_module(other) || (one.file() != other.file() && imports.surely_meet(one.file(), other.file()));
        if surely { Some(Level::Error) } else { (imports.meet(one.file(), other.file())).then_some(Level::Warning) }
    }

    /// [`Scene::together`] of two declarations, each with its own certainty.
    pub(super) fn together_as_subjects(&self, one: &Subject<'_>, other: &Subject<'_>) -> Option<Level> {
        let together = self.together(&one.site, &other.site)?;
        Some(together.max(self.level(one)).max(self.level(other)))
    }

    /// The settings of a name, each with its file.
    pub(super) fn settings(&self, name: &SettingName) -> impl Iterator<Item = (&'a RepoPath, &'a Setting)> {
        let settings = self.repository.index().scopes.all(name);
        settings.filter_map(|reference| Some((&reference.file, self.repository.setting(reference)?)))
    }

    /// All settings of the repository, each with its file.
    pub(super) fn all_settings(&self) -> impl Iterator<Item = (&'a RepoPath, &'a Setting)> {
        self.repository.nix_files().flat_map(|(path, file)| file.settings().iter().map(move |setting| (path, setting)))
    }

    /// Whether the build compares declarations with their files: unless `validateSopsFiles` is, or may be, false.
    pub(super) fn validates_files(&self) -> bool {
        self.settings(&SettingName::ValidateSopsFiles)
            .all(|(_, setting)| setting.value == Static::Known(Value::Boolean(true)))
    }

    pub(super) fn encrypted(&self, file: &RepoPath) -> Option<&'a EncryptedFile> {
        self.repository.encrypted_file(file)
    }

    pub(super) fn site(&self, file: &RepoPath, place: &Place) -> Site {
        self.repository.site(file, place)
    }
}

impl<'a> Subject<'a> {
    /// The attribute name as it can be shown.
    pub(super) fn shown_name(&self) -> &'a str {
        match &self.declaration.name {
            Static::Known(name) => name,
            Static::Unknown(unknown) => &unknown.text,
        }
    }

    /// The attribute name, if it is known.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.declaration.name.known().map(String::as_str)
    }

    pub(super) fn module(&self) -> Option<ModuleKind> {
        self.site.module()
    }

    pub(super) fn option(&self, option: &OptionName) -> Option<&'a OptionSetting> {
        self.declaration.option(option)
    }

    /// Whether every option that is set was found.
    pub(super) fn is_complete(&self) -> bool {
        self.declaration.incomplete.is_none()
    }

    /// The text that an option is known to have.
    pub(super) fn text(&self, option: &OptionName) -> Option<&'a str> {
        known_text(self.option(option)?)
    }

    /// Whether an option is known to be true.
    pub(super) fn is_true(&self, option: &OptionName) -> bool {
        self.option(option).is_some_and(|setting| setting.value == Static::Known(Value::Boolean(true)))
    }

    /// The name of the installed file below `/run/secrets`, if it is known.
    pub(super) fn file_name(&self) -> Option<&'a str> {
        match self.option(&OptionName::Name) {
            Some(_) => self.text(&OptionName::Name),
            None => self.name().filter(|_| self.is_complete()),
        }
    }

    /// The place where an option is written, or the declaration itself.
    pub(super) fn spot(&self, scene: &Scene<'_>, option: &OptionName) -> Spot {
        match self.option(option) {
            Some(setting) => scene.spot(&self.reference.file, &setting.value_range),
            None => self.own_spot(scene),
        }
    }

    /// The remedy that sets one option.
    pub(super) fn set(&self, option: OptionName, value: OptionValue) -> Remedy {
        self.change(DeclarationChange::Options(vec![(option, Some(value))]))
    }

    /// The remedy that removes one option.
    pub(super) fn unset(&self, option: OptionName) -> Remedy {
        self.change(DeclarationChange::Options(vec![(option, None)]))
    }

    pub(super) fn change(&self, change: DeclarationChange) -> Remedy {
        Remedy::Change(vec![(self.reference.clone(), change)])
    }

    pub(super) fn own_spot(&self, scene: &Scene<'_>) -> Spot {
        scene.spot(&self.reference.file, &self.declaration.range)
    }
}

/// The text that an option is known to have.
pub(super) fn known_text(setting: &OptionSetting) -> Option<&str> {
    match setting.value.known()? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
