//! Encrypted INI files: `key = ENC[…]` in sections, metadata in the section `sops`.
//!
//! Truth: sops 3.12.2, `stores/ini/store.go`, which reads with gopkg.in/ini.v1: `=` or `:` separates, `;` and `#` begin
//! comments, keys before any section belong to `DEFAULT`. Values over several lines stand between `"""`.

use super::flat_metadata::{FlatMetadata, leaf_kind};
use super::{EncryptedFile, Entry, EntryKind, FileFormat};

pub(super) fn read(text: String) -> EncryptedFile {
    let mut reading = Reading::default();
    let mut start = 0;
    for line in text.split('\n') {
        reading.line(line.trim_end_matches('\r'), start);
        start += line.len() + 1;
    }
    EncryptedFile::new(text, FileFormat::Ini, reading.entries, reading.metadata.groups())
}

#[derive(Default)]
struct Reading {
    section: String,
    in_long_value: bool,
    entries: Vec<Entry>,
    metadata: FlatMetadata,
}

impl Reading {
    fn line(&mut self, line: &str, start: usize) {
        let content = line.trim();
        if self.in_long_value {
            self.in_long_value = !content.ends_with("\"\"\"");
        } else if content.is_empty() || content.starts_with([';', '#']) {
            // Nothing that has a key.
        } else if let Some(section) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section.clone_into(&mut self.section);
            let at = start + line.find('[').unwrap_or(0);
            self.section_entry(at..at + content.len());
        } else if let Some(separator) = line.find(['=', ':']) {
            self.key_value(line, start, separator);
        }
    }

    fn section_entry(&mut self, range: std::ops::Range<usize>) {
        if self.section != "sops" {
            self.entries.push(Entry {
                key: self.section.clone(),
                depth: 0,
                kind: EntryKind::Map,
                is_reachable: true,
                key_range: range.clone(),
                range,
            });
        }
    }

    fn key_value(&mut self, line: &str, start: usize, separator: usize) {
        let (before, after) = (&line[..separator], &line[separator + 1..]);
        let key = before.trim();
        let value = after.trim();
        self.in_long_value = value.starts_with("\"\"\"") && (value.len() < 6 || !value.ends_with("\"\"\""));
        let key_start = start + (before.len() - before.trim_start().len());
        let value_start = start + separator + 1 + (after.len() - after.trim_start().len());
        let range = value_start..value_start + value.len();
        if self.section == "sops" {
            self.metadata.add(key, value, range);
            return;
        }
        if self.section.is_empty() {
            "DEFAULT".clone_into(&mut self.section);
            self.section_entry(key_start..key_start);
        }
        self.entries.push(Entry {
            key: format!("{}/{key}", self.section),
            depth: 1,
            kind: leaf_kind(value),
            is_reachable: true,
            key_range: key_start..key_start + key.len(),
            range,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_and_recipients_are_read() {
        let text = "first = ENC[AES256_GCM,data:b,iv:c,tag:d,type:str]\r\n; note\n[db]\nuser  = ENC[AES256_GCM,x]\n\
                    long = \"\"\"one\ntwo = 2\n\"\"\"\n\n[sops]\nage__list_0__map_recipient = age1one\n\
                    age__list_0__map_enc = \"\"\"---\n---\n\"\"\"\nmac = ENC[x]\n";
        let file = read(text.to_owned());
        let keys: Vec<(&str, usize, &str)> = file
            .entries()
            .iter()
            .map(|entry| (entry.key.as_str(), entry.depth, &file.text()[entry.key_range.clone()]))
            .collect();
        let expected = [
            ("DEFAULT", 0, ""),
            ("DEFAULT/first", 1, "first"),
            ("db", 0, "[db]"),
            ("db/user", 1, "user"),
            ("db/long", 1, "long"),
        ];
        assert_eq!(keys, expected);
        assert_eq!(file.recipients().map(|recipient| recipient.name.as_str()).collect::<Vec<_>>(), ["age1one"]);
    }
}
