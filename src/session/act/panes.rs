//! Actions with nothing open above the pane.

use crate::secret::Random;
use crate::session::action::{Action, Motion};
use crate::session::effect::Effect;
use crate::session::layer::Layer;
use crate::session::layer::page::Page;
use crate::session::layer::palette::Palette;
use crate::session::layer::path::{PathInput, PathUse};
use crate::session::open_file::{Access, Integrity};
use crate::session::pane::Pane;
use crate::session::pane::list::ListCursor;
use crate::session::view::{PageLine, Tone};
use crate::session::workspace::Direction;
use crate::session::{Field, Session, WhyNot};
use crate::text::sanitize;

impl Session {
    /// Does an action that [`Session::availability_in_pane`] granted.
    pub(super) fn act_in_pane(&mut self, action: Action, random: &mut dyn Random) {
        match action {
            Action::Move(motion) => self.move_in_pane(motion),
            Action::Show(pane) => self.show(pane),
            Action::NextPane => self.show(self.pane.next()),
            Action::PreviousPane => self.show(self.pane.previous()),
            Action::Filter => {
                self.filter_input = Some(Field::with_text(self.table.filter().unwrap_or_default()));
            }
            Action::ClearFilter => self.table.set_filter(None, &self.workspace.repository),
            Action::Fold | Action::Unfold => self.fold(action),
            Action::Reveal => self.reveal(),
            Action::CopyValue => self.copy_value(),
            Action::CopyElse => self.open_copy_menu(),
            Action::RowMenu => self.open_row_menu(),
            Action::Add => self.open_add_form(""),
            Action::Edit => self.edit_row(),
            Action::NixFields => self.open_nix_form(),
            Action::Rename => self.open_rename_form(),
            Action::Delete => self.ask_about_delete(),
            Action::Undo => self.travel(Direction::Undo),
            Action::Redo => self.travel(Direction::Redo),
            Action::Save => self.open_review(false),
            Action::NextProblem => self.go_to_next_problem(),
            Action::ApplyFix => self.apply_fix(random),
            Action::Confirm => self.open_selected(),
            Action::Cancel => self.leave_plain(),
            Action::EncryptFile => self.encrypt_plain(),
            Action::AddRecipient => self.open_add_recipient(),
            Action::RemoveRecipient => self.ask_about_removal(),
            Action::UpdateKeys => self.ask_about_update(),
            Action::Rotate => self.ask_about_rotation(),
            Action::SetUp => self.set_up(),
            Action::NewFile => self.layers.push(Layer::Path(PathInput::new(PathUse::New))),
            Action::GitAdd => self.git_add(),
            Action::Evaluate => self.evaluate(),
            Action::ReadAgain => self.read_repository(None),
            Action::OpenPath => self.layers.push(Layer::Path(PathInput::new(PathUse::Open))),
            Action::Lock => {
                self.lock();
                self.say("Locked. Names stay readable; values need the key again: ⏎");
            }
            Action::Unlock => self.unlock(),
            Action::ShowTried => self.show_tried(),
            Action::AcceptMac => self.accept_mac(),
            Action::Palette => {
                let palette = Palette::new(|action| self.availability_in_pane(action));
                self.layers.push(Layer::Palette(Box::new(palette)));
            }
            Action::Help => {
                let page = Page::whole("Keys", (self.help)(self.context()));
                self.layers.push(Layer::Page(page));
            }
            Action::Quit => self.quit(),
            Action::Leave => self.leave(),
            _ => self.refuse(&WhyNot::NotHere),
        }
    }

    /// Shows a pane; history is asked of git when it is first looked at.
    pub(in crate::session) fn show(&mut self, pane: Pane) {
        self.pane = pane;
        let file = self.workspace.file.as_ref().map(|file| file.path.clone());
        if let (Pane::History, Some(path)) = (pane, file)
            && self.history.needs(&path)
        {
            if self.workspace.outside.git.is_none() {
                return self.history.without_git(path);
            }
            let request = self.request();
            self.history.ask(request);
            self.ask(Effect::ReadHistory { request, path });
        }
    }

