//! The Nix side of a form: where the secret is declared, under which name, and with which options.
//!
//! A secret that is declared already is edited where it stands; otherwise the form offers the places where a declaration
//! can go, the best one first. What equals the module's default is not written. Nothing here changes a file: the result
//! is a [`DeclarationSpec`] or a list of option changes.

use super::nix_text::{text_of, value_of};
use crate::nix::{DeclarationSpec, Defaults, ModuleKind, NixFile, OptionName, OptionValue, Static, Value};
use crate::repo::{DeclarationRef, Repository, Suggestion};
use crate::session::editor::Field;

/// Options with a text field, in the order of the form.
const TEXTS: [OptionName; 6] = [
    OptionName::Owner,
    OptionName::Group,
    OptionName::Mode,
    OptionName::Path,
    OptionName::RestartUnits,
    OptionName::ReloadUnits,
];

/// The order in which the module's derived defaults can be told: name and owner come before path and group.
const DERIVATION: [OptionName; 7] = [
    OptionName::Owner,
    OptionName::NeededForUsers,
    OptionName::Group,
    OptionName::Mode,
    OptionName::Path,
    OptionName::RestartUnits,
    OptionName::ReloadUnits,
];

/// The Nix side of a form.
pub(crate) struct NixFields {
    /// Whether the secret is declared, or is to be.
    pub(crate) is_declared: bool,
    places: Vec<Place>,
    chosen: usize,
    /// One sheet for each declaration that is there, or one for all places of a new one.
    sheets: Vec<Sheet>,
}

/// Where a declaration stands or would go.
pub(crate) enum Place {
    /// It would go there.
    New(Suggestion),
    /// It stands there.
    Old {
        /// Which one.
        declaration: DeclarationRef,
        /// What its module takes without being told.
        defaults: Defaults,
        /// Its attribute name; none when that is computed.
        name: Option<String>,
        /// Its line, from 1.
        line: usize,
    },
}

/// What is typed for one declaration.
struct Sheet {
    name: Field,
    texts: Vec<OptionText>,
    for_users: bool,
    for_users_before: bool,
}

struct OptionText {
    option: OptionName,
    field: Field,
    before: String,
}

impl NixFields {
    /// The fields for a key that is declared nowhere. Without a place to go the switch stays off.
    pub(crate) fn new(suggestions: Vec<Suggestion>, is_declared: bool) -> Self {
        let is_declared = is_declared && !suggestions.is_empty();
        let places = suggestions.into_iter().map(Place::New).collect();
        Self { is_declared, places, chosen: 0, sheets: vec![Sheet::empty()] }
    }

    /// The fields of declarations that are there.
    pub(crate) fn old(declarations: &[DeclarationRef], repository: &Repository) -> Self {
        let mut places = Vec::new();
        let mut sheets = Vec::new();
        for reference in declarations {
            let (Some(file), Some(declaration)) =
                (repository.nix_file(&reference.file), repository.declaration(reference))
            else {
                continue;
            };
            let line = crate::text::LineIndex::new(file.text()).line(declaration.range.start);
            let defaults = repository.defaults_at(&reference.file, &declaration.place);
            let name = declaration.name.known().cloned();
            places.push(Place::Old { declaration: reference.clone(), defaults, name, line });
            sheets.push(Sheet::of(declaration, file));
        }
        Self { is_declared: !places.is_empty(), places, chosen: 0, sheets }
    }

