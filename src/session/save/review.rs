//! The review before a save: which keys change and how, never to what; the Nix difference as text; what the next
//! switch does.

use similar::{ChangeTag, TextDiff};

use super::and;
use crate::nix::NixFile;
use crate::repo::check::Level;
use crate::repo::{Changes, DeclarationRef, EncryptedFile, RepoPath};
use crate::session::Session;
use crate::session::pane::recipients::name_of;
use crate::session::view::{PageLine, Tone};
use crate::sops::{Change, ChangeKind, Document, changes};
use crate::text::sanitize;

/// `Save two files`
pub(super) fn title(session: &Session) -> String {
    match session.workspace.changed().count() {
        1 => "Save one file".to_owned(),
        2 => "Save two files".to_owned(),
        count => format!("Save {count} files"),
    }
}

/// The whole review.
pub(super) fn lines(session: &Session) -> Vec<PageLine> {
    let mut lines = Vec::new();
    let mut effects = Changes::default();
    for (path, baseline) in session.workspace.changed() {
        let Some(now) = session.workspace.text(path) else {
            continue;
        };
        match session.workspace.file.as_ref().filter(|file| file.path == *path) {
            Some(file) => {
                lines.extend(of_keys(path, &baseline.text, &file.document, session));
                let values = changed_values(&baseline.text, &file.document);
                effects.values.extend(values.into_iter().map(|key| (path.clone(), key)));
            }
            None => {
                lines.extend(of_nix(path, &baseline.text, now));
                effects.declarations.extend(new_declarations(path, &baseline.text, session));
            }
        }
        lines.push(PageLine::default());
    }
    lines.extend(of_switch(session, &effects));
    lines.extend(of_problems(session));
    lines
}

/// The keys that change, how many lines that are, and who can read them.
fn of_keys(path: &RepoPath, before: &str, document: &Document, session: &Session) -> Vec<PageLine> {
    let Ok(before) = Document::parse(before) else {
        return Vec::new();
    };
    let renames = session.workspace.undo.renames();
    let is_moved = |change: &Change| {
        let path = change.path.to_string();
        let is_at = |key: &str| path == key || path.starts_with(&format!("{key}/"));
        renames.iter().any(|(from, to)| match change.kind {
            ChangeKind::Added => is_at(to),
            ChangeKind::Removed => is_at(from),
            ChangeKind::Changed => false,
        })
    };
    let mut changed = changes(&before, document);
    changed.retain(|change| !is_moved(change));
    let mut lines = key_lines(&changed);
    let rename = |(from, to): &(String, String)| {
        PageLine::new(format!("→ {}  is now  {}", sanitize(from), sanitize(to)), Tone::Changed)
    };
    lines.extend(renames.iter().map(rename));
    let rules = session.workspace.rules_for(path);
    let recipients: Vec<String> = document.metadata().master_keys().map(|key| name_of(&key.identity, rules)).collect();
    // A save also writes the lines of the MAC and of its time.
    let changed = changed_lines(before.text(), document.text()) + 2;
    let total = document.text().lines().count();
    let what = match session.workspace.is_new(path) {
        true => "a new file".to_owned(),
        false => format!("{changed} lines of {total} change"),
    };
    let words = format!("{what} · sealed for {}", and(&recipients));
    lines.push(PageLine::new(words, Tone::Dim));
    label(&mut lines, path);
    lines
}

/// One line a key, behind its sign.
pub(super) fn key_lines(changes: &[Change]) -> Vec<PageLine> {
    let line = |change: &Change| {
        let (sign, tone) = match change.kind {
            ChangeKind::Added => ('+', Tone::New),
            ChangeKind::Changed => ('~', Tone::Changed),
            ChangeKind::Removed => ('–', Tone::Removed),
        };
        PageLine::new(format!("{sign} {}", sanitize(&change.path.to_string())), tone)
    };
    changes.iter().map(line).collect()
}

fn of_nix(path: &RepoPath, before: &str, after: &str) -> Vec<PageLine> {
    let mut lines = text_lines(before, after);
    label(&mut lines, path);
    lines
}

