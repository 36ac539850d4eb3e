//! Generated modules in every mixture of styles, edited at random, and evaluated by real Nix after every step.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;
use sopsmith::nix::{DeclarationId, DeclarationSpec, NixFile, OptionName, OptionValue, ReferenceKind, SiteId};

use super::nix_judge::{Question, evaluate};
use super::nix_properties::Dice;

const FILES: usize = 120;
const STEPS: usize = 5;

/// What a module must evaluate to: secrets with their options, and which secret each use names.
#[derive(Clone, Default)]
struct Model {
    secrets: BTreeMap<String, BTreeMap<&'static str, Json>>,
    uses: Vec<String>,
}

/// A module under edit.
struct Run {
    text: String,
    model: Model,
}

const NAMES: [&str; 12] =
    ["alpha", "b-c", "d/e/f", "with space", "dotted.name", "9lives", "in", "é", "x'y", "a${b}", "back\\slash", "_z"];

fn pick<'a>(dice: &mut Dice, from: &[&'a str]) -> &'a str {
    from[dice.roll(from.len())]
}

/// An option, its value as it is written, as it is set, and as it is evaluated.
fn option(dice: &mut Dice) -> (OptionName, String, OptionValue, Json) {
    let number = dice.roll(1000);
    let texts = ["plain", "with \"quotes\"", "a\\b", "${x}", "line\nbreak", "", "$", "''"];
    let text = format!("{}{number}", pick(dice, &texts));
    let written = nix_string(&text);
    match dice.roll(6) {
        0 => (OptionName::Owner, written, OptionValue::Text(text.clone()), text.into()),
        1 => (OptionName::Key, written, OptionValue::Text(text.clone()), text.into()),
        2 => (OptionName::Uid, number.to_string(), OptionValue::Integer(i64::try_from(number).unwrap()), number.into()),
        3 => (OptionName::NeededForUsers, "true".to_owned(), OptionValue::Boolean(true), true.into()),
        4 => {
            let units = vec![format!("u{number}.service"), text];
            let written = format!("[ {} {} ]", nix_string(&units[0]), nix_string(&units[1]));
            (OptionName::RestartUnits, written, OptionValue::Texts(units.clone()), units.into())
        }
        _ => {
            let path = format!("./s/{number}.yaml");
            (OptionName::SopsFile, path.clone(), OptionValue::Path(path), format!("path:s/{number}.yaml").into())
        }
    }
}

fn static_name(option: &OptionName) -> &'static str {
    OptionName::SECRET.iter().find(|known| *known == option).unwrap().as_str()
}

