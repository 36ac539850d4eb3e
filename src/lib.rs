//! sopsmith: a terminal editor for SOPS secrets in NixOS repositories.
//!
//! This page is the map of the house. Each room's own page says more.
//!
//! # What happens
//!
//! ```text
//!   files ──storage──> texts ──┬─ yaml ─> sops::Document   ─┐
//!                              └─ nix  ─> nix::NixFile     ─┴─> repo: which declaration reads which leaf, what is wrong
//!                                                                 │
//!   keys pressed ──terminal──> Event ──> session::update ─────────┴──> Effect ──terminal, storage──> files, clipboard
//!                                              │
//!                                              └──> ui: &Session -> cells        (what is revealed goes past the cells)
//! ```
//!
//! An encrypted file is opened without decrypting it: names, types, recipients and declarations stand in clear text and
//! in metadata. A value is opened when it is revealed, edited or copied, one at a time, into locked memory. An edit is
//! sealed at once and becomes a patch of the text; a save makes the MAC anew and replaces the files.
//!
//! # Rooms
//!
//! | room | what it is | uses |
//! |---|---|---|
//! | [`secret`] | plaintext: one type, one arena | – |
//! | [`text`] | patches, positions, what may be shown | – |
//! | [`yaml`] | lossless YAML over a tree of byte ranges | – |
//! | [`nix`] | `sops.*` in Nix files, read without evaluating, edited by patch | – |
//! | [`crypto`] | data key, envelopes, age, Shamir | – |
//! | [`generate`] | new values from randomness | – |
//! | [`sops`] | encrypted documents: metadata, values, MAC, rules, edits | yaml, crypto |
//! | [`repo`] | the repository: placements, references, checks | sops, nix |
//! | [`session`] | the editor as a state machine | sops, nix, repo, generate |
//! | [`keymap`] | chords and the one table of bindings | session |
//! | [`ui`] | from session to cells | session, keymap |
//! | [`settings`] | a person's settings: keys, theme, timers, from text | session, keymap, ui |
//! | [`storage`] | the disk: find, read, replace; identities; git | sops, nix, repo, crypto |
//! | [`terminal`] | raw mode, input, clipboard, the loop that performs effects | ui, keymap, session, storage |
//! | [`cli`] | one file a command | sops, nix, repo, storage, generate, crypto, terminal, settings |
//!
//! Every room may use `secret` and `text`. A test reads the code against this table.
//!
//! # What holds
//!
//! - **What nobody touched stays byte for byte.** Documents are their text; an edit is a [`text::Patch`]. After each
//!   patch the text is parsed again and compared with what was meant, before anyone may write it.
//! - **Plaintext is in one place.** [`secret::Secret`] and [`secret::SecretBuffer`] lie in locked pages; nothing can
//!   print, clone or serialise them. Values rest as `ENC[…]`, in documents, in edits and in the undo history.
//! - **Masked means absent.** The screen's cells never hold a value; what is revealed is written to the terminal straight
//!   from locked memory.
//! - **A save is whole or has not happened.** Both sides are complete on disk before the first file is replaced.
//! - **Three things never look alike:** having no key, a damaged file, a file changed by someone without the key.
//!
//! # What is absent
//!
//! - The core rooms open no file, ask no clock, draw no randomness, start no program: these are handed in. Only `storage`,
//!   `terminal` and `cli` touch the world.
//! - `session` never sees a path it could open itself, and never draws. `ui` cannot change anything.
//! - Nix is never evaluated to read a repository. What cannot be read from the text is said to be so, never guessed.
//! - No temporary file ever holds plaintext, no editor and no clipboard program is started.
//! - No value is taken from the command line, and none is in an error, a log, a panic or a snapshot.

pub mod cli;
pub mod crypto;
pub mod generate;
pub mod keymap;
pub mod nix;
pub mod repo;
pub mod secret;
pub mod session;
pub mod settings;
pub mod sops;
pub mod storage;
pub mod terminal;
pub mod text;
pub mod ui;
pub mod yaml;
