//! Frames: what changed on the screen is written, in one write, from a buffer in the arena.
//!
//! ```text
//!   session ──draw──> cells (no values) ──difference──┐
//!      └──bytes of the exposed places, escaped────────┴─> frame (arena) ──write──> terminal ──> frame wiped
//! ```
//!
//! Cells never hold a value, so the two cell buffers never have to be wiped. Where a value stood in the last frame, the
//! next one writes every cell again, whatever it thinks is there.

use std::io::{self, Write};

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::crossterm::cursor::{Hide, MoveTo, Show};
use ratatui::crossterm::queue;
use ratatui::crossterm::style::{Attribute, ResetColor, SetAttribute, SetStyle};
use ratatui::crossterm::terminal::{Clear, ClearType};
use ratatui::layout::Rect;

use crate::secret::SecretBuffer;
use crate::session::{Screen, Session};
use crate::ui::{self, Exposures, Theme};

/// A terminal shows a frame at once between these two; those that do not know them ignore them.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// Room for a whole large window, so that frames do not move in the arena while they grow.
const FRAME_BYTES: usize = 64 << 10;

/// What is on the screen, and the next frame in the making.
pub(super) struct Painter {
    theme: Theme,
    shown: Buffer,
    exposures: Exposures,
    frame: SecretBuffer,
    is_spoilt: bool,
}

impl Painter {
    /// A painter for an empty screen.
    pub(super) fn new(theme: Theme) -> Self {
        Self {
            theme,
            shown: Buffer::empty(Rect::ZERO),
            exposures: Exposures::default(),
            frame: SecretBuffer::with_capacity(FRAME_BYTES),
            is_spoilt: true,
        }
    }

    /// Says that the screen may hold anything: the next frame writes every cell.
    pub(super) fn spoil(&mut self) {
        self.is_spoilt = true;
    }

    /// What the last frame showed beside its cells.
    pub(super) fn exposures(&self) -> &Exposures {
        &self.exposures
    }

    /// Draws the session and hands the bytes that change the screen to `write`. They are wiped afterwards.
    pub(super) fn paint(
        &mut self,
        session: &Session,
        screen: Screen,
        write: impl FnOnce(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let area = Rect::new(0, 0, screen.columns, screen.rows);
        let mut next = Buffer::empty(area);
        let exposures = ui::draw(session, area, &mut next, &self.theme);
        self.frame.clear();
        self.compose(&next, &exposures, |exposed| session.exposed(exposed))?;
        self.shown = next;
        self.exposures = exposures;
        let written = write(self.frame.expose());
        self.frame.clear();
        written
    }

    /// Puts the bytes that lead from what is shown to `next` into the frame.
    fn compose<'a>(
        &mut self,
        next: &Buffer,
        exposures: &Exposures,
        plaintext: impl Fn(crate::session::Exposed) -> Option<&'a [u8]>,
    ) -> io::Result<()> {
        self.frame.write_all(FRAME_BEGINS)?;
        queue!(self.frame, Hide)?;
        if self.is_spoilt || self.shown.area != next.area {
            queue!(self.frame, ResetColor, SetAttribute(Attribute::Reset), Clear(ClearType::All))?;
            self.shown = Buffer::empty(next.area);
            self.is_spoilt = false;
        }
        self.distrust_exposed_cells();
        CrosstermBackend::new(&mut self.frame).draw(self.shown.diff_iter(next))?;
        for exposure in &exposures.places {
            let bytes = plaintext(exposure.place).unwrap_or_default();
            for row in 0..exposure.area.height {
                queue!(self.frame, MoveTo(exposure.area.x, exposure.area.y + row))?;
                queue!(self.frame, SetStyle(ratatui::backend::IntoCrossterm::into_crossterm(exposure.style)))?;
                exposure.row(bytes, row, &mut self.frame);
                queue!(self.frame, ResetColor, SetAttribute(Attribute::Reset))?;
            }
        }
        if let Some(cursor) = exposures.cursor {
            queue!(self.frame, MoveTo(cursor.x, cursor.y), Show)?;
        }
        self.frame.write_all(FRAME_ENDS)
    }

    /// Marks the cells where values stand on the screen, so that they differ from whatever comes next.
    fn distrust_exposed_cells(&mut self) {
        for exposure in &self.exposures.places {
            for position in exposure.area.intersection(self.shown.area).positions() {
                self.shown[position].set_diff_option(CellDiffOption::Skip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;
    use crate::session::Exposed;
    use crate::ui::Exposure;

    const VALUE: &[u8] = b"hunter2\x1b[2J";

    /// A painter and the terminal that shows what it has written.
    struct Shown {
        painter: Painter,
        terminal: vt100::Parser,
    }

    impl Shown {
        fn new() -> Self {
            Self { painter: Painter::new(Theme::default()), terminal: vt100::Parser::new(2, 20, 0) }
        }

        /// Shows `line` on the first line, with the value exposed at `exposed_at`.
        fn frame(&mut self, line: &str, exposed_at: Option<u16>) -> String {
            let area = Rect::new(0, 0, 20, 2);
            let mut next = Buffer::empty(area);
            next.set_string(0, 0, line, Style::new());
            let mut exposures = Exposures::default();
            if let Some(x) = exposed_at {
                let area = Rect::new(x, 0, 10, 1);
                for position in area.positions() {
                    next[position].set_symbol(" ").set_diff_option(CellDiffOption::Skip);
                }
                let style = Style::new();
                exposures.places =
                    vec![Exposure { area, place: Exposed::Revealed, first_line: 0, first_column: 0, style }];
            }
            self.painter.frame.clear();
            self.painter.compose(&next, &exposures, |_| Some(VALUE)).unwrap();
            self.terminal.process(self.painter.frame.expose());
            self.painter.shown = next;
            self.painter.exposures = exposures;
            self.terminal.screen().contents().trim_end().to_owned()
        }
    }

    #[test]
    fn a_value_is_shown_and_cannot_act_on_the_terminal() {
        assert_eq!(Shown::new().frame("key", Some(6)), "key   hunter2\\u{");
    }

    #[test]
    fn nothing_stays_of_a_value_that_is_hidden_or_moves() {
        let mut shown = Shown::new();
        shown.frame("key", Some(6));
        assert_eq!(shown.frame("key", None), "key", "blank cells are written over it");
        shown.frame("key", Some(6));
        assert_eq!(shown.frame("key   ••••••••", None), "key   ••••••••");
        shown.frame("key", Some(4));
        assert_eq!(shown.frame("key", Some(8)), "key     hunter2\\u{");
        shown.frame("a much longer line..", None);
        assert_eq!(shown.frame("key", None), "key");
    }

    #[test]
    fn the_cells_never_hold_a_value() {
        let mut shown = Shown::new();
        shown.frame("key", Some(6));
        let cells: String = shown.painter.shown.content().iter().map(|cell| cell.symbol()).collect();
        assert!(!cells.contains("hunter2"));
    }

    #[test]
    fn a_spoilt_screen_is_written_anew() {
        let mut shown = Shown::new();
        shown.frame("key", None);
        shown.terminal.process(b"\x1b[Hnoise of another program");
        shown.painter.spoil();
        assert_eq!(shown.frame("key", None), "key");
        assert_eq!(shown.frame("key!", None), "key!");
    }
}
