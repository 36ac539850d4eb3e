//! sopsmith: a terminal editor for SOPS secrets in NixOS repositories.
//!
//! This page is the map. It grows with the house.

pub mod cli;
pub mod crypto;
pub mod generate;
pub mod keymap;
pub mod nix;
pub mod repo;
pub mod secret;
pub mod session;
pub mod sops;
pub mod storage;
pub mod terminal;
pub mod text;
pub mod ui;
pub mod yaml;
