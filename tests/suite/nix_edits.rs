//! Every edit of every declaration of every fixture, evaluated by real Nix: exactly what was meant, nothing else.

use serde_json::Value as Json;
use sopsmith::nix::{
    Declaration, DeclarationId, DeclarationSpec, EditError, Form, NixFile, OptionName, OptionValue, Origin, Place,
    ReferenceKind, SiteId, Static,
};
use sopsmith::text::Patch;

use super::nix_judge::{Question, evaluate, fixtures, secrets_at};

/// What happens to the evaluated secrets of one module.
enum Meant {
    Added { name: String, options: Json },
    Renamed { from: String, to: String },
    Removed { name: String },
    Set { name: String, option: &'static str, value: Json },
    Unset { name: String, option: String },
}

/// One edit, done; to be judged.
struct Case {
    fixture: String,
    after: String,
    place: Place,
    meant: Meant,
    /// Whether the thing may be switched off, so that evaluation shows no change at all.
    is_conditional: bool,
}

/// All cases, and how many edits were refused.
#[derive(Default)]
struct Cases {
    cases: Vec<Case>,
    refused: Vec<String>,
}

/// A value for every option, and how the judge shows it.
fn values() -> Vec<(OptionName, OptionValue, Json)> {
    let text = |text: &str| (OptionValue::Text(text.to_owned()), Json::from(text));
    let with = |option: OptionName, (value, json): (OptionValue, Json)| (option, value, json);
    let units = || vec!["one.service".to_owned(), "two \"quoted\".timer".to_owned()];
    vec![
        with(OptionName::Format, text("binary")),
        with(OptionName::Key, text("a/b${c}$${d}\"\\\n\té")),
        with(OptionName::Name, text("other-name")),
        with(OptionName::Path, text("/var/lib/a b/x")),
        with(OptionName::Group, text("keys")),
        with(OptionName::Mode, text("0444")),
        (OptionName::SopsFile, OptionValue::Path("./new/file.yaml".to_owned()), "path:new/file.yaml".into()),
        (OptionName::SopsFile, OptionValue::Path("./new file.yaml".to_owned()), "path:new file.yaml".into()),
        (OptionName::Owner, OptionValue::Expression("\"al\" + \"ice\"".to_owned()), "alice".into()),
        (OptionName::Uid, OptionValue::Integer(1001), 1001.into()),
        (OptionName::Gid, OptionValue::Null, Json::Null),
        (OptionName::NeededForUsers, OptionValue::Boolean(true), true.into()),
        (OptionName::RestartUnits, OptionValue::Texts(units()), units().into()),
        (OptionName::ReloadUnits, OptionValue::Texts(Vec::new()), Json::Array(Vec::new())),
    ]
}

impl Cases {
    fn of_fixture(&mut self, fixture: &str, text: &str) {
        let file = NixFile::parse(text);
        for site in 0..file.sites().len().min(3) {
            self.additions(fixture, &file, SiteId(site));
        }
        for (index, declaration) in file.declarations().iter().enumerate() {
            let Static::Known(name) = &declaration.name else { continue };
            let id = DeclarationId(index);
            for to in ["renamed", "re named/deep"] {
                self.rename(fixture, &file, (id, declaration), (name, to));
            }
            let removed = Meant::Removed { name: name.clone() };
            self.push(fixture, &file, (file.remove_declaration(id), declaration), removed, only_lines_of);
            self.options(fixture, &file, (id, declaration), name);
        }
    }

    fn additions(&mut self, fixture: &str, file: &NixFile, site: SiteId) {
        let place = &file.sites()[site.0];
        let sets: [&[usize]; 4] = [&[], &[5], &[0, 6, 8], &[1, 11, 12]];
        for (index, chosen) in sets.into_iter().enumerate() {
            let name = ["added", "added/deep ${x}", "a", "added"][index].to_owned();
            let mut spec = DeclarationSpec::new(&name);
            let mut options = serde_json::Map::new();
            for (option, value, json) in chosen.iter().map(|at| values().swap_remove(*at)) {
                options.insert(option.as_str().to_owned(), json);
                spec.options.push((option, value));
            }
            let patch = match file.add_declaration(site, &spec) {
                Ok(patch) => patch,
                Err(EditError::NameTaken { .. }) => continue,
                Err(error) => panic!("{fixture}: {error}"),
            };
            for splice in patch.splices() {
                let removed = file.text()[splice.range.clone()].trim();
                assert!(removed.is_empty(), "{fixture}: adding removed {removed}");
            }
            self.cases.push(Case {
                fixture: fixture.to_owned(),
                after: patch.apply(file.text()),
                place: place.place.clone(),
                meant: Meant::Added { name, options: options.into() },
                is_conditional: !place.conditions.is_empty(),
            });
        }
    }

