//! All integration tests in one binary, because linking is the slow part.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test says best by failing where it stands")]

mod architecture;
mod check;
mod cli;
mod clipboard;
mod envelopes;
mod folder;
mod identities;
mod interop;
mod journey;
mod keys;
mod keys_changes;
mod keys_making;
mod keys_recipients;
mod keys_saves;
mod keys_setup;
mod keys_surroundings;
mod memory;
mod nix_edits;
mod nix_generated;
mod nix_judge;
mod nix_properties;
mod nix_reading;
mod pty;
mod readme;
mod recipients;
mod repo;
mod round_trip;
mod rules;
mod save;
mod screens;
mod stage;
mod tools;
mod vectors;
mod yaml;
