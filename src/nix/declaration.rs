//! Declarations: one `sops.secrets.<name>` as it is read, and as it is to be written.
//!
//! The options are those of section "options.sops.secrets" of the sops-nix modules (commit 56b2406); what is no such
//! option is kept too, so that a check can name it.

use std::ops::Range;

use super::value::{FilePath, OptionValue, Static, Unknown, Value};

/// A declaration's place in [`NixFile::declarations`](super::NixFile::declarations); valid until the next edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationId(pub usize);

/// One secret that a Nix file declares.
///
/// All bindings of one name in one module body belong together. The same name under another condition or in another
/// module of the file is a declaration of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// The attribute name.
    pub name: Static<String>,
    /// Every place where the attribute name is written, quotes included. Empty for a computed name.
    pub name_ranges: Vec<Range<usize>>,
    /// The options that are set, in the order of the file. Computed ones have the origin [`Origin::Computed`].
    pub options: Vec<OptionSetting>,
    /// The whole bindings, from the first attribute to the semicolon.
    pub bindings: Vec<Range<usize>>,
    /// Where the declaration is shown to be: its first attribute name, or the expression that computes it.
    pub range: Range<usize>,
    /// How the value is written.
    pub form: Form,
    /// Where in the file's attribute paths it stands.
    pub place: Place,
    /// Conditions that decide whether it exists (`mkIf`, `if`, `optionalAttrs`), outermost first.
    pub conditions: Vec<Condition>,
    /// Whether it is written down or computed.
    pub origin: Origin,
    /// Why more options may be set than are listed (`x = common // { … }` with `common` from elsewhere); `None` when
    /// the list is complete.
    pub incomplete: Option<Unknown>,
    pub(super) parts: Vec<super::find::Source>,
}

impl Declaration {
    /// The setting of `option`, if the declaration has one.
    #[must_use]
    pub fn option(&self, option: &OptionName) -> Option<&OptionSetting> {
        self.options.iter().find(|setting| setting.option == *option)
    }

    /// The string value of `option`: `None` when it is not set or is no string.
    #[must_use]
    pub fn text(&self, option: &OptionName) -> Option<Static<&str>> {
        match &self.option(option)?.value {
            Static::Known(Value::Text(text)) => Some(Static::Known(text)),
            Static::Known(_) => None,
            Static::Unknown(unknown) => Some(Static::Unknown(unknown.clone())),
        }
    }

    /// The file that `sopsFile` names; `None` when it is not set.
    #[must_use]
    pub fn sops_file(&self) -> Option<&OptionSetting> {
        self.option(&OptionName::SopsFile)
    }

    /// Whether the declaration may be absent from the configuration.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        !self.conditions.is_empty()
    }
}

/// How a declaration's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `x = { … };`
    Set,
    /// `x.owner = …; x.mode = …;`
    Dotted,
    /// Both at once.
    Mixed,
    /// A right-hand side that is no literal set: `x = mk "a";`, or a whole computed set of secrets.
    Computed,
}

/// Whether something can be edited where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Written down as `name = value;`
    Literal,
    /// Brought in by `inherit`; the range is the name in the `inherit`.
    Inherited,
    /// Computed: from a function, a `let`, a list of names. Editing it here is refused.
    Computed,
}

/// The attribute path of the module body in which something stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The attributes before `sops`: empty at the top of a module, `["config"]`, `["home-manager", "users", "x"]`…
    /// Names that cannot be read are `*`.
    pub attributes: Vec<String>,
    /// What the attribute path says about the kind of module; `None` when it says nothing.
    pub module: Option<ModuleKind>,
}

/// Which of the three sops-nix modules reads a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModuleKind {
    /// `nixosModules.sops`
    NixOs,
    /// `homeManagerModules.sops`
    HomeManager,
    /// `darwinModules.sops`
    Darwin,
}

/// One condition over a declaration, a setting or a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The condition's expression.
    pub range: Range<usize>,
    /// Whether the thing exists when the condition does *not* hold (the `else` side).
    pub negated: bool,
}

/// One option of a declaration or template, as it is set in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionSetting {
    /// Which option.
    pub option: OptionName,
    /// Its value, as far as the text tells.
    pub value: Static<Value>,
    /// The option's name where it is written.
    pub name_range: Range<usize>,
    /// The expression; for an inherited option the same as `name_range`.
    pub value_range: Range<usize>,
    /// Whether it can be edited in place.
    pub origin: Origin,
    /// How it fares against other definitions of the same option.
    pub priority: Priority,
    /// The elements of a list that is written out; empty for everything else.
    pub item_ranges: Vec<Range<usize>>,
    pub(super) source: super::find::Source,
}

/// How a definition fares against others of the same option, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// `mkDefault`, `mkOptionDefault`: gives way.
    Default,
    /// Nothing said; two of different value are a conflict.
    Plain,
    /// `mkForce`, `mkVMOverride`: wins.
    Force,
}

/// The options of `sops.secrets.<name>` (and, where they exist there, of `sops.templates.<name>`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OptionName {
    /// `name`
    Name,
    /// `key`
    Key,
    /// `sopsFile`
    SopsFile,
    /// `format`
    Format,
    /// `path`
    Path,
    /// `mode`
    Mode,
    /// `owner`
    Owner,
    /// `uid`
    Uid,
    /// `group`
    Group,
    /// `gid`
    Gid,
    /// `neededForUsers`
    NeededForUsers,
    /// `restartUnits`
    RestartUnits,
    /// `reloadUnits`
    ReloadUnits,
    /// `sopsFileHash`, read-only
    SopsFileHash,
    /// `content` of a template
    Content,
    /// `file` of a template
    File,
    /// Anything else: a mistake, or an option this program does not know yet.
    Other(String),
}

