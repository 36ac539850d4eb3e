//! Which format an encrypted text has, by its content.
//!
//! Truth: the metadata as sops 3.12.2 writes them (`stores/*/store.go`): a top-level `sops` in YAML and JSON, the
//! prefix `sops_` in dotenv, a section `[sops]` in INI; a binary file is JSON with nothing but `data` beside it.

use super::FileFormat;

/// The format, or `None` for a text that sops did not encrypt. Reads the text once, without parsing it.
pub(super) fn format_of(text: &str) -> Option<FileFormat> {
    // The MAC is an envelope, so a file without any was not written by sops.
    if !text.contains("ENC[AES256_GCM,") {
        return None;
    }
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return format_of_json(text);
    }
    // sops appends its metadata, so the end tells soonest.
    text.lines().rev().find_map(|line| match line {
        "[sops]" => Some(FileFormat::Ini),
        _ if line.starts_with("sops_version=") || line.starts_with("sops_mac=") => Some(FileFormat::Dotenv),
        _ if is_yaml_key(line) => Some(FileFormat::Yaml),
        _ => None,
    })
}

/// Whether a line begins a top-level mapping entry `sops`.
fn is_yaml_key(line: &str) -> bool {
    let rest = ["sops", "\"sops\"", "'sops'"].iter().find_map(|key| line.strip_prefix(key));
    rest.is_some_and(|rest| rest.trim_start().starts_with(':') && (rest.len() == 1 || !rest.starts_with("::")))
}

fn format_of_json(text: &str) -> Option<FileFormat> {
    let keys = top_level_keys(text);
    let is_binary = keys.len() == 2 && keys.contains(&"data") && keys.contains(&"sops");
    match keys.contains(&"sops") {
        false => None,
        true if is_binary => Some(FileFormat::Binary),
        true => Some(FileFormat::Json),
    }
}

/// The keys of the outermost object, undecoded. Flow YAML without quotes gives none, which is no JSON.
fn top_level_keys(text: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    let mut expects_key = false;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                expects_key = depth == 0;
                depth += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => expects_key = depth == 1,
            b'"' => {
                let start = at + 1;
                at = end_of_string(bytes, start);
                if depth == 1 && expects_key {
                    keys.push(text.get(start..at).unwrap_or_default());
                    expects_key = false;
                }
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// The offset of the quote that ends the string whose content begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<FileFormat>) {
        assert_eq!(format_of(text), expected, "{text}");
    }

    #[test]
    fn the_content_decides() {
        check("a: ENC[AES256_GCM,\nsops:\n    mac: x\n", Some(FileFormat::Yaml));
        check("\"sops\" : {mac: \"ENC[AES256_GCM,\"}\na: b\n", Some(FileFormat::Yaml));
        check("{\n\t\"a\": \"ENC[AES256_GCM,\",\n\t\"sops\": {\"mac\": \"x\"}\n}", Some(FileFormat::Json));
        check("{\"data\": \"ENC[AES256_GCM,\", \"sops\": {\"data\": [1, {\"x\": 2}]}}", Some(FileFormat::Binary));
        check("A=ENC[AES256_GCM,\nsops_mac=ENC[AES256_GCM,\nsops_version=3.12.2\n", Some(FileFormat::Dotenv));
        check("[a]\nb = ENC[AES256_GCM,\n\n[sops]\nmac = ENC[AES256_GCM,\n", Some(FileFormat::Ini));
    }

    #[test]
    fn what_only_speaks_of_sops_is_not_encrypted() {
        check("", None);
        check("# about sops:\nsops is a tool\n", None);
        check("creation_rules:\n  - age: age1\n", None);
        check("{\"tools\": {\"sops\": 1}}", None);
        check("  sops:\n    mac: x\n", None);
        check("SOPS_VERSION=1\n", None);
    }
}
