//! Plans: what renaming or deleting a secret changes on the Nix side, over all files, before anything is changed.
//!
//! A plan is patches and words. The leaf itself is changed by whoever edits the encrypted file.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::path::RepoPath;
use super::repository::{DeclarationRef, ReferenceRef, Repository};
use crate::nix::{DeclarationId, Defaults, EditError, NixFile, OptionName, OptionValue, Reference, ReferenceKind};
use crate::text::{LineIndex, Patch};

/// One change of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum DeclarationChange {
    /// Its attribute gets this name, and so do the references to it.
    Rename(String),
    /// Options are set (`Some`) and removed (`None`).
    Options(Vec<(OptionName, Option<OptionValue>)>),
    /// It is removed.
    Remove,
}

/// How declarations follow when a key of an encrypted file gets another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Follow {
    /// The attribute gets the new name where the key derives from it; otherwise `key` is set.
    Attribute,
    /// The attribute keeps its name, and `key` is set.
    KeyOption,
}

/// What a change of declarations comes to in Nix.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// One patch a file, in the order of the paths.
    pub patches: Vec<(RepoPath, Patch)>,
    /// The declarations that change.
    pub declarations: Vec<DeclarationRef>,
    /// The references that change.
    pub references: Vec<ReferenceRef>,
    /// What might be concerned and is not touched, each with its reason.
    pub left_alone: Vec<LeftAlone>,
}

/// Something a plan leaves as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftAlone {
    /// What.
    pub what: Untouched,
    /// Why, in words.
    pub reason: String,
}

/// What a plan can leave as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Untouched {
    /// A reference.
    Reference(ReferenceRef),
    /// A declaration.
    Declaration(DeclarationRef),
}

/// Why there is no plan. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A declaration is not there any more.
    #[error("a declaration to be changed is no longer in {0}")]
    Gone(RepoPath),
    /// One file refuses the edit.
    #[error("{file}: {error}")]
    Refused {
        /// The Nix file.
        file: RepoPath,
        /// Why.
        #[source]
        error: EditError,
    },
}

impl PlanError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Gone(_) => "look the declaration up again",
            Self::Refused { error, .. } => error.hint(),
        }
    }
}

impl Repository {
    /// What these changes of declarations come to in all Nix files.
    ///
    /// Changes of one declaration are made in the order in which they are given.
    ///
    /// # Errors
    /// When one of them cannot be made in place.
    pub fn plan(&self, changes: &[(DeclarationRef, DeclarationChange)]) -> Result<Plan, PlanError> {
        let mut plan = Plan::default();
        let mut files: BTreeMap<&RepoPath, FileChanges<'_>> = BTreeMap::new();
        for (reference, change) in changes {
            files.entry(&reference.file).or_default().declarations.push((reference.id, change));
            plan.declarations.push(reference.clone());
        }
        let renames = Renames::of(self, changes);
        for reference in renames.references(self, &mut plan.left_alone) {
            let (place, name) = reference;
            files.entry(&place.file).or_default().references.entry(name).or_default().push(place.index);
            plan.references.push(place.clone());
        }
        for (path, changes) in files {
            let file = self.nix_file(path).ok_or_else(|| PlanError::Gone(path.clone()))?;
            let patch = changes.patch(file).map_err(|error| match error {
                EditError::Gone => PlanError::Gone(path.clone()),
                error => PlanError::Refused { file: path.clone(), error },
            })?;
            plan.patches.push((path.clone(), patch));
        }
        plan.declarations.sort_unstable();
        plan.declarations.dedup();
        Ok(plan)
    }

    /// What has to change in Nix when the key `from` of an encrypted file becomes `to`: a leaf, or a branch with all
    /// that is below it.
    ///
    /// # Errors
    /// When a declaration that reads it cannot follow in place.
    pub fn plan_key_rename(&self, file: &RepoPath, from: &str, to: &str, follow: Follow) -> Result<Plan, PlanError> {
        let mut changes = Vec::new();
        let mut left_alone = Vec::new();
        for (reference, key) in self.readers(file) {
            let Some(rest) = key.strip_prefix(from).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
                continue;
            };
            let targets = self.placement(reference).map_or(&[][..], |placement| placement.targets());
            match targets.iter().find(|target| target.file != *file) {
                Some(other) => left_alone.push(LeftAlone {
                    what: Untouched::Declaration(reference.clone()),
                    reason: format!("it also reads {key} in {}", other.file),
                }),
                None => changes.extend(self.follow(reference, key, &format!("{to}{rest}"), follow)),
            }
        }
        let mut plan = self.plan(&changes)?;
        plan.left_alone.splice(0..0, left_alone);
        Ok(plan)
    }

    /// How one declaration follows its key.
    fn follow(
        &self,
        reference: &DeclarationRef,
        from: &str,
        to: &str,
        follow: Follow,
    ) -> Option<(DeclarationRef, DeclarationChange)> {
        let declaration = self.declaration(reference)?;
        let name = declaration.name.known()?;
        let sets_key = declaration.option(&OptionName::Key).is_some();
        if follow == Follow::Attribute && !sets_key && name == from {
            return Some((reference.clone(), DeclarationChange::Rename(to.to_owned())));
        }
        let Defaults { key: default, .. } = self.defaults_at(&reference.file, &declaration.place);
        let is_default = default.as_ref().unwrap_or(name) == to;
        let value = (!(is_default && sets_key)).then(|| OptionValue::Text(to.to_owned()));
        Some((reference.clone(), DeclarationChange::Options(vec![(OptionName::Key, value)])))
    }
}

