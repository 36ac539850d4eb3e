//! References: places that use a secret, a placeholder or a template.

use std::ops::Range;

use super::declaration::Condition;
use super::value::Static;

/// One use of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What it names, and how.
    pub kind: ReferenceKind,
    /// The name; unknown for `config.sops.secrets.${name}` where `name` cannot be read.
    /// For [`ReferenceKind::HardCoded`] the path below `/run/secrets`.
    pub name: Static<String>,
    /// The attribute name to be replaced in a rename (quotes included); `None` where renaming means rewriting code.
    pub name_range: Option<Range<usize>>,
    /// The whole expression, or the path inside its string.
    pub range: Range<usize>,
    /// The attribute asked of the secret: `path`, `owner`…; `None` when the secret as a whole is meant.
    pub attribute: Option<String>,
    /// The attribute path of the innermost binding it stands in: `["services", "x", "passwordFile"]`.
    pub context: Vec<String>,
    /// The template whose text it stands in.
    pub template: Option<String>,
    /// The conditions over the place (`mkIf`, `if`, `optional`), outermost first.
    pub conditions: Vec<Condition>,
    /// Whether it is fine for the name not to be there: `x or default`, `? x`.
    pub is_optional: bool,
}

/// Ways to use a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// `config.sops.secrets.<name>`
    Secret,
    /// `config.sops.placeholder.<name>`
    Placeholder,
    /// `config.sops.templates.<name>`
    Template,
    /// `/run/secrets/<name>` written out.
    HardCoded,
    /// `/run/secrets-for-users/<name>` written out.
    HardCodedForUsers,
    /// `/run/secrets/rendered/<name>` written out.
    HardCodedTemplate,
}
