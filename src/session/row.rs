//! One row of the table: what stands in the file and in Nix, side by side, and what can be said about it.

use super::Session;
use super::open_file::locate;
use super::places::{declaration_place, reference_place};
use super::view::{RowView, Tone, ValueView, Words};
use crate::nix::{Declaration, ModuleKind, OptionName, Static, Value};
use crate::repo::check::Level;
use crate::repo::{DeclarationRef, EntryKind, ReferenceRef, Row, RowState};
use crate::sops::{KeyPath, LeafType, Part};
use crate::text::sanitize;

/// What actions need to know of the row under the cursor.
pub(super) struct RowFacts<'a> {
    pub(super) row: &'a Row,
    /// The place in the file; none for what is declared only, for what was removed, and for the whole file.
    pub(super) path: Option<KeyPath>,
    /// Whether it stands in a list, which Nix cannot address.
    pub(super) is_in_list: bool,
}

impl RowFacts<'_> {
    /// Whether it has keys below it.
    pub(super) fn is_branch(&self) -> bool {
        self.row.is_branch()
    }

    /// Whether it stood in the file when that was saved, and does not now.
    pub(super) fn is_removed(&self) -> bool {
        self.row.kind.is_some() && self.path.is_none()
    }

    /// The type of its value.
    pub(super) fn leaf_type(&self) -> Option<LeafType> {
        match self.row.kind? {
            EntryKind::Leaf { value_type, .. } => Some(value_type),
            _ => None,
        }
    }
}

