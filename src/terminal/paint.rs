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

    /// Whether the screen may hold anything.
    pub(super) fn is_spoilt(&self) -> bool {
        self.is_spoilt
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
