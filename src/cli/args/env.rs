//! Arguments of `env`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Which secrets to use, and how.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct EnvArgs {
    /// The encrypted file.
    pub file: PathBuf,
    /// Keys, or branches for all below them; NAME=KEY names the variable. Without any: every declared key.
    #[arg(value_name = "KEY")]
    pub keys: Vec<String>,
    /// Print shell lines with the paths, for .envrc or .bashrc, instead of a Nix block.
    #[arg(long, conflicts_with_all = ["plain_path", "reference", "path"])]
    pub shell: bool,
    /// Write the paths into the Nix block instead of references.
    #[arg(long, conflicts_with_all = ["reference", "path"])]
    pub plain_path: bool,
    /// Print only the references, as in config.sops.secrets.x.path.
    #[arg(long, conflicts_with = "path")]
    pub reference: bool,
    /// Print only the paths, as in /run/secrets/x.
    #[arg(long)]
    pub path: bool,
}

const EXAMPLES: &str = "\
Examples:
  sopsmith env secrets/web.yaml api/deepseek
  sopsmith env secrets/web.yaml DEEPSEEK_API_KEY=api/deepseek
  sopsmith env secrets/web.yaml --shell
  sopsmith env secrets/web.yaml api/deepseek --reference

No value is read: the shell reads each secret when it starts, if its user may. For home-manager the block is one of
bash; zsh has the same in programs.zsh.initContent.";
