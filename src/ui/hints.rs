//! The hint line: the keys that do something here and now, and at its right end a countdown or a message.
//!
//! ```text
//!   a add  e edit  r rename  d delete  y copy  ␣ reveal  ? help        clipboard cleared in 28 s
//!   a add  ? help              nothing to undo
//! ```
//!
//! The keys come from the key table and are never written here. A message is never cut: one that does not fit in the
//! line takes the lines above it, and goes with the next key.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::layout::{bottom, left, row};
use super::phrase::Phrase;
use super::theme::Role;
use crate::keymap::{Hint, Keymap};
use crate::session::{Action, Context, Session, Target, Words};
use crate::text::wrap;

/// Cells between two hints.
const GAP: u16 = 2;

/// Draws the hint line, with `aside` at its right end; `screen` is where a long message may spread.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, screen: Rect, hints: &[Hint], aside: Option<&Words>) {
    let mut rest = area;
    if let Some(words) = aside.filter(|words| !words.text.is_empty()) {
        if canvas.width(&words.text) > usize::from(area.width) {
            return draw_long(canvas, screen, words);
        }
        let phrase = canvas.phrase().with(Role::from(words.tone), &words.text);
        rest = canvas.phrase_right(area, &phrase);
        rest.width = rest.width.saturating_sub(GAP);
    }
    for hint in shown(canvas, hints, usize::from(rest.width)) {
        let phrase = phrase(canvas, hint);
        canvas.target(left(rest, cells(phrase.width())).0, Target::Action(hint.action));
        rest = canvas.phrase_at(rest, &phrase);
        rest = left(rest, GAP).1;
    }
}

/// The hints of a value field, which stand under the field where there is room.
pub(super) fn value_hints(canvas: &Canvas<'_>, session: &Session) -> Phrase {
    let keymap = Keymap::standard();
    let mut line = canvas.phrase();
    for binding in keymap.of(Context::SecretField).filter(|binding| !binding.label.is_empty()) {
        if session.availability(binding.action).is_ok() {
            let gap = if line.is_empty() { "" } else { "  " };
            line.push(Role::Dim, &format!("{gap}{} {}", binding.chords[0], binding.label));
        }
    }
    line
}

/// The hints that hold for a session now.
pub(super) fn of(session: &Session) -> Vec<Hint> {
    Keymap::standard().hints(session.context(), |action| session.availability(action).is_ok())
}

fn phrase(canvas: &Canvas<'_>, hint: &Hint) -> Phrase {
    canvas.phrase().with(Role::Accent, &hint.chord.to_string()).with(Role::Text, " ").with(Role::Text, hint.label)
}

/// As many hints as fit, in their order; room for help is kept, since it names all the others.
fn shown<'h>(canvas: &Canvas<'_>, hints: &'h [Hint], room: usize) -> Vec<&'h Hint> {
    let width = |hint: &Hint| phrase(canvas, hint).width() + usize::from(GAP);
    let help = hints.iter().find(|hint| hint.action == Action::Help);
    // The last hint needs no gap behind it.
    let mut room = room + usize::from(GAP);
    room = room.saturating_sub(help.map_or(0, width));
    let mut shown = Vec::new();
    for hint in hints.iter().filter(|hint| hint.action != Action::Help) {
        if width(hint) > room {
            break;
        }
        room -= width(hint);
        shown.push(hint);
    }
    shown.extend(help);
    shown
}

fn draw_long(canvas: &mut Canvas<'_>, screen: Rect, message: &Words) {
    let lines = wrap(&message.text, usize::from(screen.width));
    let (_, place) = bottom(screen, cells(lines.len()));
    canvas.clear(place);
    for (index, line) in lines.iter().enumerate() {
        canvas.text(row(place, index), Role::from(message.tone), line);
    }
}
