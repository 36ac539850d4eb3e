//! Use: how a secret is named in Nix, where it lies, who may read it, and the lines that export it to shells.
//!
//! ```text
//!   key, declaration -> SecretUse     reference, path, readers
//!   [SecretUse]      -> variable      one legal name each          block      Nix or shell lines
//! ```
//!
//! Nothing here knows a value: what is exported is read by the shell, when it starts, from where sops-nix installed it.
//! Truth: defaults of `path`, `owner` and `mode` in the three sops-nix modules (commit 56b2406).

mod block;
mod variable;

pub use block::{PathStyle, nix_block, shell_lines};
pub use variable::{is_variable, name_variables};

use super::repository::{DeclarationRef, Repository};
use crate::nix::{Declaration, ModuleKind, OptionName, Reason, Static, Unknown, Value, attribute_name};

/// One secret as those who use it need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// The key in the encrypted file.
    pub key: String,
    /// `config.sops.secrets."api/x".path`
    pub reference: String,
    /// Where the installed secret lies, as a shell may write it (`~` for a home); unknown where it is computed.
    pub path: Static<String>,
    /// Which module installs it.
    pub module: Option<ModuleKind>,
    /// Who may read it.
    pub readers: Readers,
    /// The variable that it is exported as.
    pub variable: String,
}

/// Who may read an installed secret, as far as the text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    /// Root alone; the shells of everybody else get nothing.
    Root,
    /// One user, and root.
    User(String),
    /// The members of a group.
    Group(String),
    /// Everybody.
    Everyone,
    /// Whoever the home belongs to.
    HomeOwner,
    /// Only an evaluation could tell.
    Unknown,
}

/// Why a secret cannot be used from Nix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUsable {
    /// No declaration reads the key.
    #[error("{key} is not declared, so that no rebuild installs it")]
    Undeclared {
        /// The key.
        key: String,
    },
    /// The declaration's name is computed.
    #[error("{key} is declared under a name that cannot be read: {why}")]
    NameUnknown {
        /// The key.
        key: String,
        /// The obstacle.
        why: Unknown,
    },
}

impl NotUsable {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Undeclared { .. } => {
                "declare it first: n on its row in the editor, or sops.secrets.NAME = { }; in Nix"
            }
            Self::NameUnknown { .. } => "refer to it by the name that the Nix code computes",
        }
    }
}

impl Repository {
    /// How a key is used that these declarations read; the first of them counts.
    ///
    /// # Errors
    /// When there is none, or its name cannot be read.
    pub fn secret_use(&self, key: &str, declarations: &[DeclarationRef]) -> Result<SecretUse, NotUsable> {
        let undeclared = || NotUsable::Undeclared { key: shown(key) };
        let place = declarations.first().ok_or_else(undeclared)?;
        let declaration = self.declaration(place).ok_or_else(undeclared)?;
        let module = self.module_kind(&place.file, &declaration.place);
        let name = match &declaration.name {
            Static::Known(name) => name,
            Static::Unknown(why) => return Err(NotUsable::NameUnknown { key: shown(key), why: why.clone() }),
        };
        let attribute = attribute_name(name).map_err(|_| undeclared())?;
        Ok(SecretUse {
            key: key.to_owned(),
            reference: format!("config.sops.secrets.{attribute}.path"),
            path: path(name, declaration, module),
            module,
            readers: readers(declaration, module),
            variable: variable::variable(if key.is_empty() { name } else { key }),
        })
    }
}

/// The whole file has no key of its own.
fn shown(key: &str) -> String {
    if key.is_empty() { "the whole file".to_owned() } else { crate::text::sanitize(key).into_owned() }
}

fn path(name: &str, declaration: &Declaration, module: Option<ModuleKind>) -> Static<String> {
    let own = text_or(declaration, &OptionName::Path, "");
    match own {
        // `%r` is the runtime folder of a user, which only the service knows.
        Static::Known(path) if path.contains('%') && module == Some(ModuleKind::HomeManager) => {
            Static::Unknown(Unknown { reason: Reason::Configuration, text: path })
        }
        Static::Known(path) if !path.is_empty() => Static::Known(path),
        Static::Unknown(why) => Static::Unknown(why),
        Static::Known(_) => match (text_or(declaration, &OptionName::Name, name), is_for_users(declaration)) {
            (Static::Known(name), Static::Known(is_for_users)) => {
                let folder = match module {
                    Some(ModuleKind::HomeManager) => "~/.config/sops-nix/secrets",
                    _ if is_for_users => "/run/secrets-for-users",
                    _ => "/run/secrets",
                };
                Static::Known(format!("{folder}/{name}"))
            }
            (Static::Unknown(why), _) | (_, Static::Unknown(why)) => Static::Unknown(why),
        },
    }
}

