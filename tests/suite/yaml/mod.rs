//! YAML against tables made with the real reader and writer, random edits against a model, and hostile input.

mod edits;
mod generator;
mod hostile;
mod model;
mod tables;
