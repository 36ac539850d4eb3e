//! A `.sops.yaml` that sops refuses: as a whole, or once it comes to one of its rules.
//!
//! Truth: sops 3.12.2, `config/config.go`.

use super::super::path::RepoPath;
use super::Check;
use super::problem::{Level, Problem};
use super::scene::Scene;
use crate::sops::CreationRulesError;

pub(super) const UNREADABLE_RULES: Check = Check {
    code: "unreadable-rules",
    level: Level::Error,
    when: None,
    summary: "SOPS cannot read .sops.yaml, or one of its rules",
    story: "The file with the creation rules is no YAML, holds something else than it has to, or has a pattern that is \
            no regular expression. SOPS refuses it: no file can be made, and no recipients can be changed by it. \
            Files that are there still open, and the rebuild does not look at it. A single rule that cannot be read \
            is a warning: SOPS stops there only for files that no rule before it matches.\n\nMend the line; \
            `sopsmith recipients list` then shows whether every file follows a rule.",
    run,
};

fn run(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in scene.repository.rules_files() {
        match &file.rules {
            Err(error) => problems.push(problem(scene, check, Level::Error, path, error)),
            Ok(rules) => {
                let faults = rules.faults().map(|error| problem(scene, check, Level::Warning, path, error));
                problems.extend(faults);
            }
        }
    }
}

fn problem(
    scene: &Scene<'_>,
    check: &'static Check,
    level: Level,
    path: &RepoPath,
    error: &CreationRulesError,
) -> Problem {
    let text = scene.repository.text(path).unwrap_or_default();
    let start: usize = text.split_inclusive('\n').take(error.line() - 1).map(str::len).sum();
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    let words = error.to_string();
    let words = words.strip_prefix(&format!("line {}: ", error.line())).unwrap_or(&words);
    let sentence = format!("SOPS cannot read {path}: {words}; {}", error.hint());
    scene.problem(check, level, sentence).leaf(scene.spot(path, &(start..end)))
}
