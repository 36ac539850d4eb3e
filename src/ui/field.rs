//! One field of a form: its name, what is in it, what stands beside it.
//!
//! ```text
//!   Value     ••••••••                    string, 16 bytes
//!   label     content                               beside
//! ```
//!
//! A secret is a mask of fixed width, or left to the edge to write; either way none of it is in the cells.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::exposure::{Lend, column_of, scrolled};
use super::layout::left;
use super::table::MASK;
use super::theme::Role;
use crate::session::{FieldContent, FieldView};

/// The least room that is left to the content beside other words.
const LEAST_CONTENT: u16 = 12;

/// Draws a field whose label takes `label` cells.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, view: &FieldView<'_>, label: u16, lend: &Lend<'_>) {
    let (name, mut content) = left(area, label);
    canvas.text(name, if view.is_focused { Role::Accent } else { Role::Dim }, view.label);
    let beside = canvas.phrase().with(Role::Dim, &view.beside);
    if !beside.is_empty() && cells(beside.width() + 2) + LEAST_CONTENT <= content.width {
        let rest = canvas.phrase_right(content, &beside);
        content = Rect { width: rest.width - 2, ..rest };
    }
    match &view.content {
        FieldContent::Text { text, cursor, completion, placeholder } => {
            let cursor = view.is_focused.then_some(*cursor);
            if text.is_empty() {
                let typed = canvas.input(content, Role::Text, "", cursor);
                canvas.text(typed, Role::Dim, placeholder);
            } else {
                let after = canvas.input(content, Role::Text, text, cursor);
                canvas.text(after, Role::Dim, completion);
            }
        }
        FieldContent::Secret { exposed, cursor, is_empty } => {
            let plaintext = exposed.and_then(|exposed| Some((exposed, lend(exposed)?)));
            match plaintext.filter(|_| !is_empty) {
                Some((exposed, plaintext)) => {
                    let column = if view.is_focused { column_of(plaintext, *cursor) } else { 0 };
                    let scrolled = scrolled(column, content);
                    // A value that goes on to the right says so, as other text does; the cells of the sign are none of it.
                    let is_cut = column_of(plaintext, usize::MAX) > scrolled + usize::from(content.width);
                    let shown = content.width.saturating_sub(u16::from(is_cut && !view.is_focused));
                    let (shown, sign) = left(content, shown);
                    canvas.text(sign, Role::Dim, "…");
                    canvas.expose(shown, exposed, 0, scrolled);
                    if view.is_focused {
                        canvas.cursor(content, column - scrolled);
                    }
                }
                None => draw_mask(canvas, content, *is_empty, view.is_focused),
            }
        }
        FieldContent::Choice { value } => draw_choice(canvas, content, value, view.is_focused),
        FieldContent::Switch { is_on } => draw_box(canvas, content, *is_on, view.is_focused),
    }
}

/// Draws a switch with its name behind it: `[x] declare`.
pub(super) fn draw_switch(canvas: &mut Canvas<'_>, area: Rect, view: &FieldView<'_>) {
    let FieldContent::Switch { is_on } = view.content else { return };
    draw_box(canvas, area, is_on, view.is_focused);
    canvas.text(left(area, 4).1, if view.is_focused { Role::Accent } else { Role::Text }, view.label);
}

fn draw_mask(canvas: &mut Canvas<'_>, area: Rect, is_empty: bool, is_focused: bool) {
    let after = canvas.text(area, Role::Text, if is_empty { "" } else { MASK });
    if is_focused {
        canvas.cursor(area, usize::from(after.x - area.x));
    }
}

fn draw_choice(canvas: &mut Canvas<'_>, area: Rect, value: &str, is_focused: bool) {
    if is_focused {
        let rest = canvas.phrase_at(area, &canvas.phrase().with(Role::Accent, "← "));
        let arrow = canvas.phrase().with(Role::Accent, " →");
        // A value that is too long is cut, and the arrow behind it is not.
        let room = rest.width.saturating_sub(cells(arrow.width()));
        let after = canvas.text(left(rest, room).0, Role::Text, value);
        canvas.phrase_at(Rect { x: after.x, width: rest.right() - after.x, ..rest }, &arrow);
        canvas.cursor(area, 0);
    } else {
        canvas.text(area, Role::Text, value);
    }
}

fn draw_box(canvas: &mut Canvas<'_>, area: Rect, is_on: bool, is_focused: bool) {
    canvas.text(area, if is_focused { Role::Accent } else { Role::Text }, if is_on { "[x]" } else { "[ ]" });
    if is_focused {
        canvas.cursor(area, 1);
    }
}
