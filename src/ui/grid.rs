//! Rows of cells: problems, recipients, files, history.
//!
//! Columns are as wide as what stands in them on this screen. Where they do not fit the widest give way together, and
//! what is cut there stands in full in the detail line.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::layout::{left, row, top};
use super::theme::Role;
use crate::session::{Grid, Target};

const GAP: usize = 2;

/// Draws the grid.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, grid: &Grid) {
    let (heading, body) = top(area, u16::from(!grid.headings.is_empty() && area.height > 1));
    let rows = usize::from(body.height);
    // A screen smaller than the session was told of keeps the cursor in sight.
    let skipped = grid.cursor.map_or(0, |cursor| (cursor + 1).saturating_sub(grid.first + rows));
    let shown = grid.rows.iter().enumerate().skip(skipped).take(rows);
    let widths = fit(widths(canvas, grid), usize::from(area.width));
    for (place, text) in places(heading, &widths).zip(&grid.headings) {
        canvas.middle(place, Role::Dim, text);
    }
    for (line, (index, words)) in shown.enumerate() {
        let place = row(body, line);
        canvas.target(place, Target::Line(grid.first + index));
        for (cell, words) in places(place, &widths).zip(words) {
            canvas.text(cell, Role::from(words.tone), &words.text);
        }
        if grid.cursor == Some(grid.first + index) {
            canvas.paint(place, Role::Selection);
        }
    }
}

/// What each column would like to have.
fn widths(canvas: &Canvas<'_>, grid: &Grid) -> Vec<usize> {
    let columns = grid.rows.iter().map(Vec::len).chain([grid.headings.len()]).max().unwrap_or(0);
    let heading = |column: usize| grid.headings.get(column).map_or(0, |text| canvas.width(text));
    let cell =
        |row: &Vec<crate::session::Words>, column: usize| row.get(column).map_or(0, |words| canvas.width(&words.text));
    (0..columns).map(|column| grid.rows.iter().map(|row| cell(row, column)).fold(heading(column), usize::max)).collect()
}

/// Takes from the widest columns, all to one limit, until the line fits.
fn fit(mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    let room = room.saturating_sub(GAP * widths.len().saturating_sub(1));
    let total = |limit: usize| widths.iter().map(|width| (*width).min(limit)).sum::<usize>();
    let widest = widths.iter().copied().max().unwrap_or(0);
    if total(widest) > room {
        let limit = (1..=widest).rev().find(|limit| total(*limit) <= room).unwrap_or(1);
        let spare = room.saturating_sub(total(limit));
        let cut: Vec<usize> = (0..widths.len()).filter(|column| widths[*column] > limit).collect();
        widths.iter_mut().for_each(|width| *width = (*width).min(limit));
        // What the common limit leaves over goes to the first of those that were cut.
        cut.into_iter().take(spare).for_each(|column| widths[column] += 1);
    }
    widths
}

fn places(area: Rect, widths: &[usize]) -> impl Iterator<Item = Rect> {
    widths.iter().scan(area, |rest, width| {
        let (place, after) = left(*rest, cells(*width));
        *rest = left(after, cells(GAP)).1;
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(widths: &[usize], room: usize, expected: &[usize]) {
        assert_eq!(fit(widths.to_vec(), room), expected);
    }

    #[test]
    fn the_widest_columns_give_way() {
        check(&[5, 10, 20], 40, &[5, 10, 20]);
        check(&[5, 10, 20], 30, &[5, 10, 11]);
        check(&[5, 20, 20], 30, &[5, 11, 10]);
        check(&[5, 20, 20], 4, &[1, 1, 1]);
        check(&[], 4, &[]);
    }
}
