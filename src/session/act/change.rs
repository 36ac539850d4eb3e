//! Changes: from a finished form to patches, and back and on through the history.
//!
//! Both sides of a change are worked out in full before anything is changed; then they are made as one.

use crate::nix::EditError as NixEditError;
use crate::repo::{DeclarationChange, RepoPath};
use crate::secret::Random;
use crate::session::form::nix_fields::{NixFields, Place as NixPlace};
use crate::session::form::rename::RenameForm;
use crate::session::form::secret_form::{Purpose, SecretForm};
use crate::session::form::value::ValueInput;
use crate::session::layer::delete::{DeleteQuestion, Removal};
use crate::session::open_file::locate;
use crate::session::workspace::{ChangeName, Direction, Step};
use crate::session::{Session, WhyNot};
use crate::sops::{Edit, EditError, Emptied, KeyPath, LeafType, NewValue, NotOfType, Place};
use crate::text::{Patch, sanitize};

/// Why a change was not made. Nothing was changed.
pub(in crate::session) enum Refusal {
    /// It makes no sense now.
    WhyNot(WhyNot),
    /// The file refuses it.
    File(EditError),
    /// The value is none of its type.
    Value(NotOfType),
    /// Nix refuses it: the words, with what to do.
    Nix(String),
}

impl From<WhyNot> for Refusal {
    fn from(why_not: WhyNot) -> Self {
        Self::WhyNot(why_not)
    }
}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Self {
        Self::File(error)
    }
}

impl From<NotOfType> for Refusal {
    fn from(error: NotOfType) -> Self {
        Self::Value(error)
    }
}

impl From<NixEditError> for Refusal {
    fn from(error: NixEditError) -> Self {
        Self::Nix(format!("{error}; {}", error.hint()))
    }
}

impl From<crate::repo::PlanError> for Refusal {
    fn from(error: crate::repo::PlanError) -> Self {
        Self::Nix(format!("{error}; {}", error.hint()))
    }
}

impl Session {
    /// Makes what a form says. The form is given back when that cannot be.
    pub(super) fn commit_form(&mut self, form: Box<SecretForm>, random: &mut dyn Random) -> Option<Box<SecretForm>> {
        let key = form.key.text().to_owned();
        let steps = match self.steps_of_form(&form, random) {
            Ok(steps) => steps,
            Err(refusal) => {
                self.explain(refusal);
                return Some(form);
            }
        };
        let shown = sanitize(&key).into_owned();
        let name = match form.purpose() {
            Purpose::Add => format!("added {shown}"),
            Purpose::Fill(_) => format!("added the value of {shown}"),
            Purpose::Edit(_) => format!("edited {shown}"),
            Purpose::Nix(_) => format!("changed {shown} in Nix"),
        };
        // Where a key was added nothing stands when that is taken back: the cursor stays near.
        let key_before = (*form.purpose() != Purpose::Add).then(|| key.clone());
        self.change(ChangeName::of(name, key_before, Some(key)), steps);
        None
    }

    fn steps_of_form(&self, form: &SecretForm, random: &mut dyn Random) -> Result<Vec<Step>, Refusal> {
        let mut steps = self.steps_of_value(form, random)?;
        steps.extend(self.steps_in_nix(&form.nix, form.key.text())?);
        Ok(steps)
    }

    fn steps_of_value(&self, form: &SecretForm, random: &mut dyn Random) -> Result<Vec<Step>, Refusal> {
        let Some(value) = &form.value else {
            return Ok(Vec::new());
        };
        let gone = || Refusal::WhyNot(WhyNot::FieldWrong("the key is no longer in the file".to_owned()));
        let edit = match form.purpose() {
            Purpose::Edit(key) if value.is_changed() => {
                let path = self.place_of(key).ok_or_else(gone)?;
                Edit::Set { path, value: new_value(value)? }
            }
            Purpose::Add | Purpose::Fill(_) => {
                let path = form.key.text().parse().map_err(|error: crate::sops::KeyPathError| {
                    Refusal::WhyNot(WhyNot::FieldWrong(error.to_string()))
                })?;
                Edit::Insert { path, place: Place::Last, value: new_value(value)? }
            }
            _ => return Ok(Vec::new()),
        };
        self.steps_of_edits(&[edit], random)
    }

    /// The steps that edits of the open file come to.
    pub(super) fn steps_of_edits(&self, edits: &[Edit], random: &mut dyn Random) -> Result<Vec<Step>, Refusal> {
        let file = self.workspace.file.as_ref().ok_or(WhyNot::NoFile)?;
        let edited = file.try_edits(edits, random)??;
        let step = |edited: crate::sops::Edited| Step {
            path: file.path.clone(),
            patch: edited.patch,
            document: Some(edited.document),
        };
        Ok(edited.into_iter().map(step).collect())
    }

