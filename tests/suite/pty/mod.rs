//! True terminals: the real program driven by keys, its screen read back, its files judged by the real tools.

pub(crate) mod driver;
mod edits;
mod journey;
mod panes;
mod restored;
mod settings;
mod surroundings;