impl Session {
    /// The row under the cursor.
    pub(super) fn row_facts(&self) -> Option<RowFacts<'_>> {
        let row = self.table.current()?;
        let file = self.workspace.file.as_ref()?;
        let encrypted = self.workspace.repository.encrypted_file(&file.path)?;
        let path = match row.state {
            RowState::Removed | RowState::Missing => None,
            _ => locate(&row.key, encrypted, &file.document),
        };
        let is_in_list =
            path.as_ref().is_some_and(|path| path.parts().iter().any(|part| matches!(part, Part::Index(_))));
        Some(RowFacts { row, path, is_in_list })
    }

    /// The key under the cursor.
    pub(super) fn current_key(&self) -> Option<String> {
        self.table.current().map(|row| row.key.clone())
    }

    /// The places that refer to the secrets of these declarations, in all files.
    pub(super) fn references_of(&self, declarations: &[DeclarationRef]) -> Vec<ReferenceRef> {
        let repository = &self.workspace.repository;
        let mut names: Vec<&str> = declarations
            .iter()
            .filter_map(|declaration| repository.declaration(declaration)?.name.known().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().flat_map(|name| repository.references_to(name)).map(|(reference, _)| reference).collect()
    }

    /// One row of the table, by its position among the rows that are neither folded away nor filtered out.
    #[must_use]
    pub fn row(&self, position: usize) -> Option<RowView> {
        let row = self.table.row(position)?;
        let is_flat = self.table.filter().is_some();
        let label = if is_flat { row.key.as_str() } else { row.label() };
        let declaration = row.declarations.first();
        let in_nix = declaration.and_then(|declaration| self.workspace.repository.declaration(declaration));
        let module = declaration.zip(in_nix).and_then(|(reference, declaration)| {
            self.workspace.repository.module_kind(&reference.file, &declaration.place)
        });
        let problem = self.problem_of(row);
        Some(RowView {
            label: sanitize(if row.key.is_empty() { "(whole file)" } else { label }).into_owned(),
            key: sanitize(&row.key).into_owned(),
            depth: if is_flat { 0 } else { row.depth },
            state: if problem.is_some() && row.state == RowState::Declared { RowState::Problem } else { row.state },
            fold: self.table.fold_of(row),
            value: self.value_view(row),
            value_type: type_word(row),
            declared: self.declared(row),
            owner: in_nix.map(|declaration| owner(declaration, module)).unwrap_or_default(),
            mode: in_nix.map(|declaration| text_or(declaration, &OptionName::Mode, "0400")).unwrap_or_default(),
            path: in_nix.map(|declaration| path(declaration, module)).unwrap_or_default(),
            problem,
        })
    }

    /// What the detail line says about the row under the cursor.
    pub(super) fn row_detail(&self) -> Words {
        let Some(row) = self.table.current() else {
            return Words::default();
        };
        let file = self.workspace.file.as_ref().map(|file| &file.path);
        if let Some(problem) = file.and_then(|file| self.problems.of_key(file, &row.key).next())
            && problem.level != Level::Note
        {
            let fix = problem.fixes.first().map(|fix| format!(" · x {}", fix.label)).unwrap_or_default();
            let words = format!("{}{fix}", problem.sentence);
            return Words::toned(
                sanitize(&words),
                if problem.level == Level::Error { Tone::Error } else { Tone::Warning },
            );
        }
        let name = if row.key.is_empty() { "(whole file)" } else { row.label() };
        let mut facts = vec![self.problem_of(row).unwrap_or_else(|| row.state.word().to_owned())];
        let places: Vec<String> = self
            .references_of(&row.declarations)
            .iter()
            .filter_map(|reference| reference_place(reference, &self.workspace.repository))
            .collect();
        if !places.is_empty() && row.state != RowState::Problem {
            facts[0] = format!("used by {}", few(&places));
        }
        if row.is_branch() {
            facts[0] = self.below(row);
        }
        facts.extend(self.history.last_change(&row.key, self.now));
        for (option, verb) in [(OptionName::RestartUnits, "restarts"), (OptionName::ReloadUnits, "reloads")] {
            let units = self.units(row, &option);
            if !units.is_empty() {
                facts.push(format!("{verb} {}", few(&units)));
            }
        }
        facts.retain(|fact| !fact.is_empty());
        Words::plain(sanitize(&format!("{name} ─ {}", facts.join(" · "))))
    }

    fn below(&self, row: &Row) -> String {
        let start = self.table.rows().iter().position(|other| std::ptr::eq(other, row)).map_or(0, |at| at + 1);
        let below = self.table.rows()[start..].iter().take_while(|other| other.depth > row.depth);
        match below.filter(|other| !other.is_branch()).count() {
            1 => "1 key".to_owned(),
            count => format!("{count} keys"),
        }
    }

    fn units(&self, row: &Row, option: &OptionName) -> Vec<String> {
        let declarations = row.declarations.iter().filter_map(|one| self.workspace.repository.declaration(one));
        let lists = declarations.filter_map(|declaration| match &declaration.option(option)?.value {
            Static::Known(Value::List(units)) => Some(units),
            _ => None,
        });
        let mut units: Vec<String> = lists
            .flatten()
            .filter_map(|unit| match unit {
                Static::Known(Value::Text(unit)) => Some(unit.clone()),
                _ => None,
            })
            .collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// What is wrong with a row, in a few words.
    fn problem_of(&self, row: &Row) -> Option<String> {
        let file = &self.workspace.file.as_ref()?.path;
        match row.kind {
            Some(EntryKind::Leaf { value_type, .. }) if row.state == RowState::Problem => Some(match value_type {
                LeafType::Time => "a time: written out in full".to_owned(),
                LeafType::Null => "null: the build will fail".to_owned(),
                _ => "not a string: activation will fail".to_owned(),
            }),
            Some(_) if row.state == RowState::Problem => Some("not a value: the build will fail".to_owned()),
            // A missing key says so by its sign and its value already.
            _ if matches!(row.state, RowState::Missing | RowState::Removed) => None,
            _ => {
                let problem = self.problems.of_key(file, &row.key).find(|problem| problem.level == Level::Error)?;
                Some(sanitize(&problem.sentence).into_owned())
            }
        }
    }

    fn value_view(&self, row: &Row) -> ValueView {
        let is_revealed = self.revealed.as_ref().is_some_and(|revealed| revealed.key == row.key);
        match row.kind {
            _ if row.state == RowState::Missing => ValueView::Absent("absent"),
            _ if row.state == RowState::Removed => ValueView::Absent("removed"),
            _ if is_revealed => ValueView::Revealed,
            Some(EntryKind::Leaf { value_type: LeafType::Null, .. }) => ValueView::Absent("null"),
            Some(EntryKind::Leaf { is_sealed: true, .. } | EntryKind::Alias) => ValueView::Masked,
            Some(EntryKind::Leaf { is_sealed: false, .. }) => self.clear_value(row),
            Some(EntryKind::Map | EntryKind::List) | None => ValueView::None,
        }
    }

    /// A value that stands in the file in the clear; sops never seals an empty string.
    fn clear_value(&self, row: &Row) -> ValueView {
        let encrypted =
            self.workspace.file.as_ref().and_then(|file| self.workspace.repository.encrypted_file(&file.path));
        let text = encrypted.and_then(|file| file.text().get(file.entry(&row.key)?.range.clone()));
        match text {
            Some("\"\"" | "''" | "") => ValueView::Absent("empty"),
            Some(text) => ValueView::Clear(sanitize(text).into_owned()),
            None => ValueView::Masked,
        }
    }

    fn declared(&self, row: &Row) -> Words {
        let repository = &self.workspace.repository;
        let Some(first) = row.declarations.first() else {
            let is_leaf = row.kind.is_some() && !row.is_branch();
            return if is_leaf { Words::toned("not declared", Tone::Dim) } else { Words::default() };
        };
        let mut text = self.places.of_declaration(first, repository).unwrap_or_default();
        if row.declarations.len() > 1 {
            text.push_str(&format!(" +{}", row.declarations.len() - 1));
        }
        if self.places.is_new(first, repository) {
            return Words::toned(format!("{text} (new)"), Tone::New);
        }
        Words::plain(text)
    }
}

/// The places of declarations, for questions.
pub(super) fn places_of(declarations: &[DeclarationRef], session: &Session) -> Vec<String> {
    let repository = &session.workspace.repository;
    declarations.iter().filter_map(|declaration| declaration_place(declaration, repository)).collect()
}

/// The first few of a list, and how many more there are.
fn few(items: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = items[..items.len().min(SHOWN)].join(", ");
    if items.len() > SHOWN { format!("{shown} and {} more", items.len() - SHOWN) } else { shown }
}

fn type_word(row: &Row) -> &'static str {
    match row.kind {
        Some(EntryKind::Leaf { value_type, .. }) => value_type.name(),
        Some(EntryKind::Alias) => "alias",
        Some(EntryKind::Map) => "",
        Some(EntryKind::List) => "list",
        None => "–",
    }
}

