//! Arguments of the commands that stand around the work: the demonstration, what shells read.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Where the throwaway repository lies.
#[derive(Debug, ClapArgs)]
pub struct DemoArgs {
    /// Keep the repository in this folder, which must be empty or absent.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Play the demonstration without a terminal: print the table, change, save, print the diff.
    #[arg(long)]
    pub script: bool,
}

/// Which shell.
#[derive(Debug, ClapArgs)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Which pages, and where to.
#[derive(Debug, ClapArgs)]
pub struct ManArgs {
    /// The command, as in `recipients add`; without one the page of the program.
    #[arg(conflicts_with = "dir")]
    pub command: Vec<String>,
    /// Write the pages of the program and of every command into this folder.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