    fn rename(&mut self, fixture: &str, file: &NixFile, of: (DeclarationId, &Declaration), names: (&str, &str)) {
        let (from, to) = names;
        let outcome = file.rename_declaration(of.0, to).map(|patch| {
            let renamed = file.apply(&patch);
            let uses = |kind| matches!(kind, ReferenceKind::Secret | ReferenceKind::Placeholder);
            let references: Vec<usize> = renamed
                .references()
                .iter()
                .enumerate()
                .filter(|(_, reference)| uses(reference.kind) && reference.name.known().is_some_and(|it| it == from))
                .map(|(index, _)| index)
                .collect();
            let with_uses =
                renamed.rename_references(&references, to).unwrap_or_else(|error| panic!("{fixture}: {error}"));
            patch_between(file.text(), &with_uses.apply(renamed.text()))
        });
        let meant = Meant::Renamed { from: from.to_owned(), to: to.to_owned() };
        self.push(fixture, file, (outcome, of.1), meant, |_, _, _| {});
    }

    fn options(&mut self, fixture: &str, file: &NixFile, of: (DeclarationId, &Declaration), name: &str) {
        for (option, value, json) in values() {
            let outcome = file.set_option(of.0, &option, &value);
            let option = values().into_iter().map(|(name, _, _)| name).find(|name| *name == option).unwrap();
            let option = OptionName::SECRET.iter().find(|known| **known == option).unwrap().as_str();
            let meant = Meant::Set { name: name.to_owned(), option, value: json };
            self.push(fixture, file, (outcome, of.1), meant, only_inside);
        }
        for setting in &of.1.options {
            let outcome = file.remove_option(of.0, &setting.option);
            let meant = Meant::Unset { name: name.to_owned(), option: setting.option.as_str().to_owned() };
            self.push(fixture, file, (outcome, of.1), meant, only_lines_of);
        }
    }

    /// Notes an edit, or that it was refused; only what is computed may be.
    fn push(
        &mut self,
        fixture: &str,
        file: &NixFile,
        (outcome, declaration): (Result<Patch, EditError>, &Declaration),
        meant: Meant,
        check: fn(&str, &Patch, &Declaration),
    ) {
        match outcome {
            Ok(patch) => {
                check(file.text(), &patch, declaration);
                self.cases.push(Case {
                    fixture: fixture.to_owned(),
                    after: patch.apply(file.text()),
                    place: declaration.place.clone(),
                    meant,
                    is_conditional: declaration.is_conditional(),
                });
            }
            Err(error) => {
                let is_computed = declaration.origin != Origin::Literal
                    || declaration.form == Form::Computed
                    || matches!(error, EditError::ComputedOption { .. })
                    || fixture == "recursive_set";
                assert!(is_computed, "{fixture}: {:?}: {error}", declaration.name);
                self.refused.push(format!("{fixture}: {error}"));
            }
        }
    }
}

/// The smallest patch from one text to another: for what was done in two steps.
fn patch_between(before: &str, after: &str) -> Patch {
    let same = before.char_indices().zip(after.chars()).take_while(|((_, ours), theirs)| ours == theirs);
    let start = same.last().map_or(0, |((at, character), _)| at + character.len_utf8());
    Patch::replace(start..before.len(), &after[start..])
}

/// A changed option touches nothing outside the bindings of its declaration.
fn only_inside(text: &str, patch: &Patch, declaration: &Declaration) {
    for splice in patch.splices() {
        let inside = declaration.bindings.iter().any(|it| it.start <= splice.range.start && splice.range.end <= it.end);
        let is_blank = text[splice.range.clone()].trim().is_empty();
        let has_comment = text[splice.range.clone()].contains("/*");
        assert!((inside || is_blank) && !has_comment, "{:?} of {text}", &text[splice.range.clone()]);
    }
}

/// What goes is the bindings, their comments, and blanks.
fn only_lines_of(text: &str, patch: &Patch, declaration: &Declaration) {
    for splice in patch.splices() {
        let mut gone = String::new();
        for (at, character) in text[splice.range.clone()].char_indices() {
            let at = splice.range.start + at;
            if !declaration.bindings.iter().any(|binding| binding.contains(&at)) {
                gone.push(character);
            }
        }
        for line in gone.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let is_comment = line.starts_with('#') || line.starts_with("/*");
            let is_brace = matches!(line, "// {" | "{" | "}" | "{}" | "{ }" | "{  }");
            let is_name = line.starts_with('"') || line.starts_with("inherit") || declaration.origin != Origin::Literal;
            assert!(is_comment || is_brace || is_name, "{line:?} of {text}");
        }
    }
}

