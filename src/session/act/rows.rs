//! What is done with the row under the cursor: shown, opened in a form, asked about.

use crate::secret::Secret;
use crate::session::action::Action;
use crate::session::form::nix_fields::NixFields;
use crate::session::form::rename::RenameForm;
use crate::session::form::secret_form::{Purpose, SecretForm};
use crate::session::form::value::ValueInput;
use crate::session::layer::Layer;
use crate::session::layer::delete::DeleteQuestion;
use crate::session::layer::menu::{Item, RowMenu};
use crate::session::layer::page::Page;
use crate::session::places::reference_place;
use crate::session::reveal::Revealed;
use crate::session::row::places_of;
use crate::session::view::{Fold, PageLine, Tone};
use crate::session::{Session, WhyNot};
use crate::sops::LeafType;
use crate::text::sanitize;

/// What the menu of a row offers, in its order.
const ROW_ACTIONS: [Action; 11] = [
    Action::Edit,
    Action::NixFields,
    Action::Rename,
    Action::Delete,
    Action::Reveal,
    Action::CopyValue,
    Action::CopyElse,
    Action::ApplyFix,
    Action::Fold,
    Action::Unfold,
    Action::Add,
];

impl Session {
    /// Shows the value for a while, or hides it.
    pub(super) fn reveal(&mut self) {
        let key = self.current_key().unwrap_or_default();
        if self.revealed.take().is_some_and(|revealed| revealed.key == key) {
            return;
        }
        if let Some(value) = self.open_current() {
            self.revealed = Some(Revealed::new(key, value, self.now, self.timers.reveal_seconds));
        }
    }

