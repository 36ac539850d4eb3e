//! The problems pane.