/// The difference of two texts, with a line of context.
pub(in crate::session) fn text_lines(before: &str, after: &str) -> Vec<PageLine> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(1) {
        let start = group.first().map_or(0, |op| op.new_range().start);
        lines.push(PageLine::new(format!("@@ line {}", start + 1), Tone::Dim));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, tone) = match change.tag() {
                ChangeTag::Insert => ('+', Tone::New),
                ChangeTag::Delete => ('-', Tone::Removed),
                ChangeTag::Equal => (' ', Tone::Dim),
            };
            let text = change.value().trim_end_matches(['\r', '\n']).replace('\t', "    ");
            lines.push(PageLine::new(format!("{sign} {}", sanitize(&text)), tone));
        }
    }
    lines
}

fn of_switch(session: &Session, effects: &Changes) -> Vec<PageLine> {
    let radius = session.workspace.repository.blast_radius(effects);
    let mut facts = Vec::new();
    if !radius.restarts.is_empty() {
        facts.push(format!("restarts {}", and(&radius.restarts)));
    }
    if !radius.reloads.is_empty() {
        facts.push(format!("reloads {}", and(&radius.reloads)));
    }
    match radius.templates.len() {
        0 => {}
        1 => facts.push("renders 1 template anew".to_owned()),
        count => facts.push(format!("renders {count} templates anew")),
    }
    let on = if radius.hosts.is_empty() { String::new() } else { format!(" on {}", and(&radius.hosts)) };
    match radius.declarations.len() {
        0 => {}
        1 => facts.push(format!("1 secret is installed anew{on}")),
        count => facts.push(format!("{count} secrets are installed anew{on}")),
    }
    let words = if facts.is_empty() { "restarts nothing".to_owned() } else { facts.join(" · ") };
    vec![PageLine::labelled("the next switch", sanitize(&words), Tone::Plain)]
}

fn of_problems(session: &Session) -> Vec<PageLine> {
    let mut grave: Vec<PageLine> = session
        .problems
        .all()
        .iter()
        .filter(|problem| problem.level != Level::Note)
        .map(|problem| {
            let tone = if problem.level == Level::Error { Tone::Error } else { Tone::Warning };
            PageLine::new(sanitize(&problem.sentence), tone)
        })
        .collect();
    if grave.is_empty() {
        let words = match session.problems.all().len() {
            0 => "none".to_owned(),
            1 => "none, and one note".to_owned(),
            notes => format!("none, and {notes} notes"),
        };
        grave.push(PageLine::new(words, Tone::Dim));
    }
    grave[0].label = "problems".to_owned();
    grave
}

fn label(lines: &mut [PageLine], path: &RepoPath) {
    if let Some(first) = lines.first_mut() {
        first.label = sanitize(path.as_str()).into_owned();
    }
}

/// How many lines differ.
pub(super) fn changed_lines(before: &str, after: &str) -> usize {
    let diff = TextDiff::from_lines(before, after);
    let count = |tag: ChangeTag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    count(ChangeTag::Insert).max(count(ChangeTag::Delete))
}

/// The keys whose values the next switch installs anew, as sops-nix spells them.
fn changed_values(before: &str, document: &Document) -> Vec<String> {
    let Ok(before) = Document::parse(before) else {
        return Vec::new();
    };
    let now = EncryptedFile::of_document(document);
    let changed = changes(&before, document).into_iter().filter(|change| change.kind != ChangeKind::Removed);
    changed.filter_map(|change| change.path.to_slashes()).filter(|key| now.entry(key).is_some()).collect()
}

/// Declarations that the file did not have at the last save.
fn new_declarations(path: &RepoPath, before: &str, session: &Session) -> Vec<DeclarationRef> {
    let before = NixFile::parse(before);
    let is_new = |reference: &DeclarationRef| {
        let name = session.workspace.repository.declaration(reference).and_then(|one| one.name.known());
        name.is_some_and(|name| before.declarations_of(name).next().is_none())
    };
    let all = session.workspace.repository.declarations().map(|(reference, _)| reference);
    all.filter(|reference| reference.file == *path).filter(is_new).collect()
}
