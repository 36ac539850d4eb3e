//! The session: the editor as a state machine. No terminal, disk, clock or randomness.
//!
//! ```text
//!   Event ──> update ──> Session changed ──> [Effect]        the edge performs effects and reports events
//!                            │
//!                            └── title, pane_view, layer_view, detail, context      read by whoever draws
//! ```
//!
//! What is absent: the session never opens a path, never reads the time, draws nothing and knows no key names. Values
//! rest as ciphertext; plaintext is here in four places, each in the arena and each named by
//! [`Exposed`](view::Exposed): the revealed value, the value in a form, a generated value, the answer to a prompt. The
//! history of changes holds ciphertext and Nix text only.

pub mod action;
mod context;
pub mod editor;
pub mod effect;
pub mod event;
mod filter;
mod form;
mod layer;
pub mod pane;
mod places;
mod screen;
mod table;
mod undo;
pub mod view;
mod why_not;

use jiff::Timestamp;

pub use action::{Action, COMMANDS, Command, Extent, Motion};
pub use context::Context;
pub use effect::{Clip, Effect, FileWrite, Request};
pub use event::{Cleared, Event, Failure, Loaded, Press, PromptKind, SaveOutcome, Target, Tried, Unwrapped};
pub use pane::Pane;
pub use pane::history::Revision;
pub use screen::{Screen, Scroll};
pub use view::*;
pub use why_not::WhyNot;

use crate::secret::Random;

/// What an update is handed besides the event.
pub struct Inputs<'a> {
    /// Where random bytes come from.
    pub random: &'a mut dyn Random,
    /// The time.
    pub now: Timestamp,
}

/// The editor's whole state.
pub struct Session {
    screen: Screen,
}

impl Session {
    /// A session that asks for the repository around `open`: a file or folder as the person named it.
    #[must_use]
    pub fn start(open: Option<String>, screen: Screen, now: Timestamp) -> (Self, Vec<Effect>) {
        todo!("{open:?} {screen:?} {now}")
    }

    /// The window.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Where a key press lands.
    #[must_use]
    pub fn context(&self) -> Context {
        todo!()
    }

    /// Whether an action does something here and now, and otherwise why not.
    ///
    /// # Errors
    /// The reason, in words for the hint line.
    pub fn availability(&self, action: Action) -> Result<(), WhyNot> {
        todo!("{action:?}")
    }

    /// When the session wants an [`Event::Tick`] at the latest, if nothing else happens.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        todo!()
    }

    /// The title line.
    #[must_use]
    pub fn title(&self) -> Title<'_> {
        todo!()
    }

    /// The tabs of the panes.
    #[must_use]
    pub fn tabs(&self) -> [Tab; 5] {
        todo!()
    }

    /// The body.
    #[must_use]
    pub fn pane_view(&self) -> PaneView<'_> {
        todo!()
    }

    /// One row of the table, by its position among the rows that are neither folded away nor filtered out.
    #[must_use]
    pub fn row(&self, position: usize) -> Option<RowView> {
        todo!("{position}")
    }

    /// What is open above the body, the topmost only.
    #[must_use]
    pub fn layer_view(&self) -> Option<LayerView<'_>> {
        todo!()
    }

    /// The detail line: who uses the row under the cursor, when it last changed, its problem.
    #[must_use]
    pub fn detail(&self) -> Words {
        todo!()
    }

    /// What the last key did or why it did nothing; fades with the next key.
    #[must_use]
    pub fn message(&self) -> Option<&Words> {
        todo!()
    }

    /// The countdown of the clipboard or of a revealed value: `clipboard cleared in 42 s`.
    #[must_use]
    pub fn countdown(&self) -> Option<String> {
        todo!()
    }

    /// The bytes of a plaintext that may be drawn now.
    #[must_use]
    pub fn exposed(&self, exposed: Exposed) -> Option<&[u8]> {
        todo!("{exposed:?}")
    }
}

/// Changes the session by one event, and says what is to be asked of the world.
pub fn update(session: &mut Session, event: Event, inputs: &mut Inputs<'_>) -> Vec<Effect> {
    drop(event);
    inputs.random.fill(&mut []);
    todo!("{:?}", session.screen)
}
