//! Sites: the places of a file where a declaration can be added.

use super::declaration::{Condition, Place};
use super::tree::NodeId;

/// A site's place in [`NixFile::sites`](super::NixFile::sites); valid until the next edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub usize);

/// A place where a declaration can be added. The best one comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// What is written there.
    pub kind: SiteKind,
    /// Byte offset at which the new text begins.
    pub offset: usize,
    /// Where in the file's attribute paths it stands.
    pub place: Place,
    /// Conditions under which what is added there exists.
    pub conditions: Vec<Condition>,
    /// How many declarations stand there already.
    pub declarations: usize,
    pub(super) target: SiteTarget,
}

/// What kind of text a site takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiteKind {
    /// Inside `secrets = { … }`: `x = { … };`. Behind a computed set that is ` // { x = { … }; }`.
    SecretsSet,
    /// Inside `sops = { … }`: `secrets.x = { … };`
    SopsSet,
    /// Beside `sops.secrets.y = …;`: `sops.secrets.x = { … };`
    Dotted,
    /// In the body of a module that declares nothing yet.
    Module,
}

/// Where exactly a site's text goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SiteTarget {
    /// The literal set, or the computed one.
    pub(super) set: NodeId,
    /// Whether the set is computed, so that ` // { … }` is written behind it.
    pub(super) is_computed: bool,
    /// What is written before the name: nothing, `secrets.`, `sops.secrets.`.
    pub(super) prefix: String,
    /// The binding to follow; `None` for the end of the set.
    pub(super) after: Option<NodeId>,
}
