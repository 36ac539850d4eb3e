//! From the tree of a `.sops.yaml` to its rules.

use std::collections::{HashMap, HashSet};

use super::super::encryption_rule::{EncryptionRule, Selector};
use super::super::go_regex;
use super::super::metadata::{MasterKeyKind, kms_identity};
use super::{CreationRule, CreationRules, CreationRulesError, Pattern, RuleKey};
use crate::yaml::{Entry, Item, Kind, Limits, NodeId, ParseError, Resolved, Yaml};

/// How deep `merge` may nest, and aliases with it: far above any use.
pub(super) const MOST_MERGES: usize = 32;

/// The columns a level that sops writes where nothing else is said.
const USUAL_INDENT: usize = 4;

pub(super) fn read(text: &str) -> Result<CreationRules, CreationRulesError> {
    let yaml = Yaml::parse(text, &Limits::default()).map_err(not_yaml)?;
    if let Some(duplicate) = yaml.duplicates().first() {
        return Err(CreationRulesError::DuplicateKey { line: yaml.line(duplicate.second) });
    }
    let reader = Reader { yaml: &yaml };
    let mut rules = CreationRules {
        rules: Vec::new(),
        names: reader.names(),
        anchors: reader.anchors(),
        yaml_indent: USUAL_INDENT,
    };
    let Some(document) = yaml.documents().first() else { return Ok(rules) };
    if let Some(list) = reader.field(document.root, "creation_rules") {
        for rule in reader.list(list, "creation_rules")? {
            rules.rules.push(reader.rule(rule)?);
        }
    }
    if let Some(indent) = reader.indent(document.root)? {
        rules.yaml_indent = indent;
    }
    Ok(rules)
}

fn not_yaml(error: ParseError) -> CreationRulesError {
    match error {
        ParseError::Syntax { at, message } => {
            CreationRulesError::NotYaml { line: at.line, column: at.column, problem: message }
        }
        ParseError::Alias { at, name, problem } => {
            let problem = format!("the alias *{name} {problem}");
            CreationRulesError::NotYaml { line: at.line, column: at.column, problem }
        }
        limit @ ParseError::Limit { .. } => {
            CreationRulesError::NotYaml { line: 1, column: 1, problem: limit.to_string() }
        }
    }
}

/// The lists of a group and of a rule: field in a group, field in a rule, kind. In the order in which sops fills a group.
pub(super) const KINDS: [(&str, &str, MasterKeyKind); 7] = [
    ("age", "age", MasterKeyKind::Age),
    ("pgp", "pgp", MasterKeyKind::Pgp),
    ("kms", "kms", MasterKeyKind::Kms),
    ("gcp_kms", "gcp_kms", MasterKeyKind::GcpKms),
    ("hckms", "hckms", MasterKeyKind::Hckms),
    ("azure_keyvault", "azure_keyvault", MasterKeyKind::AzureKeyVault),
    ("hc_vault", "hc_vault_transit_uri", MasterKeyKind::Vault),
];

/// Reads single fields of a `.sops.yaml`.
pub(super) struct Reader<'y> {
    pub(super) yaml: &'y Yaml,
}

