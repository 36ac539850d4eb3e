//! What the screen shows, in every state and at every size, without a terminal.
//!
//! ```text
//!   states      how each state is reached           snapshots   its frames at three sizes
//!   properties  any size, any state: no panic, no plaintext, nothing lost by a resize
//!   styles      what text does not show: selection, roles, no colours
//!   pictures    the README's, drawn by the program
//! ```

mod pictures;
mod properties;
mod snapshots;
mod states;
mod styles;