    fn move_in_pane(&mut self, motion: Motion) {
        match self.pane {
            Pane::Keys => drop(self.table.move_cursor(motion)),
            _ => self.move_in_list(|list, page, total| list.step(motion, page, total)),
        }
    }

    /// Moves the cursor of the list that is shown.
    pub(in crate::session) fn move_in_list(&mut self, step: impl FnOnce(&mut ListCursor, usize, usize)) {
        let page = self.screen.list_rows();
        let repository = &self.workspace.repository;
        match self.pane {
            Pane::Keys => {}
            Pane::Problems => {
                let total = self.problems.all().len();
                step(&mut self.problems.cursor, page, total);
            }
            Pane::Files => step(&mut self.files.cursor, page, repository.encrypted_files().count()),
            Pane::Recipients => {
                let total = crate::session::pane::recipients::Recipients::total(repository);
                step(&mut self.recipients.cursor, page, total);
            }
            Pane::History => {
                let total = self.history.total();
                step(&mut self.history.cursor, page, total);
            }
        }
    }

    /// Enter in a list: jumps to the problem, opens the file.
    fn open_selected(&mut self) {
        match self.pane {
            Pane::Problems => self.go_to_problem(),
            Pane::Files => {
                if let Some(path) = self.files.chosen(&self.workspace.repository).cloned() {
                    self.open_file_asking(path);
                }
            }
            Pane::Recipients => self.show_recipient(),
            _ => self.refuse(&WhyNot::NotHere),
        }
    }

    fn fold(&mut self, action: Action) {
        let happened = if action == Action::Fold { self.table.fold() } else { self.table.unfold() };
        if !happened {
            self.refuse(&WhyNot::NothingToFold);
        }
    }

    fn git_add(&mut self) {
        let paths = self.unknown_to_git();
        let request = self.request();
        self.asked.git_add = Some(request);
        self.ask(Effect::GitAdd { request, paths });
    }

    fn evaluate(&mut self) {
        let request = self.request();
        self.asked.evaluation = Some(request);
        self.say("nix is being asked; that can take a while");
        self.ask(Effect::EvaluateNix { request });
    }

    /// Which identities were tried, and whose would open the file.
    fn show_tried(&mut self) {
        let Some(file) = &self.workspace.file else {
            return;
        };
        let rules = self.workspace.rules_for(&file.path);
        let name = |identity: &str| rules.and_then(|rules| rules.name_of(identity)).map(str::to_owned);
        let mut lines = vec![PageLine::new("Names, types and declarations are shown; values are not.", Tone::Plain)];
        for (number, key) in file.document.metadata().master_keys().enumerate() {
            let label = if number == 0 { "opens for" } else { "" };
            let words = match name(&key.identity) {
                Some(name) => format!("{name} ({})", key.identity),
                None => key.identity.clone(),
            };
            lines.push(PageLine::labelled(label, sanitize(&words), Tone::Accent));
        }
        match &file.access {
            Access::NoneFits(tried) => {
                for (number, tried) in tried.iter().enumerate() {
                    let label = if number == 0 { "tried" } else { "" };
                    let words = format!("{}: {}", tried.place, tried.outcome);
                    lines.push(PageLine::labelled(label, sanitize(&words), Tone::Plain));
                }
                let next = "Put an identity of one of these recipients into a place that was tried, and start again; or \
                            let someone who can open the file add your recipient: 3, then a.";
                lines.push(PageLine::labelled("next", next, Tone::Plain));
            }
            Access::Failed(failure) => {
                lines.push(PageLine::labelled("failed", sanitize(&failure.words), Tone::Error));
                lines.extend(failure.hint.iter().map(|hint| PageLine::new(sanitize(hint), Tone::Plain)));
            }
            _ => {}
        }
        self.layers.push(Layer::Page(Page::whole("No identity fits", lines)));
    }

    fn accept_mac(&mut self) {
        if let Some(file) = &mut self.workspace.file {
            file.integrity = Integrity::Accepted;
            self.say("Changes are allowed now; the next save makes a MAC that matches.");
        }
    }
}
