//! Looking: the repositories around the paths of the command line, read from disk, with what git knows of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::failure::{Failure, code};
use super::note;
use crate::repo::check::{GitFiles, Outside};
use crate::repo::{Evaluation, RepoPath, Repository};
use crate::storage::{self, GitState, Listing, Loaded, Root};

/// A repository as it lies on disk.
pub(super) struct Seen {
    pub(super) root: Root,
    pub(super) repository: Repository,
    pub(super) outside: Outside,
}

/// The file that silences problems.
const SETTINGS: &str = ".sopsmith.toml";

/// The repositories of the paths, each with those of the paths that narrow it.
pub(super) fn at(paths: &[PathBuf]) -> Result<Vec<(Seen, Vec<RepoPath>)>, Failure> {
    let mut roots: BTreeMap<PathBuf, (Root, Vec<RepoPath>)> = BTreeMap::new();
    for path in paths {
        let root = root_of(path)?;
        let inside = root.relative(path).unwrap_or_else(|| RepoPath::new("").expect("the root is inside"));
        let (_, within) = roots.entry(root.path().to_owned()).or_insert_with(|| (root, Vec::new()));
        within.push(inside);
    }
    let look = |(root, within): (Root, Vec<RepoPath>)| (Seen::new(root), within);
    Ok(roots.into_values().map(look).collect())
}

fn root_of(path: &Path) -> Result<Root, Failure> {
    if !path.exists() {
        return Err(Failure::new(code::COULD_NOT_READ, "nothing is there").in_file(path));
    }
    readable(path)?;
    Root::find(path).map_err(|error| Failure::new(code::COULD_NOT_READ, error))
}

/// Refuses a path that was named and cannot be looked at: no problems would be found there.
fn readable(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return std::fs::read_dir(path).map(drop).map_err(|error| {
            Failure::new(code::COULD_NOT_READ, format!("the folder cannot be read: {error}")).in_file(path)
        });
    }
    // What is checked is text; of anything else it is enough that it is there.
    let is_checked = path
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| matches!(extension, "nix" | "yaml" | "yml" | "json" | "env" | "ini" | "toml"));
    let read = match is_checked {
        true => storage::read_text(path, storage::MAX_FILE_BYTES).map(drop),
        false => storage::read_bytes(path, storage::MAX_FILE_BYTES).map(drop),
    };
    read.map_err(|error| {
        let hint = match error {
            storage::ReadError::NotRegular { .. } => Some("name a file or a folder of a repository"),
            _ => error.hint(),
        };
        Failure::new(code::COULD_NOT_READ, &error).maybe_hint(hint)
    })
}

impl Seen {
    fn new(root: Root) -> Self {
        let Loaded { root, texts, listing, notes } = storage::load(root, &[]);
        listing.notes().iter().for_each(|told| note(&format!("sopsmith: {told}")));
        notes.iter().for_each(|told| note(&format!("sopsmith: {told}")));
        let settings = texts.iter().find(|(path, _)| path.as_str() == SETTINGS).map(|(_, text)| text.clone());
        let untracked: Vec<RepoPath> =
            listing.files().filter(|path| listing.git_state(path) == GitState::Untracked).cloned().collect();
        let mut repository = Repository::new(texts);
        let ignored = read_named(&root, &listing, &mut repository);
        let knows_git = listing.files().any(|path| listing.git_state(path) != GitState::Unknown);
        let git = knows_git
            .then(|| GitFiles { untracked: untracked.into_iter().collect(), ignored: ignored.into_iter().collect() });
        Self { root, repository, outside: Outside { git, settings } }
    }

    /// Asks Nix for what cannot be read from the text, and says so where it gives no answer.
    pub(super) fn evaluate(&mut self) {
        match storage::evaluate(&self.root) {
            Ok(answer) => match Evaluation::read(&answer) {
                Ok(evaluation) => {
                    for (configuration, said) in evaluation.failures() {
                        note(&format!("sopsmith: nix cannot evaluate {configuration}: {said}"));
                    }
                    self.repository.use_evaluation(evaluation);
                }
                Err(error) => note(&format!("sopsmith: {error}")),
            },
            Err(error) => {
                note(&format!("sopsmith: {error}; the check goes by the text alone"));
                if let Some(hint) = error.hint() {
                    note(&format!("          {hint}"));
                }
            }
        }
    }
}

/// Reads the files that Nix files name and that were not read yet, and returns those that git ignores.
fn read_named(root: &Root, listing: &Listing, repository: &mut Repository) -> Vec<RepoPath> {
    let mut ignored = Vec::new();
    for path in repository.named_but_not_read() {
        let on_disk = root.absolute(&path);
        if !on_disk.is_file() {
            continue;
        }
        match storage::read_text(&on_disk, storage::MAX_FILE_BYTES) {
            Ok(text) => repository.update_file(&path, Some(text)),
            // Something that is no text is there all the same, and is not encrypted.
            Err(_) => repository.update_file(&path, Some(String::new())),
        }
        if listing.git_state(&path) == GitState::Ignored && !is_in_submodule(root, &path) {
            ignored.push(path);
        }
    }
    ignored
}

/// Whether a file belongs to a repository inside the repository, which git lists apart and a flake may include.
fn is_in_submodule(root: &Root, path: &RepoPath) -> bool {
    let mut folder = path.folder();
    while !folder.is_empty() {
        if RepoPath::new(&format!("{folder}/.git")).is_some_and(|git| root.absolute(&git).exists()) {
            return true;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    false
}
