//! The report for programs: one JSON array, stable names.

use std::io::{self, Write};

use serde::Serialize;

use crate::repo::check::{Fix, Problem, Remedy, Spot};

/// One problem.
#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    level: &'a str,
    message: &'a str,
    /// The side of the declaration, setting, reference or rule.
    declaration: Option<Place<'a>>,
    /// The side of the encrypted file.
    leaf: Option<Place<'a>>,
    /// The encrypted file and key concerned; an empty key is the file as a whole.
    key: Option<Key<'a>>,
    rebuild: Option<Rebuild<'a>>,
    fixes: Vec<Way<'a>>,
}

/// Lines and columns count from 1, columns in characters; bytes from 0.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    start_byte: usize,
    end_byte: usize,
}

#[derive(Serialize)]
struct Key<'a> {
    file: &'a str,
    key: &'a str,
}

#[derive(Serialize)]
struct Rebuild<'a> {
    when: &'a str,
    says: &'a str,
}

#[derive(Serialize)]
struct Way<'a> {
    label: &'a str,
    /// Whether `--fix` applies it.
    safe: bool,
    /// Whether a private key is needed.
    needs_identity: bool,
}

/// Prints problems as JSON.
pub(super) fn print(problems: &[Problem], out: &mut impl Write) -> io::Result<()> {
    let told: Vec<Told<'_>> = problems.iter().map(told).collect();
    let text = serde_json::to_string_pretty(&told)?;
    writeln!(out, "{text}")
}

fn told(problem: &Problem) -> Told<'_> {
    Told {
        code: problem.code,
        level: problem.level.as_str(),
        message: &problem.sentence,
        declaration: problem.nix.as_ref().map(place),
        leaf: problem.leaf.as_ref().map(place),
        key: problem.key.as_ref().map(|(file, key)| Key { file: file.as_str(), key }),
        rebuild: problem.rebuild.as_ref().map(|rebuild| Rebuild { when: rebuild.when.as_str(), says: &rebuild.says }),
        fixes: problem.fixes.iter().map(way).collect(),
    }
}

fn place(spot: &Spot) -> Place<'_> {
    Place {
        file: spot.file.as_str(),
        line: spot.position.line,
        column: spot.position.column,
        start_byte: spot.range.start,
        end_byte: spot.range.end,
    }
}

fn way(fix: &Fix) -> Way<'_> {
    let needs_identity = matches!(
        fix.remedy,
        Remedy::AddKey { .. }
            | Remedy::StoreAsString { .. }
            | Remedy::RenameKey { .. }
            | Remedy::UpdateRecipients { .. }
    );
    Way { label: &fix.label, safe: fix.is_safe, needs_identity }
}
