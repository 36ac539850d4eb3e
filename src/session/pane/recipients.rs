//! The recipients pane: who can read which file. To be read; changing recipients is the command line's business.

use super::list::ListCursor;
use crate::repo::{Access, Cell, MatrixRow, Repository};
use crate::session::view::{Grid, Tone, Words};
use crate::sops::CreationRules;
use crate::text::{cut_middle, sanitize};

/// The most cells that a recipient without a name takes.
const NAME_CELLS: usize = 24;

/// The pane's own state; the recipients are those of the files.
#[derive(Default)]
pub(crate) struct Recipients {
    pub(crate) cursor: ListCursor,
}

impl Recipients {
    /// How many recipients there are.
    pub(crate) fn total(repository: &Repository) -> usize {
        repository.recipient_matrix(|_| true).rows.len()
    }

    /// The pane as it is drawn; `you` is the recipient that fitted.
    pub(crate) fn view(&self, repository: &Repository, you: Option<&str>, page: usize) -> Grid {
        let matrix = repository.recipient_matrix(|_| true);
        let total = matrix.rows.len();
        let window = self.cursor.window(page, total);
        let files = matrix.files.iter().map(|file| sanitize(file.path.as_str()).into_owned());
        Grid {
            headings: std::iter::once("Recipient".to_owned()).chain(files).collect(),
            first: window.start,
            rows: matrix.rows[window].iter().map(|line| row(line, you)).collect(),
            total,
            cursor: Some(self.cursor.row),
            main: 0,
            foot: vec![Words::toned("● can read it · – cannot · ○ its rule says yes, the file says no", Tone::Dim)],
        }
    }
}

/// The name of a recipient: of its anchor in the rules, or its own text made short.
pub(crate) fn name_of(identity: &str, rules: Option<&CreationRules>) -> String {
    match rules.and_then(|rules| rules.name_of(identity)) {
        Some(name) => sanitize(name).into_owned(),
        None => cut_middle(&sanitize(identity), NAME_CELLS, "…").into_owned(),
    }
}

fn row(line: &MatrixRow<'_>, you: Option<&str>) -> Vec<Words> {
    let name = line.name.map_or_else(|| name_of(line.identity, None), |name| sanitize(name).into_owned());
    let name = match you {
        Some(you) if you == line.identity => Words::toned(format!("{name} (you)"), Tone::Accent),
        _ => Words::plain(name),
    };
    let cell = |cell: &Cell| match cell.access() {
        Access::NotInRule => Words::toned("● not in the rule", Tone::Warning),
        Access::NotInFile => Words::toned("○ rule says yes", Tone::Warning),
        Access::Reads => Words::plain("●"),
        Access::None => Words::toned("–", Tone::Dim),
    };
    std::iter::once(name).chain(line.cells.iter().map(cell)).collect()
}
