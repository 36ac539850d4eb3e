//! Canvas: the one way by which text reaches the cells. Everything is made safe to show here, and cut to its place.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};

use super::exposure::{Exposure, Exposures};
use super::phrase::Phrase;
use super::theme::{Role, Theme};
use crate::session::{Exposed, Target};
use crate::text::{cut_end, cut_middle, cut_start, head, tail, width};

/// A buffer that is being drawn on, with the theme and with what is shown beside the cells.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: Theme,
    ellipsis: Cow<'static, str>,
    exposures: Exposures,
}

impl<'a> Canvas<'a> {
    /// A canvas over `area` of `buffer`, cleared.
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, theme: Theme) -> Self {
        let mut canvas = Self { buffer, theme, ellipsis: theme.glyphs.show("…"), exposures: Exposures::default() };
        canvas.clear(area);
        canvas
    }

    /// What has to be written beside the cells.
    pub(super) fn into_exposures(self) -> Exposures {
        self.exposures
    }

    /// An empty phrase in this canvas's signs.
    pub(super) fn phrase(&self) -> Phrase {
        Phrase::new(self.theme.glyphs)
    }

    /// How many cells `text` will take.
    pub(super) fn width(&self, text: &str) -> usize {
        width(&self.theme.glyphs.show(text))
    }

    /// Empties an area; what was to be exposed there is forgotten, and so is a cursor.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for position in area.positions() {
            self.buffer[position].reset();
        }
        let (covered, places) = self.exposures.places.drain(..).partition(|exposure| exposure.area.intersects(area));
        self.exposures.places = places;
        for position in covered.into_iter().flat_map(|exposure: Exposure| exposure.area.positions()) {
            self.buffer[position].set_diff_option(CellDiffOption::None);
        }
        self.exposures.cursor = self.exposures.cursor.filter(|cursor| !area.contains(*cursor));
    }

    /// Writes `text` into the first row of `area`, cut at its end; returns what is left of that row.
    pub(super) fn text(&mut self, area: Rect, role: Role, text: &str) -> Rect {
        let shown = self.theme.glyphs.show(text);
        let cut = cut_end(&shown, usize::from(area.width), &self.ellipsis);
        put(self.buffer, area, self.theme.style(role), &cut)
    }

    /// Writes `text` into the first row of `area`, cut in its middle; returns what is left of that row.
    pub(super) fn middle(&mut self, area: Rect, role: Role, text: &str) -> Rect {
        let shown = self.theme.glyphs.show(text);
        let cut = cut_middle(&shown, usize::from(area.width), &self.ellipsis);
        put(self.buffer, area, self.theme.style(role), &cut)
    }

    /// Writes `text` into the first row of `area`, cut at its start; returns what is left of that row.
    pub(super) fn tail(&mut self, area: Rect, role: Role, text: &str) -> Rect {
        let shown = self.theme.glyphs.show(text);
        let cut = cut_start(&shown, usize::from(area.width), &self.ellipsis);
        put(self.buffer, area, self.theme.style(role), &cut)
    }

    /// Writes a phrase into the first row of `area`, cut at its end; returns what is left of that row.
    pub(super) fn phrase_at(&mut self, area: Rect, phrase: &Phrase) -> Rect {
        let fits = phrase.width() <= usize::from(area.width);
        let kept = if fits { phrase.width() } else { usize::from(area.width).saturating_sub(width(&self.ellipsis)) };
        let mut rest = area;
        let mut role = Role::Text;
        for (text, part_role) in phrase.parts() {
            let used = usize::from(area.width - rest.width);
            let cut = head(text, kept - used);
            role = *part_role;
            rest = put(self.buffer, rest, self.theme.style(role), cut);
            if cut.len() < text.len() {
                break;
            }
        }
        if fits { rest } else { put(self.buffer, rest, self.theme.style(role), &self.ellipsis) }
    }

    /// Writes a phrase at the right end of the first row of `area`; returns what is left of that row.
    pub(super) fn phrase_right(&mut self, area: Rect, phrase: &Phrase) -> Rect {
        let cells = cells(phrase.width()).min(area.width);
        let place = Rect { x: area.right() - cells, width: cells, ..area };
        self.phrase_at(place, phrase);
        Rect { width: area.width - cells, ..area }
    }

    /// Fills the first row of `area` with a sign one cell wide.
    pub(super) fn rule(&mut self, area: Rect, role: Role, sign: &str) {
        let line = self.theme.glyphs.show(sign).repeat(usize::from(area.width));
        put(self.buffer, area, self.theme.style(role), &line);
    }

    /// Gives a whole area the look of a role. The selection covers the other roles: it is one calm bar.
    pub(super) fn paint(&mut self, area: Rect, role: Role) {
        let style = self.theme.style(role);
        for position in area.intersection(self.buffer.area).positions() {
            let cell = &mut self.buffer[position];
            if role == Role::Selection {
                cell.fg = Color::Reset;
                cell.modifier = Modifier::empty();
            }
            cell.set_style(style);
        }
    }

    /// Leaves the first rows of `area` to a secret, which is written beside the cells.
    pub(super) fn expose(&mut self, area: Rect, place: Exposed, first_line: usize, first_column: usize) {
        let area = area.intersection(self.buffer.area);
        if area.is_empty() {
            return;
        }
        let style = self.buffer[(area.x, area.y)].style();
        for position in area.positions() {
            self.buffer[position].set_symbol(" ").set_diff_option(CellDiffOption::Skip);
        }
        self.exposures.places.push(Exposure { area, place, first_line, first_column, style });
    }

    /// Writes text that is being typed; where it is longer than its place, the part with the cursor is shown. The
    /// cursor is counted in characters; without one the text is cut at its end.
    pub(super) fn input(&mut self, area: Rect, role: Role, text: &str, cursor: Option<usize>) -> Rect {
        let Some(cursor) = cursor else {
            return self.text(area, role, text);
        };
        let at = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
        let before = self.theme.glyphs.show(&text[..at]).into_owned();
        let after = self.theme.glyphs.show(&text[at..]).into_owned();
        // One cell is kept for the cursor behind the last character.
        let room = usize::from(area.width).saturating_sub(1);
        let before = tail(&before, room);
        self.cursor(area, width(before));
        let rest = put(self.buffer, area, self.theme.style(role), before);
        put(self.buffer, rest, self.theme.style(role), head(&after, usize::from(rest.width)))
    }

    /// Remembers what the mouse reaches in an area.
    pub(super) fn target(&mut self, area: Rect, target: Target) {
        self.exposures.targets.push((area.intersection(self.buffer.area), target));
    }

    /// Puts the body into the background: nothing that was drawn so far is selected, has the cursor or takes the
    /// mouse.
    pub(super) fn recede(&mut self, body: Rect) {
        for position in body.intersection(self.buffer.area).positions() {
            self.buffer[position].modifier.remove(Modifier::REVERSED);
        }
        self.paint(body, Role::Dim);
        self.exposures.cursor = None;
        self.exposures.targets.clear();
    }

    /// Puts the cursor at a column of the first row of `area`, at its last cell at most.
    pub(super) fn cursor(&mut self, area: Rect, column: usize) {
        if !area.intersection(self.buffer.area).is_empty() {
            let column = cells(column).min(area.width - 1);
            self.exposures.cursor = Some(Position { x: area.x + column, y: area.y });
        }
    }
}

/// A number of cells as the buffer counts them.
pub(super) fn cells(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// Writes text that is ready to show; nothing of what a cell looked like before stays.
fn put(buffer: &mut Buffer, area: Rect, style: Style, text: &str) -> Rect {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return area;
    }
    let (end, _) = buffer.set_stringn(area.x, area.y, text, usize::from(area.width), Style::reset().patch(style));
    Rect { x: end, width: area.right() - end, height: 1, ..area }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::CellWidth;

    use super::*;

    proptest! {
        #[test]
        fn what_is_measured_is_what_is_drawn(text in "\\PC{0,30}|[ｱﾊ]ﾞ?ﾟ?") {
            let drawn: usize = crate::text::graphemes(&text).map(|(shown, _)| usize::from(shown.cell_width())).sum();
            prop_assert_eq!(drawn, width(&text));
        }
    }
}