fn nix_string(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

fn nix_name(name: &str, dice: &mut Dice) -> String {
    let is_plain = name.chars().all(|character| character.is_ascii_alphanumeric() || "_-'".contains(character));
    let may_be_plain = is_plain && name != "in" && !name.starts_with(|first: char| first.is_ascii_digit());
    if may_be_plain && dice.roll(3) > 0 { name.to_owned() } else { nix_string(name) }
}

/// One declaration in a random form, lines without indentation.
fn declaration(dice: &mut Dice, prefix: &str, name: &str, options: &[(&str, String)], unit: &str) -> Vec<String> {
    let written = nix_name(name, dice);
    let mut lines = Vec::new();
    if dice.roll(4) == 0 {
        lines.push("# what it is for".to_owned());
    }
    match (options, dice.roll(3)) {
        ([], _) => lines.push(format!("{prefix}{written} = {};", pick(dice, &["{ }", "{}"]))),
        (options, 0) => {
            lines.extend(options.iter().map(|(option, value)| format!("{prefix}{written}.{option} = {value};")));
        }
        (options, 1) => {
            let inner: String = options.iter().map(|(option, value)| format!("{option} = {value}; ")).collect();
            lines.push(format!("{prefix}{written} = {{ {inner}}};"));
        }
        (options, _) => {
            lines.push(format!("{prefix}{written} = {{"));
            for (option, value) in options {
                let tail = if dice.roll(5) == 0 { " # why" } else { "" };
                lines.push(format!("{unit}{option} = {value};{tail}"));
            }
            lines.push("};".to_owned());
        }
    }
    if dice.roll(3) == 0 {
        lines.push(String::new());
    }
    lines
}

fn generate(dice: &mut Dice) -> Run {
    let mut model = Model::default();
    let unit = pick(dice, &["  ", "    ", "\t"]).to_owned();
    let shapes: [(&str, &[&str], &str); 7] = [
        ("sops.secrets.", &[], ""),
        ("", &["sops.secrets = {"], "};"),
        ("", &["sops = {", "secrets = {"], "}; };"),
        ("secrets.", &["sops = {"], "};"),
        ("config.sops.secrets.", &[], ""),
        ("", &["config = lib.mkIf config.my.on.enable {", "sops.secrets = {"], "}; };"),
        ("", &["sops.secrets = lib.mkMerge [ {"], "} ];"),
    ];
    let (prefix, opening, closing) = shapes[dice.roll(shapes.len())];
    let mut lines: Vec<String> = Vec::new();
    let mut depth = 1;
    for line in opening {
        lines.push(format!("{}{line}", unit.repeat(depth)));
        depth += 1;
    }
    let mut names = NAMES.to_vec();
    for _ in 0..=dice.roll(5) {
        let name = names.swap_remove(dice.roll(names.len()));
        let mut options = BTreeMap::new();
        let mut written: Vec<(&str, String)> = Vec::new();
        for _ in 0..dice.roll(4) {
            let (option, text, _, json) = option(dice);
            let option = static_name(&option);
            if options.insert(option, json).is_none() {
                written.push((option, text));
            } else {
                let place = written.iter().position(|(known, _)| *known == option).unwrap();
                written[place].1 = text;
            }
        }
        for line in declaration(dice, prefix, name, &written, &unit) {
            lines.push(if line.is_empty() { line } else { format!("{}{line}", unit.repeat(depth)) });
        }
        model.secrets.insert(name.to_owned(), options);
    }
    if !closing.is_empty() {
        for (index, brace) in closing.split_inclusive("; ").enumerate() {
            lines.push(format!("{}{}", unit.repeat(depth - 1 - index), brace.trim()));
        }
    }
    let known: Vec<String> = model.secrets.keys().cloned().collect();
    // Beside `config = …;` nothing else may stand.
    let uses = if opening.iter().any(|line| line.starts_with("config =")) { 0 } else { dice.roll(4) };
    let prefix = if prefix.starts_with("config.") { "config." } else { "" };
    for index in 0..uses {
        let name = known[dice.roll(known.len())].clone();
        let written = nix_name(&name, dice);
        lines.push(format!("{unit}{prefix}use{index} = \"${{config.sops.secrets.{written}.path}}\";"));
        model.uses.push(name);
    }
    let ending = if dice.roll(6) == 0 { "\r\n" } else { "\n" };
    let text = format!("{{ config, lib, ... }}:\n{{\n{}\n}}\n", lines.join("\n")).replace('\n', ending);
    Run { text, model }
}

impl Run {
    /// One random edit of the text and of the model.
    fn step(&mut self, dice: &mut Dice) {
        let file = NixFile::parse(self.text.as_str());
        let names: Vec<String> = self.model.secrets.keys().cloned().collect();
        let fresh = NAMES.iter().find(|name| !self.model.secrets.contains_key(**name));
        match (dice.roll(5), names.as_slice(), fresh) {
            (0, _, Some(name)) | (_, [], Some(name)) => self.add(&file, name, dice),
            (1, names, Some(to)) => self.rename(&file, &names[dice.roll(names.len())], to),
            (2, names, _) => {
                let name = &names[dice.roll(names.len())];
                self.text = file.remove_declaration(id(&file, name)).unwrap().apply(&self.text);
                self.model.secrets.remove(name);
            }
            (3, names, _) => self.unset(&file, &names[dice.roll(names.len())], dice),
            (_, names, _) => {
                let name = &names[dice.roll(names.len())];
                let (option, _, value, json) = option(dice);
                self.text = file.set_option(id(&file, name), &option, &value).unwrap().apply(&self.text);
                self.model.secrets.get_mut(name).unwrap().insert(static_name(&option), json);
            }
        }
    }

    fn add(&mut self, file: &NixFile, name: &str, dice: &mut Dice) {
        let mut spec = DeclarationSpec::new(name);
        let mut options = BTreeMap::new();
        for _ in 0..dice.roll(3) {
            let (option, _, value, json) = option(dice);
            if spec.option(&option).is_none() {
                options.insert(static_name(&option), json);
                spec.options.push((option, value));
            }
        }
        let site = SiteId(dice.roll(file.sites().len()));
        self.text = file
            .add_declaration(site, &spec)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text))
            .apply(&self.text);
        self.model.secrets.insert(name.to_owned(), options);
    }

    fn rename(&mut self, file: &NixFile, from: &str, to: &str) {
        let file = file.apply(&file.rename_declaration(id(file, from), to).unwrap());
        let named =
            |kind, name: Option<&String>| kind == ReferenceKind::Secret && name.is_some_and(|name| name == from);
        let uses: Vec<usize> = (0..file.references().len())
            .filter(|index| named(file.references()[*index].kind, file.references()[*index].name.known()))
            .collect();
        self.text = file.rename_references(&uses, to).unwrap().apply(file.text());
        let options = self.model.secrets.remove(from).unwrap();
        self.model.secrets.insert(to.to_owned(), options);
        self.model.uses.iter_mut().filter(|name| *name == from).for_each(|name| to.clone_into(name));
    }

    fn unset(&mut self, file: &NixFile, name: &str, dice: &mut Dice) {
        let options: Vec<&str> = self.model.secrets[name].keys().copied().collect();
        if options.is_empty() {
            return;
        }
        let option = options[dice.roll(options.len())];
        let patch = file.remove_option(id(file, name), &OptionName::from_name(option)).unwrap();
        self.text = patch.apply(&self.text);
        self.model.secrets.get_mut(name).unwrap().remove(option);
    }
}

