//! The format that a declaration asks for, and what its file really is.
//!
//! Truth: `loadSopsFile` and `validateSopsFile` in `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406): the
//! format is never guessed from the file; JSON is read as YAML without harm, but as JSON its nested keys are not found.

use std::collections::HashMap;

use super::super::encrypted::FileFormat;
use super::super::path::RepoPath;
use super::super::plan::DeclarationChange;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::{Scene, Subject};
use crate::nix::{OptionName, OptionValue};

pub(super) const WRONG_FORMAT: Check = Check {
    code: "wrong-format",
    level: Level::Error,
    when: Some(When::Build),
    summary: "a declaration reads its file in a format that it does not have",
    story: "sops-nix reads a file in the format of the option `format`, or of defaultSopsFormat, or as YAML. It never \
            looks at the file's name or content. A binary file that SOPS encrypted is JSON with one entry `data`, so \
            without format = \"binary\" its key cannot be found; a dotenv or INI file does not parse as YAML at \
            all.\n\nThe build stops, for some pairs only the activation. Set `format` to what the file is.",
    run: wrong_format,
};

pub(super) const TWO_FORMATS: Check = Check {
    code: "two-formats",
    level: Level::Error,
    when: Some(When::Build),
    summary: "one encrypted file is read in two formats",
    story: "Two declarations read the same encrypted file, each in another format. sops-nix reads every file once, in \
            the format of the first declaration, and refuses the second: secret m defined the format of F as binary, \
            but it was specified as yaml in n before.\n\nGive both the same format.",
    run: two_formats,
};

pub(super) const NESTED_JSON_KEY: Check = Check {
    code: "nested-json-key",
    level: Level::Error,
    when: Some(When::Build),
    summary: "a nested key is read with format = \"json\", where only top-level keys are found",
    story: "With format = \"json\" sops-nix finds top-level keys only; a key such as a/b stops the build with: key \
            'a' does not refer to a dictionary. The same JSON file read with format = \"yaml\" works, because JSON is \
            YAML.\n\nSet format = \"yaml\" on all declarations of that file.",
    run: nested_json_key,
};

pub(super) const IGNORED_KEY: Check = Check {
    code: "ignored-key",
    level: Level::Warning,
    when: None,
    summary: "`key` is set where the whole file is installed",
    story: "Files of the formats dotenv, ini and binary are installed as a whole. The option `key` is ignored there, \
            without a word.\n\nRemove it; if a single value is meant, keep that value in a YAML file.",
    run: ignored_key,
};

/// Every declaration whose format and file are known, with the file and what it is.
fn readers<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = (&'s Subject<'s>, FileFormat, &'s RepoPath, FileFormat)> {
    scene.subjects.iter().flat_map(move |subject| {
        let targets = subject.placement.targets().iter();
        targets.filter_map(move |target| {
            Some((subject, subject.format?, &target.file, scene.encrypted(&target.file)?.format()))
        })
    })
}

fn wrong_format(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (subject, asked, file, found) in readers(scene) {
        let whole_by_key = subject.text(&OptionName::Key) == Some("") && asked.has_keys();
        let Some((when, says)) = clash(asked, found, subject).filter(|_| !whole_by_key) else { continue };
        let sentence =
            format!("{} reads {file} as {}, but it is {}", subject.shown_name(), asked.as_str(), found.as_str());
        let value = OptionValue::Text(found.as_str().to_owned());
        let remedy = subject.set(OptionName::Format, value);
        problems.push(
            scene
                .problem(check, scene.level(subject), sentence)
                .at(subject.spot(scene, &OptionName::Format))
                .leaf(scene.spot_of_file(file))
                .about(&subject.reference)
                .key(file, "")
                .says(when, says)
                .mend(format!("sets format = {:?}", found.as_str()), remedy),
        );
    }
}

/// What goes wrong when a file is read as something else; `None` when it works.
fn clash(asked: FileFormat, found: FileFormat, subject: &Subject<'_>) -> Option<(When, String)> {
    use FileFormat::{Binary, Dotenv, Ini, Json, Yaml};
    let key = subject.text(&OptionName::Key).or(subject.name())?;
    let unparsable = |format: FileFormat| format!("cannot parse {} of the file", format.as_str());
    match (asked, found) {
        (Yaml, Yaml | Json) | (Json, Json) | (Binary, Binary) | (Dotenv, Dotenv) | (Ini, Ini) => None,
        // What the binary format wraps is one string under `data`.
        (Yaml | Json, Binary) if key == "data" => None,
        (Yaml | Json, Binary) => Some((When::Build, format!("the key '{key}' cannot be found"))),
        (Yaml | Json, _) | (Binary, Yaml | Dotenv | Ini) | (Ini, Yaml) => Some((When::Build, unparsable(asked))),
        (Binary, Json) => Some((When::Activation, "the file has no entry data".to_owned())),
        (Dotenv | Ini, _) => {
            Some((When::Activation, format!("failed to decrypt: not a {} file of sops", asked.as_str())))
        }
    }
}

