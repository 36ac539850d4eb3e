//! Layers: what can be open above the body. Each holds its own state; the topmost one gets the keys.
pub(super) mod menu;
pub(super) mod page;
pub(super) mod palette;
pub(super) mod path;
pub(super) mod prompt;