    /// The place that is chosen.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.places.get(self.chosen)
    }

    /// How many other places there are.
    pub(crate) fn other_places(&self) -> usize {
        self.places.len().saturating_sub(1)
    }

    /// Chooses the next place, or with `by = len - 1` the one before.
    pub(crate) fn step_place(&mut self, by: usize) {
        if !self.places.is_empty() {
            self.chosen = (self.chosen + by) % self.places.len();
        }
    }

    /// How many places there are.
    pub(crate) fn places(&self) -> usize {
        self.places.len()
    }

    /// Whether the declaration is there already.
    pub(crate) fn is_old(&self) -> bool {
        matches!(self.place(), Some(Place::Old { .. }))
    }

    /// Which module reads the declaration.
    pub(crate) fn module(&self) -> Option<ModuleKind> {
        self.defaults().and_then(|defaults| defaults.module)
    }

    /// What the module takes at the chosen place without being told.
    pub(crate) fn defaults(&self) -> Option<&Defaults> {
        Some(match self.place()? {
            Place::New(suggestion) => &suggestion.defaults,
            Place::Old { defaults, .. } => defaults,
        })
    }

    /// The options that the chosen module knows and that have a text field.
    pub(crate) fn options(&self) -> impl Iterator<Item = &'static OptionName> {
        let module = self.module();
        TEXTS.iter().filter(move |option| is_known(option, module))
    }

    /// Whether the module knows `neededForUsers`.
    pub(crate) fn offers_for_users(&self) -> bool {
        is_known(&OptionName::NeededForUsers, self.module())
    }

    /// The field of the attribute name; only a new declaration has one.
    pub(crate) fn name(&self) -> &Field {
        &self.sheet().name
    }

    /// The field of the attribute name, to be typed into.
    pub(crate) fn name_mut(&mut self) -> &mut Field {
        &mut self.sheet_mut().name
    }

    /// The field of an option.
    pub(crate) fn text(&self, option: &OptionName) -> Option<&Field> {
        self.sheet().texts.iter().find(|text| text.option == *option).map(|text| &text.field)
    }

    /// The field of an option, to be typed into.
    pub(crate) fn text_mut(&mut self, option: &OptionName) -> Option<&mut Field> {
        self.sheet_mut().texts.iter_mut().find(|text| text.option == *option).map(|text| &mut text.field)
    }

    /// Whether the secret is needed before users exist.
    pub(crate) fn for_users(&self) -> bool {
        self.sheet().for_users
    }

    /// Flips whether the secret is needed before users exist.
    pub(crate) fn flip_for_users(&mut self) {
        let sheet = self.sheet_mut();
        sheet.for_users = !sheet.for_users;
    }

    /// The attribute name as it will be, for a key.
    pub(crate) fn attribute(&self, key: &str) -> String {
        match self.place() {
            Some(Place::Old { name: Some(name), .. }) => name.clone(),
            _ if self.name().is_empty() => key.to_owned(),
            _ => self.name().text().to_owned(),
        }
    }

    /// Where the secret will be found on the host, as far as that is known without evaluating.
    pub(crate) fn default_path(&self, key: &str) -> String {
        match (self.module(), self.for_users()) {
            (Some(ModuleKind::HomeManager), _) => format!("~/.config/sops-nix/secrets/{}", self.attribute(key)),
            (_, true) => format!("/run/secrets-for-users/{}", self.attribute(key)),
            (_, false) => format!("/run/secrets/{}", self.attribute(key)),
        }
    }

    /// The declaration to be written at the chosen place; `None` where there is one already.
    pub(crate) fn spec(&self, key: &str) -> Option<(&Suggestion, DeclarationSpec)> {
        let Some(Place::New(suggestion)) = self.place() else {
            return None;
        };
        let mut spec = suggestion.spec(&self.attribute(key), key);
        for option in DERIVATION.iter().filter(|option| is_known(option, suggestion.defaults.module)) {
            if let Some(value) = self.value(option) {
                spec = spec.with(option.clone(), value, &suggestion.defaults);
            }
        }
        spec.options.sort_by_key(|(option, _)| OptionName::SECRET.iter().position(|known| known == option));
        Some((suggestion, spec))
    }

    /// What changes in the chosen declaration that is there; `None` removes an option.
    pub(crate) fn changes(&self) -> Vec<(OptionName, Option<OptionValue>)> {
        let Some(Place::Old { defaults, name, .. }) = self.place() else {
            return Vec::new();
        };
        let mut spec = DeclarationSpec::new(name.clone().unwrap_or_default());
        let mut changes = Vec::new();
        for option in DERIVATION.iter().filter(|option| is_known(option, defaults.module)) {
            let value = self.value(option).filter(|value| !defaults.covers(&spec, option, value));
            if let Some(value) = &value {
                spec.options.push((option.clone(), value.clone()));
            }
            let was_set = self.was_set(option);
            if self.differs(option) && (value.is_some() || was_set) {
                changes.push((option.clone(), value));
            }
        }
        changes
    }

    fn value(&self, option: &OptionName) -> Option<OptionValue> {
        match option {
            OptionName::NeededForUsers => self.for_users().then_some(OptionValue::Boolean(true)),
            option => value_of(option, self.text(option)?.text()),
        }
    }

    fn differs(&self, option: &OptionName) -> bool {
        let sheet = self.sheet();
        match option {
            OptionName::NeededForUsers => sheet.for_users != sheet.for_users_before,
            option => sheet.texts.iter().any(|text| text.option == *option && text.field.text().trim() != text.before),
        }
    }

    fn was_set(&self, option: &OptionName) -> bool {
        let sheet = self.sheet();
        match option {
            OptionName::NeededForUsers => sheet.for_users_before,
            option => sheet.texts.iter().any(|text| text.option == *option && !text.before.is_empty()),
        }
    }

    fn sheet(&self) -> &Sheet {
        &self.sheets[self.sheet_index()]
    }

    fn sheet_mut(&mut self) -> &mut Sheet {
        let index = self.sheet_index();
        &mut self.sheets[index]
    }

    fn sheet_index(&self) -> usize {
        if self.is_old() { self.chosen } else { 0 }
    }
}