fn two_formats(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    let mut first: HashMap<&RepoPath, Vec<(&Subject<'_>, FileFormat)>> = HashMap::new();
    for (subject, asked, file, found) in readers(scene) {
        // Where a format is wrong in itself, that is the problem.
        if clash(asked, found, subject).is_some() {
            continue;
        }
        let others = first.entry(file).or_default();
        let other = others.iter().find_map(|(other, format)| {
            let level = scene.together_as_subjects(subject, other).filter(|_| *format != asked)?;
            Some((*other, *format, level))
        });
        match other {
            Some((other, format, level)) => problems.push(
                scene
                    .problem(
                        check,
                        level,
                        format!(
                            "{} reads {file} as {}, {} reads it as {}",
                            subject.shown_name(),
                            asked.as_str(),
                            other.shown_name(),
                            format.as_str()
                        ),
                    )
                    .at(subject.spot(scene, &OptionName::Format))
                    .leaf(scene.spot_of_file(file))
                    .about(&subject.reference)
                    .says(
                        When::Build,
                        format!(
                            "secret {} defined the format of {file} as {}, but it was specified as {} in {} before",
                            subject.shown_name(),
                            asked.as_str(),
                            format.as_str(),
                            other.shown_name()
                        ),
                    )
                    .offer(
                        format!("sets format = {:?}", format.as_str()),
                        subject.set(OptionName::Format, OptionValue::Text(format.as_str().to_owned())),
                    ),
            ),
            // One declaration for each format is enough to compare with.
            None if others.iter().all(|(_, format)| *format != asked) || others.len() < 8 => {
                others.push((subject, asked))
            }
            None => {}
        }
    }
}

fn nested_json_key(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in scene.subjects.iter().filter(|subject| subject.format == Some(FileFormat::Json)) {
        for target in subject.placement.targets().iter().filter(|target| target.key.contains('/')) {
            let file = scene.encrypted(&target.file).filter(|file| file.format() == FileFormat::Json);
            if file.is_none_or(|file| file.entry(&target.key).is_none()) {
                continue;
            }
            let top = target.key.split('/').next().unwrap_or_default();
            let as_yaml = |other: &&Subject<'_>| {
                other.format == Some(FileFormat::Json)
                    && other.placement.targets().iter().any(|read| read.file == target.file)
            };
            let changes = scene.subjects.iter().filter(as_yaml).map(|other| {
                let yaml = OptionValue::Text(FileFormat::Yaml.as_str().to_owned());
                (other.reference.clone(), DeclarationChange::Options(vec![(OptionName::Format, Some(yaml))]))
            });
            problems.push(
                scene
                    .problem(
                        check,
                        scene.level(subject),
                        format!(
                            "{} is nested in {}, and is read as JSON, where only top-level keys are found",
                            target.key, target.file
                        ),
                    )
                    .at(subject.spot(scene, &OptionName::Format))
                    .about(&subject.reference)
                    .key(&target.file, &target.key)
                    .says(When::Build, format!("key '{top}' does not refer to a dictionary"))
                    .mend("reads the file as YAML, which JSON is", Remedy::Change(changes.collect())),
            );
        }
    }
}

fn ignored_key(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for subject in &scene.subjects {
        let Some(format) = subject.format.filter(|format| !format.has_keys()) else { continue };
        if subject.option(&OptionName::Key).is_none() || subject.text(&OptionName::Key) == Some("") {
            continue;
        }
        let sentence = format!(
            "{} sets key, but a file of format {} is installed as a whole",
            subject.shown_name(),
            format.as_str()
        );
        problems.push(
            scene
                .problem(check, Level::Warning, sentence)
                .at(subject.spot(scene, &OptionName::Key))
                .about(&subject.reference)
                .mend("removes key", subject.unset(OptionName::Key)),
        );
    }
}
