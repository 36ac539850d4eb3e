//! Files that another program may change while they are open: looked at once a second, read only when they look different.

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
    due: Option<Instant>,
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
    pub(super) fn of(root: &Root, known: Vec<Known>) -> Self {
        let watched = |Known { path, stamp, content }: Known| {
            let on_disk = root.absolute(&path);
            Watched { path, on_disk, stamp, content: Some(content) }
        };
        let files = known.into_iter().take(MAX_FILES).map(watched).collect();
        Self { files, due: Some(Instant::now() + INTERVAL) }
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
        self.files.iter_mut().filter_map(Watched::look).collect()
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
        let mut watch = Watch::of(&root, vec![Known { path, stamp: Stamp::of(&on_disk), content: hash("a") }]);
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
