//! SOPS documents: metadata, values, MAC, rules and edits.
