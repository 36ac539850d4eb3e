//! Files that git does not know: a flake does not see them.
//!
//! Truth: Nix copies of a git flake what is in the index, with the content of the working tree.

use std::collections::HashSet;

use super::super::path::RepoPath;
use super::Check;
use super::named_file::inside;
use super::problem::{Level, Problem, Remedy, Spot, When};
use super::scene::Scene;
use crate::nix::{OptionName, SettingName};

pub(super) const UNTRACKED_FILE: Check = Check {
    code: "untracked-file",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "a file that the flake needs is not known to git",
    story: "A flake in a git repository consists of the files in git's index. A file that was never added, or that \
            .gitignore excludes, does not exist for it: the evaluation stops with No such file or directory, in newer \
            versions with a hint that the path is not tracked by Git.\n\n`git add --intent-to-add FILE` is enough; \
            nothing is committed, and later edits count without adding them again. An encrypted file is made to be \
            committed; one that is ignored has to come out of .gitignore first.",
    run,
};

/// The file that makes a folder a flake.
const FLAKE: &str = "flake.nix";

fn run(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let Some(git) = &scene.outside.git else { return };
    let is_flake = RepoPath::new(FLAKE).is_some_and(|flake| scene.repository.exists(&flake));
    if !is_flake {
        return;
    }
    let mut told = HashSet::new();
    for Use { file, spot, level, what } in uses(scene) {
        let is_ignored = git.ignored.contains(&file);
        if !(is_ignored || git.untracked.contains(&file)) || !told.insert(file.clone()) {
            continue;
        }
        let why = if is_ignored { "which git ignores" } else { "which git does not know" };
        let mut problem = scene
            .problem(check, level, format!("{what} {file}, {why}; the flake does not see it"))
            .at(spot)
            .leaf(scene.spot_of_file(&file))
            .says(When::Evaluation, format!("path '…/{file}' does not exist: No such file or directory"));
        if is_ignored {
            problem.sentence.push_str("; take it out of .gitignore");
        } else {
            problem = problem.mend("adds it to git's index, without its content", Remedy::GitAdd { file });
        }
        problems.push(problem);
    }
}

/// One use of a file by a Nix file.
struct Use {
    file: RepoPath,
    spot: Spot,
    level: Level,
    what: String,
}

/// Every literal use of a file that the evaluation has to read.
fn uses<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = Use> + use<'s> {
    let declared = scene.subjects.iter().filter_map(|subject| {
        let setting = subject.declaration.sops_file()?;
        Some(Use {
            file: inside(&subject.reference.file, setting.value.known()?)?,
            spot: subject.spot(scene, &OptionName::SopsFile),
            level: scene.level(subject),
            what: format!("{} reads", subject.shown_name()),
        })
    });
    let defaults = scene.settings(&SettingName::DefaultSopsFile).filter_map(|(from, setting)| {
        Some(Use {
            file: inside(from, setting.value.known()?)?,
            spot: scene.spot(from, &setting.value_range),
            level: scene.certainty(from, &setting.conditions),
            what: "defaultSopsFile is".to_owned(),
        })
    });
    let imports = scene.repository.nix_files().flat_map(move |(from, file)| {
        file.imports().iter().filter_map(move |import| {
            let target = scene.repository.index().imports.target_of(from, &import.path)?.clone();
            Some(Use {
                file: target,
                spot: scene.spot(from, &import.range),
                // What becomes of a path that is no entry of `imports` is not known here.
                level: match import.context.last().is_some_and(|last| last == "imports") {
                    true => scene.certainty(from, &import.conditions),
                    false => Level::Warning,
                },
                what: format!("{from} imports"),
            })
        })
    });
    declared.chain(defaults).chain(imports)
}
