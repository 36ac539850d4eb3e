//! The recipients pane: who can read which file. To be read; changing recipients is the command line's business.

use std::collections::HashSet;

use super::list::ListCursor;
use crate::repo::{RepoPath, Repository};
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

/// One recipient over all files.
struct Line<'a> {
    /// The recipient as the files spell it.
    identity: &'a str,
    name: String,
    /// For each file whether it opens for the recipient, and whether its rule says so; none without a rule.
    cells: Vec<(bool, Option<bool>)>,
}

impl Recipients {
    /// How many recipients there are.
    pub(crate) fn total(repository: &Repository) -> usize {
        identities(repository).len()
    }

    /// The pane as it is drawn; `you` is the recipient that fitted.
    pub(crate) fn view(&self, repository: &Repository, you: Option<&str>, page: usize) -> Grid {
        let identities = identities(repository);
        let window = self.cursor.window(page, identities.len());
        let files = repository.encrypted_files().map(|(path, _)| sanitize(path.as_str()).into_owned());
        let total = identities.len();
        Grid {
            headings: std::iter::once("Recipient".to_owned()).chain(files).collect(),
            first: window.start,
            rows: identities[window].iter().map(|identity| row(&line(identity, repository), you)).collect(),
            total,
            cursor: Some(self.cursor.row),
            main: 0,
            foot: vec![Words::toned("● can read it · – cannot · ○ its rule says yes, the file says no", Tone::Dim)],
        }
    }
}

/// The rules that hold for a file, if they can be read.
fn rules_for<'a>(path: &RepoPath, repository: &'a Repository) -> Option<&'a CreationRules> {
    repository.rules_for(path)?.1.rules.as_ref().ok()
}

/// The name of a recipient: of its anchor in the rules, or its own text made short.
pub(crate) fn name_of(identity: &str, rules: Option<&CreationRules>) -> String {
    match rules.and_then(|rules| rules.name_of(identity)) {
        Some(name) => sanitize(name).into_owned(),
        None => cut_middle(&sanitize(identity), NAME_CELLS, "…").into_owned(),
    }
}

/// Every recipient of every file once, in the order in which they are met.
fn identities(repository: &Repository) -> Vec<&str> {
    let mut seen = HashSet::new();
    let all = repository.encrypted_files().flat_map(|(_, file)| file.recipients());
    all.map(|recipient| recipient.name.as_str()).filter(|identity| seen.insert(*identity)).collect()
}

fn line<'a>(identity: &'a str, repository: &Repository) -> Line<'a> {
    let mut line = Line { identity, name: String::new(), cells: Vec::new() };
    for (path, file) in repository.encrypted_files() {
        let rules = rules_for(path, repository);
        let reads = file.recipients().any(|recipient| recipient.name == identity);
        let rule = rules.and_then(|rules| rules.for_path(path.as_str()));
        line.cells.push((reads, rule.map(|rule| rule.keys().any(|key| key.identity == identity))));
        if line.name.is_empty() {
            line.name = rules.and_then(|rules| rules.name_of(identity)).unwrap_or_default().to_owned();
        }
    }
    if line.name.is_empty() {
        line.name = name_of(identity, None);
    }
    line
}

fn row(line: &Line<'_>, you: Option<&str>) -> Vec<Words> {
    let name = sanitize(&line.name);
    let name = match you {
        Some(you) if you == line.identity => Words::toned(format!("{name} (you)"), Tone::Accent),
        _ => Words::plain(name),
    };
    let cell = |cell: &(bool, Option<bool>)| match cell {
        (true, Some(false)) => Words::toned("● not in the rule", Tone::Warning),
        (false, Some(true)) => Words::toned("○ rule says yes", Tone::Warning),
        (true, _) => Words::plain("●"),
        (false, _) => Words::toned("–", Tone::Dim),
    };
    std::iter::once(name).chain(line.cells.iter().map(cell)).collect()
}
