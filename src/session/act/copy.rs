//! Copying: the value for a while, and what else people paste for as long as they like.

use crate::nix::{OptionName, Static, Value};
use crate::session::Session;
use crate::session::clipboard::Copy;
use crate::session::effect::{Clip, Effect};
use crate::session::layer::Layer;
use crate::session::layer::menu::{CopyMenu, Item};
use crate::text::sanitize;

impl Session {
    /// Copies the value under the cursor; it never passes the screen.
    pub(super) fn copy_value(&mut self) {
        let Some((key, value)) = self.current_key().zip(self.open_current()) else {
            return;
        };
        self.copy(Clip::Secret(value), sanitize(&key).into_owned());
    }

    /// Asks for something to be put on the clipboard.
    pub(super) fn copy(&mut self, clip: Clip, what: String) {
        let request = self.request();
        let is_secret = matches!(clip, Clip::Secret(_));
        self.clipboard.ask(Copy { request, what, is_secret });
        self.ask(Effect::Copy { request, clip });
    }

    pub(super) fn open_copy_menu(&mut self) {
        let Some(row) = self.table.current() else {
            return;
        };
        let name = row.declarations.first().and_then(|declaration| {
            self.workspace.repository.declaration(declaration)?.name.known().map(String::as_str)
        });
        let path = self.row(self.table.cursor()).map(|row| row.path).filter(|path| !path.is_empty());
        let needs_name = || Some("not declared; n declares it".to_owned());
        let item = |label: &str, text: Option<String>| Item {
            label: label.to_owned(),
            words: text.as_deref().map(gist).unwrap_or_default(),
            why_not: if text.is_none() { needs_name() } else { None },
            value: text.unwrap_or_default(),
        };
        let items = vec![
            item("reference", name.map(reference)),
            item("path", path.filter(|_| name.is_some())),
            item("shell export", name.map(|name| export(&row.key, name, self.is_unreadable_path()))),
            item("key", Some(row.key.clone())),
        ];
        self.layers.push(Layer::CopyMenu(CopyMenu::new(format!("Copy of {}", self.row_title()), items)));
    }

    /// Whether only root can read the secret, which a shell of somebody else then cannot export.
    fn is_unreadable_path(&self) -> bool {
        let declarations = self.table.current().map(|row| row.declarations.as_slice()).unwrap_or_default();
        let declaration = declarations.first().and_then(|one| self.workspace.repository.declaration(one));
        let owner = declaration.and_then(|declaration| declaration.option(&OptionName::Owner));
        owner.is_none_or(|owner| matches!(&owner.value, Static::Known(Value::Text(name)) if name == "root"))
    }
}

/// What tells a text from others, on one line: the longest line of it.
fn gist(text: &str) -> String {
    let longest = text.lines().max_by_key(|line| line.len()).unwrap_or_default();
    sanitize(longest.trim()).into_owned()
}

/// `config.sops.secrets."api/x".path`
fn reference(name: &str) -> String {
    format!("config.sops.secrets.{}.path", attribute(name))
}

/// The line that exports a secret to every shell, as one writes it in configuration.nix.
fn export(key: &str, name: &str, is_root_only: bool) -> String {
    let reference = reference(name);
    let variable = variable(key);
    let note = if is_root_only { "  # only root can read it; set owner to export it to others\n" } else { "" };
    format!("environment.shellInit = ''\n{note}  export {variable}=\"$(cat ${{{reference}}})\"\n'';\n")
}

/// The last part of a key as the name of a variable: `api/deep-seek` is `DEEP_SEEK`.
fn variable(key: &str) -> String {
    let last = key.rsplit('/').next().unwrap_or(key);
    let name: String = last
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// A name as an attribute in a Nix attribute path: quoted where the grammar asks for it.
fn attribute(name: &str) -> String {
    const KEYWORDS: [&str; 9] = ["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit"];
    let mut letters = name.chars();
    let is_plain = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '\'' | '-'))
        && !KEYWORDS.contains(&name);
    if is_plain {
        return name.to_owned();
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_nix_asks_for_it() {
        let check = |name: &str, expected: &str| assert_eq!(attribute(name), expected);
        check("deepseek", "deepseek");
        check("deep-seek'", "deep-seek'");
        check("api/deepseek", "\"api/deepseek\"");
        check("2fa", "\"2fa\"");
        check("in", "\"in\"");
        check("a\"${b}", "\"a\\\"\\${b}\"");
    }

    #[test]
    fn an_export_is_what_one_would_write() {
        let text = export("api/deep-seek", "api/deep-seek", false);
        let expected = "environment.shellInit = ''\n  export DEEP_SEEK=\"$(cat \
                        ${config.sops.secrets.\"api/deep-seek\".path})\"\n'';\n";
        assert_eq!(text, expected);
        assert!(export("2fa", "x", true).contains("# only root") && variable("2fa") == "_2FA");
    }
}
