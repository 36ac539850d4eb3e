//! `--fix`: the safe fixes that need no key, shown as a diff, then written all at once.
//!
//! After each fix the repository is checked again, so that a fix is made for the text as it then is. Nothing is
//! written before the whole diff is on the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use similar::TextDiff;

use super::super::failure::{Failure, code};
use super::super::sealed_file::save;
use super::look::Seen;
use super::{note, problems, unwritten};
use crate::repo::check::{Problem, Remedy};
use crate::repo::{ContentHash, RepoPath};
use crate::storage::{Accept, Before, Change, Git};
use crate::text::{Patch, sanitize};

/// More fixes than any person would want to look at in one diff.
const MAX_FIXES: usize = 500;

/// Applies the safe fixes of the problems within the paths.
pub(super) fn run(seen: &mut Seen, within: &[RepoPath], out: &mut impl Write) -> Result<(), Failure> {
    let mut before: BTreeMap<RepoPath, String> = BTreeMap::new();
    let mut added: BTreeSet<RepoPath> = BTreeSet::new();
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for _ in 0..MAX_FIXES {
        let found = problems(seen, within);
        let Some((remedy, title)) = untried(&found, &mut tried) else { break };
        if apply(seen, remedy, &mut before, &mut added) {
            note(&format!("sopsmith: {}", sanitize(&title)));
        }
    }
    let changed = changed(seen, before);
    print(&changed, out)?;
    write(seen, &changed)?;
    add(seen, &added)
}

/// The first safe fix that was not tried yet.
fn untried<'p>(found: &'p [Problem], tried: &mut BTreeSet<String>) -> Option<(&'p Remedy, String)> {
    let mut fixes = found.iter().filter_map(|problem| Some((safe_remedy(problem)?, title(problem))));
    fixes.find(|(_, title)| tried.insert(title.clone()))
}

fn safe_remedy(problem: &Problem) -> Option<&Remedy> {
    problem.fixes.iter().find(|fix| fix.is_safe).map(|fix| &fix.remedy)
}

/// What a fix is called: where, what, and what it does. The same fix at the same place is not tried twice.
fn title(problem: &Problem) -> String {
    let place = problem.spot().map_or_else(String::new, |spot| format!("{}: ", spot.file));
    let label = problem.fixes.iter().find(|fix| fix.is_safe).map_or("", |fix| fix.label.as_str());
    format!("{place}{}: {label}", problem.sentence)
}

/// Makes one fix in memory; `false` where it cannot be made in place.
fn apply(
    seen: &mut Seen,
    remedy: &Remedy,
    before: &mut BTreeMap<RepoPath, String>,
    added: &mut BTreeSet<RepoPath>,
) -> bool {
    if let Remedy::GitAdd { file } = remedy {
        if let Some(git) = &mut seen.outside.git {
            git.untracked.remove(file);
        }
        return added.insert(file.clone());
    }
    let Some(Ok(patches)) = seen.repository.nix_patches(remedy) else { return false };
    let changed: Vec<(RepoPath, String, String)> = patches
        .iter()
        .filter_map(|(path, patch): &(RepoPath, Patch)| {
            let text = seen.repository.text(path)?.to_owned();
            let after = patch.apply(&text);
            Some((path.clone(), text, after))
        })
        .collect();
    for (path, text, after) in changed {
        before.entry(path.clone()).or_insert(text);
        seen.repository.update_file(&path, Some(after));
    }
    true
}

/// One file before and after.
struct Changed {
    path: RepoPath,
    before: String,
    after: String,
}

fn changed(seen: &Seen, before: BTreeMap<RepoPath, String>) -> Vec<Changed> {
    let after = |path: &RepoPath| seen.repository.text(path).map(str::to_owned);
    let files = before.into_iter().filter_map(|(path, before)| {
        let after = after(&path).filter(|after| *after != before)?;
        Some(Changed { path, before, after })
    });
    files.collect()
}

fn print(changed: &[Changed], out: &mut impl Write) -> Result<(), Failure> {
    for file in changed {
        let diff = TextDiff::from_lines(&file.before, &file.after);
        let (old, new) = (format!("a/{}", file.path), format!("b/{}", file.path));
        let text = diff.unified_diff().header(&old, &new).to_string();
        // Every line is shown by itself, so that nothing in it acts on the terminal.
        let shown: String = text.lines().map(|line| format!("{}\n", sanitize(line))).collect();
        out.write_all(shown.as_bytes()).map_err(|error| unwritten(&error))?;
    }
    Ok(())
}

fn write(seen: &Seen, changed: &[Changed]) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = changed.iter().map(|file| seen.root.absolute(&file.path)).collect();
    let changes: Vec<Change<'_>> = changed
        .iter()
        .zip(&paths)
        .map(|(file, path)| Change {
            path,
            before: Before::Content(ContentHash::of(file.before.as_bytes())),
            bytes: file.after.as_bytes(),
            accept: Accept::Nothing,
        })
        .collect();
    if changes.is_empty() { Ok(()) } else { save(&changes) }
}

fn add(seen: &Seen, added: &BTreeSet<RepoPath>) -> Result<(), Failure> {
    if added.is_empty() {
        return Ok(());
    }
    let paths: Vec<RepoPath> = added.iter().cloned().collect();
    Git::at(seen.root.path())
        .add_intent(&paths)
        .map_err(|error| Failure::new(code::COULD_NOT_WRITE, &error).maybe_hint(error.hint()))
}
