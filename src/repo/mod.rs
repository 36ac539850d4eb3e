//! The repository as a whole: which declaration reads which leaf. Given texts, never paths to open.
