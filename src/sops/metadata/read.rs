//! Reads the `sops` block out of the tree. Truth: sops 3.12.2, `stores/stores.go`, `Metadata.ToInternal`.
//!
//! Lenient where sops versions differ: empty lists, old orders, unquoted times, missing versions and unknown fields are
//! all taken; what cannot be understood is named with its line.

use super::{KeyGroup, MasterKey, MasterKeyKind, Metadata, kms_identity};
use crate::sops::encryption_rule::{EncryptionRule, Selector};
use crate::sops::error::DocumentError;
use crate::sops::rfc3339::Rfc3339;
use crate::sops::walk::METADATA_KEY;
use crate::yaml::{Item, Kind, NodeId, Resolved, Yaml};

/// Fields that are neither lists of recipients nor encryption rules.
const OTHER_FIELDS: [&str; 6] =
    ["shamir_threshold", "key_groups", "lastmodified", "mac", "mac_only_encrypted", "version"];

/// Reads the block of the first document.
pub(crate) fn read(yaml: &Yaml) -> Result<Metadata, DocumentError> {
    let root = yaml.documents().first().ok_or(DocumentError::Empty)?.root;
    let block = yaml.entry(root, METADATA_KEY).ok_or(DocumentError::MetadataMissing)?.value;
    let block = Block { yaml, node: yaml.follow(block), name: METADATA_KEY.to_owned() };
    block.metadata()
}

/// The node of a field of the block in a document, if it is a scalar.
pub(crate) fn scalar(yaml: &Yaml, document: usize, field: &str) -> Option<NodeId> {
    let block = yaml.entry(yaml.documents().get(document)?.root, METADATA_KEY)?.value;
    let node = yaml.entry(yaml.follow(block), field)?.value;
    matches!(yaml.kind(node), Kind::Scalar(_)).then_some(node)
}

/// The `sops` block of a document, aliases followed.
pub(crate) fn block(yaml: &Yaml, document: usize) -> Option<NodeId> {
    let block = yaml.follow(yaml.entry(yaml.documents().get(document)?.root, METADATA_KEY)?.value);
    matches!(yaml.kind(block), Kind::Mapping { .. }).then_some(block)
}

/// The value of a field of a mapping in the block, aliases followed; none where it is absent or null.
pub(crate) fn field(yaml: &Yaml, mapping: NodeId, name: &str) -> Option<NodeId> {
    Block { yaml, node: mapping, name: String::new() }.field(name)
}

/// The entries of one kind in a group, or flat in the block, each with the recipient as sops compares it; those that
/// cannot be understood are left out.
pub(crate) fn recipients(yaml: &Yaml, group: NodeId, kind: MasterKeyKind) -> Vec<(NodeId, String)> {
    let Some(list) = field(yaml, group, kind.field()) else { return Vec::new() };
    let entry = |element: NodeId| {
        let node = yaml.follow(element);
        let is_mapping = matches!(yaml.kind(node), Kind::Mapping { .. });
        let identity = Block { yaml, node, name: String::new() }.identity(kind);
        Some((element, identity.ok().filter(|_| is_mapping)?))
    };
    yaml.elements(list).filter_map(entry).collect()
}

/// A mapping in the block, and how it is called in errors.
struct Block<'y> {
    yaml: &'y Yaml,
    node: NodeId,
    name: String,
}

impl<'y> Block<'y> {
    fn metadata(&self) -> Result<Metadata, DocumentError> {
        self.expect_mapping()?;
        let groups = self.groups()?;
        let last_modified = self.text("lastmodified")?.ok_or_else(|| self.malformed("lastmodified", "is missing"))?;
        let mac_bound_to = Rfc3339::parse(last_modified)
            .map(|time| time.without_fraction())
            .ok_or_else(|| self.malformed("lastmodified", "is no time such as \"2026-01-31T23:59:59Z\""))?;
        Ok(Metadata {
            groups,
            shamir_threshold: self.threshold()?,
            last_modified: last_modified.to_owned(),
            mac_bound_to,
            mac: self.text("mac")?.filter(|mac| !mac.is_empty()).map(str::to_owned),
            rule: self.rule()?,
            mac_only_encrypted: self.mac_only_encrypted()?,
            version: self.text("version")?.map(str::to_owned),
            unknown_fields: self.unknown_fields(),
            range: self.yaml.range(self.node),
        })
    }

