//! Pages: lines to read or to decide about. Help, review, questions, what was tried, and empty states.
//!
//! ```text
//!   secrets/web.yaml     + api/ctfd_token
//!                        ~ vpn_config
//!   label                words
//! ```

use ratatui::layout::Rect;

use super::boxed::{self, FRAME_ROWS};
use super::canvas::{Canvas, cells};
use super::layout::{left, row, top};
use super::theme::Role;
use crate::session::{PageLine, PageSize, PageView};
use crate::text::wrap;

/// Cells between label and words.
const GAP: usize = 2;

/// Draws a page above the body.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, page: &PageView) {
    let area = match page.size {
        PageSize::Whole => body,
        PageSize::Small => small(canvas, body, page),
    };
    let inside = boxed::open(canvas, body, area, &page.title);
    boxed::say_position(canvas, area, page.first, inside.height, page.lines.len());
    draw_lines(canvas, inside, &page.lines, page.first);
}

/// Draws a page that is the body itself: a few words where there is nothing to list, without labels.
pub(super) fn draw_plain(canvas: &mut Canvas<'_>, body: Rect, page: &PageView) {
    let mut rest = body;
    if !page.title.is_empty() {
        canvas.text(row(rest, 0), Role::Strong, &page.title);
        rest = top(rest, 2).1;
    }
    for line in &page.lines {
        for part in wrap(&line.words.text, usize::from(body.width)) {
            canvas.text(row(rest, 0), Role::from(line.words.tone), &part);
            rest = top(rest, 1).1;
        }
    }
}

/// Draws labelled lines, all labels in one column.
fn draw_lines(canvas: &mut Canvas<'_>, area: Rect, lines: &[PageLine], first: usize) {
    let words = lines.iter().map(|line| canvas.width(&line.words.text)).max().unwrap_or(0);
    let label_cells = match lines.iter().map(|line| canvas.width(&line.label)).max().unwrap_or(0) {
        0 => 0,
        // What the words leave free belongs to the labels.
        widest => (widest + GAP).min((usize::from(area.width) / 2).max(usize::from(area.width).saturating_sub(words))),
    };
    for (index, line) in lines.iter().skip(first).take(usize::from(area.height)).enumerate() {
        let (label, words) = left(row(area, index), cells(label_cells));
        canvas.middle(left(label, label.width.saturating_sub(cells(GAP))).0, Role::Dim, &line.label);
        canvas.text(words, Role::from(line.words.tone), &line.words.text);
    }
}

/// A box as small as its lines, a little above the middle, where the eye is.
fn small(canvas: &Canvas<'_>, body: Rect, page: &PageView) -> Rect {
    let label = page.lines.iter().map(|line| canvas.width(&line.label)).max().unwrap_or(0);
    let label = if label == 0 { 0 } else { label + GAP };
    let words = page.lines.iter().map(|line| canvas.width(&line.words.text)).max().unwrap_or(0);
    let columns = (label + words).max(canvas.width(&page.title) + 2) + 4;
    middle(body, columns, page.lines.len() + usize::from(FRAME_ROWS))
}

/// A rectangle of that size inside `body`, centred across, above the middle; the whole width where that is little.
pub(super) fn middle(body: Rect, columns: usize, rows: usize) -> Rect {
    let width =
        if body.width < crate::session::Screen::BOXED_COLUMNS { body.width } else { cells(columns).min(body.width) };
    let height = cells(rows).min(body.height);
    let (x, y) = (body.x + (body.width - width) / 2, body.y + (body.height - height) / 3);
    Rect { x, y, width, height }
}
