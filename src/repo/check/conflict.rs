//! One secret declared in several modules with values that contradict each other.

use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::Scene;
use crate::nix::{OptionName, OptionSetting, Value};

pub(super) const CONFLICTING_VALUES: Check = Check {
    code: "conflicting-values",
    level: Level::Error,
    when: Some(When::Evaluation),
    summary: "two modules give one option of a secret different values",
    story: "The same attribute of sops.secrets may be declared in several modules; their options are merged. Two \
            different values for one option stop the evaluation: The option … has conflicting definition values. \
            Lists are the exception, they are joined.\n\nKeep one of them, or mark one with lib.mkForce or \
            lib.mkDefault.",
    run,
};

fn run(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (number, subject) in scene.subjects.iter().enumerate() {
        let Some(name) = subject.name() else { continue };
        let others = scene.repository.declarations_of(name);
        if others.len() < 2 {
            continue;
        }
        // Declarations of one name are few; a shared name in hundreds of hosts is looked at in part only.
        let earlier = scene.subjects[..number].iter().rev().filter(|other| other.name() == Some(name)).take(16);
        for other in earlier {
            let Some(level) = scene.together_as_subjects(subject, other) else { continue };
            let clash = subject.declaration.options.iter().find_map(|setting| {
                let same = other.option(&setting.option).filter(|same| contradict(setting, same))?;
                Some((setting, same))
            });
            let Some((setting, same)) = clash else { continue };
            let option = setting.option.as_str();
            let first = scene.spot(&other.reference.file, &same.value_range);
            let sentence = format!("{option} of {name} has another value in {}:{}", first.file, first.position.line);
            problems.push(
                scene
                    .problem(check, level, sentence)
                    .at(scene.spot(&subject.reference.file, &setting.value_range))
                    .about(&subject.reference)
                    .says(
                        When::Evaluation,
                        format!("The option `sops.secrets.{name}.{option}' has conflicting definition values"),
                    ),
            );
            break;
        }
    }
}

fn contradict(one: &OptionSetting, other: &OptionSetting) -> bool {
    let is_joined = matches!(one.option, OptionName::RestartUnits | OptionName::ReloadUnits);
    match (one.value.known(), other.value.known()) {
        // Paths are written relative to their files; whether they differ is not seen here.
        (Some(Value::File(_)), _) | (_, Some(Value::File(_))) | (None, _) | (_, None) => false,
        // Of two priorities the stronger one wins without a word.
        (Some(ours), Some(theirs)) => !is_joined && one.priority == other.priority && ours != theirs,
    }
}
