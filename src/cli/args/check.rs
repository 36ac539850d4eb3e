//! Arguments of `check`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

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
Examples:
  sopsmith check
  sopsmith check --fix
  sopsmith check hosts/web --format github
  sopsmith check --explain missing-key

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
