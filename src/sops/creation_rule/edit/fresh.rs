//! The text of a whole new `.sops.yaml`.

use super::name::legal_name;
use crate::crypto::age::Recipient;

/// A recipient and what to call it.
#[derive(Debug, Clone, Copy)]
pub struct FreshKey<'k> {
    /// The name; made legal where it has to be.
    pub name: &'k str,
    /// The recipient.
    pub recipient: &'k Recipient,
}

/// A `.sops.yaml` with these recipients under `keys`, each once and in order, and one rule that names all of them.
#[must_use]
pub fn fresh_rules(keys: &[FreshKey<'_>], path_regex: &str) -> String {
    let mut text = "\
# Who can read which secrets. SOPS reads this file when it makes an encrypted file.
# The names are for people: a recipient is added here, and to the rules below.
keys:
"
    .to_owned();
    for key in keys {
        text.push_str(&format!("  - &{} {}\n", legal_name(key.name), key.recipient));
    }
    text.push_str(&format!(
        "# The first rule whose path_regex matches a file's path decides.
creation_rules:
  - path_regex: {path_regex}
    key_groups:
      - age:
"
    ));
    for key in keys {
        text.push_str(&format!("          - *{}\n", legal_name(key.name)));
    }
    text
}