fn readers(declaration: &Declaration, module: Option<ModuleKind>) -> Readers {
    if module == Some(ModuleKind::HomeManager) {
        return Readers::HomeOwner;
    }
    if is_for_users(declaration) == Static::Known(true) {
        return Readers::Root;
    }
    let mode = text_or(declaration, &OptionName::Mode, "0400");
    let owner = holder(declaration, &OptionName::Owner, &OptionName::Uid);
    let group = holder(declaration, &OptionName::Group, &OptionName::Gid);
    let (Static::Known(mode), Static::Known(owner), Static::Known(group)) = (mode, owner, group) else {
        return Readers::Unknown;
    };
    let Ok(bits) = u32::from_str_radix(&mode, 8) else { return Readers::Unknown };
    match (owner, group) {
        _ if bits & 0o004 != 0 => Readers::Everyone,
        (_, Some(group)) if bits & 0o040 != 0 => Readers::Group(group),
        (Some(owner), _) if bits & 0o400 != 0 => Readers::User(owner),
        // The group of an owner who may not read it himself, or root's.
        (Some(_), None) => Readers::Unknown,
        _ => Readers::Root,
    }
}

/// Whom an option names, by name or by number; none for root, who reads everything anyway.
fn holder(declaration: &Declaration, name: &OptionName, number: &OptionName) -> Static<Option<String>> {
    let named = match text_or(declaration, name, "root") {
        Static::Known(text) => text,
        Static::Unknown(why) => return Static::Unknown(why),
    };
    let numbered = match declaration.option(number).map(|setting| &setting.value) {
        Some(Static::Known(Value::Integer(id))) if *id != 0 => Some(id.to_string()),
        Some(Static::Unknown(why)) => return Static::Unknown(why.clone()),
        _ => None,
    };
    Static::Known(Some(named).filter(|name| !matches!(name.as_str(), "root" | "wheel" | "")).or(numbered))
}

fn is_for_users(declaration: &Declaration) -> Static<bool> {
    match declaration.option(&OptionName::NeededForUsers).map(|setting| &setting.value) {
        Some(Static::Known(value)) => Static::Known(*value == Value::Boolean(true)),
        Some(Static::Unknown(why)) => Static::Unknown(why.clone()),
        None => Static::Known(false),
    }
}

/// The text of an option; `default` where it is not set or `null`.
fn text_or(declaration: &Declaration, option: &OptionName, default: &str) -> Static<String> {
    match (declaration.option(option).map(|setting| &setting.value), &declaration.incomplete) {
        (Some(Static::Known(Value::Text(text))), _) => Static::Known(text.clone()),
        (Some(Static::Unknown(why)), _) | (None, Some(why)) => Static::Unknown(why.clone()),
        _ => Static::Known(default.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::RepoPath;

    /// What is said of the first secret that a Nix file declares: `reference path readers`.
    fn check(text: &str, expected: &str) {
        let file = RepoPath::new("sops.nix").unwrap();
        let repository = Repository::new([(file, text.to_owned())]);
        let (declaration, _) = repository.declarations().next().unwrap();
        let secret = repository.secret_use("a/b", std::slice::from_ref(&declaration)).unwrap();
        let path = secret.path.known().map_or("?", String::as_str);
        assert_eq!(format!("{} {path} {:?}", secret.reference, secret.readers), expected, "{text}");
    }

    #[test]
    fn a_secret_lies_where_the_module_puts_it() {
        check("{ sops.secrets.x = { }; }", "config.sops.secrets.x.path /run/secrets/x Root");
        check("{ sops.secrets.\"a/b\".name = \"c\"; }", "config.sops.secrets.\"a/b\".path /run/secrets/c Root");
        check("{ sops.secrets.x.path = \"/etc/x\"; }", "config.sops.secrets.x.path /etc/x Root");
        check("{ sops.secrets.x.path = \"${y}\"; }", "config.sops.secrets.x.path ? Root");
        check("{ sops.secrets.x.neededForUsers = true; }", "config.sops.secrets.x.path /run/secrets-for-users/x Root");
        check(
            "{ home-manager.users.me.sops.secrets.x = { }; }",
            "config.sops.secrets.x.path ~/.config/sops-nix/secrets/x HomeOwner",
        );
    }

    #[test]
    fn who_reads_it_follows_from_owner_group_and_mode() {
        let check = |options: &str, expected: &str| {
            let reference = "config.sops.secrets.x.path /run/secrets/x";
            check(&format!("{{ sops.secrets.x = {{ {options} }}; }}"), &format!("{reference} {expected}"));
        };
        check("owner = \"ai\";", "User(\"ai\")");
        check("uid = 1000;", "User(\"1000\")");
        check("group = \"keys\"; mode = \"0440\";", "Group(\"keys\")");
        check("group = \"keys\";", "Root");
        check("owner = \"ai\"; mode = \"0444\";", "Everyone");
        check("owner = config.users.users.ai.name;", "Unknown");
        check("mode = \"rw\";", "Unknown");
    }

    #[test]
    fn what_no_declaration_reads_is_not_installed() {
        let repository = Repository::default();
        let refused = repository.secret_use("a", &[]).unwrap_err();
        assert_eq!(refused, NotUsable::Undeclared { key: "a".to_owned() });
        assert!(refused.hint().contains("declare it first"));
    }
}
