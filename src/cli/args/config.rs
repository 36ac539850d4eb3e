//! Arguments of `config`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Which settings.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct ConfigArgs {
    /// Print only the reference; read no file.
    #[arg(long)]
    pub default: bool,
    /// Read this file instead of the usual one.
    #[arg(long, value_name = "FILE", conflicts_with = "default")]
    pub config: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  sopsmith config
  sopsmith config --default
  sopsmith config --config ./config.toml

Prints every setting with its meaning and what holds without it, says which file is read, and fails where that file
cannot be understood. To begin: sopsmith config --default > ~/.config/sopsmith/config.toml";
