//! The arguments: one definition from which parsing, `--help`, completions and the man page are made.

mod around;
mod check;
mod config;
mod env;
mod file;
mod key;
mod keys;
mod start;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

pub(super) use around::{CompletionsArgs, DemoArgs};
pub(super) use check::{CheckArgs, ReportFormat};
pub(super) use config::ConfigArgs;
pub(super) use env::EnvArgs;
pub(super) use file::{EncryptArgs, FileArgs};
pub(super) use key::{CopyArgs, KeyArgs, ListArgs, RenameArgs, SetArgs, TypeName};
pub(super) use keys::{RotateArgs, UpdateKeysArgs};
pub(super) use start::{DecryptWithArg, InitArgs, KeygenArgs};

/// A terminal editor for SOPS secrets in NixOS repositories.
///
/// Without a command it opens the editor: on FILE, or on the encrypted files of this repository to choose from.
#[derive(Debug, Parser)]
#[command(name = "sopsmith", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to do; without a command the editor opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to edit.
    #[command(flatten)]
    pub editor: EditorArgs,
}

const EXAMPLES: &str = "\
Examples:
  sopsmith init                          from nothing to a rebuild that works
  sopsmith secrets/web.yaml              edit a file beside the declarations that read it
  sopsmith demo                          a throwaway repository, to look around in
  sopsmith list secrets/web.yaml         names, types and declarations; needs no key
  sopsmith get secrets/web.yaml api/key  one value on stdout, nothing added
  pass show x | sopsmith set secrets/web.yaml api/key --trim-newline
  sopsmith set secrets/web.yaml db/password --generate password
  sopsmith check                         what the next rebuild would say; needs no key

KEY is a/b/c as in sops-nix, or [\"a\"][\"b\"][0] as in SOPS.
Keys are looked up as SOPS does: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, ~/.config/sops/age/keys.txt, ~/.ssh/id_ed25519, …";

/// What the editor opens, and how it looks.
#[derive(Debug, ClapArgs)]
pub struct EditorArgs {
    /// The encrypted file to edit.
    pub file: Option<PathBuf>,
    /// Draw signs in ASCII, for terminals without the others.
    #[arg(long)]
    pub ascii: bool,
    /// Copy through the terminal (OSC 52), for work over SSH; the terminal may keep what is copied.
    #[arg(long)]
    pub osc52: bool,
    /// Read the settings from this file.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl EditorArgs {
    /// Opens a file as it usually looks.
    #[must_use]
    pub fn of_file(file: PathBuf) -> Self {
        Self { file: Some(file), ascii: false, osc52: false, config: None }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set a repository up, from nothing to a rebuild that works; what is in place is left alone.
    Init(InitArgs),
    /// Make an age identity, or print the recipients of one.
    Keygen(KeygenArgs),
    /// Open a throwaway repository with a key of its own.
    Demo(DemoArgs),
    /// Print key paths, types and declarations; needs no key.
    List(ListArgs),
    /// Print one value, nothing added.
    Get(KeyArgs),
    /// Set one value, read from stdin or generated.
    Set(SetArgs),
    /// Delete a key and all below it.
    Unset(KeyArgs),
    /// Rename a key; what is below it comes along.
    Rename(RenameArgs),
    /// Copy one value to the clipboard, and clear it after a time.
    Copy(CopyArgs),
    /// Print the file with its values opened; comments, order and layout as they stand.
    Decrypt(FileArgs),
    /// Encrypt a plain YAML file by the creation rules of its .sops.yaml.
    Encrypt(EncryptArgs),
    /// Print how secrets are used: references, paths, lines that export them to shells; needs no key.
    Env(EnvArgs),
    /// Give files the recipients that their rules in .sops.yaml name.
    #[command(name = "updatekeys")]
    UpdateKeys(UpdateKeysArgs),
    /// Give files a new data key, and seal every value anew.
    Rotate(RotateArgs),
    /// Say what the next rebuild would say; needs no key.
    Check(CheckArgs),
    /// Print all settings with their meaning, and which file is read.
    Config(ConfigArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_file_alone_opens_the_editor() {
        let args = Args::parse_from(["sopsmith", "secrets/web.yaml"]);
        assert!(args.command.is_none());
        assert_eq!(args.editor.file.as_deref(), Some(std::path::Path::new("secrets/web.yaml")));
    }

    #[test]
    fn no_value_can_be_given_as_an_argument() {
        assert!(Args::try_parse_from(["sopsmith", "set", "f.yaml", "key", "value"]).is_err());
    }
}
