//! Arguments of the commands that work on single keys.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::generate::Kind;

/// What to list, and how.
#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    /// The encrypted file.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// One key of one file.
#[derive(Debug, ClapArgs)]
pub struct KeyArgs {
    /// The encrypted file.
    pub file: PathBuf,
    /// The key: `a/b/c`, or `["a"]["b"][0]`.
    pub key: String,
}

/// What to set, and from where.
#[derive(Debug, ClapArgs)]
pub struct SetArgs {
    /// The encrypted file.
    pub file: PathBuf,
    /// The key: `a/b/c`, or `["a"]["b"][0]`. Missing levels are made, lists are not.
    pub key: String,
    /// The type of the value; text stays text, however it looks.
    #[arg(long = "type", value_enum, default_value_t = TypeName::Str, value_name = "TYPE")]
    pub value_type: TypeName,
    /// Leave out one newline at the end of what is read.
    #[arg(long)]
    pub trim_newline: bool,
    /// Store an empty value where nothing is read; without this that is an error.
    #[arg(long)]
    pub allow_empty: bool,
    /// Store a new value even where the file's rule leaves its name in the clear.
    #[arg(long)]
    pub in_clear: bool,
    /// Make the value instead of reading it: password, passphrase, hex, base64, base64url or uuid, with a length or
    /// without, as in password:40.
    #[arg(long, value_name = "KIND[:LENGTH]")]
    pub generate: Option<Kind>,
}

/// The types that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TypeName {
    /// Text, the only type that sops-nix installs.
    Str,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// true or false.
    Bool,
}

/// What to rename.
#[derive(Debug, ClapArgs)]
pub struct RenameArgs {
    /// The encrypted file.
    pub file: PathBuf,
    /// The key as it is.
    pub old: String,
    /// The key as it shall be.
    pub new: String,
}

/// What to copy, and for how long.
#[derive(Debug, ClapArgs)]
pub struct CopyArgs {
    /// The encrypted file.
    pub file: PathBuf,
    /// The key: `a/b/c`, or `["a"]["b"][0]`.
    pub key: String,
    /// Seconds until the clipboard is cleared, if it still holds the value; 45, unless the settings say otherwise.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=3600))]
    pub clear_after: Option<i64>,
    /// Copy through the terminal (OSC 52), for work over SSH; the terminal may keep what is copied.
    #[arg(long)]
    pub osc52: bool,
}
