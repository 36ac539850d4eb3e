//! The one way in: an event changes the session, and what it asks of the world comes out.

use super::action::{Action, Motion};
use super::effect::Effect;
use super::event::{Event, Press, Target};
use super::form::secret_form::{Response, Surroundings};
use super::layer::Layer;
use super::pane::Pane;
use super::why_not::WhyNot;
use super::{Inputs, Session};
use crate::secret::{Random, Secret};

/// Changes the session by one event, and says what is to be asked of the world.
pub fn update(session: &mut Session, event: Event, inputs: &mut Inputs<'_>) -> Vec<Effect> {
    session.now = inputs.now;
    session.receive(event, inputs.random);
    session.settle();
    std::mem::take(&mut session.outbox)
}

impl Session {
    fn receive(&mut self, event: Event, random: &mut dyn Random) {
        match event {
            Event::Action(action) => {
                self.wake();
                self.act(action, random);
            }
            Event::Text(text) => {
                self.wake();
                self.type_text(&text);
            }
            Event::Paste(text) => {
                self.wake();
                self.paste(text);
            }
            Event::Unbound(key) => {
                self.wake();
                self.message =
                    Some(super::Words::toned(format!("{key} {}", self.nothing_here()), super::Tone::Warning));
            }
            Event::Pointed { target, press } => {
                self.wake();
                self.point(target, press, random);
            }
            Event::Resized { columns, rows } => self.resize(columns, rows),
            Event::Tick | Event::Resumed => self.tick(),
            reply => self.reply(reply),
        }
    }

    /// A person did something: what was said fades, and the idle time begins anew.
    fn wake(&mut self) {
        self.message = None;
        self.active_at = self.now;
    }

    /// What holds after every event.
    fn settle(&mut self) {
        let is_on_row = |key: &str| self.table.current().is_some_and(|row| row.key == key);
        let may_stay = self.layers.is_empty() && self.pane == Pane::Keys;
        if self.revealed.as_ref().is_some_and(|revealed| !(may_stay && is_on_row(&revealed.key))) {
            self.revealed = None;
        }
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.screen = super::Screen { columns, rows };
        self.table.set_page(self.screen.list_rows());
        self.recheck_forms();
    }

    /// Time has passed.
    fn tick(&mut self) {
        if self.revealed.as_ref().is_some_and(|revealed| revealed.until <= self.now) {
            self.revealed = None;
        }
        if let Some(request) = self.clipboard.take_due(self.now) {
            self.ask(Effect::ClearClipboard { request });
        }
        if self.check_at.is_some_and(|at| at <= self.now) {
            self.check_problems();
        }
        if self.lock_at().is_some_and(|at| at <= self.now) {
            self.lock();
            let idle = super::timers::in_words(self.timers.lock_seconds);
            self.say(format!("Locked after {idle}. Names stay readable; values need the key again: ⏎"));
        }
    }

    /// Characters were typed: into a field, or, where nothing takes them, as a key without meaning.
    fn type_text(&mut self, text: &Secret) {
        let typed = std::str::from_utf8(text.expose()).unwrap_or_default();
        if let Some(field) = &mut self.filter_input
            && self.layers.is_empty()
        {
            field.insert(typed);
            self.apply_filter();
            return;
        }
        let screen = self.screen;
        let Self { layers, workspace, .. } = self;
        let around = workspace.surroundings(screen);
        let response = match (layers.last_mut(), around) {
            (Some(Layer::Form(form)), Some(around)) => form.insert(text, around),
            (Some(Layer::Rename(form)), Some(around)) => form.insert(typed, around),
            (Some(Layer::AddRecipient(form)), _) => form.insert(typed, &workspace.repository),
            (Some(Layer::Setup(form)), _) => form.insert(typed),
            (Some(Layer::Palette(palette)), _) => {
                palette.field.insert(typed);
                palette.search();
                Response::Stay
            }
            (Some(Layer::Path(input)), _) => {
                input.field.insert(typed.trim_end_matches(['\r', '\n']));
                Response::Stay
            }
            (Some(Layer::Prompt(prompt)), _) => {
                prompt.insert(typed);
                Response::Stay
            }
            _ => Response::Refused(WhyNot::NotHere),
        };
        if let Response::Refused(why_not) = response {
            self.refuse(&why_not);
        }
    }

    /// Text was pasted: typed where text is taken, and never a row of commands.
    fn paste(&mut self, text: Secret) {
        if self.context().takes_text() {
            self.type_text(&text);
        } else if self.layers.is_empty() && self.pane == Pane::Keys && self.workspace.file.is_some() {
            self.ask_about_paste(text);
        } else {
            self.refuse(&WhyNot::FieldWrong("pasted text goes into a field; a adds a key first".to_owned()));
        }
    }

    fn point(&mut self, target: Target, press: Press, random: &mut dyn Random) {
        let motion = match press {
            Press::ScrollUp => Some(Motion::Up),
            Press::ScrollDown => Some(Motion::Down),
            Press::Click | Press::DoubleClick => None,
        };
        if let Some(motion) = motion {
            return self.act(Action::Move(motion), random);
        }
        match target {
            Target::Action(action) => self.act(action, random),
            Target::Line(line) => {
                self.choose_line(line);
                if press == Press::DoubleClick {
                    let action = if self.context().is_table() { Action::Edit } else { Action::Confirm };
                    self.act(action, random);
                }
            }
            Target::Fold(line) => {
                self.choose_line(line);
                let is_open = self.table.current().and_then(|row| self.table.fold_of(row)) == Some(super::Fold::Open);
                self.act(if is_open { Action::Fold } else { Action::Unfold }, random);
            }
            Target::Field(number) => match self.layers.last_mut() {
                Some(Layer::Form(form)) => form.focus_on(number),
                Some(Layer::AddRecipient(form)) => form.focus_on(number),
                Some(Layer::Setup(form)) => form.focus_on(number),
                _ => {}
            },
            Target::Body => {}
        }
    }

    fn choose_line(&mut self, line: usize) {
        match self.layers.last_mut() {
            Some(Layer::RowMenu(menu)) => menu.choose(line),
            Some(Layer::CopyMenu(menu)) => menu.choose(line),
            Some(Layer::Conflicts(question)) => question.choose(line),
            Some(Layer::Palette(palette)) => palette.choose(line),
            Some(_) => {}
            None if self.pane == Pane::Keys => drop(self.table.set_cursor(line)),
            None => self.move_in_list(|list, page, total| list.go_to(line, page, total)),
        }
    }

    /// Forms show what they come to: that may have changed with the texts or the window.
    pub(super) fn recheck_forms(&mut self) {
        let screen = self.screen;
        let Self { layers, workspace, .. } = self;
        let Some(around) = workspace.surroundings(screen) else {
            return;
        };
        for layer in layers {
            if let Layer::Form(form) = layer {
                form.recheck(around);
            }
        }
    }
}

impl super::workspace::Workspace {
    /// What forms are checked against; none while no file is open.
    pub(super) fn surroundings(&self, screen: super::Screen) -> Option<Surroundings<'_>> {
        let document = &self.file.as_ref()?.document;
        Some(Surroundings { document, repository: &self.repository, screen })
    }
}
