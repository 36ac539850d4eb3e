//! The screen: what a session looks like. Reads the session, writes cells, changes nothing.

mod canvas;
mod exposure;
mod glyphs;
mod layout;
mod phrase;
mod picture;
mod theme;

pub use exposure::{Exposure, Exposures};
pub use glyphs::Glyphs;
pub use layout::Frame;
pub use picture::{plain, svg};
pub use theme::{Colours, Role, Theme};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::Session;

/// Draws the whole screen into `area` of `buffer`, and says what stands there beside the cells.
#[must_use]
pub fn draw(session: &Session, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Exposures {
    todo!("{:?} {area} {} {theme:?}", session.screen(), buffer.area)
}
