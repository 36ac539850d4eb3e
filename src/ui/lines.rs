//! The editor for a value of many lines.
//!
//! ```text
//!   ┌ tls/key ──────────────────────────┐
//!   │  1 ••••••••                       │
//!   │  2 ••••••••                       │
//!   │                                   │
//!   │ 2 lines, 68 bytes, ends with a newline
//! ```

use ratatui::layout::Rect;

use super::boxed;
use super::canvas::{Canvas, cells};
use super::exposure::{Lend, column_of, scrolled};
use super::layout::{bottom, left, row};
use super::table::MASK;
use super::theme::Role;
use crate::session::{Exposed, LinesView, Target};

/// Draws the editor above the body.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, view: &LinesView<'_>, lend: &Lend<'_>) {
    let inside = boxed::open(canvas, body, body, &view.title);
    let (text, foot) = bottom(inside, u16::from(inside.height > 1));
    match view.note {
        Some(note) => canvas.text(foot, Role::Warning, note),
        None => canvas.text(foot, Role::Dim, &view.beside),
    };
    let gutter = view.total.max(1).to_string().len().max(2);
    let (cursor_line, cursor_character) = view.cursor;
    let first = view.first.max((cursor_line + 1).saturating_sub(usize::from(text.height)));
    boxed::say_position(canvas, body, first, text.height, view.total);
    // All lines are moved to the left together, so that the cursor stays inside.
    let plaintext = lend(Exposed::Line(cursor_line)).filter(|_| view.is_shown);
    let column = plaintext.map_or(0, |plaintext| column_of(plaintext, cursor_character));
    let scrolled = scrolled(column, left(text, cells(gutter + 1)).1);
    for (index, line) in (first..view.total).take(usize::from(text.height)).enumerate() {
        let (number, place) = left(row(text, index), cells(gutter + 1));
        canvas.target(place, Target::Line(line));
        canvas.text(number, Role::Dim, &format!("{:>gutter$}", line + 1));
        let has_cursor = line == cursor_line;
        match lend(Exposed::Line(line)).filter(|_| view.is_shown) {
            Some(_) => {
                canvas.expose(place, Exposed::Line(line), 0, scrolled);
                if has_cursor {
                    canvas.cursor(place, column - scrolled);
                }
            }
            None => {
                let after = canvas.text(place, Role::Dim, MASK);
                if has_cursor {
                    canvas.cursor(place, usize::from(after.x - place.x));
                }
            }
        }
    }
}
