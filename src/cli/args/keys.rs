//! Arguments of the commands that change who can open files, and their data keys.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Which files get the recipients of their rules.
#[derive(Debug, ClapArgs)]
#[command(after_help = UPDATE_KEYS_HELP)]
pub struct UpdateKeysArgs {
    /// The encrypted files; without any, all of the repository that are out of step with their rule.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Remove your own key too: afterwards you cannot open the files.
    #[arg(long)]
    pub even_mine: bool,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
}

const UPDATE_KEYS_HELP: &str = "\
The data key stays, and so do the lines of everybody who stays. Safe to stop at any point, and to run again.
Whoever is removed may know the data key; `sopsmith rotate FILE` makes a new one.

Examples:
  sopsmith updatekeys                    every file whose rule in .sops.yaml says something else
  sopsmith updatekeys secrets/web.yaml --yes";

/// Which files get a new data key.
#[derive(Debug, ClapArgs)]
#[command(after_help = ROTATE_HELP)]
pub struct RotateArgs {
    /// The encrypted files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

const ROTATE_HELP: &str = "\
Every value is sealed anew, for the recipients that the file has. Safe to stop at any point, and to run again.

Examples:
  sopsmith rotate secrets/*.yaml         after somebody was removed";
