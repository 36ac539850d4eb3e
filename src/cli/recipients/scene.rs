//! The repository around the working directory, as the commands about recipients see it.

use std::path::{Path, PathBuf};

use super::super::failure::{Failure, code};
use super::super::note;
use crate::repo::{RepoPath, Repository};
use crate::storage::{self, ListingNote, Root, shown};

/// A repository, and where we stand in it.
pub(super) struct Scene {
    pub(super) repository: Repository,
    /// The working directory inside the repository; empty at its top.
    pub(super) folder: String,
    /// The files that were named, in order, each once.
    pub(super) named: Vec<RepoPath>,
    /// How many files of the formats of sops have names that cannot be read; each was told.
    pub(super) not_named: usize,
    root: Root,
}

impl Scene {
    /// Reads the repository around here, and the named files even where git ignores them.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, Failure> {
        if std::env::var_os("SOPS_CONFIG").is_some() {
            let said = "SOPS_CONFIG names other rules than the .sops.yaml of this repository";
            return Err(Failure::new(code::GENERIC, said).hint("unset it to work with the repository's own rules"));
        }
        let root = Root::find(Path::new(".")).map_err(|error| Failure::new(code::COULD_NOT_READ, error))?;
        let inside = |path: &Path| {
            let absolute = std::path::absolute(path).ok()?;
            root.relative(&absolute)
        };
        let folder = inside(Path::new("x")).map(|path| path.folder().to_owned()).unwrap_or_default();
        let mut named = Vec::new();
        for file in files {
            if !file.is_file() {
                return Err(Failure::new(code::NO_FILE, format!("{}: there is no such file", shown(file))));
            }
            let path = inside(file).ok_or_else(|| {
                let said = format!("{} lies outside of this repository", shown(file));
                Failure::new(code::GENERIC, said).hint("run the command in the folder of the file")
            })?;
            if !named.contains(&path) {
                named.push(path);
            }
        }
        let loaded = storage::load(root, &named);
        loaded.listing.notes().iter().for_each(|told| note(&format!("sopsmith: {told}")));
        let may_be_sealed = |note: &&ListingNote| match note {
            ListingNote::NameNotUtf8(path) => {
                path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
            }
            _ => false,
        };
        let not_named = loaded.listing.notes().iter().filter(may_be_sealed).count();
        Ok(Self { not_named, repository: Repository::new(loaded.texts), folder, named, root: loaded.root })
    }

    /// A file as a person in this folder would write it.
    pub(super) fn path_here(&self, path: &RepoPath) -> PathBuf {
        let absolute = self.root.absolute(path);
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        here.ok().and_then(|here| absolute.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(absolute)
    }
}
