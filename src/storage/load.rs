//! The whole repository, read in parallel: the texts that `repo` needs, and the names of the rest.
//!
//! Links are followed only inside the repository: a hostile one must not make somebody's private file part of what
//! is shown. One file that cannot be read is a note, never the end of it all.

use std::collections::HashMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use super::listing::Listing;
use super::read::{self, ReadError};
use super::root::Root;
use super::shown;
use crate::repo::RepoPath;

/// The largest file that is read as part of a repository; one that is opened by name may be larger.
const MAX_BYTES_EACH: u64 = 32 << 20;

/// The first bytes that tell whether a file without a known ending may be encrypted as JSON (sops' binary format).
const PROBE_BYTES: u64 = 64;

/// A repository as it lies on disk.
#[derive(Debug)]
pub struct Loaded {
    /// Its top folder.
    pub root: Root,
    /// The files that may say something about secrets, sorted by path. Other files come with an empty text.
    pub texts: Vec<(RepoPath, String)>,
    /// What git knows of each file.
    pub listing: Listing,
    /// What could not be read.
    pub notes: Vec<LoadNote>,
}

/// A file that was left out.
#[derive(Debug, thiserror::Error)]
pub enum LoadNote {
    /// It cannot be read.
    #[error(transparent)]
    NotRead(#[from] ReadError),
    /// It is a link to a place outside the repository.
    #[error("{} is a link that leads out of the repository; it is not followed", shown(.0))]
    LeadsOut(PathBuf),
}

/// Lists and reads a repository. `also` names files that are wanted even if git ignores them.
#[must_use]
pub fn load(root: Root, also: &[RepoPath]) -> Loaded {
    let listing = Listing::of(&root);
    let mut paths: Vec<&RepoPath> = listing.files().chain(also).collect();
    paths.sort_unstable();
    paths.dedup();
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(8);
    let share = paths.len().div_ceil(workers).max(1);
    let (mut texts, mut notes) = (Vec::with_capacity(paths.len()), Vec::new());
    thread::scope(|scope| {
        let readers: Vec<_> =
            paths.chunks(share).map(|chunk| scope.spawn(|| Reader::new(&root).read_all(chunk))).collect();
        for (path, read) in readers.into_iter().flat_map(|reader| reader.join().expect("reading does not panic")) {
            match read {
                Ok(text) => texts.push((path.clone(), text)),
                // Listed by git, deleted from disk: simply not there.
                Err(LoadNote::NotRead(ReadError::Absent(_))) => {}
                // A submodule, a link to a folder: listed, and no file.
                Err(LoadNote::NotRead(ReadError::NotRegular { found: "a folder", .. })) => {}
                Err(note) => notes.push(note),
            }
        }
    });
    Loaded { root, texts, listing, notes }
}

/// Reads the files of one share, and remembers where its folders lead.
struct Reader<'r> {
    root: &'r Root,
    /// The folders of the repository, each as it really is; `None` where that is outside, or not to be told.
    folders: HashMap<&'r str, Option<PathBuf>>,
}

impl<'r> Reader<'r> {
    fn new(root: &'r Root) -> Self {
        Self { root, folders: HashMap::new() }
    }

