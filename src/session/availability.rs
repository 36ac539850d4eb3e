//! What makes sense here and now, and otherwise why not. Hints, menus, the palette and the keys all ask here.

use super::action::Action;
use super::context::Context;
use super::layer::Layer;
use super::open_file::{Access, Integrity};
use super::pane::Pane;
use super::row::RowFacts;
use super::why_not::WhyNot;
use super::{Blank, Session};

impl Session {
    /// Where a key press lands.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.layers.last() {
            Some(layer) => layer.context(),
            None if self.filter_input.is_some() => Context::Filter,
            None => self.pane_context(),
        }
    }

    fn pane_context(&self) -> Context {
        match self.pane {
            _ if self.is_empty() => Context::Empty,
            Pane::Keys if matches!(self.blank, Blank::Plain(_)) => Context::Plain,
            Pane::Keys if self.is_unopened() => Context::Unopened,
            Pane::Keys if self.is_locked() => Context::Locked,
            Pane::Keys => Context::Table,
            Pane::Problems => Context::Problems,
            Pane::Recipients => Context::Recipients,
            Pane::Files => Context::Files,
            Pane::History => Context::History,
        }
    }

    /// Whether the data key was dropped: then whoever types may be somebody else.
    fn is_locked(&self) -> bool {
        matches!(&self.workspace.file, Some(file) if matches!(file.access, Access::Locked))
    }

    /// Whether there is no encrypted file, so that setting up is what comes next.
    pub(super) fn is_empty(&self) -> bool {
        let is_blank = matches!(self.blank, Blank::NothingHere | Blank::CannotOpen(_));
        is_blank && self.workspace.repository.encrypted_files().next().is_none()
    }

    /// Why a key does nothing here, with a key that does: `?` shows them in the panes only, and is text in fields.
    pub(super) fn nothing_here(&self) -> WhyNot {
        let is_within = |wanted| self.context().chain().any(|context| context == wanted);
        if is_within(Context::Panes) {
            WhyNot::NotHere
        } else if is_within(Context::Form) {
            WhyNot::NotInForm
        } else {
            WhyNot::NotInLayer
        }
    }

    /// Whether a file could be opened and none is.
    fn is_unopened(&self) -> bool {
        self.workspace.file.is_none() && matches!(self.blank, Blank::NothingOpen | Blank::CannotOpen(_))
    }

    /// Whether an action does something here and now, and otherwise why not.
    ///
    /// # Errors
    /// The reason, in words for the hint line.
    pub fn availability(&self, action: Action) -> Result<(), WhyNot> {
        match self.layers.last() {
            None if self.is_typing_filter() => Ok(()),
            None => self.availability_in_pane(action),
            Some(Layer::RowMenu(_)) if !matches!(action, Action::Confirm | Action::Cancel | Action::Move(_)) => {
                self.availability_in_pane(action)
            }
            Some(layer) => self.availability_in_layer(layer, action),
        }
    }

    /// What a layer answers to is its own business; here only what depends on more than the layer.
    fn availability_in_layer(&self, layer: &Layer, action: Action) -> Result<(), WhyNot> {
        if self.is_locked() && needs_the_key(layer, action) {
            return Err(WhyNot::LockedHere);
        }
        match (layer, action) {
            (Layer::Form(form), Action::Generate | Action::FromFile | Action::ToggleShown | Action::ManyLines)
                if form.value.is_none() =>
            {
                Err(WhyNot::NotHere)
            }
            (Layer::Form(form), Action::NextChoice | Action::PreviousChoice)
                if form.context() != Context::Choice && !form.offers_names() =>
            {
                Err(WhyNot::NotHere)
            }
            (Layer::Delete(question), Action::NextChoice | Action::PreviousChoice) if !question.has_choice() => {
                Err(WhyNot::NotHere)
            }
            (Layer::AddRecipient(form), Action::NextChoice | Action::PreviousChoice) if !form.has_choice() => {
                Err(WhyNot::NotHere)
            }
            (Layer::Setup(form), Action::NextChoice | Action::PreviousChoice) if !form.has_choice() => {
                Err(WhyNot::NotHere)
            }
            (Layer::KeysQuestion(question), Action::NextChoice | Action::PreviousChoice) if !question.has_choice() => {
                Err(WhyNot::NotHere)
            }
            (Layer::Paste { .. }, Action::AddPasted) => self.availability_in_pane(Action::Add),
            (Layer::Paste { .. }, Action::ReplacePasted) => self.availability_in_pane(Action::Edit),
            (Layer::Review { .. }, Action::Confirm) => self.may_save(),
            (Layer::Review { .. }, Action::Show(Pane::Problems)) => {
                check(!self.problems.all().is_empty(), WhyNot::NoProblems)
            }
            (Layer::Conflicts(question), Action::Confirm) => question.is_chosen(),
            _ => Ok(()),
        }
    }

    /// Whether an action makes sense with nothing open above the pane. While locked only reading and leaving do.
    pub(super) fn availability_in_pane(&self, action: Action) -> Result<(), WhyNot> {
        match self.availability_unlocked(action) {
            Err(WhyNot::Locked) | Ok(()) if self.is_locked() && !works_locked(action) => {
                let is_at_the_keys = self.pane_context() == Context::Locked;
                Err(if is_at_the_keys { WhyNot::Locked } else { WhyNot::LockedHere })
            }
            availability => availability,
        }
    }

    fn availability_unlocked(&self, action: Action) -> Result<(), WhyNot> {
        match action {
            Action::Add
            | Action::Edit
            | Action::Rename
            | Action::Delete
            | Action::NixFields
            | Action::Reveal
            | Action::CopyValue
            | Action::CopyElse
            | Action::RowMenu
            | Action::Fold
            | Action::Unfold
            | Action::Filter
            | Action::ClearFilter => self.in_table(action),
            Action::Undo => self.may_change(self.workspace.undo.last_done().is_some(), WhyNot::NothingToUndo),
            Action::Redo => self.may_change(self.workspace.undo.last_undone().is_some(), WhyNot::NothingToRedo),
            Action::Save => self.may_save(),
            Action::NextProblem => check(!self.problems.all().is_empty(), WhyNot::NoProblems),
            Action::ApplyFix => check(self.fix_here().is_some(), WhyNot::NoFix),
            Action::GitAdd => check(!self.unknown_to_git().is_empty(), WhyNot::NothingForGit),
            Action::Lock => self.with_file()?.readable().map(drop),
            Action::Unlock => self.may_unlock(),
            Action::ShowTried => match self.with_file()?.access {
                Access::NoneFits(_) | Access::Failed(_) => Ok(()),
                _ => Err(WhyNot::NothingTried),
            },
            Action::AcceptMac => match self.with_file()?.integrity {
                Integrity::Broken(_) => Ok(()),
                _ => Err(WhyNot::MacMatches),
            },
            Action::Merge | Action::Difference => Err(WhyNot::NothingOutside),
            Action::Cancel => check(self.context() == Context::Plain, WhyNot::NotHere),
            Action::EncryptFile => self.may_encrypt(),
            Action::SetUp => self.may_set_up(),
            Action::AddRecipient | Action::UpdateKeys => self.may_change_keys(),
            Action::RemoveRecipient => {
                check(self.pane == Pane::Recipients, WhyNot::NotHere)?;
                self.may_change_keys()
            }
            Action::Rotate => {
                self.with_file()?.writable()?;
                self.may_change_keys()
            }
            Action::Confirm => match self.pane {
                Pane::Problems => self.may_go_to_problem().map(drop),
                Pane::Recipients => check(self.chosen_recipient().is_some(), WhyNot::NoRow),
                Pane::Files => check(self.files.chosen(&self.workspace.repository).is_some(), WhyNot::NoFile),
                _ => Err(WhyNot::NotHere),
            },
            Action::Show(_)
            | Action::NextPane
            | Action::PreviousPane
            | Action::Palette
            | Action::Help
            | Action::Quit
            | Action::Leave
            | Action::Interrupt
            | Action::Suspend
            | Action::OpenPath
            | Action::NewFile
            | Action::ReadAgain
            | Action::Evaluate
            | Action::Move(_) => Ok(()),
            _ => Err(WhyNot::NotHere),
        }
    }

    fn in_table(&self, action: Action) -> Result<(), WhyNot> {
        check(self.pane == Pane::Keys, WhyNot::NotHere)?;
        let file = self.with_file()?;
        if self.is_busy() && !matches!(action, Action::Fold | Action::Unfold | Action::Filter) {
            return Err(WhyNot::Saving);
        }
        match action {
            Action::ClearFilter => check(self.table.filter().is_some(), WhyNot::NoFilter),
            Action::Filter => Ok(()),
            Action::Add => file.writable().map(drop),
            Action::Fold | Action::Unfold => self.current_row().map(drop),
            Action::Edit => match self.current_row()? {
                row if row.is_branch() => Ok(()),
                row if row.is_removed() => Err(WhyNot::Removed),
                row if row.path.is_none() && row.row.key.is_empty() => Err(WhyNot::WholeFile),
                _ => file.writable().map(drop),
            },
            Action::Rename | Action::Delete => match self.current_row()? {
                row if row.is_removed() => Err(WhyNot::Removed),
                row if row.row.key.is_empty() => Err(WhyNot::WholeFile),
                row if action == Action::Rename && row.is_in_list => Err(WhyNot::InList),
                row if row.path.is_some() => file.writable().map(drop),
                _ => Ok(()),
            },
            Action::NixFields => match self.current_row()? {
                row if row.is_removed() => Err(WhyNot::Removed),
                row if row.is_branch() => Err(WhyNot::IsBranch),
                row if row.is_in_list => Err(WhyNot::InList),
                _ => Ok(()),
            },
            Action::Reveal | Action::CopyValue => match self.current_row()? {
                row if row.is_branch() => Err(WhyNot::IsBranch),
                row if row.is_removed() => Err(WhyNot::Removed),
                row if row.path.is_none() => Err(WhyNot::NotInFile),
                _ => file.readable().map(drop),
            },
            _ => self.current_row().map(drop),
        }
    }

    /// Whether texts may be changed, and there is something to do.
    fn may_change(&self, has_something: bool, otherwise: WhyNot) -> Result<(), WhyNot> {
        check(!self.is_busy(), WhyNot::Saving)?;
        check(has_something, otherwise)
    }

    /// Whether files are being written at our own wish: what would be changed meanwhile could get lost.
    pub(super) fn is_busy(&self) -> bool {
        self.saving.is_some() || self.work.is_some() || self.asked.anew.is_some()
    }

    pub(super) fn may_save(&self) -> Result<(), WhyNot> {
        self.may_change(self.workspace.changed().next().is_some(), WhyNot::NothingToSave)?;
        match &self.workspace.file {
            Some(file) if self.workspace.changed().any(|(path, _)| *path == file.path) => file.writable().map(drop),
            _ => Ok(()),
        }
    }

    fn may_unlock(&self) -> Result<(), WhyNot> {
        match self.with_file()?.access {
            Access::Locked | Access::NoneFits(_) | Access::Failed(_) => Ok(()),
            Access::Unlocking(_) => Err(WhyNot::Unlocking),
            Access::Open(_) => Err(WhyNot::NotLocked),
        }
    }

    fn with_file(&self) -> Result<&super::open_file::OpenFile, WhyNot> {
        self.workspace.file.as_ref().ok_or(match self.blank {
            Blank::NothingHere if self.is_empty() => WhyNot::NoFileYet,
            Blank::CannotOpen(_) => WhyNot::FileDamaged,
            _ => WhyNot::NoFile,
        })
    }

    fn current_row(&self) -> Result<RowFacts<'_>, WhyNot> {
        self.row_facts().ok_or(WhyNot::NoRow)
    }
}

