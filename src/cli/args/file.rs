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
#[command(after_help = ENCRYPT_HELP)]
pub struct EncryptArgs {
    /// The plain YAML file.
    pub file: PathBuf,
    /// Write to this file instead of stdout.
    #[arg(short, long, value_name = "OUT", conflicts_with = "in_place")]
    pub output: Option<PathBuf>,
    /// Replace the plain file.
    #[arg(short, long)]
    pub in_place: bool,
    /// Remove the plain file once the encrypted one was read back and opened.
    #[arg(long, requires = "output")]
    pub remove: bool,
    /// Add the plain file to .gitignore.
    #[arg(long, requires = "output")]
    pub ignore: bool,
    /// Yes to both questions: remove the plain file, and add it to .gitignore.
    #[arg(short, long, requires = "output")]
    pub yes: bool,
}

const ENCRYPT_HELP: &str = "\
Examples:
  sopsmith encrypt secrets/web.yaml -i           in its place
  sopsmith encrypt plain.yaml -o secrets/web.yaml
  sopsmith encrypt plain.yaml -o secrets/web.yaml --remove --ignore

The rule is the one that the path of the encrypted file matches: that of OUT, without -o that of FILE.

Removing a file does not undo what git, backups, snapshots or the disk still hold of it: values that were ever \
committed in the clear have to be changed where they come from.";
