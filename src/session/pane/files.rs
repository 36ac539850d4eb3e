//! The files pane: the encrypted files of the repository; at the start the picker.

use super::list::ListCursor;
use super::problems::Problems;
use crate::repo::check::Level;
use crate::repo::{EncryptedFile, RepoPath, Repository};
use crate::session::view::{Grid, Tone, Words};
use crate::text::sanitize;

/// The pane's own state; the files are the repository's.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) cursor: ListCursor,
}

impl Files {
    /// The file under the cursor.
    pub(crate) fn chosen<'a>(&self, repository: &'a Repository) -> Option<&'a RepoPath> {
        repository.encrypted_files().nth(self.cursor.row).map(|(path, _)| path)
    }

    /// Puts the cursor on a file.
    pub(crate) fn go_to(&mut self, path: &RepoPath, repository: &Repository, page: usize) {
        let total = repository.encrypted_files().count();
        if let Some(row) = repository.encrypted_files().position(|(other, _)| other == path) {
            self.cursor.go_to(row, page, total);
        }
    }

    /// The pane as it is drawn.
    pub(crate) fn view(
        &self,
        repository: &Repository,
        problems: &Problems,
        open: Option<&RepoPath>,
        page: usize,
    ) -> Grid {
        let total = repository.encrypted_files().count();
        let window = self.cursor.window(page, total);
        let shown = repository.encrypted_files().skip(window.start).take(window.len());
        Grid {
            headings: ["File", "Keys", "Recipients", "Format", "Problems"].map(str::to_owned).to_vec(),
            first: window.start,
            rows: shown.map(|(path, file)| row(path, file, problems, open == Some(path))).collect(),
            total,
            cursor: Some(self.cursor.row),
            ..Grid::default()
        }
    }
}

fn row(path: &RepoPath, file: &EncryptedFile, problems: &Problems, is_open: bool) -> Vec<Words> {
    let leaves = file.entries().iter().filter(|entry| !entry.is_branch()).count();
    let grave = problems.all().iter().filter(|problem| {
        let about = problem.key.as_ref().map(|(path, _)| path).or(problem.leaf.as_ref().map(|spot| &spot.file));
        problem.level != Level::Note && about == Some(path)
    });
    let grave = grave.count();
    let tone = if is_open { Tone::Accent } else { Tone::Plain };
    vec![
        Words::toned(sanitize(path.as_str()), tone),
        Words::plain(leaves.to_string()),
        Words::plain(file.recipients().count().to_string()),
        Words::toned(file.format().as_str(), Tone::Dim),
        match grave {
            0 => Words::toned("none", Tone::Dim),
            _ => Words::toned(format!("! {grave}"), Tone::Warning),
        },
    ]
}