    fn steps_in_nix(&self, nix: &NixFields, key: &str) -> Result<Vec<Step>, Refusal> {
        let repository = &self.workspace.repository;
        if !nix.is_declared {
            return Ok(Vec::new());
        }
        if let Some((suggestion, spec)) = nix.spec(key) {
            let file = repository.nix_file(&suggestion.file).ok_or(NixEditError::Gone)?;
            let patch = file.add_declaration(suggestion.site, &spec)?;
            return Ok(vec![Step::nix((suggestion.file.clone(), patch))]);
        }
        match nix.place() {
            Some(NixPlace::Old { declaration, .. }) if !nix.changes().is_empty() => {
                let change = DeclarationChange::Options(nix.changes());
                let plan = repository.plan(&[(declaration.clone(), change)])?;
                Ok(plan.patches.into_iter().map(Step::nix).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Makes what the rename form says. The form is given back when that cannot be.
    pub(super) fn commit_rename(&mut self, form: Box<RenameForm>, random: &mut dyn Random) -> Option<Box<RenameForm>> {
        let steps = match self.steps_of_rename(&form, random) {
            Ok(steps) => steps,
            Err(refusal) => {
                self.explain(refusal);
                return Some(form);
            }
        };
        let (from, to) = (form.from().to_owned(), form.to().to_owned());
        let name = format!("renamed {} to {}", sanitize(&from), sanitize(&to));
        let rename = Some((from.clone(), to.clone()));
        self.change(ChangeName { name, key_before: Some(from), key_after: Some(to), rename }, steps);
        None
    }

    fn steps_of_rename(&self, form: &RenameForm, random: &mut dyn Random) -> Result<Vec<Step>, Refusal> {
        let mut steps = Vec::new();
        if let Some(from) = form.path() {
            let to: KeyPath =
                form.to().parse().map_err(|error: crate::sops::KeyPathError| WhyNot::FieldWrong(error.to_string()))?;
            steps = self.steps_of_edits(&[Edit::Move { from: from.clone(), to }], random)?;
        }
        let patches = form.plan().map(|plan| plan.patches.clone()).unwrap_or_default();
        steps.extend(patches.into_iter().map(Step::nix));
        Ok(steps)
    }

    /// Removes what the question says.
    pub(super) fn commit_delete(&mut self, question: &DeleteQuestion, random: &mut dyn Random) {
        let Some(key) = self.current_key() else {
            return;
        };
        match self.steps_of_delete(&key, question.removal(), random) {
            Ok(steps) => {
                let shown = sanitize(&key).into_owned();
                let name = match question.removal() {
                    Removal::Everything | Removal::Key => format!("deleted {shown}"),
                    Removal::Declarations => format!("deleted the declarations of {shown}"),
                };
                self.change(ChangeName::of(name, Some(key), None), steps);
            }
            Err(refusal) => self.explain(refusal),
        }
    }

    fn steps_of_delete(&self, key: &str, removal: Removal, random: &mut dyn Random) -> Result<Vec<Step>, Refusal> {
        let mut steps = Vec::new();
        if removal != Removal::Declarations
            && let Some(path) = self.place_of(key)
        {
            steps = self.steps_of_edits(&[Edit::Remove { path, emptied: Emptied::Remove }], random)?;
        }
        if removal != Removal::Key {
            let (_, declarations) = self.at_and_below(key);
            let changes: Vec<_> =
                declarations.into_iter().map(|declaration| (declaration, DeclarationChange::Remove)).collect();
            let plan = self.workspace.repository.plan(&changes)?;
            steps.extend(plan.patches.into_iter().map(Step::nix));
        }
        Ok(steps)
    }

    /// Makes a change, shows the rows as they are then, and says its name.
    pub(in crate::session) fn change(&mut self, name: ChangeName, steps: Vec<Step>) {
        if steps.iter().all(|step| step.patch.is_empty()) {
            return self.say("Nothing changed.");
        }
        let (words, focus) = (format!("{}; u takes it back", name.name), name.key_after.clone());
        match self.workspace.change(name, steps) {
            Ok(()) => {
                self.texts_changed(focus.as_deref());
                self.say(words);
            }
            Err(error) => self.complain(error.to_string(), Some(error.hint())),
        }
    }

    /// One change back, or on.
    pub(super) fn travel(&mut self, direction: Direction) {
        match self.workspace.travel(direction) {
            Ok(Some((name, key))) => {
                self.texts_changed(key.as_deref());
                let verb = if direction == Direction::Undo { "undid" } else { "redid" };
                self.say(format!("{verb}: {name}"));
            }
            Ok(None) => {}
            Err(error) => self.complain(error.to_string(), Some(error.hint())),
        }
    }

    /// Replaces a whole text, as when another program wrote it.
    pub(in crate::session) fn replace_text(&mut self, name: String, path: &RepoPath, text: &str) {
        let Some(before) = self.workspace.text(path) else {
            return;
        };
        let patch = Patch::replace(0..before.len(), text);
        let key = self.current_key();
        let step = Step { path: path.clone(), patch, document: None };
        self.change(ChangeName::of(name, key.clone(), key), vec![step]);
    }

    /// Says why a change was not made.
    pub(super) fn explain(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::WhyNot(why_not) => self.refuse(&why_not),
            Refusal::File(error) => self.complain(error.to_string(), None),
            Refusal::Value(error) => self.complain(error.to_string(), Some(error.hint())),
            Refusal::Nix(words) => self.complain(words, None),
        }
    }

    /// The place in the open file of a key as the table spells it.
    pub(super) fn place_of(&self, key: &str) -> Option<KeyPath> {
        let file = self.workspace.file.as_ref()?;
        locate(key, self.workspace.repository.encrypted_file(&file.path)?, &file.document)
    }
}

/// A typed value on its way into the file.
fn new_value(input: &ValueInput) -> Result<NewValue, NotOfType> {
    match input.value_type() {
        LeafType::Str => Ok(NewValue::text(input.secret())),
        value_type => NewValue::typed(value_type, input.secret()),
    }
}
