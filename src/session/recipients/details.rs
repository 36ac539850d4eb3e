//! All about one recipient: its whole text, what it is, where it stands, what it can read.

use crate::repo::{Access, Matrix, MatrixRow, Repository};
use crate::session::view::{PageLine, Tone};
use crate::sops::{MasterKeyKind, is_same_recipient};
use crate::text::{LineIndex, sanitize};

/// The page.
pub(super) fn lines(row: &MatrixRow<'_>, matrix: &Matrix<'_>, repository: &Repository) -> Vec<PageLine> {
    let mut lines = vec![
        PageLine::labelled("name", sanitize(row.name.unwrap_or("none: no anchor in .sops.yaml")), Tone::Accent),
        PageLine::labelled("key", sanitize(row.identity), Tone::Plain),
        PageLine::labelled("kind", kind(row), Tone::Plain),
    ];
    let mut label = "stands in";
    for (path, file) in repository.rules_files() {
        let Ok(rules) = &file.rules else { continue };
        let index = LineIndex::new(&file.text);
        for rule in rules.rules() {
            for key in rule.keys().filter(|key| is_same_recipient(&key.identity, row.identity)) {
                let which = rule.path_regex.as_deref().unwrap_or("every path");
                let words = format!("{}:{}, the rule for {which}", path, index.line(key.range.start));
                lines.push(PageLine::labelled(label, sanitize(&words), Tone::Plain));
                label = "";
            }
        }
    }
    let mut label = "reads";
    for (file, cell) in matrix.files.iter().zip(&row.cells) {
        let group = cell.group.filter(|_| file.groups > 1).map(|group| format!(", in key group {}", group + 1));
        let (words, tone) = match cell.access() {
            Access::Reads => ("", Tone::Plain),
            Access::NotInRule => (", although its rule does not say so: u updates", Tone::Warning),
            Access::NotInFile => (" not yet, although its rule says so: u updates", Tone::Warning),
            Access::None => continue,
        };
        let words = format!("{}{}{words}", file.path, group.unwrap_or_default());
        lines.push(PageLine::labelled(label, sanitize(&words), tone));
        label = "";
    }
    lines
}

fn kind(row: &MatrixRow<'_>) -> String {
    let text = row.identity;
    match row.kind {
        MasterKeyKind::Age if text.starts_with("age1pq1") => {
            "age, post-quantum: needs age-plugin-pq, and sops 3.12 or newer".to_owned()
        }
        MasterKeyKind::Age if text.starts_with("ssh-") => {
            "an SSH key as it is: sops opens with it, sops-nix does not at activation".to_owned()
        }
        MasterKeyKind::Age => "age".to_owned(),
        kind => format!("{}: kept, and opened by sops itself only", kind.title()),
    }
}
