//! `init`: from nothing to a rebuild that works. Asks, shows every file as a diff, asks once, writes all or nothing.

mod answers;
mod key;
mod show;

use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::InitArgs;
use super::ask::{Stopped, Terminal};
use super::failure::{Failure, code};
use super::note;
use super::prompt::TerminalPrompt;
use crate::crypto::age::Prompt;
use crate::repo::setup::{Proposal, SetupPlan, plan};
use crate::storage::{Root, RootKind, Setup, SetupDone, SetupError, shown};
use crate::text::sanitize;
use answers::Asking;
use key::OwnKey;

/// What keeps a setup from being finished.
enum Halt {
    /// A failure, in words.
    Failed(Failure),
    /// The person stopped at a question.
    Stopped,
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Sets a repository up.
pub(super) fn run(args: &InitArgs, out: &mut impl Write) -> Result<ExitCode, Failure> {
    match set_up(args, out) {
        Ok(code) => Ok(ExitCode::from(code)),
        Err(Halt::Failed(failure)) => Err(failure),
        Err(Halt::Stopped) => {
            note("\nStopped; nothing was written.");
            Ok(ExitCode::from(code::STOPPED))
        }
    }
}

fn set_up(args: &InitArgs, out: &mut impl Write) -> Result<u8, Halt> {
    let setup = look(args.dir.as_deref().unwrap_or(Path::new(".")))?;
    let mut asking = Asking { args, terminal: terminal(args) };
    let proposal = Proposal::of(&setup.facts());
    let key = key::choose(&mut asking)?;
    note(&format!("Your public key: {}", key.recipient().as_str()));
    note(&format!("  {}", key.in_words()));
    let answers = answers::gather(&mut asking, &setup, &proposal, &key)?;
    let mut plan = plan(&setup.facts(), &answers);
    let prompt: Arc<dyn Prompt> = Arc::new(TerminalPrompt);
    setup.seal(&mut plan, &prompt).map_err(|error| failure(&error))?;
    show::in_place(&plan);
    if plan.is_empty() && key.new_identity().is_none() {
        show::by_hand(&plan);
        note("Nothing is missing that could be written here.");
        show::next_steps(&setup, &answers, &key);
        return Ok(0);
    }
    show::diffs(&plan, out)?;
    show::by_hand(&plan);
    if let Some((path, _)) = key.new_identity() {
        note(&format!("{} will hold the new identity, for you alone.", shown(path)));
    }
    if !agreed(&mut asking, &plan)? {
        note("Nothing was written.");
        return Ok(code::GENERIC);
    }
    let done = setup.apply(&plan, key.new_identity()).map_err(|error| failure(&error))?;
    tell(&setup, &plan, &done, &key);
    show::next_steps(&setup, &answers, &key);
    Ok(0)
}

/// Reads the repository, and says where it lies.
fn look(dir: &Path) -> Result<Setup, Failure> {
    if !dir.is_dir() {
        return Err(Failure::new(code::NO_FILE, "there is no such folder").in_file(dir).hint("make it first: mkdir"));
    }
    let root = Root::find(dir).map_err(|error| Failure::new(code::COULD_NOT_READ, error))?;
    let setup = Setup::of(root, dir).map_err(|error| failure(&error))?;
    let kind = match setup.root().kind() {
        RootKind::Git => "a git repository",
        RootKind::Marked | RootKind::Folder => "not in git; a flake is best kept in one: git init",
    };
    note(&format!("Setting up secrets in {} ({kind}).", shown(&setup.folder())));
    Ok(setup)
}

/// The terminal to ask on: none where a script runs this, or where nothing is to be asked.
fn terminal(args: &InitArgs) -> Option<Terminal> {
    let is_person = !args.yes && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    is_person.then(Terminal::open).flatten()
}

fn agreed(asking: &mut Asking<'_>, plan: &SetupPlan) -> Result<bool, Halt> {
    if asking.args.yes {
        return Ok(true);
    }
    match (&mut asking.terminal, plan.changes.len()) {
        (Some(terminal), 0) => Ok(terminal.agrees("Write the identity?")?),
        (Some(terminal), 1) => Ok(terminal.agrees("Write this file?")?),
        (Some(terminal), count) => Ok(terminal.agrees(&format!("Write these {count} files?"))?),
        (None, _) => {
            note("There is no terminal to ask on; --yes writes.");
            Ok(false)
        }
    }
}

fn tell(setup: &Setup, plan: &SetupPlan, done: &SetupDone, key: &OwnKey) {
    for file in &done.saved {
        if let crate::storage::Durability::Unknown(reason) = &file.durability {
            let path = shown(&file.path);
            note(&format!("sopsmith: {path} is saved; whether it outlives a power cut is unknown: {reason}"));
        }
    }
    let names: Vec<&str> = plan.changes.iter().map(|change| change.path.as_str()).collect();
    if !names.is_empty() {
        note(&format!("Wrote {}.", sanitize(&names.join(", "))));
    }
    if let Some((path, _)) = key.new_identity() {
        note(&format!("Wrote {}: keep a copy in a safe place, without it the secrets are lost.", shown(path)));
    }
    match &done.git {
        Some(Ok(paths)) if !paths.is_empty() => {
            note("git knows the new files (git add --intent-to-add), so that the flake sees them.")
        }
        Some(Err(error)) => {
            note(&format!("sopsmith: git was not told of the new files: {error}"));
            note(&format!(
                "          in {}: git add --intent-to-add {}",
                shown(setup.root().path()),
                sanitize(&names.join(" "))
            ));
        }
        _ => {}
    }
}

/// A setup that was not carried out.
fn failure(error: &SetupError) -> Failure {
    let code = match error {
        SetupError::Unreadable(_) | SetupError::Syntax { .. } => code::COULD_NOT_READ,
        SetupError::NoRule(_) => code::GENERIC,
        SetupError::NotSealed { .. } => code::NO_DATA_KEY,
        SetupError::Folder(_) | SetupError::Save(_) => code::COULD_NOT_WRITE,
    };
    Failure::new(code, error).maybe_hint(error.hint())
}
