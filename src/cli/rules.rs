//! The `.sops.yaml` that counts for a file, as the commands look for it.

use std::path::{Path, PathBuf};

use super::failure::{Failure, code};
use super::sealed_file::read_text;
use crate::sops::{CreationRule, CreationRules, CreationRulesError};
use crate::storage::shown;

/// The name of the file with the rules.
const RULES_NAME: &str = ".sops.yaml";

/// A file with rules, and where one of the encrypted files stands in its eyes.
pub(super) struct FileRules {
    pub(super) rules: CreationRules,
    rules_path: PathBuf,
    inside: String,
}

impl FileRules {
    /// The rules for a file: of the nearest `.sops.yaml` at or above its folder.
    ///
    /// SOPS looks from the working directory upwards, so that the same command means another rule elsewhere; the file's
    /// own folder is what its owner means.
    pub(super) fn of(file: &Path) -> Result<Self, Failure> {
        let absolute = std::path::absolute(file)
            .map_err(|error| Failure::new(code::COULD_NOT_READ, format!("{}: {error}", shown(file))))?;
        let rules_path = rules_above(&absolute).ok_or_else(|| {
            Failure::new(code::GENERIC, format!("there is no {RULES_NAME} at or above the folder of {}", shown(file)))
                .hint("it names the recipients: creation_rules: [{ age: age1… }]")
        })?;
        let text = read_text(&rules_path)?;
        let rules = CreationRules::parse(&text)
            .map_err(|error| Failure::new(code::COULD_NOT_READ, &error).hint(error.hint()).in_file(&rules_path))?;
        let folder = rules_path.parent().unwrap_or(Path::new("/"));
        let inside = absolute.strip_prefix(folder).unwrap_or(&absolute).to_string_lossy().into_owned();
        Ok(Self { rules, rules_path, inside })
    }

    /// Where the rules stand.
    pub(super) fn path(&self) -> &Path {
        &self.rules_path
    }

    /// The first rule that matches the file.
    pub(super) fn rule(&self) -> Result<&CreationRule, Failure> {
        let refused = |error: &CreationRulesError| {
            Failure::new(code::COULD_NOT_READ, error).hint(error.hint()).in_file(&self.rules_path)
        };
        self.rules.rule_for(&self.inside).map_err(refused)?.ok_or_else(|| {
            let (rules, inside) = (shown(&self.rules_path), shown(Path::new(&self.inside)));
            Failure::new(code::GENERIC, format!("no creation rule in {rules} matches {inside}"))
                .hint("add a rule whose path_regex matches this path")
        })
    }
}

/// The file with the rules for a file, if there is one.
pub(super) fn rules_above(file: &Path) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("SOPS_CONFIG") {
        return Some(PathBuf::from(named));
    }
    file.ancestors().skip(1).map(|folder| folder.join(RULES_NAME)).find(|path| path.is_file())
}
