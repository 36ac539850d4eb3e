//! The command line: arguments, one file a command, and what an outcome means for the shell.
//!
//! Results go to stdout, everything else to stderr. No value is ever taken from the command line, where every process
//! of the machine could read it. Words that SOPS has keep its meaning, and the same failure has the same exit code.

mod args;
mod failure;
mod script;

pub use args::{Args, Command};
pub use failure::Failure;
