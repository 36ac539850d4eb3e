//! `recipients list`: names times files. Needs no key; who you are is looked up where that asks nothing.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::super::args::ListRecipientsArgs;
use super::super::failure::{Failure, code};
use super::super::unwritten;
use super::damage;
use super::scene::Scene;
use crate::crypto::age::{NoPrompt, Prompt};
use crate::repo::{Access, Cell, Matrix, MatrixRow, RepoPath, Repository};
use crate::sops::{MasterKeyKind, is_same_recipient, way_to_encrypt};
use crate::storage::{Environment, Keyring};
use crate::text::{cut_end, sanitize};

/// The most cells that a recipient without a name takes.
const NAME_CELLS: usize = 24;

#[derive(Serialize)]
struct Listed<'r> {
    files: Vec<ListedFile<'r>>,
    recipients: Vec<ListedRecipient<'r>>,
}

#[derive(Serialize)]
struct ListedFile<'r> {
    file: &'r str,
    /// How many key groups the data key is split over.
    groups: usize,
    rules: Option<&'r str>,
    rule_line: Option<usize>,
    out_of_step: bool,
}

#[derive(Serialize)]
struct ListedRecipient<'r> {
    name: Option<&'r str>,
    recipient: &'r str,
    kind: &'static str,
    you: bool,
    files: Vec<ListedCell<'r>>,
}

#[derive(Serialize)]
struct ListedCell<'r> {
    file: &'r str,
    /// `reads`, `none`, `not-in-rule` (can still read it), `not-in-file` (cannot read it yet).
    access: &'static str,
    /// The key group, from 1.
    group: Option<usize>,
}

/// Prints who can read which file.
pub(super) fn run(args: &ListRecipientsArgs, out: &mut impl Write) -> Result<(), Failure> {
    let scene = Scene::read(&args.files)?;
    if let Some(path) = scene.named.iter().find(|path| scene.repository.encrypted_file(path).is_none()) {
        let said = format!("{} is not encrypted", sanitize(path.as_str()));
        return Err(Failure::new(code::GENERIC, said).hint(way_to_encrypt(&sanitize(path.as_str()))));
    }
    let matrix = scene.repository.recipient_matrix(|path| scene.named.is_empty() || scene.named.contains(path));
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let keyring = Keyring::find(&Environment::of_process(), &prompt);
    let is_you =
        |row: &MatrixRow<'_>| keyring.recipients().any(|recipient| is_same_recipient(recipient.as_str(), row.identity));
    if args.json {
        let printed = serde_json::to_string_pretty(&listed(&matrix, is_you)).map_err(io::Error::from);
        return printed.and_then(|json| writeln!(out, "{json}")).map_err(|error| unwritten(&error));
    }
    let text = if matrix.files.is_empty() {
        "No encrypted file in this repository.\n".to_owned()
    } else {
        table(&matrix, is_you) + &remarks(&matrix, &scene.repository)
    };
    out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))
}

fn listed<'r>(matrix: &Matrix<'r>, is_you: impl Fn(&MatrixRow<'_>) -> bool) -> Listed<'r> {
    let file = |(index, file): (usize, &crate::repo::MatrixFile<'r>)| ListedFile {
        file: file.path.as_str(),
        groups: file.groups,
        rules: file.rule.map(|found| found.path.as_str()),
        rule_line: file.rule.map(|found| found.rule.line),
        out_of_step: matrix.is_out_of_step(index),
    };
    let cell = |(file, cell): (&crate::repo::MatrixFile<'r>, &Cell)| ListedCell {
        file: file.path.as_str(),
        access: match cell.access() {
            Access::Reads => "reads",
            Access::None => "none",
            Access::NotInRule => "not-in-rule",
            Access::NotInFile => "not-in-file",
        },
        group: cell.group.map(|group| group + 1),
    };
    let recipient = |row: &MatrixRow<'r>| ListedRecipient {
        name: row.name,
        recipient: row.identity,
        kind: row.kind.field(),
        you: is_you(row),
        files: matrix.files.iter().zip(&row.cells).map(cell).collect(),
    };
    Listed {
        files: matrix.files.iter().enumerate().map(file).collect(),
        recipients: matrix.rows.iter().map(recipient).collect(),
    }
}

/// The name of a recipient, or its own text made short.
fn called(row: &MatrixRow<'_>) -> String {
    match row.name {
        Some(name) => sanitize(name).into_owned(),
        None => cut_end(&sanitize(row.identity), NAME_CELLS, "…").into_owned(),
    }
}

fn table(matrix: &Matrix<'_>, is_you: impl Fn(&MatrixRow<'_>) -> bool) -> String {
    let headings = matrix.files.iter().map(|file| sanitize(file.path.as_str()).into_owned());
    let mut lines: Vec<Vec<String>> = vec![std::iter::once("recipients".to_owned()).chain(headings).collect()];
    for row in &matrix.rows {
        let you = if is_you(row) { " (you)" } else { "" };
        let kind = if row.kind == MasterKeyKind::Age { String::new() } else { format!(" ({})", row.kind.title()) };
        let name = format!("{}{you}{kind}", called(row));
        let cells = matrix.files.iter().zip(&row.cells).map(|(file, cell)| {
            let group = cell.group.filter(|_| file.groups > 1).map(|group| format!(" group {}", group + 1));
            let sign = match cell.access() {
                Access::Reads => "●",
                Access::None => "–",
                Access::NotInRule => "● not in the rule",
                Access::NotInFile => "○ rule says yes",
            };
            format!("{sign}{}", group.unwrap_or_default())
        });
        lines.push(std::iter::once(name).chain(cells).collect());
    }
    let columns = 0..=matrix.files.len();
    let widths: Vec<usize> =
        columns.map(|column| lines.iter().map(|line| line[column].width()).max().unwrap_or_default()).collect();
    let mut text = String::new();
    for line in lines {
        let mut written = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            written.push_str(cell);
            written.push_str(&" ".repeat(width - cell.width() + 3));
        }
        text.push_str(written.trim_end());
        text.push('\n');
    }
    text
}

/// Why the rules of a file cannot be read.
fn unreadable(file: &RepoPath, repository: &Repository) -> Option<String> {
    let (path, rules) = repository.rules_for(file)?;
    let error = rules.rules.as_ref().err()?;
    Some(sanitize(&format!("{path}: {error}; {}", error.hint())).into_owned())
}

/// What the signs do not say by themselves: how to bring files into step, and what several groups mean.
fn remarks(matrix: &Matrix<'_>, repository: &Repository) -> String {
    let mut text = String::new();
    for (index, file) in matrix.files.iter().enumerate() {
        let path = sanitize(file.path.as_str());
        if let Some(words) = repository.encrypted_file(file.path).and_then(damage) {
            text.push_str(&format!("{path} is damaged: {}; bring it back from git\n", sanitize(words)));
        } else if matrix.is_out_of_step(index) {
            text.push_str(&format!("{path} is out of step with its rule: sopsmith updatekeys {path}\n"));
        }
        match (file.rule, unreadable(file.path, repository)) {
            (Some(_), _) => {}
            (None, Some(why)) => text.push_str(&format!("{path} follows no rule that can be read: {why}\n")),
            (None, None) => text.push_str(&format!("{path} follows no rule\n")),
        }
        if file.groups > 1 {
            text.push_str(&format!(
                "{path} has {} key groups: somebody of several is needed to open it\n",
                file.groups
            ));
        }
    }
    if matrix.rows.iter().any(|row| row.kind != MasterKeyKind::Age) {
        text.push_str("PGP and KMS recipients are kept as they are; to add, remove or use them takes sops itself\n");
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}
