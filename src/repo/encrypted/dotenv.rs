//! Encrypted dotenv files: `KEY=ENC[…]` lines, metadata in lines that begin with `sops_`.
//!
//! Truth: sops 3.12.2, `stores/dotenv/store.go`: lines end at `\n`, the first `=` separates, nothing is trimmed.

use super::flat_metadata::{FlatMetadata, leaf_kind};
use super::{EncryptedFile, Entry, FileFormat};

pub(super) fn read(text: String) -> EncryptedFile {
    let mut entries = Vec::new();
    let mut metadata = FlatMetadata::default();
    let mut start = 0;
    for line in text.split('\n') {
        let key_value = line.split_once('=').filter(|_| !line.starts_with('#'));
        if let Some((key, value)) = key_value {
            let value_range = start + key.len() + 1..start + line.len();
            match key.strip_prefix("sops_") {
                Some(field) => metadata.add(field, value, value_range),
                None => entries.push(Entry {
                    key: key.to_owned(),
                    depth: 0,
                    kind: leaf_kind(value),
                    is_reachable: true,
                    key_range: start..start + key.len(),
                    range: value_range,
                }),
            }
        }
        start += line.len() + 1;
    }
    EncryptedFile::new(text, FileFormat::Dotenv, entries, metadata.groups())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::EntryKind;
    use crate::sops::LeafType;

    #[test]
    fn keys_and_recipients_are_read() {
        let text = "#ENC[AES256_GCM,data:a=,type:comment]\nA=ENC[AES256_GCM,data:b,iv:c,tag:d,type:str]\n\
                    export B=plain\nsops_age__list_0__map_enc=-----\\n\nsops_age__list_0__map_recipient=age1one\n\
                    sops_mac=ENC[x]\n";
        let file = read(text.to_owned());
        let keys: Vec<(&str, bool)> = file
            .entries()
            .iter()
            .map(|entry| (entry.key.as_str(), matches!(entry.kind, EntryKind::Leaf { is_sealed: true, .. })))
            .collect();
        assert_eq!(keys, [("A", true), ("export B", false)]);
        assert_eq!(file.entries()[0].kind, EntryKind::Leaf { value_type: LeafType::Str, is_sealed: true });
        assert_eq!(&file.text()[file.entries()[1].range.clone()], "plain");
        let recipients: Vec<&str> = file.recipients().map(|recipient| recipient.name.as_str()).collect();
        assert_eq!(recipients, ["age1one"]);
    }
}
