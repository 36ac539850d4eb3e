//! The keys as the README shows them, made from the table.

use super::resolve::Keymap;
use crate::session::Context;

/// The contexts that the README explains; the others explain themselves on the screen.
const SHOWN: &[Context] = &[
    Context::Table,
    Context::Panes,
    Context::Recipients,
    Context::Files,
    Context::Empty,
    Context::Form,
    Context::SecretField,
];

/// The keys as a Markdown table.
#[must_use]
pub fn table() -> String {
    let mut lines = vec!["| Where | Keys | What they do |".to_owned(), "|---|---|---|".to_owned()];
    for context in SHOWN {
        let mut heading = context.title();
        for binding in Keymap::standard().of(*context) {
            let keys: Vec<String> = binding.chords.iter().map(|chord| format!("`{chord}`")).collect();
            lines.push(format!("| {heading} | {} | {} |", keys.join(" "), binding.action.command().words));
            heading = "";
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_key_of_its_contexts() {
        let table = table();
        assert!(table.contains("| keys | `a` | add a key, its value and its declaration |"), "{table}");
        assert!(table.contains("`e` `⏎` | edit the value"), "{table}");
    }
}
