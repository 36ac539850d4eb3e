//! The arguments: one definition from which parsing, `--help`, completions and the man page are made.

mod around;
mod check;
mod config;
mod env;
mod examples;
mod file;
mod key;
mod keys;
mod recipients;
mod start;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

pub(super) use around::{CompletionsArgs, DemoArgs, ManArgs};
pub(super) use check::{CheckArgs, ReportFormat};
pub(super) use config::ConfigArgs;
pub(super) use env::EnvArgs;
pub(super) use file::{EncryptArgs, FileArgs};
pub(super) use key::{CopyArgs, KeyArgs, ListArgs, RenameArgs, SetArgs, TypeName};
pub(super) use keys::{RotateArgs, UpdateKeysArgs};
pub(super) use recipients::{
    AddRecipientArgs, ListRecipientsArgs, RecipientsArgs, RecipientsCommand, RemoveRecipientArgs,
};
pub(super) use start::{DecryptWithArg, InitArgs, KeygenArgs};

/// The arguments without `--help` behind the command `help`, which is help itself and knows no such option.
pub(super) fn without_help_of_help(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    if arguments.get(1).is_some_and(|first| first == "help") {
        arguments.retain(|argument| argument != "--help" && argument != "-h");
    }
    arguments
}

/// A terminal editor for SOPS secrets in NixOS repositories.
///
/// Without a command it opens the editor: on FILE, or on the encrypted files of this repository to choose from.
#[derive(Debug, Parser)]
#[command(name = "sopsmith", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(after_help = examples::SOPSMITH)]
pub struct Args {
    /// What to do; without a command the editor opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to edit.
    #[command(flatten)]
    pub editor: EditorArgs,
}

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
    #[command(after_help = examples::DEMO)]
    Demo(DemoArgs),
    /// Print key paths, types and declarations; needs no key.
    #[command(after_help = examples::LIST)]
    List(ListArgs),
    /// Print one value, nothing added.
    #[command(after_help = examples::GET)]
    Get(KeyArgs),
    /// Set one value: asked for on a terminal, else read from stdin, or generated.
    #[command(after_help = examples::SET)]
    Set(SetArgs),
    /// Delete a key and all below it.
    #[command(after_help = examples::UNSET)]
    Unset(KeyArgs),
    /// Rename a key; what is below it comes along.
    #[command(after_help = examples::RENAME)]
    Rename(RenameArgs),
    /// Copy one value to the clipboard, and clear it after a time.
    #[command(after_help = examples::COPY)]
    Copy(CopyArgs),
    /// Print the file with its values opened; comments, order and layout as they stand.
    #[command(after_help = examples::DECRYPT)]
    Decrypt(FileArgs),
    /// Encrypt a plain YAML file by the creation rules of its .sops.yaml.
    Encrypt(EncryptArgs),
    /// Print how secrets are used: references, paths, lines that export them to shells; needs no key.
    Env(EnvArgs),
    /// Show and change who can read which file.
    Recipients(RecipientsArgs),
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
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page of the program or of one command, or write all pages.
    #[command(after_help = examples::MAN)]
    Man(ManArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    /// Every command without commands of its own, with the words that call it.
    fn commands(above: &clap::Command, path: &[String], found: &mut Vec<(Vec<String>, clap::Command)>) {
        for command in above.get_subcommands().filter(|command| command.get_name() != "help") {
            let path = [path, &[command.get_name().to_owned()]].concat();
            if command.has_subcommands() {
                commands(command, &path, found);
            } else {
                found.push((path, command.clone()));
            }
        }
    }

    /// The program's arguments in an example: up to a pipe, a redirection, or the words that explain it.
    fn arguments(line: &str) -> Option<Vec<String>> {
        let call = &line[line.find("sopsmith")?..];
        let ends = ["  ", " | ", " > ", " < "].into_iter().filter_map(|end| call.find(end));
        let end = ends.min().unwrap_or(call.len());
        Some(shell_words::split(&call[..end]).expect("examples are quoted as a shell asks for it"))
    }

    #[test]
    fn every_command_has_examples_and_every_example_is_understood() {
        let mut found = Vec::new();
        commands(&Args::command(), &[], &mut found);
        found.push((Vec::new(), Args::command()));
        for (path, command) in found {
            let name = path.join(" ");
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = help.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{name} has no examples"));
            let lines: Vec<&str> = examples.lines().take_while(|line| line.starts_with("  ")).collect();
            assert!(!lines.is_empty(), "{name}");
            for line in lines {
                let arguments = arguments(line).unwrap_or_else(|| panic!("{name}: {line} calls another program"));
                let called = arguments.iter().skip(1).take(path.len());
                assert!(path.iter().eq(called), "{name}: {line} is an example of another command");
                if let Err(error) = Args::try_parse_from(&arguments) {
                    panic!("{name}: {line}: {error}");
                }
            }
        }
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
