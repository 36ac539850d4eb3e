//! What actions do. The topmost layer gets an action first; without one the pane that is shown.

mod change;
mod copy;
mod fix;
mod layers;
mod leave;
mod panes;
mod rows;

use super::action::{Action, Motion};
use super::effect::Effect;
use super::layer::Layer;
use super::{Field, Session};
use crate::secret::Random;

impl Session {
    /// Does what was asked for, or says why not.
    pub(super) fn act(&mut self, action: Action, random: &mut dyn Random) {
        match action {
            Action::Interrupt => return self.interrupt(),
            Action::Suspend => return self.ask(Effect::Suspend),
            _ if self.is_typing_filter() => return self.act_in_filter(action, random),
            _ => {}
        }
        if let Err(why_not) = self.availability(action) {
            return self.refuse(&why_not);
        }
        match self.layers.last() {
            None => self.act_in_pane(action, random),
            Some(Layer::RowMenu(_)) if !matches!(action, Action::Confirm | Action::Cancel | Action::Move(_)) => {
                self.layers.pop();
                self.act_in_pane(action, random);
            }
            Some(_) => self.act_in_layer(action, random),
        }
    }

    /// Whether keys go to the filter.
    pub(super) fn is_typing_filter(&self) -> bool {
        self.filter_input.is_some() && self.layers.is_empty()
    }

    fn act_in_filter(&mut self, action: Action, random: &mut dyn Random) {
        let Some(field) = &mut self.filter_input else {
            return;
        };
        match action {
            Action::Confirm => self.filter_input = None,
            Action::Cancel => {
                self.filter_input = None;
                self.table.set_filter(None, &self.workspace.repository);
            }
            Action::Move(motion @ (Motion::Up | Motion::Down | Motion::PageUp | Motion::PageDown)) => {
                self.table.move_cursor(motion);
            }
            Action::Move(motion) => field.move_cursor(motion, 1),
            Action::Erase(extent) => {
                field.erase(extent);
                self.apply_filter();
            }
            action => {
                self.filter_input = None;
                self.act(action, random);
            }
        }
    }

    /// Shows the rows that match what is typed.
    pub(super) fn apply_filter(&mut self) {
        let text = self.filter_input.as_ref().map(Field::text);
        self.table.set_filter(text, &self.workspace.repository);
    }
}