/// The value that is expected after an edit.
fn expected(before: &Json, case: &Case) -> Json {
    let mut value = before.clone();
    if let Meant::Renamed { from, to } = &case.meant {
        let text = value.to_string();
        let json = |name: &str| Json::from(name).to_string().trim_matches('"').to_owned();
        let text = text.replace(&format!("<path:{}>", json(from)), &format!("<path:{}>", json(to)));
        let text = text.replace(&format!("<placeholder:{}>", json(from)), &format!("<placeholder:{}>", json(to)));
        value = serde_json::from_str(&text).unwrap();
    }
    if let Meant::Added { .. } = case.meant {
        make_room(&mut value, &case.place.attributes);
    }
    let mut places = Vec::new();
    secrets_at(&mut value, &case.place.attributes, &mut places);
    for secrets in places {
        match &case.meant {
            Meant::Added { name, options } => drop(secrets.insert(name.clone(), options.clone())),
            Meant::Renamed { from, to } => {
                if let Some(options) = secrets.remove(from) {
                    secrets.insert(to.clone(), options);
                }
            }
            Meant::Removed { name } => drop(secrets.remove(name)),
            Meant::Set { name, option, value } => {
                if let Some(Json::Object(options)) = secrets.get_mut(name) {
                    options.insert((*option).to_owned(), value.clone());
                }
            }
            Meant::Unset { name, option } => {
                if let Some(Json::Object(options)) = secrets.get_mut(name) {
                    options.remove(option);
                }
            }
        }
    }
    without_empty(value)
}

/// A module that declares nothing yet has no `sops.secrets`.
fn make_room(value: &mut Json, path: &[String]) {
    let Some(set) = value.as_object_mut() else { return };
    match path.split_first() {
        None => {
            let sops = set.entry("sops").or_insert_with(|| Json::Object(serde_json::Map::new()));
            sops.as_object_mut().unwrap().entry("secrets").or_insert_with(|| Json::Object(serde_json::Map::new()));
        }
        Some((first, rest)) if first == "config" && !set.contains_key(first) => make_room(value, rest),
        Some((first, rest)) => {
            if let Some(inner) = set.get_mut(first) {
                make_room(inner, rest);
            }
        }
    }
}

/// Whether something is empty or absent is all the same, except for a secret.
fn without_empty(mut value: Json) -> Json {
    fn prune(value: &mut Json) {
        match value {
            Json::Array(elements) => elements.iter_mut().for_each(prune),
            Json::Object(set) => {
                set.iter_mut().filter(|(name, _)| *name != "secrets").for_each(|(_, inner)| prune(inner));
                set.retain(|_, inner| inner.as_object().is_none_or(|inner| !inner.is_empty()));
            }
            _ => {}
        }
    }
    prune(&mut value);
    value
}

#[test]
fn every_edit_evaluates_to_what_was_meant() {
    let fixtures = fixtures();
    let mut all = Cases::default();
    for (name, text) in &fixtures {
        all.of_fixture(name, text);
    }
    // Names that were removed or renamed away may still be referred to.
    let names = |text: &str| -> Vec<String> {
        let file = NixFile::parse(text);
        file.declarations().iter().filter_map(|declaration| declaration.name.known().cloned()).collect()
    };
    let before: Vec<Question> =
        fixtures.iter().map(|(_, text)| Question { text: text.clone(), extra: names(text) }).collect();
    let after: Vec<Question> = all
        .cases
        .iter()
        .map(|case| {
            let text = &fixtures.iter().find(|(name, _)| *name == case.fixture).unwrap().1;
            Question { text: case.after.clone(), extra: names(text) }
        })
        .collect();
    let values_before = evaluate(&before);
    for (case, actual) in all.cases.iter().zip(evaluate(&after)) {
        let index = fixtures.iter().position(|(name, _)| *name == case.fixture).unwrap();
        let unchanged = without_empty(values_before[index].clone());
        let expected = expected(&values_before[index], case);
        let actual = without_empty(actual);
        let is_same = actual == expected || (case.is_conditional && actual == unchanged);
        assert!(is_same, "{}\n{}\nexpected {expected}\nbut got  {actual}", case.fixture, case.after);
        let must_change = !case.is_conditional && !matches!(case.meant, Meant::Set { .. });
        assert!(!must_change || actual != unchanged, "{} did not change:\n{}", case.fixture, case.after);
    }
    assert!(all.cases.len() > 1500, "only {} edits were judged", all.cases.len());
    assert!(all.refused.len() < all.cases.len() / 5, "{} edits were refused", all.refused.len());
}
