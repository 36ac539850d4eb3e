//! Verification: the changed text is parsed again and must say what was meant, and nothing else may have changed.
//!
//! Everything found before is carried through the patch; the meant change is made to it; the result must be what is
//! found afterwards. So a name that is used elsewhere, a computed set, a `rec`, an order Nix refuses show up here,
//! whatever the edit did or did not think of.

use std::collections::BTreeMap;
use std::ops::Range;

use super::line_of;
use crate::nix::declaration::{Condition, Declaration, DeclarationId, DeclarationSpec, OptionName, OptionSetting};
use crate::nix::error::EditError;
use crate::nix::evaluate::path_of;
use crate::nix::file::NixFile;
use crate::nix::site::Site;
use crate::nix::value::{OptionValue, Static, Value};
use crate::text::Patch;

/// What an edit is meant to change.
pub(super) enum Meant<'m> {
    /// A declaration appears at a site.
    Added { site: &'m Site, spec: &'m DeclarationSpec },
    /// A declaration has another name.
    Renamed { id: DeclarationId, name: &'m str },
    /// A declaration is gone.
    Removed { id: DeclarationId },
    /// Options of a declaration have other values or are gone.
    Changed { id: DeclarationId, changes: &'m [(OptionName, Option<OptionValue>)] },
    /// References have another name.
    ReferencesRenamed { references: &'m [usize], name: &'m str },
    /// Something that is no declaration and no reference; whoever meant it looks for it.
    Elsewhere,
}

/// Hands the patch out if the text after it says what was meant.
///
/// # Errors
/// [`EditError::NotAsMeant`] with the first difference.
pub(super) fn verify(file: &NixFile, patch: Patch, meant: &Meant<'_>) -> Result<Patch, EditError> {
    let after = file.apply(&patch);
    let line = patch.splices().first().map_or(1, |first| line_of(file.text(), first.range.start));
    let refuse = |difference: String| EditError::NotAsMeant { line, difference };
    if let Some(problem) = after.syntax_problems().first() {
        return Err(refuse(problem.message.clone()));
    }
    if after.refused_by_old_nix() > file.refused_by_old_nix() {
        return Err(refuse("Nix before 2.25 would refuse the order of the attributes".to_owned()));
    }
    let comparison = Comparison { before: file, after: &after, patch: &patch };
    comparison.declarations(meant).map_err(refuse)?;
    comparison.references(meant).map_err(refuse)?;
    comparison.others().map_err(refuse)?;
    Ok(patch)
}

/// A declaration in comparable form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    name: String,
    place: String,
    conditions: Vec<String>,
    options: BTreeMap<String, Vec<String>>,
    incomplete: Option<String>,
}

struct Comparison<'c> {
    before: &'c NixFile,
    after: &'c NixFile,
    patch: &'c Patch,
}

