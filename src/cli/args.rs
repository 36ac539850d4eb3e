//! The arguments: one definition from which parsing, `--help`, completions and the man page are made.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::generate::Kind;

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
}

impl EditorArgs {
    /// Opens a file as it usually looks.
    #[must_use]
    pub fn of_file(file: PathBuf) -> Self {
        Self { file: Some(file), ascii: false, osc52: false }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
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
    /// Say what the next rebuild would say; needs no key.
    Check(CheckArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

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

/// One encrypted file.
#[derive(Debug, ClapArgs)]
pub struct FileArgs {
    /// The encrypted file.
    pub file: PathBuf,
}

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
    /// The key: `a/b/c`, or `["a"]["b"][0]`. Missing levels are made.
    pub key: String,
    /// The type of the value; text stays text, however it looks.
    #[arg(long = "type", value_enum, default_value_t = TypeName::Str, value_name = "TYPE")]
    pub value_type: TypeName,
    /// Leave out one newline at the end of what is read.
    #[arg(long)]
    pub trim_newline: bool,
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
    /// Seconds until the clipboard is cleared, if it still holds the value.
    #[arg(long, default_value_t = 45, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub clear_after: u64,
    /// Copy through the terminal (OSC 52), for work over SSH; the terminal may keep what is copied.
    #[arg(long)]
    pub osc52: bool,
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

/// What to check, and how to tell it.
#[derive(Debug, ClapArgs)]
#[command(after_help = CHECK_CODES)]
pub struct CheckArgs {
    /// Files or folders; problems elsewhere are left out. Without any: the repository around here.
    pub paths: Vec<PathBuf>,
    /// For whom the report is.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human, value_name = "FORMAT")]
    pub format: ReportFormat,
    /// Tell the whole story of a code, or without one list all codes; check nothing.
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with_all = ["format", "fix", "eval"])]
    pub explain: Option<String>,
    /// Show and apply the fixes that are safe and need no key.
    #[arg(long)]
    pub fix: bool,
    /// Ask nix for what cannot be read from the text; takes as long as an evaluation does.
    #[arg(long)]
    pub eval: bool,
}

const CHECK_CODES: &str = "\
Ends with 0 without errors, with 1 with errors, with 2 where it could not look.
A problem is silenced where it is right, with a reason: beside or above the line by the comment
  # sopsmith: ignore CODE reason
or in .sopsmith.toml by
  [[ignore]]
  code = \"CODE\"
  file = \"sops.nix\"
  key = \"name\"        # the key or attribute; without it the whole file
  reason = \"why\"";

/// The readers of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// People: source lines, underlined.
    Human,
    /// Programs: an array.
    Json,
    /// GitHub: annotations of a pull request.
    Github,
}

/// Which shell.
#[derive(Debug, ClapArgs)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
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
