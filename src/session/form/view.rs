//! The secret form as it is drawn.

use super::nix_fields::Place;
use super::secret_form::{FieldName, Purpose, SecretForm};
use super::value::type_in_words;
use crate::nix::OptionName;
use crate::session::view::{Exposed, FieldContent, FieldView, FormView, LayerView, LinesView};
use crate::text::sanitize;

/// The form, or the editor for many lines that it opens.
pub(crate) fn view(form: &SecretForm) -> LayerView<'_> {
    lines_view(form).map_or_else(|| LayerView::Form(form_view(form)), LayerView::Lines)
}

fn lines_view(form: &SecretForm) -> Option<LinesView<'_>> {
    let (scroll, value) = form.lines().zip(form.value.as_ref())?;
    let field = value.field();
    Some(LinesView {
        title: sanitize(form.key.text()).into_owned(),
        first: scroll.first,
        total: value.text().matches('\n').count() + 1,
        cursor: (field.cursor_line(), field.cursor_column()),
        is_shown: value.is_shown(),
        beside: value.in_words(),
        note: form.findings().note(&FieldName::Value).map(|words| words.text.as_str()),
    })
}

fn form_view(form: &SecretForm) -> FormView<'_> {
    let key = sanitize(form.key.text());
    let title = match form.purpose() {
        Purpose::Add => "Add a secret".to_owned(),
        Purpose::Edit(_) => format!("Edit {key}"),
        Purpose::Fill(_) => format!("Add the value of {key}"),
        Purpose::Nix(_) => format!("{key} in Nix"),
    };
    let mut fields: Vec<FieldView<'_>> = form.fields().iter().map(|name| field_view(form, name)).collect();
    let in_nix = |name: &FieldName| !matches!(name, FieldName::Key | FieldName::Value | FieldName::Type);
    if let Some(first) = form.fields().iter().position(in_nix) {
        fields[first].starts_group = Some("in Nix");
    }
    FormView { title, fields, preview: form.findings().preview().to_vec() }
}

fn field_view<'a>(form: &'a SecretForm, name: &FieldName) -> FieldView<'a> {
    FieldView {
        label: label(name),
        content: content(form, name),
        beside: beside(form, name),
        note: form.findings().note(name).cloned(),
        is_focused: form.focus() == name,
        starts_group: None,
        shares_line: matches!(name, FieldName::Option(OptionName::Group | OptionName::Mode)),
    }
}

fn label(name: &FieldName) -> &'static str {
    match name {
        FieldName::Key => "Key",
        FieldName::Value => "Value",
        FieldName::Type => "Type",
        FieldName::Declare => "declare",
        FieldName::Place => "Where",
        FieldName::Attribute => "Name",
        FieldName::Option(OptionName::Owner) => "Owner",
        FieldName::Option(OptionName::Group) => "Group",
        FieldName::Option(OptionName::Mode) => "Mode",
        FieldName::Option(OptionName::Path) => "Path",
        FieldName::Option(OptionName::RestartUnits) => "Restart",
        FieldName::Option(OptionName::ReloadUnits) => "Reload",
        FieldName::Option(_) => "Option",
        FieldName::ForUsers => "For users",
    }
}

fn content<'a>(form: &'a SecretForm, name: &FieldName) -> FieldContent<'a> {
    match name {
        FieldName::Value => match &form.value {
            Some(value) => FieldContent::Secret {
                exposed: (value.is_shown() && !value.has_lines()).then_some(Exposed::Field),
                cursor: value.field().cursor_column(),
                is_empty: value.text().is_empty(),
            },
            None => FieldContent::Secret { exposed: None, cursor: 0, is_empty: true },
        },
        FieldName::Type => {
            let value_type = form.value.as_ref().map_or("", |value| type_in_words(value.value_type()));
            FieldContent::Choice { value: value_type.to_owned() }
        }
        FieldName::Declare => FieldContent::Switch { is_on: form.nix.is_declared },
        FieldName::ForUsers => FieldContent::Switch { is_on: form.nix.for_users() },
        FieldName::Place => FieldContent::Choice { value: place_in_words(form) },
        FieldName::Key | FieldName::Attribute | FieldName::Option(_) => {
            let field = form.text(name);
            FieldContent::Text {
                text: field.map_or("", |field| field.text()),
                cursor: field.map_or(0, |field| field.cursor_column()),
                completion: form.completion(name).to_owned(),
                placeholder: placeholder(form, name),
            }
        }
    }
}

/// What holds while the field is empty.
fn placeholder(form: &SecretForm, name: &FieldName) -> String {
    let key = form.key.text();
    let owner = form.nix.text(&OptionName::Owner).map_or("", |owner| owner.text().trim());
    match name {
        FieldName::Attribute => sanitize(key).into_owned(),
        FieldName::Option(OptionName::Owner) => "root".to_owned(),
        FieldName::Option(OptionName::Group) if owner.is_empty() => "root".to_owned(),
        FieldName::Option(OptionName::Group) => format!("(of {})", sanitize(owner)),
        FieldName::Option(OptionName::Mode) => "0400".to_owned(),
        FieldName::Option(OptionName::Path) => sanitize(&form.nix.default_path(key)).into_owned(),
        FieldName::Option(OptionName::RestartUnits | OptionName::ReloadUnits) => "no unit".to_owned(),
        _ => String::new(),
    }
}

fn beside(form: &SecretForm, name: &FieldName) -> String {
    match name {
        FieldName::Value => form.value.as_ref().map(super::value::ValueInput::in_words).unwrap_or_default(),
        FieldName::Place => match form.nix.other_places() {
            0 => String::new(),
            1 => "1 other".to_owned(),
            others => format!("{others} others"),
        },
        FieldName::ForUsers => "needed before users exist".to_owned(),
        _ if form.focus() == name && !form.completion(name).is_empty() => "→ takes it".to_owned(),
        _ => String::new(),
    }
}

fn place_in_words(form: &SecretForm) -> String {
    match form.nix.place() {
        Some(Place::New(suggestion)) => match suggestion.neighbours {
            0 => sanitize(suggestion.file.as_str()).into_owned(),
            neighbours => format!("{}, beside {neighbours} of this file", sanitize(suggestion.file.as_str())),
        },
        Some(Place::Old { declaration, line, .. }) => format!("{}:{line}", sanitize(declaration.file.as_str())),
        None => String::new(),
    }
}
