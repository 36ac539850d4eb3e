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
        let phrase = phrase(canvas, hint, Role::Accent);
        canvas.target(left(rest, cells(phrase.width())).0, Target::Action(hint.action));
        rest = canvas.phrase_at(rest, &phrase);
        rest = left(rest, GAP).1;
    }
}

/// Draws hints that stand inside a form, as far as they fit.
pub(super) fn draw_dim(canvas: &mut Canvas<'_>, area: Rect, hints: &[Hint]) {
    let mut rest = area;
    for hint in shown(canvas, hints, usize::from(area.width)) {
        let phrase = phrase(canvas, hint, Role::Dim);
        rest = left(canvas.phrase_at(rest, &phrase), GAP).1;
    }
}

/// The hints that hold for a session now. Where something is open, the ways to finish it and to leave it come first,
/// because what comes last is cut. Those of a value field give way to all others, because they stand under the field
/// as well.
pub(super) fn of(session: &Session) -> Vec<Hint> {
    let context = session.context();
    let mut hints = Keymap::current().hints(context, |action| session.availability(action).is_ok());
    let rank = |hint: &Hint| match hint.action {
        Action::Done | Action::Confirm => 0,
        Action::Cancel => 1,
        _ if context == Context::SecretField && is_of_value(hint) => 3,
        _ => 2,
    };
    let is_in_pane = context.chain().any(|above| above == Context::Panes) && context != Context::RowMenu;
    // A question without a plain yes has its answers in the order of its table.
    if !is_in_pane && hints.iter().any(|hint| rank(hint) == 0) {
        hints.sort_by_key(rank);
    }
    hints
}

/// The hints of the value field of a form; none where another kind of question is open.
pub(super) fn of_value(session: &Session) -> Vec<Hint> {
    if !session.context().chain().any(|context| context == Context::Form) {
        return Vec::new();
    }
    let all = Keymap::current().hints(Context::SecretField, |action| session.availability(action).is_ok());
    all.into_iter().filter(is_of_value).collect()
}

fn is_of_value(hint: &Hint) -> bool {
    Keymap::current().of(Context::SecretField).any(|binding| binding.action == hint.action)
}

fn phrase(canvas: &Canvas<'_>, hint: &Hint, key: Role) -> Phrase {
    let words = if key == Role::Dim { Role::Dim } else { Role::Text };
    canvas.phrase().with(key, &hint.chord.to_string()).with(words, " ").with(words, hint.label)
}

/// As many hints as fit, in their order; room for help is kept, since it names all the others, unless that would leave
/// no room for the first one, which is what people come for.
fn shown<'h>(canvas: &Canvas<'_>, hints: &'h [Hint], room: usize) -> Vec<&'h Hint> {
    let width = |hint: &Hint| phrase(canvas, hint, Role::Accent).width() + usize::from(GAP);
    // The last hint needs no gap behind it.
    let mut room = room + usize::from(GAP);
    let first = hints.iter().find(|hint| hint.action != Action::Help).map(width).filter(|first| *first <= room);
    let is_help = |hint: &&Hint| hint.action == Action::Help;
    let help = hints.iter().find(is_help).filter(|help| width(help) + first.unwrap_or(0) <= room);
    room -= help.map_or(0, width);
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
