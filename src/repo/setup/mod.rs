//! What a repository needs so that its secrets reach a rebuild, as changes of its files: planned here, written elsewhere.
//!
//! Nothing that stands is overwritten: a file that is there gets what it lacks, and a second plan is empty.

pub mod gitignore;
