//! Layers: what can be open above the body. Each holds its own state; the topmost one gets the keys.

pub(super) mod delete;
pub(super) mod menu;
pub(super) mod page;
pub(super) mod palette;
pub(super) mod path;
pub(super) mod prompt;

use self::delete::DeleteQuestion;
use self::menu::{CopyMenu, RowMenu};
use self::page::Page;
use self::palette::Palette;
use self::path::PathInput;
use self::prompt::Prompt;
use super::context::Context;
use super::form::generate::GenerateForm;
use super::form::rename::RenameForm;
use super::form::secret_form::SecretForm;
use super::recipients::add::AddRecipient;
use super::recipients::question::KeysQuestion;
use super::save::conflicts::Conflicts;
use super::screen::Screen;
use super::setup::SetupForm;
use super::view::{Exposed, LayerView};
use crate::repo::RepoPath;
use crate::secret::Secret;

/// Something open above the body.
pub(super) enum Layer {
    /// Adding, editing, Nix fields.
    Form(Box<SecretForm>),
    /// A new recipient.
    AddRecipient(Box<AddRecipient>),
    /// What a change of recipients or data keys would do.
    KeysQuestion(Box<KeysQuestion>),
    /// Such a change under way.
    Work(Page),
    /// The questions of a setup.
    Setup(Box<SetupForm>),
    /// What a setup would write.
    SetupPlan(Page),
    /// Making a value for the form below.
    Generate(Box<GenerateForm>),
    /// Typing the path of a file.
    Path(PathInput),
    /// Renaming a key.
    Rename(Box<RenameForm>),
    /// Removing a row.
    Delete(Box<DeleteQuestion>),
    /// What can be done with a row.
    RowMenu(RowMenu),
    /// What can be copied of a row.
    CopyMenu(CopyMenu),
    /// Every command by name.
    Palette(Box<Palette>),
    /// Lines to read.
    Page(Page),
    /// What a save would write; with `leave` the editor is left after it.
    Review {
        /// What is written.
        page: Page,
        /// Whether to leave after the save.
        leave: bool,
    },
    /// An answer that unwrapping waits for.
    Prompt(Prompt),
    /// Leaving with unsaved changes.
    Quit(Page),
    /// Text was pasted into the table.
    Paste {
        /// The text.
        text: Secret,
        /// The question.
        page: Page,
    },
    /// Another program changed files that have unsaved changes.
    ChangedOutside {
        /// The question.
        page: Page,
        /// What the disk holds now; `None` for a file that is gone.
        files: Vec<(RepoPath, Option<String>)>,
    },
    /// Another program changed the same keys.
    Conflicts(Box<Conflicts>),
    /// The file does not match its MAC.
    Tampered(Page),
}

impl Layer {
    /// Where a key press lands.
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Form(form) => form.context(),
            Self::AddRecipient(form) => form.context(),
            Self::KeysQuestion(_) => Context::KeysQuestion,
            Self::Work(_) => Context::Work,
            Self::Setup(form) => form.context(),
            Self::SetupPlan(_) => Context::SetupPlan,
            Self::Generate(_) => Context::Generate,
            Self::Path(_) => Context::Path,
            Self::Rename(form) => form.context(),
            Self::Delete(_) => Context::DeleteQuestion,
            Self::RowMenu(_) => Context::RowMenu,
            Self::CopyMenu(_) => Context::CopyMenu,
            Self::Palette(_) => Context::Palette,
            Self::Page(_) => Context::Page,
            Self::Review { .. } => Context::Review,
            Self::Prompt(_) => Context::Prompt,
            Self::Quit(_) => Context::QuitQuestion,
            Self::Paste { .. } => Context::PasteQuestion,
            Self::ChangedOutside { .. } => Context::ChangedOutside,
            Self::Conflicts(_) => Context::Conflicts,
            Self::Tampered(_) => Context::Tampered,
        }
    }

    /// The layer as it is drawn.
    pub(super) fn view(&self, screen: Screen) -> LayerView<'_> {
        match self {
            Self::Form(form) => super::form::view::view(form),
            Self::AddRecipient(form) => LayerView::Form(form.view()),
            Self::KeysQuestion(question) => LayerView::Page(question.page().view(screen)),
            Self::Setup(form) => LayerView::Form(form.view()),
            Self::Generate(form) => LayerView::Form(form.view()),
            Self::Path(input) => LayerView::Form(input.view()),
            Self::Rename(form) => LayerView::Form(form.view()),
            Self::Prompt(prompt) => LayerView::Form(prompt.view()),
            Self::RowMenu(menu) => LayerView::List(menu.view(|action| Some(*action))),
            Self::CopyMenu(menu) => LayerView::List(menu.view(|_| None)),
            Self::Conflicts(question) => LayerView::List(question.view()),
            Self::Palette(palette) => LayerView::List(palette.view(screen.page_rows())),
            Self::Delete(question) => LayerView::Page(question.page().view(screen)),
            Self::Page(page)
            | Self::Review { page, .. }
            | Self::Quit(page)
            | Self::Paste { page, .. }
            | Self::ChangedOutside { page, .. }
            | Self::SetupPlan(page)
            | Self::Work(page)
            | Self::Tampered(page) => LayerView::Page(page.view(screen)),
        }
    }

    /// The page of a layer that is one, to be scrolled.
    pub(super) fn page_mut(&mut self) -> Option<&mut Page> {
        match self {
            Self::Delete(question) => Some(question.page_mut()),
            Self::KeysQuestion(question) => Some(question.page_mut()),
            Self::Page(page)
            | Self::Review { page, .. }
            | Self::Quit(page)
            | Self::Paste { page, .. }
            | Self::ChangedOutside { page, .. }
            | Self::SetupPlan(page)
            | Self::Work(page)
            | Self::Tampered(page) => Some(page),
            _ => None,
        }
    }

    /// Plaintext of this layer that may be drawn.
    pub(super) fn exposed(&self, exposed: Exposed) -> Option<&[u8]> {
        match (self, exposed) {
            (Self::Generate(form), Exposed::Generated) => form.exposed(),
            (Self::Prompt(prompt), Exposed::Answer) => prompt.exposed(),
            (Self::Form(form), Exposed::Field) => {
                form.value.as_ref().filter(|value| value.is_shown()).map(|value| value.text().as_bytes())
            }
            (Self::Form(form), Exposed::Line(line)) => {
                let value = form.value.as_ref().filter(|value| value.is_shown())?;
                value.text().split('\n').nth(line).map(str::as_bytes)
            }
            _ => None,
        }
    }

    /// Hides plaintext, for a lock.
    pub(super) fn hide(&mut self) {
        match self {
            Self::Form(form) => form.hide(),
            Self::Generate(form) => form.hide(),
            _ => {}
        }
    }
}
