//! Actions with something open above the pane.

use crate::secret::Random;
use crate::session::action::Action;
use crate::session::effect::{Clip, Effect};
use crate::session::form::generate::{GenerateForm, Response as Generated};
use crate::session::form::secret_form::Response;
use crate::session::layer::Layer;
use crate::session::layer::path::{PathInput, PathUse};
use crate::session::pane::Pane;
use crate::session::{Session, WhyNot};

impl Session {
    /// Does an action for the topmost layer.
    pub(super) fn act_in_layer(&mut self, action: Action, random: &mut dyn Random) {
        match self.layers.last_mut() {
            Some(Layer::Form(_) | Layer::Rename(_)) => self.act_in_form(action, random),
            Some(Layer::Generate(form)) => match form.act(action, random) {
                Generated::Stay => {}
                Generated::Close => drop(self.layers.pop()),
                Generated::Take => self.take_generated(),
                Generated::Refused => self.refuse(&WhyNot::NotHere),
            },
            Some(Layer::AddRecipient(form)) => match form.act(action, &self.workspace.repository) {
                Response::Stay => {}
                Response::Close => drop(self.layers.pop()),
                Response::Done => self.plan_new_recipient(),
                Response::FromFile => self.layers.push(Layer::Path(PathInput::new(PathUse::Recipient))),
                _ => self.refuse(&WhyNot::NotHere),
            },
            Some(Layer::Work(_)) if action == Action::Cancel => self.stop_work(),
            Some(Layer::Setup(form)) => match form.act(action) {
                Response::Stay => {}
                Response::Close => drop(self.layers.pop()),
                Response::Done => self.plan_setup(),
                _ => self.refuse(&WhyNot::NotHere),
            },
            Some(Layer::SetupPlan(_)) if action == Action::Confirm => self.apply_setup(),
            Some(Layer::Path(input)) => match action {
                Action::Confirm => self.read_path(),
                Action::Cancel => drop(self.layers.pop()),
                action if input.act(action) => {}
                _ => self.refuse(&WhyNot::NotHere),
            },
            Some(Layer::Prompt(prompt)) => match action {
                Action::Confirm => self.answer_prompt(true),
                Action::Cancel => self.answer_prompt(false),
                action if prompt.act(action) => {}
                _ => self.refuse(&WhyNot::NotHere),
            },
            Some(Layer::RowMenu(_) | Layer::CopyMenu(_) | Layer::Palette(_)) => self.act_in_list(action, random),
            Some(Layer::Conflicts(_)) => self.act_in_conflicts(action, random),
            Some(_) => self.act_on_page(action, random),
            None => {}
        }
    }

    fn act_in_form(&mut self, action: Action, random: &mut dyn Random) {
        let screen = self.screen;
        let Self { layers, workspace, .. } = self;
        let Some(around) = workspace.surroundings(screen) else {
            return;
        };
        let response = match layers.last_mut() {
            Some(Layer::Form(form)) => form.act(action, around),
            Some(Layer::Rename(form)) => form.act(action, around),
            _ => return,
        };
        match response {
            Response::Stay => {}
            Response::Refused(why_not) => self.refuse(&why_not),
            Response::Generate => self.layers.push(Layer::Generate(Box::new(GenerateForm::new(random)))),
            Response::FromFile => self.layers.push(Layer::Path(PathInput::new(PathUse::Value))),
            Response::Close => self.close_form(),
            Response::Done => self.finish_form(random),
        }
    }

    /// Leaves a form; what was typed is kept for when it is opened again.
    fn close_form(&mut self) {
        if let Some(Layer::Form(mut form)) = self.layers.pop()
            && form.is_touched()
        {
            form.hide();
            self.draft = Some(form);
            self.say("Nothing was changed; what you typed is kept until the next form.");
        }
    }

    fn finish_form(&mut self, random: &mut dyn Random) {
        let kept = match self.layers.pop() {
            Some(Layer::Form(form)) => self.commit_form(form, random).map(Layer::Form),
            Some(Layer::Rename(form)) => self.commit_rename(form, random).map(Layer::Rename),
            layer => layer,
        };
        self.layers.extend(kept);
    }

    fn take_generated(&mut self) {
        let Some(Layer::Generate(form)) = self.layers.pop() else {
            return;
        };
        self.take_value(&form.into_value());
        self.say("The value was made; Ctrl-t shows it, Ctrl-s finishes the form.");
    }

    /// Puts a value into the form that is open.
    pub(in crate::session) fn take_value(&mut self, value: &crate::secret::Secret) {
        let screen = self.screen;
        let Self { layers, workspace, .. } = self;
        let response = match (layers.last_mut(), workspace.surroundings(screen)) {
            (Some(Layer::Form(form)), Some(around)) => form.take_value(value, around),
            _ => Response::Refused(WhyNot::NotHere),
        };
        if let Response::Refused(why_not) = response {
            self.refuse(&why_not);
        }
    }