impl Sheet {
    fn empty() -> Self {
        let text =
            |option: &OptionName| OptionText { option: option.clone(), field: Field::default(), before: String::new() };
        Self {
            name: Field::default(),
            texts: TEXTS.iter().map(text).collect(),
            for_users: false,
            for_users_before: false,
        }
    }

    fn of(declaration: &crate::nix::Declaration, file: &NixFile) -> Self {
        let mut sheet = Self::empty();
        for text in &mut sheet.texts {
            if let Some(setting) = declaration.option(&text.option) {
                text.before = text_of(setting, file.text());
                text.field = Field::with_text(&text.before);
            }
        }
        let for_users = declaration.option(&OptionName::NeededForUsers).map(|setting| &setting.value);
        sheet.for_users = for_users == Some(&Static::Known(Value::Boolean(true)));
        sheet.for_users_before = sheet.for_users;
        sheet
    }
}

/// Whether a module has an option: home-manager knows neither owners nor units, nix-darwin no units.
fn is_known(option: &OptionName, module: Option<ModuleKind>) -> bool {
    match (module, option) {
        (Some(ModuleKind::HomeManager), OptionName::Mode | OptionName::Path) => true,
        (Some(ModuleKind::HomeManager), _) => false,
        (Some(ModuleKind::Darwin), OptionName::RestartUnits | OptionName::ReloadUnits | OptionName::NeededForUsers) => {
            false
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::SiteId;
    use crate::repo::RepoPath;

    fn fields(module: Option<ModuleKind>) -> NixFields {
        let suggestion = Suggestion {
            file: RepoPath::new("sops.nix").unwrap(),
            site: SiteId(0),
            neighbours: 0,
            defaults: Defaults { module, ..Defaults::default() },
            options: Vec::new(),
        };
        NixFields::new(vec![suggestion], true)
    }

    fn check(module: Option<ModuleKind>, typed: &[(OptionName, &str)], expected: &[(OptionName, OptionValue)]) {
        let mut fields = fields(module);
        for (option, text) in typed {
            fields.text_mut(option).unwrap().insert(text);
        }
        let (_, spec) = fields.spec("api/x").unwrap();
        assert_eq!((spec.name.as_str(), spec.options.as_slice()), ("api/x", expected));
    }

    fn text(text: &str) -> OptionValue {
        OptionValue::Text(text.to_owned())
    }

    #[test]
    fn only_what_differs_from_the_default_is_written() {
        check(Some(ModuleKind::NixOs), &[], &[]);
        let defaults =
            [(OptionName::Owner, "root"), (OptionName::Mode, "0400"), (OptionName::Path, "/run/secrets/api/x")];
        check(Some(ModuleKind::NixOs), &defaults, &[]);
        let units = OptionValue::Texts(vec!["a.service".to_owned(), "b.service".to_owned()]);
        check(
            Some(ModuleKind::NixOs),
            &[(OptionName::RestartUnits, "a.service, b.service"), (OptionName::Owner, "ctfd")],
            &[(OptionName::Owner, text("ctfd")), (OptionName::RestartUnits, units)],
        );
    }

    #[test]
    fn expressions_stand_behind_an_equals_sign() {
        let expression = OptionValue::Expression("config.users.users.x.name".to_owned());
        check(None, &[(OptionName::Owner, "= config.users.users.x.name")], &[(OptionName::Owner, expression)]);
    }

    #[test]
    fn a_module_is_offered_only_what_it_knows() {
        let options = |module| fields(Some(module)).options().map(OptionName::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(options(ModuleKind::NixOs), "owner group mode path restartUnits reloadUnits");
        assert_eq!(options(ModuleKind::Darwin), "owner group mode path");
        assert_eq!(options(ModuleKind::HomeManager), "mode path");
        check(Some(ModuleKind::HomeManager), &[(OptionName::Owner, "ctfd")], &[]);
    }

    #[test]
    fn the_default_path_follows_name_module_and_switch() {
        let mut nixos = fields(Some(ModuleKind::NixOs));
        assert_eq!(nixos.default_path("a/b"), "/run/secrets/a/b");
        nixos.flip_for_users();
        nixos.name_mut().insert("x");
        assert_eq!(nixos.default_path("a/b"), "/run/secrets-for-users/x");
    }

    #[test]
    fn without_a_place_nothing_is_declared() {
        let fields = NixFields::new(Vec::new(), true);
        assert!(!fields.is_declared && fields.spec("a").is_none() && fields.changes().is_empty());
    }
}