impl Comparison<'_> {
    fn declarations(&self, meant: &Meant<'_>) -> Result<(), String> {
        let carried = |range: Range<usize>| self.carried(range);
        let mut expected: Vec<Told> =
            self.before.declarations().iter().map(|declaration| told(self.after, declaration, &carried)).collect();
        let actual: Vec<Told> =
            self.after.declarations().iter().map(|declaration| told(self.after, declaration, &|range| range)).collect();
        match meant {
            Meant::Added { site, spec } => {
                let new = Told {
                    name: spec.name.clone(),
                    place: format!("{:?}", site.place),
                    conditions: conditions(self.after, &site.conditions, &carried),
                    options: self.expected_options(spec.options.iter().map(|(option, value)| (option, value))),
                    incomplete: None,
                };
                expected.push(new);
            }
            Meant::Renamed { id, name } => (*name).clone_into(&mut expected[id.0].name),
            Meant::Removed { id } => drop(expected.remove(id.0)),
            Meant::Changed { id, changes } => {
                let options = &mut expected[id.0].options;
                for (option, value) in *changes {
                    options.remove(option.as_str());
                    options.extend(self.expected_options(value.iter().map(|value| (option, value))));
                }
            }
            Meant::ReferencesRenamed { .. } | Meant::Elsewhere => {}
        }
        compare(expected, actual, |told| format!("the secret {}", told.name))
    }

    /// Options as they must be told afterwards.
    fn expected_options<'o>(
        &self,
        options: impl Iterator<Item = (&'o OptionName, &'o OptionValue)>,
    ) -> BTreeMap<String, Vec<String>> {
        options.map(|(option, value)| (option.as_str().to_owned(), vec![self.expected(option, value)])).collect()
    }

    fn expected(&self, option: &OptionName, value: &OptionValue) -> String {
        let known = |value: Value| format!("{value:?}");
        match value {
            OptionValue::Text(text) => known(Value::Text(text.clone())),
            OptionValue::Path(path) => known(Value::File(path_of(path))),
            OptionValue::Integer(number) => known(Value::Integer(*number)),
            OptionValue::Boolean(on) => known(Value::Boolean(*on)),
            OptionValue::Null => known(Value::Null),
            OptionValue::Texts(texts) => {
                known(Value::List(texts.iter().map(|text| Static::Known(Value::Text(text.clone()))).collect()))
            }
            OptionValue::Expression(text) => {
                // What an expression means is for the file to say; that it stands there is what was meant.
                let text = text.trim();
                // Perhaps as the argument of `mkForce`.
                let stands = |setting: &&OptionSetting| {
                    let written = written(self.after, setting.value_range.clone());
                    setting.option == *option && written.trim_end_matches(')').ends_with(text.trim_end_matches(')'))
                };
                let mut settings = self.after.declarations().iter().flat_map(|declaration| &declaration.options);
                settings.find(stands).map_or_else(|| text.to_owned(), |setting| self.told_value(setting))
            }
        }
    }

    fn told_value(&self, setting: &OptionSetting) -> String {
        value(self.after, setting, &|range| range)
    }

    /// References keep their number; outside of what is edited they keep everything.
    fn references(&self, meant: &Meant<'_>) -> Result<(), String> {
        if let Meant::ReferencesRenamed { references, name } = meant {
            let told = |file: &NixFile, renamed: &[usize]| {
                let line = |(index, reference): (usize, &crate::nix::Reference)| {
                    let old = NixFile::name_in_words(&reference.name);
                    let name = if renamed.contains(&index) { (*name).to_owned() } else { old };
                    (format!("{:?}", reference.kind), name, reference.attribute.clone())
                };
                file.references().iter().enumerate().map(line).collect::<Vec<_>>()
            };
            return compare(told(self.before, references), told(self.after, &[]), |told| {
                format!("a use of {}", told.1)
            });
        }
        let before = self.before.references().iter().map(|reference| {
            let line = format!("{:?} {:?} {:?}", reference.kind, reference.name, reference.attribute);
            (reference.range.clone(), line)
        });
        let after = self.after.references().iter().map(|reference| {
            let line = format!("{:?} {:?} {:?}", reference.kind, reference.name, reference.attribute);
            (reference.range.clone(), line)
        });
        self.same_outside(before.collect(), after.collect(), "a use of a secret")
    }

    /// Settings, templates and unreadable places are none of an edit's business.
    fn others(&self) -> Result<(), String> {
        let settings = |file: &NixFile| -> Vec<(Range<usize>, String)> {
            let line = |setting: &crate::nix::Setting| format!("{:?} {:?}", setting.name, known(&setting.value));
            file.settings().iter().map(|setting| (setting.name_range.clone(), line(setting))).collect()
        };
        let templates = |file: &NixFile| -> Vec<(Range<usize>, String)> {
            let line = |template: &crate::nix::Template| format!("{:?} {}", template.name, template.options.len());
            file.templates().iter().map(|template| (template.range.clone(), line(template))).collect()
        };
        let hidden = |file: &NixFile| -> Vec<(Range<usize>, String)> {
            let line = |hidden: &crate::nix::Unreadable| format!("{} {:?}", hidden.what, hidden.reason.reason);
            file.unreadable().iter().map(|unreadable| (unreadable.range.clone(), line(unreadable))).collect()
        };
        self.same_outside(settings(self.before), settings(self.after), "a setting")?;
        self.same_outside(templates(self.before), templates(self.after), "a template")?;
        self.same_outside(hidden(self.before), hidden(self.after), "a place that cannot be read")
    }

    fn same_outside(
        &self,
        before: Vec<(Range<usize>, String)>,
        after: Vec<(Range<usize>, String)>,
        what: &str,
    ) -> Result<(), String> {
        let replaced = self.patch.splices();
        let inverse = self.patch.invert(self.before.text());
        let touches = |splices: &[crate::text::Splice], range: &Range<usize>| {
            splices.iter().any(|splice| splice.range.start < range.end && range.start < splice.range.end)
        };
        let expected = before
            .into_iter()
            .filter(|(range, _)| !touches(replaced, range))
            .map(|(range, line)| (self.carried(range).start, line))
            .collect();
        let actual = after
            .into_iter()
            .filter(|(range, _)| !touches(inverse.splices(), range))
            .map(|(range, line)| (range.start, line))
            .collect();
        compare(expected, actual, |_| what.to_owned())
    }

    /// Where a range stands after the patch. Insertions at its edges stay outside.
    fn carried(&self, range: Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (range.start, range.end);
        for splice in self.patch.splices() {
            let moved = |at: usize| at + splice.replacement.len() - splice.range.len().min(at);
            if splice.range.end <= range.start {
                start = moved(start);
            }
            if splice.range.start < range.end {
                end = moved(end);
            }
        }
        let length = self.after.text().len();
        start.min(length)..end.clamp(start.min(length), length)
    }
}

