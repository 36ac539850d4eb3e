//! The terminal: the loop that reads, asks the session, performs what it asks for, and draws.

mod input;
