//! Option values as a form shows them, and back: one line of text for each.
//!
//! A string stands as it is, a list as words, `null` as `null`, and everything that is an expression behind an equals
//! sign: `= config.services.ctfd.user`. What cannot be read is shown by its own text and stays untouched unless it is
//! typed over.

use crate::nix::{OptionName, OptionSetting, OptionValue, Static, Value};

/// The text for a setting; `source` is the text of its Nix file.
pub(crate) fn text_of(setting: &OptionSetting, source: &str) -> String {
    match &setting.value {
        Static::Known(Value::Text(text)) if !text.starts_with('=') && text != "null" => text.clone(),
        Static::Known(Value::Null) => "null".to_owned(),
        Static::Known(Value::List(items)) => match words(items) {
            Some(words) => words.join(" "),
            None => expression(setting, source),
        },
        _ => expression(setting, source),
    }
}

/// The value that a text stands for; `None` for an empty text: the option is not set.
pub(crate) fn value_of(option: &OptionName, text: &str) -> Option<OptionValue> {
    let text = text.trim();
    if let Some(expression) = text.strip_prefix('=') {
        return Some(OptionValue::Expression(expression.trim().to_owned()));
    }
    match option {
        _ if text.is_empty() => None,
        OptionName::RestartUnits | OptionName::ReloadUnits => {
            let units = text.split([' ', ',']).filter(|unit| !unit.is_empty());
            Some(OptionValue::Texts(units.map(str::to_owned).collect()))
        }
        OptionName::Owner | OptionName::Group if text == "null" => Some(OptionValue::Null),
        _ => Some(OptionValue::Text(text.to_owned())),
    }
}

/// The texts of a list, if every one of them is a word of its own.
fn words(items: &[Static<Value>]) -> Option<Vec<&str>> {
    let is_word = |text: &&str| !text.is_empty() && !text.contains([' ', ',']);
    let text = |item| match item {
        &Static::Known(Value::Text(ref text)) => Some(text.as_str()),
        _ => None,
    };
    items.iter().map(|item| text(item).filter(is_word)).collect()
}

fn expression(setting: &OptionSetting, source: &str) -> String {
    let text = source.get(setting.value_range.clone()).unwrap_or_default();
    format!("= {}", text.split_whitespace().collect::<Vec<_>>().join(" "))
}
