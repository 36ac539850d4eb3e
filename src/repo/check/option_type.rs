//! Options whose values are of a wrong type, or that exclude each other.
//!
//! Truth: the option types and the assertions of `modules/sops/default.nix` (sops-nix, commit 56b2406).

use super::super::encrypted::FileFormat;
use super::Check;
use super::problem::{Level, Problem, When};
use super::same_place::with_templates;
use super::scene::{Scene, Subject};
use super::users::validated;
use crate::nix::{ModuleKind, OptionName, OptionSetting, OptionValue, SettingName, Static, Value};
use crate::text::nearest;

pub(super) const WRONG_TYPE: Check = Check {
    code: "wrong-type",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "an option has a value of a wrong type",
    story: "Every option of sops-nix has a type, and the evaluation stops at a value of another one: A definition for \
            option … is not of type …. Frequent cases are restartUnits with a string instead of a list of strings, a \
            file named by a relative string instead of a path, and a format that does not exist.\n\nFiles are written \
            without quotes (./secrets/x.yaml), names and modes with quotes, units as a list: [ \"x.service\" ].",
    run: wrong_type,
};

pub(super) const OWNER_AND_UID: Check = Check {
    code: "owner-and-uid",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "owner and uid are both set",
    story: "`uid` counts only where `owner` is null, and sops-nix asserts that: In x exactly one of sops.owner and \
            sops.uid must be set. On nix-darwin `owner` is root by default and has to be set to null beside a \
            uid.\n\nKeep one of them; a uid is for users that the system does not know.",
    run: owner_and_uid,
};

pub(super) const RENAMED_WITH_TEMPLATE: Check = Check {
    code: "renamed-with-template",
    level: Level::Error,
    when: Some(When::Build),
    summary: "a secret has another name than its attribute, and the configuration has templates",
    story: "Placeholders are made from attribute names, but looked up by the secrets' `name`. As soon as a \
            configuration has one template, every secret whose `name` differs from its attribute stops the build, \
            whether a template uses it or not: placeholder for … not found in manifest.\n\nRename the attribute \
            instead and set `key` to the key in the file.",
    run: renamed_with_template,
};

fn wrong_type(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        for setting in &subject.declaration.options {
            let Some(expected) = setting.value.known().and_then(|value| mismatch(&setting.option, value)) else {
                continue;
            };
            let option = setting.option.as_str();
            let sentence = format!("{option} of {} is {}, not {expected}", subject.shown_name(), in_words(setting));
            let problem = scene
                .problem(check, scene.level(subject), sentence)
                .at(scene.spot(&subject.reference.file, &setting.value_range))
                .about(&subject.reference)
                .says(
                    When::Evaluation,
                    format!("A definition for option `sops.secrets.{}.{option}' is not of type", subject.shown_name()),
                );
            problems.push(with_fix(scene, subject, setting, problem));
        }
    }
    for (file, setting) in scene.settings(&SettingName::DefaultSopsFile) {
        if let Some(Value::Text(text)) = setting.value.known()
            && !text.starts_with('/')
        {
            problems.push(
                scene
                    .problem(
                        check,
                        scene.certainty(file, &setting.conditions),
                        format!("defaultSopsFile is the string {text:?}, not a path"),
                    )
                    .at(scene.spot(file, &setting.value_range))
                    .says(When::Evaluation, "is not of type 'absolute path'"),
            );
        }
    }
    for (file, setting) in scene.settings(&SettingName::DefaultSopsFormat) {
        if let Some(Value::Text(text)) = setting.value.known()
            && FileFormat::from_name(text).is_none()
        {
            problems.push(
                scene
                    .problem(
                        check,
                        scene.certainty(file, &setting.conditions),
                        format!("defaultSopsFormat is {text:?}, which is no format"),
                    )
                    .at(scene.spot(file, &setting.value_range))
                    .says(When::Evaluation, "is not one of [\"yaml\",\"json\",\"binary\",\"dotenv\",\"ini\"]"),
            );
        }
    }
}

/// What the option wants, where the value is something else.
fn mismatch(option: &OptionName, value: &Value) -> Option<&'static str> {
    let is_text = matches!(value, Value::Text(_));
    let is_null = matches!(value, Value::Null);
    match option {
        OptionName::Name | OptionName::Key => (!is_text).then_some("a string"),
        // A mode without quotes has a check of its own.
        OptionName::Mode => (!is_text && !matches!(value, Value::Integer(_))).then_some("a string"),
        OptionName::Path => (!is_text).then_some("a string"),
        OptionName::Owner | OptionName::Group => (!is_text && !is_null).then_some("a string or null"),
        OptionName::Uid | OptionName::Gid => {
            (!is_null && !matches!(value, Value::Integer(_))).then_some("an integer or null")
        }
        OptionName::NeededForUsers => (!matches!(value, Value::Boolean(_))).then_some("true or false"),
        OptionName::RestartUnits | OptionName::ReloadUnits => match value {
            Value::List(items) => {
                let is_wrong = |item: &Static<Value>| item.known().is_some_and(|item| !matches!(item, Value::Text(_)));
                items.iter().any(is_wrong).then_some("a list of strings")
            }
            _ => Some("a list of strings"),
        },
        OptionName::SopsFile => match value {
            Value::File(_) => None,
            Value::Text(text) => (!text.starts_with('/')).then_some("a path"),
            _ => Some("a path"),
        },
        OptionName::Format => match value {
            Value::Text(text) => FileFormat::from_name(text).is_none().then_some("a format"),
            _ => Some("a format"),
        },
        _ => None,
    }
}

