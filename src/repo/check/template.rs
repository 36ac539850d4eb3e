//! Templates without content, or with two.

use super::Check;
use super::problem::{Level, Problem, When};
use super::scene::{Scene, known_text};
use crate::nix::{OptionName, Template, Value};

pub(super) const EMPTY_TEMPLATE: Check = Check {
    code: "empty-template",
    level: Level::Error,
    when: Some(When::Build),
    summary: "a template has neither content nor a file",
    story: "A template is rendered from `content`, or from `file`. With neither the build stops: neither content nor \
            file was specified.\n\nGive it one.",
    run: empty_template,
};

pub(super) const TEMPLATE_FILE_IGNORED: Check = Check {
    code: "template-file-ignored",
    level: Level::Warning,
    when: None,
    summary: "a template has content and a file; the file is ignored",
    story: "Where a template has both, the installer takes `content`, although the description of the option says the \
            contrary.\n\nRemove the one that is not meant.",
    run: template_file_ignored,
};

fn empty_template(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in scene.repository.nix_files() {
        for template in file.templates() {
            let is_empty = match template.option(&OptionName::Content) {
                None => true,
                Some(content) => known_text(content) == Some(""),
            };
            // The same template may get its content elsewhere.
            let name = template.name.known();
            let mut same = scene.repository.nix_files().flat_map(|(_, file)| file.templates());
            let elsewhere = same.any(|other| other != template && other.name.known() == name);
            let is_written_down = template.options.iter().all(|setting| setting.value.known().is_some())
                && template.bindings.iter().all(|binding| is_literal(file.text().get(binding.clone()), template));
            if is_empty
                && template.option(&OptionName::File).is_none()
                && !elsewhere
                && is_written_down
                && name.is_some()
            {
                let name = name.map_or("", String::as_str);
                problems.push(
                    scene
                        .problem(
                            check,
                            scene.certainty(path, &template.conditions),
                            format!("the template {name} has neither content nor file"),
                        )
                        .at(scene.spot(path, &template.range))
                        .says(When::Build, "neither content nor file was specified"),
                );
            }
        }
    }
}

/// Whether a binding without readable options is an empty set, and not something that is computed.
fn is_literal(binding: Option<&str>, template: &Template) -> bool {
    let value = binding.and_then(|text| text.split_once('=')).map(|(_, value)| value.trim_start());
    !template.options.is_empty() || value.is_some_and(|value| value.starts_with('{'))
}

fn template_file_ignored(scene: &Scene<'_>, check: &'static Check, problems: &mut Vec<Problem>) {
    for (path, file) in scene.repository.nix_files() {
        for template in file.templates() {
            let Some(ignored) = template.option(&OptionName::File) else { continue };
            let has_content =
                template.option(&OptionName::Content).is_some_and(|content| match content.value.known() {
                    Some(Value::Text(text)) => !text.is_empty(),
                    _ => true,
                });
            if has_content {
                let name = template.name.known().map_or("", String::as_str);
                problems.push(
                    scene
                        .problem(
                            check,
                            Level::Warning,
                            format!("the template {name} has content, so its file is ignored"),
                        )
                        .at(scene.spot(path, &ignored.value_range)),
                );
            }
        }
    }
}
