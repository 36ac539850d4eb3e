//! Reading a repository for the session.

use std::io;
use std::path::{Path, PathBuf};

use super::watch::{Folder, Known};
use super::{World, expand_home, failure, hash};
use crate::session::{Failure, GitFiles, Loaded, Request};
use crate::storage::{GitState, RepoPath, Root, Stamp, load, shown, sweep};
use crate::terminal::reports::Report;

/// A repository that was read in a thread.
pub(in crate::terminal) struct RepositoryRead {
    pub(super) request: Request,
    pub(super) outcome: Result<Loaded, Failure>,
    /// Where it lies, and what is to be watched of it.
    pub(super) found: Option<(Root, Vec<Known>, Vec<Folder>)>,
}

impl World {
    pub(super) fn read_repository(&self, request: Request, open: Option<String>) -> io::Result<()> {
        let (known, opened) = (self.root.clone(), self.opened.clone());
        self.reporter.in_thread(move |_| {
            Report::Repository(match read(known, opened, open.as_deref()) {
                Ok((root, watched, folders, loaded)) => {
                    RepositoryRead { request, outcome: Ok(loaded), found: Some((root, watched, folders)) }
                }
                Err(failure) => RepositoryRead { request, outcome: Err(failure), found: None },
            })
        })
    }
}

/// Reads the repository around `open`; without it the one that is known, with the file that was `opened` by name, or
/// the one around the working folder.
fn read(
    known: Option<Root>,
    opened: Option<RepoPath>,
    open: Option<&str>,
) -> Result<(Root, Vec<Known>, Vec<Folder>, Loaded), Failure> {
    let named: Option<PathBuf> = open.map(expand_home);
    let root = match (&named, known) {
        (None, Some(root)) => root,
        (named, _) => {
            let start = named.as_deref().map_or(Path::new("."), nearest);
            Root::find(start).map_err(|error| failure(&error, Some("check the path")))?
        }
    };
    let wanted = named.filter(|path| !path.is_dir());
    let open = match &wanted {
        Some(path) => Some(inside(path, &root).ok_or_else(|| outside(path, &root))?),
        None => None,
    };
    let is_new = open.as_ref().is_some_and(|path| root.absolute(path).symlink_metadata().is_err());
    let read = load(root, open.clone().or(opened).as_slice());
    let folders = Folder::of_files(&read.root, read.listing.files());
    read.listing.littered().for_each(|folder| {
        sweep(&read.root.path().join(folder));
    });
    let states = || read.texts.iter().map(|(path, _)| (path, read.listing.git_state(path)));
    let of_state = |wanted: GitState| {
        let paths = states().filter(|(_, state)| *state == wanted).map(|(path, _)| path.clone());
        paths.collect()
    };
    let is_in_git = states().any(|(_, state)| state != GitState::Unknown);
    let git =
        is_in_git.then(|| GitFiles { untracked: of_state(GitState::Untracked), ignored: of_state(GitState::Ignored) });
    let loaded = Loaded {
        name: read.root.path().file_name().map(|name| shown(Path::new(name))).unwrap_or_default(),
        open,
        is_new,
        git,
        notes: read
            .listing
            .notes()
            .iter()
            .map(|note| failure(note, None).words)
            .chain(read.notes.iter().map(|note| failure(note, None).words))
            .collect(),
        files: Vec::new(),
    };
    let watched = read
        .texts
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(path, text)| Known {
            path: path.clone(),
            stamp: Stamp::of(&read.root.absolute(path)),
            content: hash(text),
        })
        .collect();
    Ok((read.root, watched, folders, Loaded { files: read.texts, ..loaded }))
}

/// The path itself, or if its folder is still to be made, the nearest folder above that exists. The top of everything
/// is nobody's repository.
fn nearest(path: &Path) -> &Path {
    let exists = |path: &&Path| path.is_dir() || path.as_os_str().is_empty();
    match path.parent() {
        Some(folder) if !exists(&folder) => match folder.ancestors().find(exists) {
            Some(above) if above.as_os_str().is_empty() => Path::new("."),
            Some(above) if above.parent().is_some() => above,
            _ => path,
        },
        _ => path,
    }
}

/// The path inside the repository, where folders on the way need not exist.
fn inside(path: &Path, root: &Root) -> Option<RepoPath> {
    let above = nearest(path);
    if above == path {
        return root.relative(path);
    }
    let rest = path.strip_prefix(above).unwrap_or(path);
    let folder = above.canonicalize().ok()?;
    RepoPath::new(folder.join(rest).strip_prefix(root.path()).ok()?.to_str()?)
}

fn outside(path: &Path, root: &Root) -> Failure {
    let words = format!("{} lies outside of {}", shown(path), shown(root.path()));
    Failure { words, hint: Some("name the file itself, not a link to it".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_repository_is_read_around_the_file_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("secrets")).unwrap();
        fs::write(folder.path().join(".sops.yaml"), "").unwrap();
        fs::write(folder.path().join("secrets/x.yaml"), "a: 1\n").unwrap();
        fs::write(folder.path().join("secrets/.sopsmith-of1killed.tmp"), "left").unwrap();
        let file = folder.path().join("secrets/x.yaml");
        let (root, watched, _, loaded) = read(None, None, file.to_str()).unwrap();
        assert_eq!(root.path(), folder.path().canonicalize().unwrap());
        assert_eq!(loaded.open.as_ref().map(RepoPath::as_str), Some("secrets/x.yaml"));
        assert_eq!(loaded.files.len(), 2);
        assert_eq!(watched.len(), 1);
        assert!(loaded.git.is_none());
        assert!(!folder.path().join("secrets/.sopsmith-of1killed.tmp").exists(), "litter is swept");
        let (_, _, _, again) = read(Some(root), None, None).unwrap();
        assert_eq!(again.open, None);
    }

    #[test]
    fn a_file_and_its_folders_may_be_still_to_be_made() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".sops.yaml"), "").unwrap();
        let check = |path: &str| {
            let (root, _, _, loaded) = read(None, None, folder.path().join(path).to_str()).unwrap();
            assert_eq!(root.path(), folder.path().canonicalize().unwrap());
            (loaded.open.map(|path| path.to_string()), loaded.is_new)
        };
        assert_eq!(check("new.yaml"), (Some("new.yaml".to_owned()), true));
        assert_eq!(check("secrets/web/new.yaml"), (Some("secrets/web/new.yaml".to_owned()), true));
        assert_eq!(check(".sops.yaml"), (Some(".sops.yaml".to_owned()), false));
    }

    #[test]
    fn the_nearest_folder_that_exists_is_where_a_repository_is_looked_for() {
        let check = |path: &str, expected: &str| assert_eq!(nearest(Path::new(path)), Path::new(expected), "{path}");
        check("x.yaml", "x.yaml");
        check("absent/x.yaml", ".");
        check("src/absent/er/x.yaml", "src");
        check("/absent/x.yaml", "/absent/x.yaml");
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        let failure = read(None, None, Some("/absent/x.yaml")).err().unwrap();
        assert!(failure.words.starts_with("/absent/x.yaml: no folder can be opened there: "), "{}", failure.words);
    }
}
