//! Settings of sops-nix beside the secrets (`defaultSopsFile`, `age.keyFile`, …), and templates.
//!
//! Names and meanings follow "options.sops" of the sops-nix modules (commit 56b2406).

use std::ops::Range;

use super::declaration::{Condition, OptionName, OptionSetting, Origin, Place, Priority};
use super::value::{Static, Value};

/// One option of `sops` itself, as it is set in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Which option.
    pub name: SettingName,
    /// Its value, as far as the text tells.
    pub value: Static<Value>,
    /// The last attribute of its name.
    pub name_range: Range<usize>,
    /// The expression.
    pub value_range: Range<usize>,
    /// Where in the file's attribute paths it stands.
    pub place: Place,
    /// Conditions that decide whether it is set.
    pub conditions: Vec<Condition>,
    /// Whether it is written down or computed.
    pub origin: Origin,
    /// How it fares against other definitions of the same option.
    pub priority: Priority,
    /// The elements of a list that is written out; empty for everything else.
    pub item_ranges: Vec<Range<usize>>,
}

/// The options of `sops`, by their dotted name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingName {
    /// `defaultSopsFile`
    DefaultSopsFile,
    /// `defaultSopsFormat`
    DefaultSopsFormat,
    /// `defaultSopsKey`
    DefaultSopsKey,
    /// `validateSopsFiles`
    ValidateSopsFiles,
    /// `keepGenerations`
    KeepGenerations,
    /// `useSystemdActivation`
    UseSystemdActivation,
    /// `useTmpfs`
    UseTmpfs,
    /// `defaultSymlinkPath`
    DefaultSymlinkPath,
    /// `defaultSecretsMountPoint`
    DefaultSecretsMountPoint,
    /// `age.keyFile`
    AgeKeyFile,
    /// `age.generateKey`
    AgeGenerateKey,
    /// `age.sshKeyPaths`
    AgeSshKeyPaths,
    /// `age.plugins`
    AgePlugins,
    /// `gnupg.home`, formerly `gnupgHome`
    GnupgHome,
    /// `gnupg.sshKeyPaths`, formerly `sshKeyPaths`
    GnupgSshKeyPaths,
    /// Any other option, by its dotted name: known to the modules and of no use here, or a mistake.
    Other(String),
}

impl SettingName {
    /// The setting of that dotted name below `sops`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "defaultSopsFile" => Self::DefaultSopsFile,
            "defaultSopsFormat" => Self::DefaultSopsFormat,
            "defaultSopsKey" => Self::DefaultSopsKey,
            "validateSopsFiles" => Self::ValidateSopsFiles,
            "keepGenerations" => Self::KeepGenerations,
            "useSystemdActivation" => Self::UseSystemdActivation,
            "useTmpfs" => Self::UseTmpfs,
            "defaultSymlinkPath" => Self::DefaultSymlinkPath,
            "defaultSecretsMountPoint" => Self::DefaultSecretsMountPoint,
            "age.keyFile" => Self::AgeKeyFile,
            "age.generateKey" => Self::AgeGenerateKey,
            "age.sshKeyPaths" => Self::AgeSshKeyPaths,
            "age.plugins" => Self::AgePlugins,
            "gnupg.home" | "gnupgHome" => Self::GnupgHome,
            "gnupg.sshKeyPaths" | "sshKeyPaths" => Self::GnupgSshKeyPaths,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The dotted name below `sops`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::DefaultSopsFile => "defaultSopsFile",
            Self::DefaultSopsFormat => "defaultSopsFormat",
            Self::DefaultSopsKey => "defaultSopsKey",
            Self::ValidateSopsFiles => "validateSopsFiles",
            Self::KeepGenerations => "keepGenerations",
            Self::UseSystemdActivation => "useSystemdActivation",
            Self::UseTmpfs => "useTmpfs",
            Self::DefaultSymlinkPath => "defaultSymlinkPath",
            Self::DefaultSecretsMountPoint => "defaultSecretsMountPoint",
            Self::AgeKeyFile => "age.keyFile",
            Self::AgeGenerateKey => "age.generateKey",
            Self::AgeSshKeyPaths => "age.sshKeyPaths",
            Self::AgePlugins => "age.plugins",
            Self::GnupgHome => "gnupg.home",
            Self::GnupgSshKeyPaths => "gnupg.sshKeyPaths",
            Self::Other(name) => name,
        }
    }
}

/// One `sops.templates.<name>`. The placeholders in it are among the file's references.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The attribute name.
    pub name: Static<String>,
    /// Every place where the attribute name is written, quotes included.
    pub name_ranges: Vec<Range<usize>>,
    /// The options that are set.
    pub options: Vec<OptionSetting>,
    /// The whole bindings, from the first attribute to the semicolon.
    pub bindings: Vec<Range<usize>>,
    /// Where the template is shown to be.
    pub range: Range<usize>,
    /// Where in the file's attribute paths it stands.
    pub place: Place,
    /// Conditions that decide whether it exists.
    pub conditions: Vec<Condition>,
}

impl Template {
    /// The setting of `option`, if the template has one.
    #[must_use]
    pub fn option(&self, option: &OptionName) -> Option<&OptionSetting> {
        self.options.iter().find(|setting| setting.option == *option)
    }
}