    fn read_path(&mut self) {
        let Some(Layer::Path(input)) = self.layers.last() else {
            return;
        };
        let path = input.field.text().trim().to_owned();
        if path.is_empty() {
            return self.refuse(&WhyNot::FieldWrong("a path is needed; Esc goes back".to_owned()));
        }
        let purpose = input.purpose;
        match purpose {
            // The path stays open until its file is read: it may have to be mended.
            PathUse::Value | PathUse::Recipient => {
                let request = self.request();
                self.asked.value = Some(request);
                self.ask(Effect::ReadValue { request, path });
            }
            PathUse::Open | PathUse::New if self.workspace.changed().next().is_some() => {
                self.layers.pop();
                self.refuse(&WhyNot::FieldWrong("save or undo the changes first: s, u".to_owned()));
            }
            PathUse::Open | PathUse::New => {
                self.layers.pop();
                self.read_repository(Some(path));
            }
        }
    }

    fn answer_prompt(&mut self, is_given: bool) {
        if let Some(Layer::Prompt(prompt)) = self.layers.pop() {
            let request = prompt.request;
            let answer = is_given.then(|| prompt.answer());
            self.ask(Effect::AnswerPrompt { request, answer });
        }
    }

    fn act_in_list(&mut self, action: Action, random: &mut dyn Random) {
        let page = self.screen.page_rows();
        match (self.layers.last_mut(), action) {
            (_, Action::Cancel) => drop(self.layers.pop()),
            (Some(Layer::RowMenu(menu)), Action::Move(motion)) => menu.move_cursor(motion),
            (Some(Layer::CopyMenu(menu)), Action::Move(motion)) => menu.move_cursor(motion),
            (Some(Layer::Palette(palette)), Action::Move(motion)) => {
                palette.field.move_cursor(motion, 1);
                palette.move_cursor(motion, page);
            }
            (Some(Layer::Palette(palette)), Action::Erase(extent)) => {
                palette.field.erase(extent);
                palette.search();
            }
            (Some(_), Action::Confirm) => self.take_chosen(random),
            _ => self.refuse(&WhyNot::NotHere),
        }
    }

    fn take_chosen(&mut self, random: &mut dyn Random) {
        match self.layers.pop() {
            Some(Layer::RowMenu(menu)) => {
                if let Some(action) = menu.chosen().map(|item| item.value) {
                    self.act(action, random);
                }
            }
            Some(Layer::Palette(palette)) => match palette.chosen() {
                Some(action) => self.act(action, random),
                None => self.refuse(&WhyNot::FieldWrong("no command has such a name; : lists them".to_owned())),
            },
            Some(Layer::CopyMenu(menu)) => match menu.chosen().map(|item| (item.why_not.clone(), item)) {
                Some((Some(why_not), _)) => self.refuse(&WhyNot::FieldWrong(why_not)),
                Some((None, item)) => self.copy(Clip::Text(item.value.clone()), format!("the {}", item.label)),
                None => {}
            },
            _ => {}
        }
    }

    /// Questions and pages: scrolled, answered, closed.
    fn act_on_page(&mut self, action: Action, random: &mut dyn Random) {
        let screen = self.screen;
        match (self.layers.last_mut(), action) {
            (Some(Layer::KeysQuestion(question)), Action::NextChoice | Action::PreviousChoice) => {
                question.step(action == Action::PreviousChoice);
            }
            (Some(layer), Action::Move(motion)) => {
                if let Some(page) = layer.page_mut() {
                    page.scroll(motion, screen);
                }
            }
            (Some(Layer::Delete(question)), Action::NextChoice | Action::PreviousChoice) => {
                question.step(action == Action::PreviousChoice);
            }
            (Some(Layer::Tampered(_)), Action::Palette) => {
                self.layers.pop();
                self.act(Action::Palette, random);
            }
            (Some(Layer::ChangedOutside { .. }), Action::Difference) => self.show_difference(),
            (Some(Layer::Review { .. }), Action::Show(Pane::Problems)) => {
                self.layers.pop();
                self.show(Pane::Problems);
            }
            (Some(_), Action::Cancel) => {
                if let Some(Layer::ChangedOutside { .. }) = self.layers.pop() {
                    self.say("Nothing was overwritten; s asks again.");
                }
            }
            (Some(Layer::Quit(_)), Action::Leave) => self.leave(),
            _ => self.answer_question(action, random),
        }
    }

    fn answer_question(&mut self, action: Action, random: &mut dyn Random) {
        match (self.layers.pop(), action) {
            (Some(Layer::Delete(question)), Action::Confirm) => self.commit_delete(&question, random),
            (Some(Layer::Review { leave, .. }), Action::Confirm) => self.save(leave, random),
            (Some(Layer::KeysQuestion(question)), Action::Confirm) => self.begin_work(question),
            (Some(Layer::Quit(_)), Action::Save) if self.has_open_form() => {
                self.say("the form is not finished: Ctrl-s finishes it, then s saves");
            }
            (Some(Layer::Quit(_)), Action::Save) => self.open_review(true),
            (Some(Layer::Paste { text, .. }), Action::AddPasted) => {
                self.open_add_form("");
                self.take_value(&text);
                self.focus_first_field();
            }
            (Some(Layer::Paste { text, .. }), Action::ReplacePasted) => {
                self.edit_row();
                self.take_value(&text);
            }
            (Some(Layer::ChangedOutside { files, .. }), Action::Merge) => self.merge_outside(files, random),
            (layer, _) => {
                self.layers.extend(layer);
                self.refuse(&WhyNot::NotHere);
            }
        }
    }

    fn focus_first_field(&mut self) {
        if let Some(Layer::Form(form)) = self.layers.last_mut() {
            form.focus_on(0);
        }
    }
}
