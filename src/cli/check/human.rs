//! The report for people: the sentence, the source line underlined, what the rebuild would say, the fix.
//!
//! ```text
//!   error[missing-key]: ctfd_url is declared, but secrets/web.yaml has no key ctfd_url
//!     sops.nix:21:7
//!      21 |       ctfd_url = { };
//!         |       ^^^^^^^^
//!     beside: secrets/web.yaml:1:1
//!     the build would say: … the key 'ctfd_url' cannot be found
//!     the editor's x adds ctfd_url to secrets/web.yaml
//! ```

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::look::Seen;
use crate::repo::check::{CHECKS, Check, Fix, Level, Problem, Remedy, Spot};
use crate::text::sanitize;

/// The widest line of running text.
const WIDTH_CELLS: usize = 100;

/// How colours are written, if at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    is_on: bool,
}

impl Paint {
    pub(super) fn for_stdout(is_on: bool) -> Self {
        Self { is_on }
    }

    /// The terminal's own colours, so that a person's theme stays theirs.
    fn level(self, level: Level, words: &str) -> String {
        let colour = match level {
            Level::Error => "31",
            Level::Warning => "33",
            Level::Note => "36",
        };
        self.styled(&format!("1;{colour}"), words)
    }

    fn dim(self, words: &str) -> String {
        self.styled("2", words)
    }

    fn styled(self, codes: &str, words: &str) -> String {
        if self.is_on { format!("\x1b[{codes}m{words}\x1b[0m") } else { words.to_owned() }
    }
}

/// Prints problems and, at the end, how many there are of each level.
pub(super) fn print(seen: &Seen, problems: &[Problem], paint: Paint, out: &mut impl Write) -> io::Result<()> {
    let mut text = String::new();
    for problem in problems {
        one(&mut text, seen, problem, paint);
    }
    text.push_str(&summary(seen, problems));
    out.write_all(text.as_bytes())
}

fn one(text: &mut String, seen: &Seen, problem: &Problem, paint: Paint) {
    let head = paint.level(problem.level, &format!("{}[{}]", problem.level.as_str(), problem.code));
    push(text, &format!("{head}: {}", sanitize(&problem.sentence)));
    if let Some(spot) = problem.spot() {
        push(text, &format!("  {}", place(spot)));
        quote(text, seen, spot, problem.level, paint);
    }
    if let (Some(_), Some(leaf)) = (&problem.nix, &problem.leaf) {
        push(text, &format!("  {} {}", paint.dim("beside:"), place(leaf)));
    }
    if let Some(rebuild) = &problem.rebuild {
        let would = format!("the {} would say:", rebuild.when.as_str());
        push(text, &format!("  {} {}", paint.dim(&would), sanitize(&rebuild.says)));
    }
    for fix in &problem.fixes {
        push(text, &format!("  {} {}", paint.dim(&sanitize(&way(fix))), sanitize(&fix.label)));
    }
    text.push('\n');
}

/// What applies a fix.
fn way(fix: &Fix) -> String {
    match &fix.remedy {
        _ if fix.is_safe => "--fix".to_owned(),
        Remedy::Encrypt { file } => format!("sopsmith encrypt -i {file}"),
        Remedy::UpdateRecipients { file } => format!("sopsmith updatekeys {file}"),
        _ => "the editor's x".to_owned(),
    }
}

/// The line of a place, with the bytes concerned underlined. Ciphertext is not worth a line.
fn quote(text: &mut String, seen: &Seen, spot: &Spot, level: Level, paint: Paint) {
    let Some(source) = seen.repository.text(&spot.file).filter(|_| !spot.range.is_empty()) else { return };
    let (Some(before), Some(after)) = (source.get(..spot.range.start), source.get(spot.range.start..)) else { return };
    let before = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let after = after.lines().next().unwrap_or_default();
    let (marked, rest) = after.split_at_checked(spot.range.len()).unwrap_or((after, ""));
    if rest.contains("ENC[") || marked.contains("ENC[") {
        return;
    }
    let number = spot.position.line.to_string();
    let before = sanitize(before);
    let marked = sanitize(marked);
    push(text, &format!("  {} {} {before}{marked}{}", paint.dim(&number), paint.dim("|"), sanitize(rest)));
    let sign = "^".repeat(marked.width().max(1));
    let indent = " ".repeat(before.width());
    let gap = " ".repeat(number.len());
    push(text, &format!("  {gap} {} {indent}{}", paint.dim("|"), paint.level(level, &sign)));
}

fn place(spot: &Spot) -> String {
    format!("{}:{}:{}", sanitize(spot.file.as_str()), spot.position.line, spot.position.column)
}

fn summary(seen: &Seen, problems: &[Problem]) -> String {
    let count = |level: Level| problems.iter().filter(|problem| problem.level == level).count();
    let levels = [Level::Error, Level::Warning, Level::Note].into_iter().filter(|level| count(*level) > 0);
    let found: Vec<String> = levels.map(|level| counted(count(level), level.as_str())).collect();
    let found = if found.is_empty() { "no problems".to_owned() } else { found.join(", ") };
    let looked = [
        counted(seen.repository.declarations().count(), "declaration"),
        counted(seen.repository.nix_files().count(), "Nix file"),
        counted(seen.repository.encrypted_files().count(), "encrypted file"),
    ];
    format!("{found} in {}\n", looked.join(", "))
}

fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Prints all codes, a line each.
pub(super) fn list(out: &mut impl Write) -> io::Result<()> {
    let width = CHECKS.iter().map(|check| check.code.len()).max().unwrap_or(0);
    for check in CHECKS {
        writeln!(out, "{:width$}  {:7}  {}", check.code, check.level.as_str(), check.summary)?;
    }
    Ok(())
}

/// Prints the whole story of a code.
pub(super) fn explain(check: &Check, out: &mut impl Write) -> io::Result<()> {
    let when = check.when.map_or_else(String::new, |when| format!(", at {}", when.as_str()));
    writeln!(out, "{} ({}{when}): {}", check.code, check.level.as_str(), check.summary)?;
    for paragraph in check.story.split("\n\n") {
        writeln!(out)?;
        for line in wrapped(paragraph) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn wrapped(paragraph: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= WIDTH_CELLS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
