//! The commands, stopped while they write a value: it lies in locked pages and nowhere else.