fn id(file: &NixFile, name: &str) -> DeclarationId {
    file.declarations_of(name).next().unwrap_or_else(|| panic!("{name} is not in {}", file.text())).0
}

#[test]
fn generated_modules_stay_what_they_are_meant_to_be() {
    let mut dice = Dice::new(0x0dd5_eed5);
    let mut states: Vec<(String, Model)> = Vec::new();
    for _ in 0..FILES {
        let mut run = generate(&mut dice);
        let expected: Vec<&str> = run.model.secrets.keys().map(String::as_str).collect();
        let file = NixFile::parse(run.text.as_str());
        let mut found: Vec<&str> =
            file.declarations().iter().filter_map(|it| it.name.known()).map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{}", run.text);
        states.push((run.text.clone(), run.model.clone()));
        for _ in 0..STEPS {
            run.step(&mut dice);
            states.push((run.text.clone(), run.model.clone()));
        }
    }
    let extra: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let questions: Vec<Question> =
        states.iter().map(|(text, _)| Question { text: text.clone(), extra: extra.clone() }).collect();
    for ((text, model), value) in states.iter().zip(evaluate(&questions)) {
        let secrets = value.get("sops").and_then(|sops| sops.get("secrets")).cloned();
        let secrets = secrets.unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        assert_eq!(secrets, serde_json::to_value(&model.secrets).unwrap(), "{text}");
        for (index, name) in model.uses.iter().enumerate() {
            let mut key = String::from("use");
            write!(key, "{index}").unwrap();
            assert_eq!(value[key.as_str()], format!("<path:{name}>"), "{text}");
        }
    }
}
