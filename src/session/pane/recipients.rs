//! The recipients pane.