    fn read_all(mut self, paths: &[&'r RepoPath]) -> Vec<(&'r RepoPath, Result<String, LoadNote>)> {
        paths.iter().map(|path| (*path, self.text_of(path))).collect()
    }

    /// The file's text, empty if it has nothing to say about secrets.
    fn text_of(&mut self, path: &'r RepoPath) -> Result<String, LoadNote> {
        let path_on_disk = self.inside(path)?;
        if is_known(path.file_name()) || may_be_sealed_json(&path_on_disk)? {
            return Ok(read::read_text(&path_on_disk, MAX_BYTES_EACH)?);
        }
        Ok(String::new())
    }

    /// Where the file really lies, if no link on its path leads out of the repository.
    ///
    /// A folder is looked at once for all its files; then only a file that is a link itself can lead elsewhere.
    fn inside(&mut self, path: &'r RepoPath) -> Result<PathBuf, LoadNote> {
        let root = self.root;
        let is_inside = |resolved: &PathBuf| resolved.starts_with(root.path());
        let folder = self.folders.entry(path.folder()).or_insert_with(|| {
            let resolved = root.path().join(path.folder()).canonicalize();
            resolved.ok().filter(is_inside)
        });
        let on_disk = root.absolute(path);
        if let Some(folder) = folder {
            let resolved = folder.join(path.file_name());
            if resolved.symlink_metadata().is_ok_and(|metadata| !metadata.is_symlink()) {
                return Ok(resolved);
            }
        }
        match on_disk.canonicalize() {
            Ok(resolved) if is_inside(&resolved) => Ok(resolved),
            Ok(_) => Err(LoadNote::LeadsOut(on_disk)),
            // Reading it names the reason better.
            Err(_) => Ok(on_disk),
        }
    }
}

fn is_known(file_name: &str) -> bool {
    let ending = Path::new(file_name).extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("nix" | "yaml" | "yml" | "json" | "env" | "ini"))
        || file_name.starts_with(".env")
        || file_name == ".sopsmith.toml"
}

fn may_be_sealed_json(path: &Path) -> Result<bool, ReadError> {
    let start = read::read_start(path, PROBE_BYTES)?;
    Ok(start.trim_ascii_start().starts_with(b"{"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::scratch;
    use super::*;

    /// Loads a folder in which `make` has made files, and compares `path=text` lines and notes.
    fn check(make: impl FnOnce(&Path), also: &[&str], expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path());
        let also: Vec<RepoPath> = also.iter().map(|path| RepoPath::new(path).unwrap()).collect();
        let root = Root::find(folder.path()).unwrap();
        let top = format!("{}/", root.path().display());
        let loaded = load(root, &also);
        let texts = loaded.texts.iter().map(|(path, text)| format!("{path}={text}"));
        let notes = loaded.notes.iter().map(|note| note.to_string().replace(&top, ""));
        assert_eq!(texts.chain(notes).collect::<Vec<_>>().join("; "), expected);
    }

    #[test]
    fn what_may_speak_of_secrets_is_read_and_the_rest_is_named() {
        let make = |folder: &Path| {
            fs::create_dir(folder.join("a")).unwrap();
            for (name, text) in [("a/x.nix", "1"), ("b.yaml", "2"), ("key.bin", " {\"sops\":3}"), ("photo.jpg", "4")] {
                fs::write(folder.join(name), text).unwrap();
            }
        };
        check(make, &[], "a/x.nix=1; b.yaml=2; key.bin= {\"sops\":3}; photo.jpg=");
    }

    #[test]
    fn one_file_that_cannot_be_read_is_a_note() {
        let make = |folder: &Path| {
            fs::write(folder.join("bad.yaml"), b"a\xff").unwrap();
            fs::write(folder.join("good.yaml"), "b").unwrap();
            scratch::run(folder, "mkfifo pipe.nix");
        };
        let notes = "bad.yaml:1: the bytes from 1 on are not UTF-8; pipe.nix is a named pipe, not a regular file";
        check(make, &[], &format!("good.yaml=b; {notes}"));
    }

    #[test]
    fn links_are_followed_inside_only() {
        let make = |folder: &Path| {
            fs::write(folder.join("x.nix"), "1").unwrap();
            symlink("x.nix", folder.join("in.nix")).unwrap();
            symlink("/etc/hostname", folder.join("out.nix")).unwrap();
            symlink("absent", folder.join("gone.nix")).unwrap();
            symlink(".", folder.join("self")).unwrap();
        };
        let note = "out.nix is a link that leads out of the repository; it is not followed";
        check(make, &[], &format!("in.nix=1; x.nix=1; {note}"));
    }

    #[test]
    fn a_file_that_git_ignores_is_read_when_it_is_asked_for() {
        let make = |folder: &Path| {
            scratch::run(folder, "git init -q; echo '*.yaml' > .gitignore; printf 1 > x.yaml; printf 2 > y.yaml");
        };
        check(make, &["x.yaml"], ".gitignore=; x.yaml=1");
    }
}
