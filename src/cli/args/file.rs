//! Arguments of the commands that work on a file as a whole.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// One encrypted file.
#[derive(Debug, ClapArgs)]
pub struct FileArgs {
    /// The encrypted file.
    pub file: PathBuf,
}

/// What to encrypt, and where to.
#[derive(Debug, ClapArgs)]
pub struct EncryptArgs {
    /// The plain YAML file.
    pub file: PathBuf,
    /// Write to this file instead of stdout.
    #[arg(short, long, value_name = "OUT", conflicts_with = "in_place")]
    pub output: Option<PathBuf>,
    /// Replace the plain file.
    #[arg(short, long)]
    pub in_place: bool,
}
