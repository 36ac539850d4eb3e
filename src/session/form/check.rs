//! What a form's contents would come to: notes beside the fields, and the Nix text as it will stand in the file.
//!
//! Truth for what fails: sops-nix (commit 56b2406), `modules/sops/default.nix` and `validateManifest` in
//! `pkgs/sops-install-secrets/main.go`: modes are octal digits, values are strings, the installer's umask is 0022.

use super::nix_fields::Place;
use super::secret_form::{FieldName, Purpose, SecretForm, Surroundings};
use super::value::type_in_words;
use crate::nix::{EditError, NixFile, OptionName};
use crate::session::view::{PageLine, Tone, Words};
use crate::sops::{Document, EntryKind, KeyPath, LeafType, Part};
use crate::text::sanitize;

/// What a check of a form found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    notes: Vec<Note>,
    preview: Vec<PageLine>,
}

#[derive(Debug)]
struct Note {
    field: FieldName,
    words: Words,
    /// Whether the form cannot be finished like this.
    blocks: bool,
}

impl Findings {
    /// The note beside a field, the gravest if there are several.
    pub(crate) fn note(&self, field: &FieldName) -> Option<&Words> {
        let of_field = self.notes.iter().filter(|note| note.field == *field);
        of_field.max_by_key(|note| (note.blocks, note.words.tone == Tone::Warning)).map(|note| &note.words)
    }

    /// The first thing that has to be mended: its field, and the words for it.
    pub(crate) fn blocking(&self) -> Option<(FieldName, String)> {
        self.notes.iter().find(|note| note.blocks).map(|note| (note.field.clone(), note.words.text.clone()))
    }

    /// The text as it will stand in Nix.
    pub(crate) fn preview(&self) -> &[PageLine] {
        &self.preview
    }

    fn refuse(&mut self, field: FieldName, words: impl Into<String>) {
        self.notes.push(Note { field, words: Words::toned(words, Tone::Error), blocks: true });
    }

    fn warn(&mut self, field: FieldName, words: impl Into<String>) {
        self.notes.push(Note { field, words: Words::toned(words, Tone::Warning), blocks: false });
    }

    fn mention(&mut self, field: FieldName, words: impl Into<String>) {
        self.notes.push(Note { field, words: Words::toned(words, Tone::Dim), blocks: false });
    }
}

/// Checks a form against the file and the repository as they are.
pub(crate) fn check(form: &SecretForm, surroundings: Surroundings<'_>) -> Findings {
    let mut findings = Findings::default();
    if *form.purpose() == Purpose::Add {
        check_key(form, surroundings.document, &mut findings);
    }
    check_value(form, &mut findings);
    if form.nix.is_declared {
        check_options(form, &mut findings);
        check_nix_text(form, surroundings, &mut findings);
    }
    findings
}

fn check_key(form: &SecretForm, document: &Document, findings: &mut Findings) {
    let text = form.key.text();
    let path: KeyPath = match text.parse() {
        Ok(path) => path,
        Err(_) if text.is_empty() => return findings.refuse(FieldName::Key, "a key needs a name; / separates levels"),
        Err(error) => return findings.refuse(FieldName::Key, error.to_string()),
    };
    if let Err(words) = place_for(&path, document) {
        return findings.refuse(FieldName::Key, words);
    }
    let keys = path.parts().iter().filter_map(|part| match part {
        Part::Key(key) => Some(key.as_str()),
        Part::Index(_) => None,
    });
    if keys.clone().any(|key| key.trim() != key) {
        findings.warn(FieldName::Key, "a level begins or ends with a space, which will be part of its name");
    }
    let rule = document.metadata().rule();
    if !rule.seals_path(keys) {
        let words = format!("will stand in the clear: {} {}", rule.selector().field(), rule.pattern());
        findings.warn(FieldName::Key, words);
    }
    if form.nix.is_declared && path.to_slashes().is_none() {
        findings
            .refuse(FieldName::Key, "sops-nix has no spelling for this key; turn declare off to add it to the file");
    }
}

/// Whether a new key can go to `path`.
pub(crate) fn place_for(path: &KeyPath, document: &Document) -> Result<(), String> {
    if let Some(entry) = document.entry(path) {
        return Err(format!("{path} is taken, in line {}", entry.line()));
    }
    if path.parts().first() == Some(&Part::Key("sops".to_owned())) {
        return Err("sops at the top is the name of the file's own metadata".to_owned());
    }
    if path.parts().iter().any(|part| matches!(part, Part::Index(_))) {
        return Err("list items cannot be added here; edit the list's items in place".to_owned());
    }
    let mut above = path.parent();
    while let Some(ancestor) = above.filter(|ancestor| !ancestor.is_root()) {
        if let Some(entry) = document.entry(&ancestor) {
            return match entry.kind() {
                EntryKind::Mapping { .. } => Ok(()),
                EntryKind::List { .. } => Err(format!("{ancestor} is a list; keys cannot stand below it")),
                _ => Err(format!("{ancestor} is a value; nothing can stand below it")),
            };
        }
        above = ancestor.parent();
    }
    Ok(())
}

