//! Copying: the value for a while, and what else people paste for as long as they like.

use crate::repo::{NotUsable, PathStyle, Row, SecretUse, name_variables, nix_block};
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
        let own = self.workspace.repository.secret_use(&row.key, &row.declarations);
        let item = |label: String, text: Option<String>, why_not: &str| Item {
            label,
            words: text.as_deref().map(gist).unwrap_or_default(),
            why_not: if text.is_none() { Some(why_not.to_owned()) } else { None },
            value: text.unwrap_or_default(),
        };
        let undeclared = own.as_ref().err().map_or("not declared; n declares it".to_owned(), |error| match error {
            NotUsable::Undeclared { .. } => "not declared; n declares it".to_owned(),
            NotUsable::NameUnknown { why, .. } => format!("its name cannot be read: {}", sanitize(&why.to_string())),
        });
        let own = own.ok();
        let path = own.as_ref().and_then(|secret| secret.path.known().cloned());
        let pathless = if own.is_some() { "the path is computed; the reference names it" } else { &undeclared };
        let mut items = vec![
            item("reference".to_owned(), own.as_ref().map(|secret| secret.reference.clone()), &undeclared),
            item("path".to_owned(), path, pathless),
            item("shell export".to_owned(), own.map(|secret| export(&[secret])), &undeclared),
            item("key".to_owned(), Some(row.key.clone()), ""),
        ];
        for (label, secrets) in [("below", self.declared_below(row)), ("shown", self.declared_shown())] {
            if secrets.len() > 1 || (label == "below" && row.is_branch()) {
                let label = format!("export of the {} declared keys {label}", secrets.len());
                let text = (!secrets.is_empty()).then(|| export(&secrets));
                items.push(item(label, text, "no key below is declared; n declares one"));
            }
        }
        self.layers.push(Layer::CopyMenu(CopyMenu::new(format!("Copy of {}", self.row_title()), items)));
    }

    /// The declared keys below a branch.
    fn declared_below(&self, branch: &Row) -> Vec<SecretUse> {
        let below = format!("{}/", branch.key);
        self.exportable(self.table.rows().iter().filter(|row| branch.is_branch() && row.key.starts_with(&below)))
    }

    /// The declared keys that a filter leaves.
    fn declared_shown(&self) -> Vec<SecretUse> {
        let is_filtered = self.table.filter().is_some();
        self.exportable((0..self.table.len()).filter_map(|position| self.table.row(position)).filter(|_| is_filtered))
    }

    /// What of these rows can be exported, each under a variable of its own.
    fn exportable<'a>(&'a self, rows: impl Iterator<Item = &'a Row>) -> Vec<SecretUse> {
        let repository = &self.workspace.repository;
        let rows = rows.filter(|row| !row.declarations.is_empty() && !row.key.is_empty());
        let mut secrets: Vec<SecretUse> =
            rows.filter_map(|row| repository.secret_use(&row.key, &row.declarations).ok()).collect();
        let variables = name_variables(&secrets.iter().map(|secret| secret.key.as_str()).collect::<Vec<_>>());
        for (secret, variable) in secrets.iter_mut().zip(variables) {
            secret.variable = variable;
        }
        secrets
    }
}

fn export(secrets: &[SecretUse]) -> String {
    nix_block(secrets, PathStyle::Reference)
}

/// What tells a text from others, on one line: the longest line of it.
fn gist(text: &str) -> String {
    let longest = text.lines().max_by_key(|line| line.len()).unwrap_or_default();
    sanitize(longest.trim()).into_owned()
}
