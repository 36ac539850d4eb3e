//! Where a repository begins, found from any path in it.
//!
//! git's top level if there is one, else the nearest folder with `.sops.yaml`, else the nearest with `flake.nix`,
//! else the folder itself. Folders are looked at from the outside only: git is not started.

use std::io;
use std::path::{Path, PathBuf};

use super::shown;
use crate::repo::RepoPath;

/// The repository's top folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    path: PathBuf,
    kind: RootKind,
}

/// What makes a folder the top one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootKind {
    /// git's top level.
    Git,
    /// A folder with `.sops.yaml` or `flake.nix`.
    Marked,
    /// Nothing marks it; it is the folder that was named.
    Folder,
}

/// The named path leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("{}: no folder can be opened there", shown(path))]
pub struct RootError {
    /// The path as it was named.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl Root {
    /// Finds the repository that `start` lies in. `start` may be a file, a folder, or a file that is still to be made.
    ///
    /// # Errors
    /// When neither `start` nor the folder it would lie in exists.
    pub fn find(start: &Path) -> Result<Self, RootError> {
        let folder = resolve(start)
            .and_then(|path| if path.is_dir() { Ok(path) } else { parent(&path) })
            .map_err(|source| RootError { path: start.to_owned(), source })?;
        let marked_by = |names: &[&str]| {
            folder
                .ancestors()
                .find(|folder| names.iter().any(|name| folder.join(name).symlink_metadata().is_ok()))
                .map(Path::to_owned)
        };
        if let Some(path) = marked_by(&[".git"]) {
            return Ok(Self { path, kind: RootKind::Git });
        }
        match marked_by(&[".sops.yaml"]).or_else(|| marked_by(&["flake.nix"])) {
            Some(path) => Ok(Self { path, kind: RootKind::Marked }),
            None => Ok(Self { path: folder, kind: RootKind::Folder }),
        }
    }

    /// The folder itself, absolute, symbolic links resolved.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the flake that `folder` belongs to, as a path inside: the nearest with `flake.nix`, upwards to the
    /// top; empty for the top itself, and where there is no flake.
    #[must_use]
    pub fn flake_folder(&self, folder: &Path) -> String {
        let Ok(folder) = folder.canonicalize() else { return String::new() };
        let inside = folder.ancestors().take_while(|folder| folder.starts_with(&self.path));
        let nearest = inside.into_iter().find(|folder| folder.join("flake.nix").symlink_metadata().is_ok());
        let path = nearest.and_then(|folder| folder.strip_prefix(&self.path).ok()?.to_str());
        path.unwrap_or_default().to_owned()
    }

    /// What makes it the top folder.
    #[must_use]
    pub fn kind(&self) -> RootKind {
        self.kind
    }

    /// Where a file of the repository lies on disk.
    #[must_use]
    pub fn absolute(&self, path: &RepoPath) -> PathBuf {
        self.path.join(path.as_str())
    }

    /// The path inside the repository of a file on disk, which need not exist yet.
    ///
    /// `None` when the file lies outside, or when its name is not UTF-8. The last part is not resolved when it is a
    /// symbolic link: it is the link that the repository knows.
    #[must_use]
    pub fn relative(&self, path: &Path) -> Option<RepoPath> {
        let folder = parent(&std::path::absolute(path).ok()?).and_then(|folder| folder.canonicalize()).ok()?;
        let inside = folder.join(path.file_name()?);
        RepoPath::new(inside.strip_prefix(&self.path).ok()?.to_str()?)
    }
}

/// The path with symbolic links resolved; a file that does not exist keeps its name in its resolved folder.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = std::path::absolute(path)?;
            let name = path.file_name().ok_or(error)?.to_owned();
            Ok(parent(&path)?.canonicalize()?.join(name))
        }
        resolved => resolved,
    }
}

fn parent(path: &Path) -> io::Result<PathBuf> {
    path.parent().map(Path::to_owned).ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A tree of empty files; names that end in `/` are folders.
    fn tree(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(if name.ends_with('/') { &path } else { path.parent().unwrap() }).unwrap();
            if !name.ends_with('/') {
                fs::write(path, "").unwrap();
            }
        }
        folder
    }

    fn check(names: &[&str], start: &str, expected: (&str, RootKind)) {
        let folder = tree(names);
        let root = Root::find(&folder.path().join(start)).unwrap();
        let top = folder.path().canonicalize().unwrap();
        assert_eq!(root.path(), top.join(expected.0).components().as_path());
        assert_eq!(root.kind(), expected.1);
    }

    #[test]
    fn the_root_is_what_marks_it_best() {
        check(&[".git/", "a/.sops.yaml", "a/b/x.yaml"], "a/b/x.yaml", ("", RootKind::Git));
        check(&["a/.git", "a/b/x.yaml"], "a/b", ("a", RootKind::Git));
        check(&[".sops.yaml", "a/flake.nix", "a/x.yaml"], "a/x.yaml", ("", RootKind::Marked));
        check(&["a/flake.nix", "a/b/x.yaml"], "a/b/x.yaml", ("a", RootKind::Marked));
    }

    #[test]
    fn a_file_that_is_still_to_be_made_has_a_root() {
        check(&[".sops.yaml", "a/"], "a/new.yaml", ("", RootKind::Marked));
        let folder = tree(&[]);
        assert!(Root::find(&folder.path().join("absent/new.yaml")).is_err());
    }

    #[test]
    fn paths_inside_are_relative_and_links_keep_their_own_name() {
        let folder = tree(&[".git/", "a/x.yaml"]);
        std::os::unix::fs::symlink("x.yaml", folder.path().join("a/link.yaml")).unwrap();
        let root = Root::find(folder.path()).unwrap();
        let check = |path: &str, expected: Option<&str>| {
            let relative = root.relative(&folder.path().join(path));
            assert_eq!(relative.as_ref().map(RepoPath::as_str), expected);
        };
        check("a/x.yaml", Some("a/x.yaml"));
        check("a/../a/new.yaml", Some("a/new.yaml"));
        check("a/link.yaml", Some("a/link.yaml"));
        check("../elsewhere.yaml", None);
    }
    #[test]
    fn the_folder_of_the_flake_is_the_nearest_one_upwards() {
        let folder = tree(&[".git/", "nixos/flake.nix", "nixos/hosts/web/", "other/"]);
        let root = Root::find(folder.path()).unwrap();
        let check = |start: &str, expected: &str| assert_eq!(root.flake_folder(&folder.path().join(start)), expected);
        check("nixos", "nixos");
        check("nixos/hosts/web", "nixos");
        check("other", "");
        check("", "");
        check("absent", "");
    }
}