impl OptionName {
    /// The options a form offers for a secret, in the order in which they are written.
    pub const SECRET: [Self; 13] = [
        Self::SopsFile,
        Self::Format,
        Self::Key,
        Self::Name,
        Self::Path,
        Self::Owner,
        Self::Uid,
        Self::Group,
        Self::Gid,
        Self::Mode,
        Self::NeededForUsers,
        Self::RestartUnits,
        Self::ReloadUnits,
    ];

    /// The name as written in Nix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name => "name",
            Self::Key => "key",
            Self::SopsFile => "sopsFile",
            Self::Format => "format",
            Self::Path => "path",
            Self::Mode => "mode",
            Self::Owner => "owner",
            Self::Uid => "uid",
            Self::Group => "group",
            Self::Gid => "gid",
            Self::NeededForUsers => "neededForUsers",
            Self::RestartUnits => "restartUnits",
            Self::ReloadUnits => "reloadUnits",
            Self::SopsFileHash => "sopsFileHash",
            Self::Content => "content",
            Self::File => "file",
            Self::Other(name) => name,
        }
    }

    /// The option of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "name" => Self::Name,
            "key" => Self::Key,
            "sopsFile" => Self::SopsFile,
            "format" => Self::Format,
            "path" => Self::Path,
            "mode" => Self::Mode,
            "owner" => Self::Owner,
            "uid" => Self::Uid,
            "group" => Self::Group,
            "gid" => Self::Gid,
            "neededForUsers" => Self::NeededForUsers,
            "restartUnits" => Self::RestartUnits,
            "reloadUnits" => Self::ReloadUnits,
            "sopsFileHash" => Self::SopsFileHash,
            "content" => Self::Content,
            "file" => Self::File,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A declaration to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclarationSpec {
    /// The attribute name.
    pub name: String,
    /// The options and their values, written in this order. Use [`DeclarationSpec::with`] to leave out what equals the
    /// module's default.
    pub options: Vec<(OptionName, OptionValue)>,
}

/// What the module would take without being told; what equals it is not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    /// Which module reads the declaration.
    pub module: Option<ModuleKind>,
    /// `defaultSopsFile`, resolved by whoever knows the repository.
    pub sops_file: Option<FilePath>,
    /// `defaultSopsFormat`; `None` is the module's own `yaml`.
    pub format: Option<String>,
    /// `defaultSopsKey`; `None` means that the key is the attribute name.
    pub key: Option<String>,
}

impl DeclarationSpec {
    /// A declaration without options: `x = { };`
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), options: Vec::new() }
    }

    /// Adds an option, unless its value is what the module takes anyway.
    #[must_use]
    pub fn with(mut self, option: OptionName, value: OptionValue, defaults: &Defaults) -> Self {
        if !defaults.covers(&self, &option, &value) {
            self.options.push((option, value));
        }
        self
    }
}

impl Defaults {
    /// Whether leaving `option` out means the same as writing `value`, for a declaration as far as `spec` goes.
    ///
    /// Give `name`, `owner` and `neededForUsers` before `path` and `group`: the module derives the latter from them.
    #[must_use]
    pub fn covers(&self, spec: &DeclarationSpec, option: &OptionName, value: &OptionValue) -> bool {
        let text = match value {
            OptionValue::Text(text) => text.as_str(),
            OptionValue::Boolean(on) => return *option == OptionName::NeededForUsers && !on,
            OptionValue::Integer(number) => return matches!(option, OptionName::Uid | OptionName::Gid) && *number == 0,
            OptionValue::Texts(texts) => {
                return matches!(option, OptionName::RestartUnits | OptionName::ReloadUnits) && texts.is_empty();
            }
            OptionValue::Null => {
                return self.module != Some(ModuleKind::Darwin)
                    && matches!(option, OptionName::Owner | OptionName::Group);
            }
            OptionValue::Path(_) | OptionValue::Expression(_) => return false,
        };
        match option {
            OptionName::Name => text == spec.name,
            OptionName::Key => text == self.key.as_deref().unwrap_or(&spec.name),
            OptionName::Format => text == self.format.as_deref().unwrap_or("yaml"),
            OptionName::Mode => text == "0400",
            OptionName::Path => self.default_path(spec).is_some_and(|path| path == text),
            // On NixOS an absent owner is uid 0; on nix-darwin the option's own default is root.
            OptionName::Owner => text == "root" && self.module != Some(ModuleKind::HomeManager),
            OptionName::Group => match self.module {
                Some(ModuleKind::NixOs) => text == "root" && spec.option(&OptionName::Owner).is_none(),
                Some(ModuleKind::Darwin) => text == "staff",
                Some(ModuleKind::HomeManager) | None => false,
            },
            _ => false,
        }
    }

    /// Where the secret is found without `path`; not known for home-manager, where it depends on the user.
    fn default_path(&self, spec: &DeclarationSpec) -> Option<String> {
        if self.module == Some(ModuleKind::HomeManager) {
            return None;
        }
        let name = match spec.option(&OptionName::Name) {
            None => &spec.name,
            Some(OptionValue::Text(name)) => name,
            Some(_) => return None,
        };
        let folder = match spec.option(&OptionName::NeededForUsers) {
            None | Some(OptionValue::Boolean(false)) => "/run/secrets",
            Some(OptionValue::Boolean(true)) => "/run/secrets-for-users",
            Some(_) => return None,
        };
        Some(format!("{folder}/{name}"))
    }
}

impl DeclarationSpec {
    /// The value given for `option`.
    #[must_use]
    pub fn option(&self, option: &OptionName) -> Option<&OptionValue> {
        self.options.iter().find(|(name, _)| name == option).map(|(_, value)| value)
    }
}
