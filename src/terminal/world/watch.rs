//! Files that another program may change while they are open: looked at once a second, read only when they look different.
//! Their folders are looked at, too: a file that came or went changes its folder, and then the repository is read again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::hash;
use crate::session::Event;
use crate::storage::{ContentHash, MAX_FILE_BYTES, ReadError, RepoPath, Root, Stamp, read_text};

const INTERVAL: Duration = Duration::from_secs(1);

/// More files are not watched: looking at them would cost more than it is worth. A save compares what it replaces anyway.
const MAX_FILES: usize = 5000;

/// The files of the repository as the session knows them.
#[derive(Default)]
pub(super) struct Watch {
    files: Vec<Watched>,
    folders: Vec<Folder>,
    due: Option<Instant>,
}

/// A folder as it was when its files were listed.
#[derive(Debug)]
pub(super) struct Folder {
    on_disk: PathBuf,
    stamp: Stamp,
}

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) path: RepoPath,
    pub(super) stamp: Stamp,
    pub(super) content: ContentHash,
}

struct Watched {
    path: RepoPath,
    on_disk: PathBuf,
    stamp: Stamp,
    content: Option<ContentHash>,
}

impl Watch {
    /// Watches files of a repository whose content is known.
    pub(super) fn of(root: &Root, known: Vec<Known>, folders: Vec<Folder>) -> Self {
        let watched = |Known { path, stamp, content }: Known| {
            let on_disk = root.absolute(&path);
            Watched { path, on_disk, stamp, content: Some(content) }
        };
        let files = known.into_iter().take(MAX_FILES).map(watched).collect();
        Self { files, folders, due: Some(Instant::now() + INTERVAL) }
    }

    /// When it is time to look.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// A file has this content now, and the session knows.
    pub(super) fn expect(&mut self, path: &RepoPath, content: ContentHash) {
        // A file that was made just now is watched from the next reading of the repository on.
        if let Some(file) = self.files.iter_mut().find(|file| file.path == *path) {
            file.stamp = Stamp::of(&file.on_disk);
            file.content = Some(content);
        }
    }

    /// Looks at all files, if it is time.
    pub(super) fn look(&mut self, now: Instant) -> Vec<Event> {
        if self.due.is_none_or(|due| now < due) {
            return Vec::new();
        }
        self.due = Some(now + INTERVAL);
        let mut events: Vec<Event> = self.files.iter_mut().filter_map(Watched::look).collect();
        // Told again until the repository was read again, because the session may be busy.
        if self.folders.iter().any(|folder| Stamp::of(&folder.on_disk) != folder.stamp) {
            events.push(Event::FoldersChanged);
        }
        events
    }
}

impl Folder {
    /// The folders of these files and the top folder.
    pub(super) fn of_files<'p>(root: &Root, files: impl Iterator<Item = &'p RepoPath>) -> Vec<Self> {
        let mut folders = BTreeSet::from([root.path().to_owned()]);
        for path in files {
            let above = root.absolute(path);
            let new = above.ancestors().skip(1).take_while(|folder| !folders.contains(*folder));
            let new: Vec<PathBuf> = new.map(ToOwned::to_owned).collect();
            folders.extend(new);
        }
        let folder = |on_disk: PathBuf| Self { stamp: Stamp::of(&on_disk), on_disk };
        folders.into_iter().take(MAX_FILES).map(folder).collect()
    }
}

impl Watched {
    fn look(&mut self) -> Option<Event> {
        let stamp = Stamp::of(&self.on_disk);
        if stamp == self.stamp {
            return None;
        }
        let text = match read_text(&self.on_disk, MAX_FILE_BYTES) {
            Ok(text) => Some(text),
            Err(ReadError::Absent(_)) => None,
            // In the middle of being written, or no text any more: looked at again the next time.
            Err(_) => return None,
        };
        let content = text.as_deref().map(hash);
        self.stamp = stamp;
        if content == self.content {
            return None;
        }
        self.content = content;
        Some(Event::FileChanged { path: self.path.clone(), text })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Watches a file that holds `a`, lets `change` happen, and compares what is told.
    fn check(change: impl FnOnce(&std::path::Path, &mut Watch), expected: Option<Option<&str>>) {
        let folder = tempfile::tempdir().unwrap();
        let on_disk = folder.path().join("x.yaml");
        fs::write(&on_disk, "a").unwrap();
        let path = RepoPath::new("x.yaml").unwrap();
        let root = Root::find(folder.path()).unwrap();
        let mut watch =
            Watch::of(&root, vec![Known { path, stamp: Stamp::of(&on_disk), content: hash("a") }], Vec::new());
        change(&on_disk, &mut watch);
        let soon = Instant::now() + INTERVAL;
        let mut told = watch.look(soon).into_iter().map(|event| match event {
            Event::FileChanged { text, .. } => text,
            _ => panic!("a watch tells of files only"),
        });
        assert_eq!(told.next().as_ref().map(Option::as_deref), expected);
        assert!(watch.look(soon).is_empty(), "before it is time nothing is looked at");
        assert!(watch.look(soon + INTERVAL).is_empty(), "a change is told once");
    }

    #[test]
    fn a_change_is_told_with_its_text() {
        check(|path, _| fs::write(path, "b!").unwrap(), Some(Some("b!")));
        check(|path, _| fs::remove_file(path).unwrap(), Some(None));
        check(|_, _| {}, None);
    }

    #[test]
    fn the_same_content_written_again_is_no_change() {
        check(
            |path, _| {
                fs::write(path.with_extension("new"), "a").unwrap();
                fs::rename(path.with_extension("new"), path).unwrap();
            },
            None,
        );
    }

    #[test]
    fn a_file_that_came_or_went_is_told_until_the_folders_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/x.nix"), "{ }").unwrap();
        let (root, path) = (Root::find(folder.path()).unwrap(), RepoPath::new("a/b/x.nix").unwrap());
        let folders = || Folder::of_files(&root, [&path].into_iter());
        assert_eq!(folders().len(), 3);
        let mut at = Instant::now();
        let mut tells = |watch: &mut Watch| {
            at += INTERVAL * 2;
            matches!(watch.look(at)[..], [Event::FoldersChanged])
        };
        for change in ["a/new.nix", "new", "a/b/new.yaml"] {
            let mut watch = Watch::of(&root, Vec::new(), folders());
            assert!(!tells(&mut watch));
            fs::write(folder.path().join(change), "").unwrap();
            assert!(tells(&mut watch) && tells(&mut watch), "{change}");
        }
    }

    #[test]
    fn what_we_saved_ourselves_is_no_change() {
        check(
            |path, watch| {
                fs::write(path, "ours").unwrap();
                watch.expect(&RepoPath::new("x.yaml").unwrap(), hash("ours"));
            },
            None,
        );
    }
}
