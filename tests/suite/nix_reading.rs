//! What is read statically agrees with what real Nix evaluates, for every fixture.

use serde_json::Value as Json;
use sopsmith::nix::{Declaration, FilePath, NixFile, Static, Value};

use super::nix_judge::{Question, evaluate, fixtures, secrets_at};

/// A static value as the judge shows it; `None` where it is not known.
fn as_json(value: &Static<Value>) -> Option<Json> {
    Some(match value.known()? {
        Value::Text(text) => text.clone().into(),
        Value::File(FilePath::Relative(path)) if !path.starts_with("..") => format!("path:{path}").into(),
        Value::File(FilePath::Repository(path)) => format!("/flake/{path}").into(),
        Value::Integer(number) => (*number).into(),
        Value::Boolean(on) => (*on).into(),
        Value::Null => Json::Null,
        Value::List(elements) => Json::Array(elements.iter().map(as_json).collect::<Option<_>>()?),
        _ => return None,
    })
}

/// Compares one declaration with the evaluated one.
fn compare(fixture: &str, declaration: &Declaration, options: &Json) {
    for setting in &declaration.options {
        let evaluated = options.get(setting.option.as_str());
        if let Some(known) = as_json(&setting.value) {
            assert_eq!(Some(&known), evaluated, "{fixture}: {:?} {:?}", declaration.name, setting.option);
        }
    }
    if declaration.incomplete.is_none() {
        for name in options.as_object().unwrap().keys() {
            let found = declaration.options.iter().any(|setting| setting.option.as_str() == name);
            assert!(found, "{fixture}: {name} of {:?} was not found", declaration.name);
        }
    }
}

#[test]
fn static_reading_and_evaluation_agree() {
    let fixtures = fixtures();
    let questions: Vec<Question> =
        fixtures.iter().map(|(_, text)| Question { text: text.clone(), extra: Vec::new() }).collect();
    let mut compared = 0;
    for ((name, text), mut value) in fixtures.iter().zip(evaluate(&questions)) {
        let file = NixFile::parse(text.as_str());
        assert_eq!(file.syntax_problems(), [], "{name}");
        for declaration in file.declarations() {
            let Static::Known(secret) = &declaration.name else { continue };
            let mut places = Vec::new();
            secrets_at(&mut value, &declaration.place.attributes, &mut places);
            let evaluated: Vec<&Json> = places.iter().filter_map(|secrets| secrets.get(secret)).collect();
            assert!(!evaluated.is_empty() || declaration.is_conditional(), "{name}: {secret} is not there");
            for options in evaluated {
                compare(name, declaration, options);
                compared += 1;
            }
        }
        let all_read = file.unreadable().is_empty() && file.declarations().iter().all(|it| it.name.known().is_some());
        if all_read {
            assert_eq!(evaluated_names(&value), static_names(&file, &value), "{name}");
        }
    }
    assert!(compared > 90, "only {compared} declarations were compared");
}

/// The names of all secrets in all modules, sorted.
fn evaluated_names(value: &Json) -> Vec<String> {
    let mut names = Vec::new();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Json::Array(elements) => pending.extend(elements),
            Json::Object(set) => {
                if let Some(Json::Object(secrets)) = set.get("sops").and_then(|sops| sops.get("secrets")) {
                    names.extend(secrets.keys().cloned());
                }
                pending.extend(set.iter().filter(|(name, _)| *name != "sops").map(|(_, inner)| inner));
            }
            _ => {}
        }
    }
    names.sort();
    names
}

/// The names that are declared, without those under conditions that do not hold.
fn static_names(file: &NixFile, value: &Json) -> Vec<String> {
    let evaluated = evaluated_names(value);
    let mut names: Vec<String> = file
        .declarations()
        .iter()
        .filter_map(|declaration| {
            let name = declaration.name.known()?;
            (!declaration.is_conditional() || evaluated.contains(name)).then(|| name.clone())
        })
        .collect();
    names.sort();
    names
}
