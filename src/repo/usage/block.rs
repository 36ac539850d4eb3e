//! Blocks: the lines that export secrets, in Nix and in plain shell.
//!
//! Each secret is read only where it can be read: a shell of somebody else exports nothing, which programs tell from an
//! empty key, and says nothing. The lines end well under `set -e`, which `[ … ] && export …` would not.

use super::{Readers, SecretUse};
use crate::nix::{ModuleKind, Static, Unknown, indented_text};

/// How a Nix block names the file of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStyle {
    /// `${config.sops.secrets."x".path}`: the evaluation fails when the declaration goes.
    Reference,
    /// `/run/secrets/x`, where the text tells it.
    Plain,
}

/// The exports as a person writes them in configuration.nix; for home-manager in the configuration of bash.
#[must_use]
pub fn nix_block(secrets: &[SecretUse], style: PathStyle) -> String {
    let is_home = |secret: &&SecretUse| secret.module == Some(ModuleKind::HomeManager);
    let system: Vec<&SecretUse> = secrets.iter().filter(|secret| !is_home(secret)).collect();
    let home: Vec<&SecretUse> = secrets.iter().filter(is_home).collect();
    let blocks = [("environment.shellInit", system), ("programs.bash.initExtra", home)];
    let written = blocks.into_iter().filter(|(_, secrets)| !secrets.is_empty());
    written.map(|(option, secrets)| block(option, &secrets, style)).collect::<Vec<_>>().join("\n")
}

fn block(option: &str, secrets: &[&SecretUse], style: PathStyle) -> String {
    let notes: String = secrets.iter().filter_map(|secret| note(secret)).collect();
    let lines: String = secrets
        .iter()
        .flat_map(|secret| export(&secret.variable, &place(secret, style)))
        .map(|line| format!("  {line}\n"))
        .collect();
    format!("{notes}{option} = ''\n{lines}'';\n")
}

/// The exports as lines of `.envrc` or `.bashrc`.
///
/// # Errors
/// With the key of a secret whose path cannot be read from the text, and why.
pub fn shell_lines(secrets: &[SecretUse]) -> Result<String, (String, Unknown)> {
    let mut text = String::new();
    for secret in secrets {
        let path = match &secret.path {
            Static::Known(path) => shell_word(path),
            Static::Unknown(why) => return Err((secret.key.clone(), why.clone())),
        };
        text.extend(note(secret));
        text.extend(export(&secret.variable, &path).map(|line| format!("{line}\n")));
    }
    Ok(text)
}

fn export(variable: &str, place: &str) -> [String; 3] {
    [format!("if [ -r {place} ]; then"), format!("  export {variable}=\"$(cat {place})\""), "fi".to_owned()]
}

/// The trap that people fall into: the shells of ordinary users silently export nothing.
fn note(secret: &SecretUse) -> Option<String> {
    let key = super::shown(&secret.key);
    (secret.readers == Readers::Root)
        .then(|| format!("# only root can read {key}, so that only root's shells export it; set owner for others\n"))
}

/// The file of a secret as one word of a shell inside `''…''`.
fn place(secret: &SecretUse, style: PathStyle) -> String {
    let reference = || format!("${{{}}}", secret.reference);
    match &secret.path {
        Static::Known(path) if style == PathStyle::Plain || path.contains('\'') => indented_text(&shell_word(path)),
        Static::Known(path) if is_plain(path.strip_prefix("~/").unwrap_or(path)) => reference(),
        Static::Known(_) => format!("'{}'", reference()),
        Static::Unknown(_) => format!("\"{}\"", reference()),
    }
}

/// A path as one word of a shell; a leading `~/` stays the home.
fn shell_word(path: &str) -> String {
    let (home, rest) = match path.strip_prefix("~/") {
        Some(rest) => ("~/", rest),
        None => ("", path),
    };
    if is_plain(rest) { format!("{home}{rest}") } else { format!("{home}'{}'", rest.replace('\'', "'\\''")) }
}

fn is_plain(path: &str) -> bool {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"/._-+@%:,=".contains(&letter);
    !path.is_empty() && path.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(reference: &str, path: &str, variable: &str) -> SecretUse {
        SecretUse {
            key: "k".to_owned(),
            reference: format!("config.sops.secrets.{reference}.path"),
            path: Static::Known(path.to_owned()),
            module: None,
            readers: Readers::User("ai".to_owned()),
            variable: variable.to_owned(),
        }
    }

    #[test]
    fn a_block_is_what_one_would_write() {
        let secrets = [secret("\"api/x\"", "/run/secrets/api/x", "X"), secret("y", "/run/secrets/y", "Y")];
        let expected = "\
environment.shellInit = ''
  if [ -r ${config.sops.secrets.\"api/x\".path} ]; then
    export X=\"$(cat ${config.sops.secrets.\"api/x\".path})\"
  fi
  if [ -r ${config.sops.secrets.y.path} ]; then
    export Y=\"$(cat ${config.sops.secrets.y.path})\"
  fi
'';
";
        assert_eq!(nix_block(&secrets, PathStyle::Reference), expected);
        let plain = nix_block(&secrets[1..], PathStyle::Plain);
        assert!(plain.contains("  export Y=\"$(cat /run/secrets/y)\"\n"), "{plain}");
        assert_eq!(nix_block(&[], PathStyle::Reference), "");
    }

    #[test]
    fn secrets_of_a_home_are_exported_by_its_own_shell() {
        let home =
            SecretUse { module: Some(ModuleKind::HomeManager), ..secret("x", "~/.config/sops-nix/secrets/x", "X") };
        let block = nix_block(std::slice::from_ref(&home), PathStyle::Plain);
        assert!(block.starts_with("programs.bash.initExtra = ''\n  if [ -r ~/.config/sops-nix/secrets/x ]"), "{block}");
        let both = nix_block(&[home, secret("y", "/run/secrets/y", "Y")], PathStyle::Reference);
        assert_eq!(both.matches("'';\n").count(), 2);
    }

    #[test]
    fn what_only_root_reads_is_said_outside_of_what_shells_read() {
        let root = SecretUse { readers: Readers::Root, ..secret("x", "/run/secrets/x", "X") };
        assert!(nix_block(&[root], PathStyle::Reference).starts_with("# only root can read k"));
    }

    #[test]
    fn strange_paths_stay_one_word() {
        let check = |path: &str, expected: &str| assert_eq!(shell_word(path), expected);
        check("/run/secrets/a b", "'/run/secrets/a b'");
        check("/run/secrets/$(x)", "'/run/secrets/$(x)'");
        check("/run/secrets/it's", "'/run/secrets/it'\\''s'");
        check("~/.config/a b", "~/'.config/a b'");
        let quoted = place(&secret("\"a b\"", "/run/secrets/a b", "A"), PathStyle::Reference);
        assert_eq!(quoted, "'${config.sops.secrets.\"a b\".path}'");
    }
}