/// The changes of one file.
#[derive(Default)]
struct FileChanges<'a> {
    declarations: Vec<(DeclarationId, &'a DeclarationChange)>,
    /// The references that get each name.
    references: BTreeMap<&'a str, Vec<usize>>,
}

impl FileChanges<'_> {
    /// Makes the changes one after the other, each on the text that the one before left, and joins their patches.
    /// Removals come last, from the end: what comes before a removed declaration keeps its number.
    fn patch(mut self, file: &NixFile) -> Result<Patch, EditError> {
        let mut steps = Steps { file: file.clone(), patch: Patch::new() };
        for (name, references) in &self.references {
            steps.take(steps.file.rename_references(references, name)?);
        }
        let is_removal = |change: &DeclarationChange| *change == DeclarationChange::Remove;
        self.declarations.sort_by_key(|(id, change)| is_removal(change).then_some(std::cmp::Reverse(*id)));
        self.declarations.dedup_by(|one, other| is_removal(one.1) && one == other);
        for (id, change) in self.declarations {
            steps.take(match change {
                DeclarationChange::Rename(name) => steps.file.rename_declaration(id, name)?,
                DeclarationChange::Options(options) => steps.file.change_options(id, options)?,
                DeclarationChange::Remove => steps.file.remove_declaration(id)?,
            });
        }
        Ok(steps.patch)
    }
}

struct Steps {
    file: NixFile,
    patch: Patch,
}

impl Steps {
    fn take(&mut self, patch: Patch) {
        self.file = self.file.apply(&patch);
        self.patch = self.patch.then(&patch);
    }
}

/// The attribute names that change, and where.
struct Renames<'a> {
    /// From, to, and the files that hold a declaration that goes.
    names: BTreeMap<&'a str, Rename<'a>>,
}

struct Rename<'a> {
    to: &'a str,
    files: HashSet<&'a RepoPath>,
    /// Declarations of the same name that keep it.
    staying: Vec<&'a DeclarationRef>,
    /// Whether the path of the installed file derives from the attribute name.
    moves_the_file: bool,
}

impl<'a> Renames<'a> {
    fn of(repository: &'a Repository, changes: &'a [(DeclarationRef, DeclarationChange)]) -> Self {
        let going: HashSet<&DeclarationRef> = changes
            .iter()
            .filter(|(_, change)| matches!(change, DeclarationChange::Rename(_) | DeclarationChange::Remove))
            .map(|(reference, _)| reference)
            .collect();
        let mut names: BTreeMap<&str, Rename<'_>> = BTreeMap::new();
        for (reference, change) in changes {
            let DeclarationChange::Rename(to) = change else { continue };
            let Some(declaration) = repository.declaration(reference) else { continue };
            let Some(from) = declaration.name.known() else { continue };
            let rename = names.entry(from).or_insert_with(|| Rename {
                to,
                files: HashSet::new(),
                staying: repository.declarations_of(from).iter().filter(|other| !going.contains(other)).collect(),
                moves_the_file: true,
            });
            rename.files.insert(&reference.file);
            rename.moves_the_file &= declaration.option(&OptionName::Name).is_none();
        }
        Self { names }
    }

    /// The references that change, each with its new name; those that might be meant and are not touched are told.
    fn references(
        &self,
        repository: &'a Repository,
        left_alone: &mut Vec<LeftAlone>,
    ) -> BTreeSet<(&'a ReferenceRef, &'a str)> {
        let mut changing = BTreeSet::new();
        for (from, rename) in &self.names {
            for place in repository.index().references.to_secret(from) {
                let Some(reference) = repository.reference(place) else { continue };
                match rename.concerns(repository, place, reference) {
                    Concerned::Yes => {
                        changing.insert((place, rename.to));
                    }
                    Concerned::No => {}
                    Concerned::Perhaps(reason) => {
                        left_alone.push(LeftAlone { what: Untouched::Reference(place.clone()), reason });
                    }
                }
            }
        }
        if !self.names.is_empty() {
            left_alone.extend(repository.index().references.unnamed().iter().map(|place| LeftAlone {
                what: Untouched::Reference(place.clone()),
                reason: "which secret it names is computed".to_owned(),
            }));
        }
        changing
    }
}

/// Whether a reference means a declaration that gets another name.
enum Concerned {
    Yes,
    No,
    Perhaps(String),
}

impl Rename<'_> {
    fn concerns(&self, repository: &Repository, place: &ReferenceRef, reference: &Reference) -> Concerned {
        let is_path = matches!(reference.kind, ReferenceKind::HardCoded | ReferenceKind::HardCodedForUsers);
        if is_path && !self.moves_the_file {
            return Concerned::No;
        }
        if let Some(first) = self.staying.first() {
            let imports = &repository.index().imports;
            let goes = self.files.iter().any(|file| imports.meet(file, &place.file));
            let stays = self.staying.iter().find(|other| imports.meet(&other.file, &place.file));
            match (goes, stays) {
                (true, None) => {}
                (false, Some(_)) => return Concerned::No,
                _ => {
                    let other = stays.unwrap_or(first);
                    let line = repository.line_of(other);
                    return Concerned::Perhaps(format!("it may mean the declaration in {}:{line}", other.file));
                }
            }
        }
        match reference.name_range {
            Some(_) => Concerned::Yes,
            None => Concerned::Perhaps("the name is not written out there".to_owned()),
        }
    }
}

impl Repository {
    /// The line at which a declaration begins, from 1.
    #[must_use]
    pub fn line_of(&self, declaration: &DeclarationRef) -> usize {
        let file = self.nix_file(&declaration.file);
        let place = file.and_then(|file| Some((file, file.declaration(declaration.id)?)));
        place.map_or(1, |(file, declaration)| LineIndex::new(file.text()).line(declaration.range.start))
    }
}