    fn expect_mapping(&self) -> Result<(), DocumentError> {
        match self.yaml.kind(self.node) {
            Kind::Mapping { .. } => Ok(()),
            _ => Err(self.malformed_at(self.node, "", "is not a mapping")),
        }
    }

    /// The value of a field, aliases followed; none where it is absent or null.
    fn field(&self, name: &str) -> Option<NodeId> {
        let node = self.yaml.follow(self.yaml.entry(self.node, name)?.value);
        let is_null = matches!(self.yaml.resolve(node), Ok(Some(Resolved::Null)));
        (!is_null).then_some(node)
    }

    fn text(&self, name: &str) -> Result<Option<&'y str>, DocumentError> {
        let Some(node) = self.field(name) else { return Ok(None) };
        match self.yaml.text_of(node) {
            Some(text) => Ok(Some(text)),
            None => Err(self.malformed_at(node, name, "is not text")),
        }
    }

    fn malformed(&self, field: &str, problem: &'static str) -> DocumentError {
        let at = self.yaml.entry(self.node, field).map_or(self.node, |entry| entry.value);
        self.malformed_at(at, field, problem)
    }

    fn malformed_at(&self, at: NodeId, field: &str, problem: &'static str) -> DocumentError {
        let dot = if field.is_empty() { "" } else { "." };
        let field = format!("{}{dot}{field}", self.name);
        DocumentError::MetadataMalformed { line: self.yaml.line(at), field, problem }
    }

    /// The groups: the flat lists are the only group, unless all of them are empty.
    fn groups(&self) -> Result<Vec<KeyGroup>, DocumentError> {
        let flat = self.group()?;
        let groups = if flat.master_keys.is_empty() { self.split_groups()? } else { vec![flat] };
        if groups.iter().all(|group| group.master_keys.is_empty()) {
            return Err(self.malformed_at(self.node, "", "names no recipient"));
        }
        Ok(groups)
    }

    fn split_groups(&self) -> Result<Vec<KeyGroup>, DocumentError> {
        let list = self.list("key_groups")?;
        list.into_iter().map(|(node, name)| self.below(node, name).and_then(|group| group.group())).collect()
    }

    fn below(&self, node: NodeId, name: String) -> Result<Self, DocumentError> {
        let block = Self { yaml: self.yaml, node, name };
        block.expect_mapping().map(|()| block)
    }

    fn group(&self) -> Result<KeyGroup, DocumentError> {
        let mut master_keys = Vec::new();
        for kind in MasterKeyKind::ALL {
            for (node, name) in self.list(kind.field())? {
                master_keys.push(self.below(node, name)?.master_key(kind)?);
            }
        }
        Ok(KeyGroup { master_keys })
    }

    /// The elements of a list, with their names for errors.
    fn list(&self, field: &str) -> Result<Vec<(NodeId, String)>, DocumentError> {
        let Some(node) = self.field(field) else { return Ok(Vec::new()) };
        let Kind::Sequence { .. } = self.yaml.kind(node) else {
            return Err(self.malformed_at(node, field, "is not a list"));
        };
        let elements = self.yaml.items(node).iter().filter_map(|item| match item {
            Item::Element(element) => Some(self.yaml.follow(*element)),
            _ => None,
        });
        Ok(elements.enumerate().map(|(at, node)| (node, format!("{}.{field}[{at}]", self.name))).collect())
    }

    fn master_key(&self, kind: MasterKeyKind) -> Result<MasterKey, DocumentError> {
        let created_at = self.text("created_at")?;
        if kind != MasterKeyKind::Age && created_at.is_none_or(|text| Rfc3339::parse(text).is_none()) {
            return Err(self.malformed("created_at", "is no time such as \"2026-01-31T23:59:59Z\""));
        }
        Ok(MasterKey {
            kind,
            identity: self.identity(kind)?,
            enc: self.text("enc")?.unwrap_or_default().to_owned(),
            created_at: created_at.map(str::to_owned),
            line: self.yaml.line(self.node),
            range: self.yaml.range(self.node),
        })
    }

    /// What sops compares recipients by (`ToString` of each kind).
    fn identity(&self, kind: MasterKeyKind) -> Result<String, DocumentError> {
        let text = |name: &str| Ok::<_, DocumentError>(self.text(name)?.unwrap_or_default());
        let needed = |name: &str| self.text(name)?.ok_or_else(|| self.malformed(name, "is missing"));
        Ok(match kind {
            MasterKeyKind::Age => needed("recipient")?.to_owned(),
            MasterKeyKind::Pgp => needed("fp")?.to_owned(),
            MasterKeyKind::Kms => self.kms_identity(needed("arn")?)?,
            MasterKeyKind::GcpKms => needed("resource_id")?.to_owned(),
            MasterKeyKind::Hckms => needed("key_id")?.to_owned(),
            MasterKeyKind::AzureKeyVault => {
                format!("{}/keys/{}/{}", needed("vault_url")?, text("name")?, text("version")?)
            }
            MasterKeyKind::Vault => {
                format!("{}/v1/{}/keys/{}", needed("vault_address")?, text("engine_path")?, text("key_name")?)
            }
        })
    }

    fn kms_identity(&self, arn: &str) -> Result<String, DocumentError> {
        let text = |name: &str| Ok::<_, DocumentError>(self.text(name)?.unwrap_or_default());
        Ok(kms_identity(arn, text("role")?, self.kms_context(), text("aws_profile")?))
    }

    fn kms_context(&self) -> Vec<String> {
        let Some(context) = self.field("context") else { return Vec::new() };
        let pair = |item: &Item| match item {
            Item::Entry(entry) => {
                Some(format!("{}:{}", self.yaml.text_of(entry.key)?, self.yaml.text_of(self.yaml.follow(entry.value))?))
            }
            _ => None,
        };
        self.yaml.items(context).iter().filter_map(pair).collect()
    }

    fn threshold(&self) -> Result<usize, DocumentError> {
        let Some(text) = self.text("shamir_threshold")? else { return Ok(0) };
        text.parse().map_err(|_| self.malformed("shamir_threshold", "is not a whole number"))
    }

    fn mac_only_encrypted(&self) -> Result<bool, DocumentError> {
        match self.text("mac_only_encrypted")? {
            None | Some("false" | "False" | "FALSE") => Ok(false),
            Some("true" | "True" | "TRUE") => Ok(true),
            Some(_) => Err(self.malformed("mac_only_encrypted", "is neither true nor false")),
        }
    }

    fn rule(&self) -> Result<EncryptionRule, DocumentError> {
        let mut found: Option<EncryptionRule> = None;
        for selector in Selector::ALL {
            let Some(pattern) = self.text(selector.field())?.filter(|pattern| !pattern.is_empty()) else { continue };
            if let Some(first) = found {
                let node = self.field(selector.field()).unwrap_or(self.node);
                let (first, second) = (first.selector().field(), selector.field());
                return Err(DocumentError::SeveralRules { line: self.yaml.line(node), first, second });
            }
            found = Some(EncryptionRule::new(selector, pattern));
        }
        Ok(found.unwrap_or_default())
    }

    fn unknown_fields(&self) -> Vec<String> {
        let known = |name: &str| {
            OTHER_FIELDS.contains(&name)
                || Selector::ALL.iter().any(|selector| selector.field() == name)
                || MasterKeyKind::ALL.iter().any(|kind| kind.field() == name)
        };
        let keys = self.yaml.items(self.node).iter().filter_map(|item| match item {
            Item::Entry(entry) => self.yaml.text_of(entry.key),
            _ => None,
        });
        keys.filter(|name| !known(name)).map(str::to_owned).collect()
    }
}