fn in_words(setting: &OptionSetting) -> String {
    match setting.value.known() {
        Some(Value::Text(text)) => format!("the string {text:?}"),
        Some(Value::File(_)) => "a path".to_owned(),
        Some(Value::Integer(number)) => format!("the integer {number}"),
        Some(Value::Float(number)) => format!("the number {number}"),
        Some(Value::Boolean(on)) => on.to_string(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::List(_)) => "a list".to_owned(),
        Some(Value::Set) => "a set".to_owned(),
        Some(Value::Function) => "a function".to_owned(),
        None => "something else".to_owned(),
    }
}

fn with_fix(scene: &Scene<'_>, subject: &Subject<'_>, setting: &OptionSetting, problem: Problem) -> Problem {
    let option = setting.option.clone();
    match (&option, setting.value.known()) {
        (OptionName::RestartUnits | OptionName::ReloadUnits, Some(Value::Text(unit))) => {
            let value = OptionValue::Texts(vec![unit.clone()]);
            problem.mend("makes it a list", subject.set(option, value))
        }
        (OptionName::NeededForUsers, Some(Value::Text(text))) if text == "true" || text == "false" => {
            let value = OptionValue::Boolean(text == "true");
            problem.mend("removes the quotes", subject.set(option, value))
        }
        (OptionName::Uid | OptionName::Gid, Some(Value::Text(text))) => match text.parse() {
            Ok(number) => problem.mend("removes the quotes", subject.set(option, OptionValue::Integer(number))),
            Err(_) => problem,
        },
        (OptionName::Format, Some(Value::Text(text))) => {
            let formats = ["yaml", "json", "dotenv", "ini", "binary"];
            let meant = nearest(text, formats.into_iter())
                .or((text == "yml").then_some("yaml"))
                .or((text == "env").then_some("dotenv"));
            match meant {
                Some(meant) => problem
                    .mend(format!("sets format = {meant:?}"), subject.set(option, OptionValue::Text(meant.to_owned()))),
                None => problem,
            }
        }
        (OptionName::SopsFile, Some(Value::Text(text))) => {
            let named = subject.reference.file.beside(text).filter(|named| scene.encrypted(named).is_some());
            match named {
                Some(named) => {
                    let value = OptionValue::Path(subject.reference.file.relative_to(&named));
                    problem.mend("writes it as a path", subject.set(option, value))
                }
                None => problem,
            }
        }
        _ => problem,
    }
}

fn owner_and_uid(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in scene.subjects.iter().filter(|subject| subject.module() != Some(ModuleKind::HomeManager)) {
        let Some(uid) = subject.option(&OptionName::Uid) else { continue };
        let is_other = matches!(uid.value.known(), Some(Value::Integer(number)) if *number != 0);
        let owner = subject.option(&OptionName::Owner);
        let is_owned = match owner.map(|owner| owner.value.known()) {
            Some(Some(Value::Text(_))) => true,
            None => subject.module() == Some(ModuleKind::Darwin),
            _ => false,
        };
        if is_other && is_owned {
            let sentence = match owner {
                Some(_) => format!("{} has an owner and a uid; only one may be set", subject.shown_name()),
                None => {
                    format!("{} has a uid, but on nix-darwin owner is root unless it is null", subject.shown_name())
                }
            };
            problems.push(
                scene
                    .problem(check, scene.level(subject).max(validated(scene)), sentence)
                    .at(subject.spot(scene, &OptionName::Uid))
                    .about(&subject.reference)
                    .says(
                        When::Evaluation,
                        format!("In {} exactly one of sops.owner and sops.uid must be set", subject.shown_name()),
                    ),
            );
        }
    }
}

fn renamed_with_template(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        let (Some(name), Some(attribute)) = (subject.text(&OptionName::Name), subject.name()) else { continue };
        if name == attribute {
            continue;
        }
        if let Some(level) = with_templates(scene, subject) {
            let sentence = format!(
                "{attribute} is named {name}, and the configuration has templates: its placeholder is not found"
            );
            problems.push(
                scene
                    .problem(check, level, sentence)
                    .at(subject.spot(scene, &OptionName::Name))
                    .about(&subject.reference)
                    .says(When::Build, format!("placeholder for {attribute} not found in manifest")),
            );
        }
    }
}
