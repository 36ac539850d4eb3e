//! The files pane.
