//! Arguments of the commands about who can read which file.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

/// What to do with recipients.
#[derive(Debug, ClapArgs)]
pub struct RecipientsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RecipientsCommand,
}

/// The commands of `recipients`.
#[derive(Debug, Subcommand)]
pub enum RecipientsCommand {
    /// Print who can read which file; needs no key.
    List(ListRecipientsArgs),
    /// Let somebody read files: anchor, rules and files in one step.
    Add(AddRecipientArgs),
    /// Take somebody out of the rules and files.
    Remove(RemoveRecipientArgs),
}

/// Which files to show.
#[derive(Debug, ClapArgs)]
#[command(after_help = LIST_HELP)]
pub struct ListRecipientsArgs {
    /// The encrypted files; without any, all of the repository.
    pub files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

const LIST_HELP: &str = "\
● can read it · – cannot · ○ its rule says yes, the file says no.
Examples:
  sopsmith recipients list
  sopsmith recipients list secrets/web.yaml --json";

/// Whom to add, to what.
#[derive(Debug, ClapArgs)]
#[command(after_help = ADD_HELP)]
pub struct AddRecipientArgs {
    /// A public key: age1…, an SSH public key, a line of ssh-keyscan, a .pub file, or - for stdin.
    #[arg(allow_hyphen_values = true)]
    pub key: String,
    /// What to call it in .sops.yaml; without it, what the key says.
    #[arg(short, long)]
    pub name: Option<String>,
    /// Only the rules of these files; without it every rule.
    #[arg(short, long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// The key group it joins, from 1, where a rule has several.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=255))]
    pub group: Option<u64>,
    /// Keep an SSH key as it is, for people who run sops with it; sops-nix does not open files with it.
    #[arg(long)]
    pub as_ssh: bool,
    /// Go on even where the rules leave out your own key: afterwards you cannot open the files.
    #[arg(long)]
    pub even_mine: bool,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
}

const ADD_HELP: &str = "\
An SSH host key is converted as ssh-to-age does, because that is the key sops-nix opens files with.
.sops.yaml is written first, then file after file; safe to stop at any point, and to run again.
Examples:
  ssh-keyscan -t ed25519 web | sopsmith recipients add - --name host_web
  sopsmith recipients add /etc/ssh/ssh_host_ed25519_key.pub --name host_web --file secrets/web.yaml
  sopsmith recipients add age1… --name laptop --yes";

/// Whom to remove, from what.
#[derive(Debug, ClapArgs)]
#[command(after_help = REMOVE_HELP)]
pub struct RemoveRecipientArgs {
    /// The name in .sops.yaml, or the key.
    #[arg(value_name = "NAME|KEY", allow_hyphen_values = true)]
    pub who: String,
    /// Only the rules of these files; without it every rule and every file.
    #[arg(short, long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Make new data keys as well, so that a copy of the old ones opens nothing that is written from now on.
    #[arg(long)]
    pub rotate: bool,
    /// Remove your own key too: afterwards you cannot open the files.
    #[arg(long)]
    pub even_mine: bool,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
}

const REMOVE_HELP: &str = "\
What was readable stays known: git's history and copies still open with the old key. Change the secrets that matter.
Examples:
  sopsmith recipients remove host_web --rotate
  sopsmith recipients remove age1… --file secrets/web.yaml";