/// The text of an option, what holds without it, or a word for what cannot be read.
fn text_or(declaration: &Declaration, option: &OptionName, default: &str) -> String {
    let Some(setting) = declaration.option(option) else {
        return default.to_owned();
    };
    match &setting.value {
        Static::Known(Value::Text(text)) => sanitize(text).into_owned(),
        Static::Known(Value::Null) => "null".to_owned(),
        _ => "computed".to_owned(),
    }
}

fn owner(declaration: &Declaration, module: Option<ModuleKind>) -> String {
    if module == Some(ModuleKind::HomeManager) {
        return String::new();
    }
    let has = |option| declaration.option(option).is_some();
    let owner = text_or(declaration, &OptionName::Owner, "root");
    let default_group = if module == Some(ModuleKind::Darwin) { "staff" } else { "root" };
    match (has(&OptionName::Owner), has(&OptionName::Group)) {
        // The group follows the owner, and only an evaluation knows which one that is.
        (true, false) if module != Some(ModuleKind::Darwin) => owner,
        _ => format!("{owner}:{}", text_or(declaration, &OptionName::Group, default_group)),
    }
}

fn path(declaration: &Declaration, module: Option<ModuleKind>) -> String {
    let name = match declaration.option(&OptionName::Name) {
        Some(_) => text_or(declaration, &OptionName::Name, ""),
        None => declaration.name.known().map_or_else(|| "?".to_owned(), |name| sanitize(name).into_owned()),
    };
    let for_users = declaration.option(&OptionName::NeededForUsers).map(|setting| &setting.value);
    let folder = match module {
        Some(ModuleKind::HomeManager) => "~/.config/sops-nix/secrets",
        _ if for_users == Some(&Static::Known(Value::Boolean(true))) => "/run/secrets-for-users",
        _ => "/run/secrets",
    };
    text_or(declaration, &OptionName::Path, &format!("{folder}/{name}"))
}
