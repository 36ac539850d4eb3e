//! `check`: what the next rebuild would say, without a key, without Nix, without a rebuild.
//!
//! ```text
//!   paths -> look (the repository, what git knows) -> repo::check -> human | json | github
//!                                                   -> mend: safe fixes, shown as a diff, then written
//! ```
//!
//! Ends with 0 without errors, with 1 with errors, with 2 where it could not look.

mod github;
mod human;
mod json;
mod look;
mod mend;

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::args::{CheckArgs, ReportFormat};
use super::failure::{Failure, code};
use super::{note, unwritten};
use crate::repo::RepoPath;
use crate::repo::check::{self, Level, Problem};
use look::Seen;

/// Checks the repositories that the paths lie in.
///
/// # Errors
/// Where it could not look: a path that is not there, a result that could not be printed, a fix that was not saved.
pub(super) fn run(args: &CheckArgs, out: &mut impl Write) -> Result<ExitCode, Failure> {
    if let Some(wanted) = &args.explain {
        return explain(wanted, out).map(|()| ExitCode::SUCCESS);
    }
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let mut has_errors = false;
    for (mut seen, within) in look::at(paths)? {
        if args.eval {
            seen.evaluate();
        }
        if args.fix {
            mend::run(&mut seen, &within, out)?;
        }
        let problems = problems(&seen, &within);
        let printed = match args.format {
            ReportFormat::Human => human::print(&seen, &problems, human::Paint::for_stdout(is_painted()), out),
            ReportFormat::Json => json::print(&problems, out),
            ReportFormat::Github => github::print(&problems, out),
        };
        printed.map_err(|error| unwritten(&error))?;
        has_errors |= problems.iter().any(|problem| problem.level == Level::Error);
    }
    Ok(if has_errors { ExitCode::from(code::FOUND_ERRORS) } else { ExitCode::SUCCESS })
}

/// The problems of a repository that touch one of the paths; all of them where no path is narrower.
fn problems(seen: &Seen, within: &[RepoPath]) -> Vec<Problem> {
    let mut problems = check::run(&seen.repository, &seen.outside);
    problems.retain(|problem| {
        let mut spots = [&problem.nix, &problem.leaf].into_iter().flatten();
        within.is_empty() || spots.any(|spot| within.iter().any(|path| is_within(&spot.file, path)))
    });
    problems
}

fn is_within(file: &RepoPath, path: &RepoPath) -> bool {
    let rest = file.as_str().strip_prefix(path.as_str());
    path.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn explain(wanted: &str, out: &mut impl Write) -> Result<(), Failure> {
    if wanted.is_empty() {
        return human::list(out).map_err(|error| unwritten(&error));
    }
    let Some(found) = check::find(wanted) else {
        let words = format!("{wanted} is no code of a check");
        let hint = check::nearest_code(wanted).map(|meant| format!("did you mean {meant}"));
        return Err(Failure::new(code::USAGE, words).maybe_hint(hint.as_deref()));
    };
    human::explain(found, out).map_err(|error| unwritten(&error))
}

/// Whether colours are wanted: on a terminal, unless the person asked for none.
fn is_painted() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