fn check_value(form: &SecretForm, findings: &mut Findings) {
    let Some(value) = &form.value else {
        return;
    };
    if let Some(problem) = value.problem().filter(|_| value.is_changed()) {
        findings
            .refuse(FieldName::Value, format!("{problem}; the type below says {}", type_in_words(value.value_type())));
    }
    match value.value_type() {
        LeafType::Str => {}
        LeafType::Time => findings.warn(FieldName::Type, "sops-nix writes times out in full: 2026-01-31T00:00:00Z"),
        _ if form.nix.is_declared => {
            findings.warn(FieldName::Type, "sops-nix installs strings only; the switch would install no secret at all");
        }
        _ => findings.mention(FieldName::Type, "cannot be declared: sops-nix installs strings only"),
    }
}

fn check_options(form: &SecretForm, findings: &mut Findings) {
    for option in form.nix.options() {
        let Some(text) = form.nix.text(option).map(|field| field.text().trim()) else {
            continue;
        };
        if text.is_empty() || text.starts_with('=') {
            continue;
        }
        let field = FieldName::Option(option.clone());
        match option {
            OptionName::Mode => check_mode(text, field, findings),
            OptionName::Path if !text.starts_with(['/', '~', '%']) => findings.refuse(field, "a path begins with /"),
            OptionName::Owner if is_unknown(text, &form.names().owners) => {
                findings.mention(field, "no such user in this repository");
            }
            OptionName::Group if is_unknown(text, &form.names().groups) => {
                findings.mention(field, "no such group in this repository");
            }
            OptionName::RestartUnits | OptionName::ReloadUnits => {
                let without_suffix = text.split([' ', ',']).find(|unit| !unit.is_empty() && !unit.contains('.'));
                if let Some(unit) = without_suffix {
                    findings.warn(field, format!("{unit} has no suffix; a service is {unit}.service"));
                }
            }
            _ => {}
        }
    }
    let owner = form.nix.text(&OptionName::Owner).filter(|owner| !matches!(owner.text().trim(), "" | "root"));
    if form.nix.offers_for_users() && form.nix.for_users() && owner.is_some() {
        findings.warn(FieldName::ForUsers, "before users exist the file belongs to root; owner has no effect");
    }
}

fn check_mode(text: &str, field: FieldName, findings: &mut Findings) {
    let is_octal = text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    match u32::from_str_radix(text, 8).ok().filter(|mode| is_octal && *mode <= 0o177_777) {
        None => findings.refuse(field, "a mode is octal digits, such as 0400"),
        Some(mode) if mode & 0o022 != 0 => {
            findings.warn(field, format!("the installer's umask makes it {:04o}", mode & !0o022 & 0o777));
        }
        Some(mode) if mode & 0o004 != 0 => findings.warn(field, "everyone on the host can read it"),
        Some(_) => {}
    }
}

fn is_unknown(name: &str, names: &[String]) -> bool {
    !matches!(name, "root" | "null") && !names.iter().any(|known| known == name)
}

/// The declaration as it will stand in its file, or why it cannot be written.
fn check_nix_text(form: &SecretForm, surroundings: Surroundings<'_>, findings: &mut Findings) {
    let key = form.key.text().parse::<KeyPath>().ok().and_then(|path| path.to_slashes());
    let Some(key) = key.or_else(|| Some(form.key.text().to_owned()).filter(|_| *form.purpose() != Purpose::Add)) else {
        return;
    };
    let written = match form.nix.place() {
        Some(Place::New(_)) => form.nix.spec(&key).and_then(|(suggestion, spec)| {
            let file = surroundings.repository.nix_file(&suggestion.file)?;
            // Adding is tried, not only rendered: it tells a name that is taken.
            Some(file.add_declaration(suggestion.site, &spec).and_then(|_| file.render(suggestion.site, &spec)))
        }),
        Some(Place::Old { declaration, .. }) => surroundings
            .repository
            .nix_file(&declaration.file)
            .map(|file| changed_text(file, declaration.id, &form.nix.changes())),
        None => None,
    };
    match written {
        Some(Ok(text)) => findings.preview = preview(&text),
        Some(Err(error)) => {
            let field = match error {
                EditError::NameTaken { .. } => FieldName::Attribute,
                _ => FieldName::Place,
            };
            findings.refuse(field, format!("{error}; {}", error.hint()));
        }
        None => {}
    }
}

/// Nix text without the indentation of its file.
fn preview(text: &str) -> Vec<PageLine> {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let common = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    let line = |(number, line): (usize, &str)| {
        let line = if number == 0 { line } else { line.get(common..).unwrap_or_default() };
        let label = if number == 0 { "writes" } else { "" };
        PageLine::labelled(label, sanitize(&line.replace('\t', "  ")), Tone::New)
    };
    text.lines().enumerate().map(line).collect()
}

/// The bindings of a declaration after its options changed.
fn changed_text(
    file: &NixFile,
    id: crate::nix::DeclarationId,
    changes: &[(OptionName, Option<crate::nix::OptionValue>)],
) -> Result<String, EditError> {
    let changed = match changes {
        [] => None,
        changes => Some(file.apply(&file.change_options(id, changes)?)),
    };
    let file = changed.as_ref().unwrap_or(file);
    let declaration = file.declaration(id).ok_or(EditError::Gone)?;
    Ok(declaration.bindings.iter().map(|range| &file.text()[range.clone()]).collect::<Vec<_>>().join("\n"))
}