fn compare<T: Ord>(mut expected: Vec<T>, mut actual: Vec<T>, name: impl Fn(&T) -> String) -> Result<(), String> {
    expected.sort();
    actual.sort();
    let first = expected.iter().zip(&actual).find(|(ours, theirs)| ours != theirs).map(|(ours, _)| ours);
    let extra = expected.get(actual.len()).or_else(|| actual.get(expected.len()));
    match first.or(extra) {
        None => Ok(()),
        Some(different) => Err(format!("{} would not be as it should", name(different))),
    }
}

/// A declaration told in the words of `text`, in which its ranges stand after `carried`.
fn told(file: &NixFile, declaration: &Declaration, carried: &impl Fn(Range<usize>) -> Range<usize>) -> Told {
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for setting in &declaration.options {
        let values = options.entry(setting.option.as_str().to_owned()).or_default();
        values.push(value(file, setting, carried));
    }
    Told {
        name: match &declaration.name {
            Static::Known(name) => name.clone(),
            Static::Unknown(unknown) => format!("{:?} {}", unknown.reason, unknown.text),
        },
        place: format!("{:?}", declaration.place),
        conditions: conditions(file, &declaration.conditions, carried),
        options,
        incomplete: declaration.incomplete.as_ref().map(|unknown| format!("{:?}", unknown.reason)),
    }
}

fn conditions(
    file: &NixFile,
    conditions: &[Condition],
    carried: &impl Fn(Range<usize>) -> Range<usize>,
) -> Vec<String> {
    let text = |condition: &Condition| {
        let not = if condition.negated { "!" } else { "" };
        format!("{not}{}", written(file, carried(condition.range.clone())))
    };
    conditions.iter().map(text).collect()
}

/// A known value as it is, an unknown one as its text.
fn value(file: &NixFile, setting: &OptionSetting, carried: &impl Fn(Range<usize>) -> Range<usize>) -> String {
    match &setting.value {
        Static::Known(value) => format!("{value:?}"),
        Static::Unknown(unknown) => {
            format!("{:?} {}", unknown.reason, written(file, carried(setting.value_range.clone())))
        }
    }
}

fn known(value: &Static<Value>) -> String {
    match value {
        Static::Known(value) => format!("{value:?}"),
        Static::Unknown(unknown) => format!("{:?}", unknown.reason),
    }
}

fn written(file: &NixFile, range: Range<usize>) -> &str {
    file.text().get(range).unwrap_or_default()
}
