//! File modes of secrets and templates.
//!
//! Truth: `validateMode` in `pkgs/sops-install-secrets/main.go` (sops-nix, commit 56b2406): octal digits, 16 bits;
//! secrets are written under the umask of the activation (0022), templates get their mode by chmod.

use super::super::path::RepoPath;
use super::super::plan::DeclarationChange;
use super::Check;
use super::problem::{Level, Problem, Remedy, When};
use super::scene::{Scene, Subject};
use crate::nix::{Condition, OptionName, OptionSetting, OptionValue, Value};

pub(super) const BAD_MODE: Check = Check {
    code: "bad-mode",
    level: Level::Error,
    when: Some(When::Build),
    summary: "mode is not a string of octal digits",
    story: "`mode` is a string of octal digits without prefix, such as \"0400\". Written without quotes, 0400 is the \
            integer 400, and the evaluation stops: is not of type 'string'. Other spellings (\"0o400\", \"u=r\", \
            \"999\", \"\") are refused by the build: invalid number in mode.\n\nWrite the digits in quotes.",
    run: bad_mode,
};

pub(super) const MASKED_MODE: Check = Check {
    code: "masked-mode",
    level: Level::Warning,
    when: Some(When::Activation),
    summary: "mode asks for write permission that the umask takes away",
    story: "A secret is written under the umask of the activation, 0022: \"0660\" ends as 0640, \"0666\" as 0644. \
            Write permission for group and others is lost without a word, and so are the set-uid and set-gid \
            bits.\n\nAsk for the mode that is meant to hold; a secret is replaced at every change anyway, so nobody \
            should write to it.",
    run: masked_mode,
};

pub(super) const WORLD_READABLE: Check = Check {
    code: "world-readable",
    level: Level::Warning,
    when: None,
    summary: "mode lets every user of the machine read the secret",
    story: "The last digit of `mode` gives permissions to everybody, so every user and every service of the machine \
            can read the decrypted secret.\n\nName the `owner`, or a `group` with mode \"0440\".",
    run: world_readable,
};

/// A mode somewhere in the repository.
struct Mode<'s> {
    file: RepoPath,
    setting: &'s OptionSetting,
    conditions: &'s [Condition],
    name: String,
    /// The declaration it belongs to; `None` for a template.
    subject: Option<&'s Subject<'s>>,
}

fn modes<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = Mode<'s>> {
    let of_secrets = scene.subjects.iter().filter_map(|subject| {
        let setting = subject.option(&OptionName::Mode)?;
        Some(Mode {
            file: subject.reference.file.clone(),
            setting,
            conditions: &subject.declaration.conditions,
            name: subject.shown_name().to_owned(),
            subject: Some(subject),
        })
    });
    let of_templates = scene.repository.nix_files().flat_map(|(path, file)| {
        file.templates().iter().filter_map(|template| {
            let name = template.name.known().map_or("a template", String::as_str);
            Some(Mode {
                file: path.clone(),
                setting: template.option(&OptionName::Mode)?,
                conditions: &template.conditions,
                name: format!("the template {name}"),
                subject: None,
            })
        })
    });
    of_secrets.chain(of_templates)
}

impl Mode<'_> {
    fn problem(&self, scene: &Scene<'_>, check: &'static Check, level: Level, sentence: String) -> Problem {
        let problem = scene.problem(check, level, sentence).at(scene.spot(&self.file, &self.setting.value_range));
        match self.subject {
            Some(subject) => problem.about(&subject.reference),
            None => problem,
        }
    }

    /// The permission bits, if they are known and valid.
    fn bits(&self) -> Option<u32> {
        match self.setting.value.known()? {
            Value::Text(text) => parse(text),
            _ => None,
        }
    }
}

fn bad_mode(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for mode in modes(scene) {
        let level = scene.certainty(&mode.file, mode.conditions);
        let problem = match mode.setting.value.known() {
            Some(Value::Integer(number)) => {
                let sentence = format!("mode of {} is the integer {number}, not a string", mode.name);
                mode.problem(scene, check, level, sentence).says(When::Evaluation, "is not of type 'string'")
            }
            Some(Value::Text(text)) if parse(text).is_none() => {
                let sentence = format!("mode of {} is {text:?}, not octal digits", mode.name);
                mode.problem(scene, check, level, sentence).says(When::Build, "invalid number in mode")
            }
            _ => continue,
        };
        problems.push(match (corrected(mode.setting), mode.subject) {
            (Some(digits), Some(subject)) => {
                let value = OptionValue::Text(digits.clone());
                let change = DeclarationChange::Options(vec![(OptionName::Mode, Some(value))]);
                let remedy = Remedy::Change(vec![(subject.reference.clone(), change)]);
                problem.mend(format!("sets mode = {digits:?}"), remedy)
            }
            _ => problem,
        });
    }
}

fn masked_mode(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    // A template gets its mode by chmod, which no umask narrows.
    for mode in modes(scene).filter(|mode| mode.subject.is_some()) {
        let Some(bits) = mode.bits().filter(|bits| bits & 0o7022 != 0) else { continue };
        let left = bits & 0o777 & !0o022;
        let sentence = format!("mode of {} is {bits:04o}, but activation makes it {left:04o}", mode.name);
        problems.push(mode.problem(scene, check, Level::Warning, sentence));
    }
}

fn world_readable(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for mode in modes(scene) {
        let Some(bits) = mode.bits().filter(|bits| bits & 0o004 != 0) else { continue };
        let sentence = format!("mode of {} is {bits:04o}: every user of the machine can read it", mode.name);
        problems.push(mode.problem(scene, check, Level::Warning, sentence));
    }
}

/// As Go's `strconv.ParseUint(text, 8, 16)`.
fn parse(text: &str) -> Option<u32> {
    let is_octal = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let bits = u32::from_str_radix(text, 8).ok().filter(|_| is_octal)?;
    (bits <= 0o177_777).then_some(bits)
}

/// The digits that were meant: `0400` without quotes is the integer 400, `0o400` has a prefix too many.
fn corrected(setting: &OptionSetting) -> Option<String> {
    let digits = match setting.value.known()? {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.trim().trim_start_matches("0o").trim_start_matches("0O").to_owned(),
        _ => return None,
    };
    let padded = format!("{digits:0>4}");
    parse(&padded).filter(|bits| *bits <= 0o7777 && !digits.is_empty() && padded.len() == 4)?;
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_the_installer_does() {
        assert_eq!(parse("0400"), Some(0o400));
        assert_eq!(parse("440"), Some(0o440));
        assert_eq!(parse("177777"), Some(0o177_777));
        for text in ["", "0o400", "u=r", "999", "0x1", " 400", "+400", "200000"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
