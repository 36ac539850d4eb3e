//! Lists: entries to choose from, in a box. Menus and the palette of commands.
//!
//! ```text
//!   ┌ Commands ───────────────────── 1–9 of 42 ┐
//!   │ : co▏                                    │
//!   │ copy       copy the value; the cl…     y │
//!   └──────────────────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::boxed::{self, FRAME_ROWS};
use super::canvas::{Canvas, cells};
use super::layout::{left, row, top};
use super::page::middle;
use super::theme::Role;
use crate::keymap::Keymap;
use crate::session::{Context, ListEntry, ListView, Target};

const GAP: u16 = 2;
/// A list stays as wide while its entries change under what is typed.
const TYPED_COLUMNS: usize = 76;

/// Draws the list above the body.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, list: &ListView<'_>) {
    let rows = list.entries.len().max(1) + usize::from(list.input.is_some()) + usize::from(FRAME_ROWS);
    let label = list.entries.iter().map(|entry| canvas.width(&entry.label)).max().unwrap_or(0);
    let columns = if list.input.is_some() { TYPED_COLUMNS } else { columns(canvas, list, label) };
    let area = middle(body, columns, rows);
    let mut inside = boxed::open(canvas, body, area, &list.title);
    if let Some((text, cursor)) = list.input {
        let (line, rest) = top(inside, 1);
        let field = canvas.text(line, Role::Accent, ": ");
        canvas.input(field, Role::Text, text, Some(cursor));
        inside = rest;
    }
    // A box smaller than the session was told of keeps the chosen entry in sight.
    let skipped = (list.chosen + 1).saturating_sub(list.first + usize::from(inside.height.max(1)));
    boxed::say_position(canvas, area, list.first + skipped, inside.height, list.total);
    if list.entries.is_empty() {
        canvas.text(inside, Role::Dim, "nothing fits");
    }
    // Labels may take half of the box, and what the words leave free.
    let words = list.entries.iter().map(|entry| words_width(canvas, entry)).max().unwrap_or(0);
    let free = usize::from(inside.width).saturating_sub(usize::from(GAP) + words);
    let label = cells(label).min(cells(free).max(inside.width / 2));
    for (line, (index, entry)) in
        list.entries.iter().enumerate().skip(skipped).take(usize::from(inside.height)).enumerate()
    {
        let place = row(inside, line);
        canvas.target(place, Target::Line(list.first + index));
        draw_entry(canvas, place, label, entry);
        if list.first + index == list.chosen {
            canvas.paint(place, Role::Selection);
        }
    }
}

fn draw_entry(canvas: &mut Canvas<'_>, area: Rect, label: u16, entry: &ListEntry) {
    let role = if entry.why_not.is_some() { Role::Dim } else { Role::Text };
    let chord = canvas.phrase().with(Role::Accent, &chord(entry));
    let rest = if chord.is_empty() { area } else { canvas.phrase_right(area, &chord) };
    let rest = Rect { width: rest.width.saturating_sub(if chord.is_empty() { 0 } else { GAP }), ..rest };
    let (name, words) = left(rest, label);
    canvas.middle(name, role, &entry.label);
    let words = left(words, GAP).1;
    canvas.text(words, Role::Dim, entry.why_not.as_deref().unwrap_or(&entry.words));
}

/// The key that does the same without the list.
fn chord(entry: &ListEntry) -> String {
    let chord = entry.action.and_then(|action| Keymap::current().chord_for(Context::Table, action));
    chord.map(|chord| chord.to_string()).unwrap_or_default()
}

fn columns(canvas: &Canvas<'_>, list: &ListView<'_>, label: usize) -> usize {
    let entry =
        |entry: &ListEntry| label + 2 * usize::from(GAP) + words_width(canvas, entry) + canvas.width(&chord(entry));
    list.entries.iter().map(entry).max().unwrap_or(0).max(canvas.width(&list.title) + 2) + 4
}

fn words_width(canvas: &Canvas<'_>, entry: &ListEntry) -> usize {
    canvas.width(entry.why_not.as_deref().unwrap_or(&entry.words))
}