impl Reader<'_> {
    /// The value of a field, aliases followed; absent and null are the same.
    pub(super) fn field(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        let entry = self.yaml.entry(self.yaml.follow(mapping), key)?;
        let value = self.yaml.follow(entry.value);
        (!self.is_null(value)).then_some(value)
    }

    pub(super) fn is_null(&self, node: NodeId) -> bool {
        matches!(self.yaml.resolve(node), Ok(Some(Resolved::Null)))
    }

    fn wrong<T>(&self, node: NodeId, field: &'static str, expected: &'static str) -> Result<T, CreationRulesError> {
        Err(CreationRulesError::WrongKind { line: self.yaml.line(node), field, expected })
    }

    /// The elements of a list, as written: an alias stays one, so that its place is known.
    pub(super) fn list(&self, node: NodeId, field: &'static str) -> Result<Vec<NodeId>, CreationRulesError> {
        let node = self.yaml.follow(node);
        if !matches!(self.yaml.kind(node), Kind::Sequence { .. }) {
            return self.wrong(node, field, "a list");
        }
        let element = |item: &Item| if let Item::Element(element) = item { Some(*element) } else { None };
        Ok(self.yaml.items(node).iter().filter_map(element).collect())
    }

    fn text(&self, node: NodeId, field: &'static str) -> Result<String, CreationRulesError> {
        match self.yaml.text_of(self.yaml.follow(node)) {
            Some(text) => Ok(text.to_owned()),
            None => self.wrong(node, field, "text"),
        }
    }

    /// Every scalar that has an anchor gives its text a name; the first one stays.
    fn names(&self) -> HashMap<String, String> {
        let mut names = HashMap::new();
        for document in self.yaml.documents() {
            for visit in self.yaml.walk(document.root) {
                let node = match visit.item {
                    Item::Comment(_) => continue,
                    Item::Entry(entry) => entry.value,
                    Item::Element(element) => element,
                };
                if let (Some(name), Some(text)) = (self.yaml.anchor(node), self.yaml.text_of(node)) {
                    names.entry(text.trim().to_owned()).or_insert_with(|| name.to_owned());
                }
            }
        }
        names
    }

    /// The name of every anchor, whatever it stands on.
    fn anchors(&self) -> HashSet<String> {
        let values = self.yaml.documents().iter().flat_map(|document| self.yaml.walk(document.root));
        let named = values.filter_map(|visit| match visit.item {
            Item::Comment(_) => None,
            Item::Entry(entry) => self.yaml.anchor(entry.value),
            Item::Element(element) => self.yaml.anchor(element),
        });
        named.map(str::to_owned).collect()
    }

    fn rule(&self, written: NodeId) -> Result<CreationRule, CreationRulesError> {
        let node = self.yaml.follow(written);
        if !matches!(self.yaml.kind(node), Kind::Mapping { .. }) {
            return self.wrong(node, "a creation rule", "a mapping");
        }
        let path_regex = self.field(node, "path_regex").map(|value| self.text(value, "path_regex")).transpose()?;
        let line = self.yaml.line(written);
        let invalid = || Pattern::Invalid(CreationRulesError::Regex { line, field: "path_regex" });
        let pattern = path_regex.as_deref().filter(|pattern| !pattern.is_empty());
        let compiled = pattern.map(|pattern| go_regex::compile(pattern).map_or_else(invalid, Pattern::Matching));
        let (encryption_rule, fault) = match self.encryption_rule(node, line) {
            Ok(rule) => (rule, None),
            Err(error @ (CreationRulesError::SeveralSelectors { .. } | CreationRulesError::Regex { .. })) => {
                (EncryptionRule::default(), Some(error))
            }
            Err(error) => return Err(error),
        };
        Ok(CreationRule {
            path_regex,
            pattern: compiled.unwrap_or(Pattern::Every),
            fault,
            groups: self.groups(node)?,
            shamir_threshold: self.number(node, "shamir_threshold")?.unwrap_or(0),
            encryption_rule,
            mac_only_encrypted: self.flag(node, "mac_only_encrypted")?,
            line,
            range: self.yaml.full_range(written),
        })
    }

    fn encryption_rule(&self, rule: NodeId, line: usize) -> Result<EncryptionRule, CreationRulesError> {
        let mut found: Option<EncryptionRule> = None;
        for selector in Selector::ALL {
            let Some(value) = self.field(rule, selector.field()) else { continue };
            let pattern = self.text(value, selector.field())?;
            if pattern.is_empty() {
                continue;
            }
            if let Some(first) = &found {
                let (first, second) = (first.selector().field(), selector.field());
                return Err(CreationRulesError::SeveralSelectors { line, first, second });
            }
            let read = EncryptionRule::new(selector, pattern);
            if !read.is_valid() {
                return Err(CreationRulesError::Regex { line: self.yaml.line(value), field: selector.field() });
            }
            found = Some(read);
        }
        Ok(found.unwrap_or_default())
    }

    fn number(&self, rule: NodeId, field: &'static str) -> Result<Option<usize>, CreationRulesError> {
        let Some(value) = self.field(rule, field) else { return Ok(None) };
        match self.text(value, field)?.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => self.wrong(value, field, "a whole number"),
        }
    }

    fn flag(&self, rule: NodeId, field: &'static str) -> Result<bool, CreationRulesError> {
        let Some(value) = self.field(rule, field) else { return Ok(false) };
        match self.yaml.resolve(value) {
            Ok(Some(Resolved::Bool(flag))) => Ok(flag),
            _ => self.wrong(value, field, "true or false"),
        }
    }

    fn indent(&self, root: NodeId) -> Result<Option<usize>, CreationRulesError> {
        let stores = self.field(root, "stores").and_then(|stores| self.field(stores, "yaml"));
        let Some(yaml) = stores else { return Ok(None) };
        Ok(self.number(yaml, "indent")?.filter(|columns| *columns > 0))
    }

    /// The key groups of a rule, or its flat keys as the only one; none at all where it names nobody.
    fn groups(&self, rule: NodeId) -> Result<Vec<Vec<RuleKey>>, CreationRulesError> {
        if let Some(list) = self.field(rule, "key_groups") {
            let groups = self.list(list, "key_groups")?;
            if !groups.is_empty() {
                return groups.into_iter().map(|group| self.group(group, MOST_MERGES)).collect();
            }
        }
        let mut keys = Vec::new();
        // The order in which sops fills the group of flat keys (`getKeyGroupsFromRule`).
        for field in ["pgp", "age", "kms", "gcp_kms", "azure_keyvault", "hc_vault_transit_uri", "hckms"] {
            let kind = KINDS.into_iter().find(|(_, flat, _)| *flat == field).map(|(.., kind)| kind);
            let (Some(value), Some(kind)) = (self.field(rule, field), kind) else { continue };
            self.flat_keys(value, field, kind, &mut keys)?;
        }
        let profile = self.field(rule, "aws_profile").map(|value| self.text(value, "aws_profile")).transpose()?;
        for key in keys.iter_mut().filter(|key| key.kind == MasterKeyKind::Kms) {
            key.identity =
                kms_identity(&key.identity.replace(' ', ""), "", Vec::new(), profile.as_deref().unwrap_or(""));
        }
        Ok(if keys.is_empty() { Vec::new() } else { vec![keys] })
    }

    /// A text parted by commas, or a list of such texts.
    fn flat_keys(
        &self,
        value: NodeId,
        field: &'static str,
        kind: MasterKeyKind,
        keys: &mut Vec<RuleKey>,
    ) -> Result<(), CreationRulesError> {
        let parts = match self.yaml.kind(value) {
            Kind::Sequence { .. } => self.list(value, field)?,
            _ => vec![value],
        };
        for part in parts {
            let text = self.text(part, field)?;
            let identities = text.split(',').map(str::trim).filter(|identity| !identity.is_empty());
            keys.extend(identities.map(|identity| self.key(part, kind, identity)));
        }
        Ok(())
    }

    fn group(&self, written: NodeId, merges_left: usize) -> Result<Vec<RuleKey>, CreationRulesError> {
        let node = self.yaml.follow(written);
        if !matches!(self.yaml.kind(node), Kind::Mapping { .. }) || merges_left == 0 {
            return self.wrong(node, "a key group", "a mapping");
        }
        let mut keys = Vec::new();
        if let Some(merge) = self.field(node, "merge") {
            for group in self.list(merge, "merge")? {
                keys.extend(self.group(group, merges_left - 1)?);
            }
        }
        for (field, _, kind) in KINDS {
            let Some(list) = self.field(node, field) else { continue };
            for element in self.list(list, field)? {
                let identity = self.group_identity(element, kind, field)?;
                keys.push(self.key(element, kind, &identity));
            }
        }
        let mut seen = std::collections::HashSet::new();
        keys.retain(|key| seen.insert((key.kind, key.identity.clone())));
        Ok(keys)
    }

    /// A text, or for the cloud's services a mapping whose parts sops joins (`ToString` of each `keysource.go`).
    pub(super) fn group_identity(
        &self,
        element: NodeId,
        kind: MasterKeyKind,
        field: &'static str,
    ) -> Result<String, CreationRulesError> {
        let part = |key: &'static str| self.field(element, key).map(|value| self.text(value, key)).transpose();
        let required = |key: &'static str| part(key).map(Option::unwrap_or_default);
        Ok(match kind {
            MasterKeyKind::Age | MasterKeyKind::Pgp | MasterKeyKind::Vault => self.text(element, field)?,
            MasterKeyKind::GcpKms => required("resource_id")?,
            MasterKeyKind::Hckms => required("key_id")?,
            MasterKeyKind::AzureKeyVault => {
                format!("{}/keys/{}/{}", required("vaultUrl")?, required("key")?, required("version")?)
            }
            MasterKeyKind::Kms => {
                let (arn, role, profile) = (required("arn")?, required("role")?, required("aws_profile")?);
                kms_identity(&arn.replace(' ', ""), &role.replace(' ', ""), self.kms_context(element), &profile)
            }
        })
    }

    /// The pairs of an encryption context.
    fn kms_context(&self, key: NodeId) -> Vec<String> {
        let Some(context) = self.field(key, "context") else { return Vec::new() };
        let text = |node: NodeId| self.yaml.text_of(self.yaml.follow(node));
        let pair = |entry: Entry| Some(format!("{}:{}", text(entry.key)?, text(entry.value)?));
        self.yaml.entries(context).filter_map(pair).collect()
    }

    fn key(&self, written: NodeId, kind: MasterKeyKind, identity: &str) -> RuleKey {
        let node = self.yaml.follow(written);
        let identity = match kind {
            MasterKeyKind::Pgp | MasterKeyKind::GcpKms => identity.replace(' ', ""),
            _ => identity.trim().to_owned(),
        };
        let range = self.yaml.range(written);
        RuleKey { kind, name: self.yaml.anchor(node).map(str::to_owned), identity, range }
    }
}