    /// Opens the value under the cursor, or says why that cannot be.
    pub(super) fn open_current(&mut self) -> Option<Secret> {
        let path = self.row_facts()?.path?;
        match self.workspace.file.as_ref()?.open_value(&path) {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                self.complain(error.to_string(), Some("restore the line from git, or edit the value anew"));
                None
            }
            Err(why_not) => {
                self.refuse(&why_not);
                None
            }
        }
    }

    pub(super) fn open_row_menu(&mut self) {
        let item = |action: Action| match self.availability_in_pane(action) {
            Err(WhyNot::NotHere | WhyNot::NoFix | WhyNot::NothingToFold) => None,
            availability => Some(Item {
                label: action.command().name.to_owned(),
                words: action.command().words.to_owned(),
                why_not: availability.err().map(|why_not| why_not.to_string()),
                value: action,
            }),
        };
        let can_fold = self.table.current().and_then(|row| self.table.fold_of(row));
        let is_for_row = |action: &Action| match action {
            Action::Fold => can_fold == Some(Fold::Open),
            Action::Unfold => can_fold == Some(Fold::Folded),
            _ => true,
        };
        let items = ROW_ACTIONS.into_iter().filter(is_for_row).filter_map(item).collect();
        self.layers.push(Layer::RowMenu(RowMenu::new(self.row_title(), items)));
    }

    /// The key of the row under the cursor, as a heading.
    pub(super) fn row_title(&self) -> String {
        match self.table.current() {
            Some(row) if !row.key.is_empty() => sanitize(&row.key).into_owned(),
            _ => "The whole file".to_owned(),
        }
    }

    /// The form for a new key; a form that was left stands there again as it was.
    pub(in crate::session) fn open_add_form(&mut self, key: &str) {
        let is_new = |form: &SecretForm| *form.purpose() == Purpose::Add;
        if key.is_empty() && self.take_draft(is_new) {
            return;
        }
        let Some(file) = &self.workspace.file else {
            return;
        };
        let path = file.path.clone();
        let nix = NixFields::new(self.workspace.repository.suggestions(&path), true);
        self.open_form(Purpose::Add, key, Some(ValueInput::new()), nix);
    }

    /// A branch is unfolded, a value edited, a key that is declared and absent added.
    pub(super) fn edit_row(&mut self) {
        let Some(facts) = self.row_facts() else {
            return;
        };
        let key = facts.row.key.clone();
        let value_type = facts.leaf_type().unwrap_or(LeafType::Str);
        if facts.is_branch() {
            return self.table.flip_fold();
        }
        let purpose = if facts.path.is_some() { Purpose::Edit(key.clone()) } else { Purpose::Fill(key.clone()) };
        let is_absent = facts.path.is_none();
        if self.take_draft(|form| *form.purpose() == purpose) {
            return;
        }
        let nix = self.nix_fields();
        if is_absent {
            return self.open_form(purpose, &key, Some(ValueInput::new()), nix);
        }
        let Some(value) = self.open_current() else {
            return;
        };
        match ValueInput::old(&value, value_type) {
            Ok(value) => self.open_form(purpose, &key, Some(value), nix),
            Err(_) => self.refuse(&WhyNot::FieldWrong("the value is no text; set it with: sopsmith set".to_owned())),
        }
    }

    pub(super) fn open_nix_form(&mut self) {
        let Some(key) = self.current_key() else {
            return;
        };
        let purpose = Purpose::Nix(key.clone());
        if self.take_draft(|form| *form.purpose() == purpose) {
            return;
        }
        let mut nix = self.nix_fields();
        nix.is_declared = nix.places() > 0;
        if nix.places() == 0 {
            let words = "no Nix file of this repository can take a declaration; sopsmith init makes one";
            return self.refuse(&WhyNot::FieldWrong(words.to_owned()));
        }
        self.open_form(purpose, &key, None, nix);
    }

    /// The Nix side of the row under the cursor; for a row that nothing declares the switch is off.
    fn nix_fields(&self) -> NixFields {
        let repository = &self.workspace.repository;
        let declarations = self.table.current().map(|row| row.declarations.as_slice()).unwrap_or_default();
        match &self.workspace.file {
            Some(file) if declarations.is_empty() => NixFields::new(repository.suggestions(&file.path), false),
            _ => NixFields::old(declarations, repository),
        }
    }

    fn open_form(&mut self, purpose: Purpose, key: &str, value: Option<ValueInput>, nix: NixFields) {
        let Some(around) = self.workspace.surroundings(self.screen) else {
            return;
        };
        let file = self.workspace.file.as_ref().map(|file| file.path.clone());
        let Some(file) = file else {
            return;
        };
        let form = SecretForm::new(purpose, file, key, value, nix, around);
        self.layers.push(Layer::Form(Box::new(form)));
    }

    /// Opens the form that was left last, if it is the one that is meant.
    fn take_draft(&mut self, is_meant: impl FnOnce(&SecretForm) -> bool) -> bool {
        let file = self.workspace.file.as_ref().map(|file| &file.path);
        let draft = self.draft.take_if(|draft| Some(draft.file()) == file && is_meant(draft));
        let Some(form) = draft else {
            return false;
        };
        self.layers.push(Layer::Form(form));
        self.recheck_forms();
        self.say("What you typed before stands here again.");
        true
    }

    pub(super) fn open_rename_form(&mut self) {
        let Some((facts, around)) = self.row_facts().zip(self.workspace.surroundings(self.screen)) else {
            return;
        };
        let Some(file) = self.workspace.file.as_ref().map(|file| file.path.clone()) else {
            return;
        };
        let key = facts.row.key.clone();
        let below = format!("{key}/");
        let is_declared = self
            .table
            .rows()
            .iter()
            .any(|row| !row.declarations.is_empty() && (row.key == key || row.key.starts_with(&below)));
        let form = RenameForm::new(file, &key, facts.path, is_declared, around);
        self.layers.push(Layer::Rename(Box::new(form)));
    }

    pub(super) fn ask_about_delete(&mut self) {
        let Some(facts) = self.row_facts() else {
            return;
        };
        let (rows, declarations) = self.at_and_below(&facts.row.key);
        let references = self.references_of(&declarations);
        let repository = &self.workspace.repository;
        let references = references.iter().filter_map(|reference| reference_place(reference, repository)).collect();
        let question = DeleteQuestion::new(
            sanitize(&facts.row.key).into_owned(),
            facts.path.is_some(),
            rows,
            places_of(&declarations, self),
            references,
        );
        self.layers.push(Layer::Delete(Box::new(question)));
    }

    /// How many values stand below a key, and the declarations of all of them and of the key itself.
    pub(super) fn at_and_below(&self, key: &str) -> (usize, Vec<crate::repo::DeclarationRef>) {
        let below = format!("{key}/");
        let concerned = self.table.rows().iter().filter(|row| row.key == key || row.key.starts_with(&below));
        let mut declarations = Vec::new();
        let mut leaves = 0;
        for row in concerned {
            leaves += usize::from(row.key != key && !row.is_branch() && row.kind.is_some());
            declarations.extend_from_slice(&row.declarations);
        }
        declarations.sort_unstable();
        declarations.dedup();
        (leaves, declarations)
    }

    /// Pasting into the table never triggers keys: it offers what could be meant.
    pub(in crate::session) fn ask_about_paste(&mut self, text: Secret) {
        let size = match text.len() {
            1 => "1 byte was pasted.".to_owned(),
            length => format!("{length} bytes were pasted."),
        };
        let mut lines = vec![PageLine::new(size, Tone::Plain)];
        let key = self.current_key().map(|key| sanitize(&key).into_owned()).unwrap_or_default();
        for (action, words) in
            [(Action::Add, "a adds a key with it".to_owned()), (Action::Edit, format!("r replaces the value of {key}"))]
        {
            match self.availability_in_pane(action) {
                Ok(()) => lines.push(PageLine::new(words, Tone::Plain)),
                Err(why_not) => lines.push(PageLine::new(why_not.to_string(), Tone::Dim)),
            }
        }
        self.layers.push(Layer::Paste { text, page: Page::small("Pasted", lines) });
    }
}