/// Whether an action only reads, moves or leaves, so that it may be anybody's.
fn works_locked(action: Action) -> bool {
    matches!(
        action,
        Action::Move(_)
            | Action::Show(_)
            | Action::NextPane
            | Action::PreviousPane
            | Action::NextProblem
            | Action::Fold
            | Action::Unfold
            | Action::Filter
            | Action::ClearFilter
            | Action::RowMenu
            | Action::Confirm
            | Action::Cancel
            | Action::Unlock
            | Action::ShowTried
            | Action::ReadAgain
            | Action::Palette
            | Action::Help
            | Action::Quit
            | Action::Interrupt
            | Action::Suspend
    )
}

/// Whether what a layer is asked for would show or change something; moving, typing and closing do not.
fn needs_the_key(layer: &Layer, action: Action) -> bool {
    let is_harmless = matches!(
        action,
        Action::Cancel
            | Action::Move(_)
            | Action::Erase(_)
            | Action::NextField
            | Action::PreviousField
            | Action::NewLine
    );
    match layer {
        Layer::Page(_) | Layer::Palette(_) | Layer::Prompt(_) | Layer::Work(_) | Layer::Tampered(_) => false,
        Layer::RowMenu(_) | Layer::CopyMenu(_) => false,
        // Leaving loses what nobody could save either; that was asked.
        Layer::Quit(_) => !is_harmless && action != Action::Leave,
        _ => !is_harmless,
    }
}

fn check(holds: bool, otherwise: WhyNot) -> Result<(), WhyNot> {
    if holds { Ok(()) } else { Err(otherwise) }
}
