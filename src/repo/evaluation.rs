//! What Nix itself says about the secrets of a flake, taken in on demand.
//!
//! The answer is JSON: configurations by output and name, each with its secrets or with the reason why it could not be
//! evaluated. Paths are those of the flake's copy in the store, and lead back to files of the repository.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::path::RepoPath;

/// The secrets of all configurations of a flake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evaluation {
    secrets: HashMap<String, Vec<EvaluatedSecret>>,
    failures: Vec<(String, String)>,
}

/// One secret of one configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedSecret {
    /// The configuration: `nixosConfigurations.web`.
    pub configuration: String,
    /// The attribute name.
    pub name: String,
    /// The encrypted file; `None` outside the repository.
    pub file: Option<RepoPath>,
    /// The key in it; empty for the whole file.
    pub key: String,
    /// Whether the whole file is installed.
    pub whole_file: bool,
}

/// An answer that is not understood.
#[derive(Debug, thiserror::Error)]
#[error("the answer of nix eval is not understood: {0}")]
pub struct EvaluationError(#[from] serde_json::Error);

/// `{ "nixosConfigurations": { "web": … } }`
type Answer = BTreeMap<String, BTreeMap<String, Told>>;

/// What is told of one configuration.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    secrets: BTreeMap<String, Secret>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    key: Option<String>,
    format: Option<String>,
    sops_file: String,
}

impl Evaluation {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it is not the JSON described above.
    pub fn read(answer: &str) -> Result<Self, EvaluationError> {
        let answer: Answer = serde_json::from_str(answer)?;
        let mut evaluation = Self::default();
        for (output, configurations) in answer {
            for (name, told) in configurations {
                let configuration = format!("{output}.{name}");
                match told.error {
                    Some(said) => evaluation.failures.push((configuration, said)),
                    None => evaluation.add(&configuration, told.secrets),
                }
            }
        }
        Ok(evaluation)
    }

    fn add(&mut self, configuration: &str, secrets: BTreeMap<String, Secret>) {
        for (name, secret) in secrets {
            let whole_format = matches!(secret.format.as_deref(), Some("binary" | "dotenv" | "ini"));
            let key = if whole_format { String::new() } else { secret.key.unwrap_or_else(|| name.clone()) };
            self.secrets.entry(name.clone()).or_default().push(EvaluatedSecret {
                configuration: configuration.to_owned(),
                file: in_repository(&secret.sops_file),
                whole_file: key.is_empty(),
                name,
                key,
            });
        }
    }

    /// The secrets of one attribute name, in all configurations.
    #[must_use]
    pub fn named(&self, name: &str) -> &[EvaluatedSecret] {
        self.secrets.get(name).map_or(&[], Vec::as_slice)
    }

    /// All secrets, in no particular order.
    pub fn secrets(&self) -> impl Iterator<Item = &EvaluatedSecret> {
        self.secrets.values().flatten()
    }

    /// The configurations that could not be evaluated, each with what Nix said.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.failures.iter().map(|(configuration, said)| (configuration.as_str(), said.as_str()))
    }
}

/// `/nix/store/<hash>-source/secrets/x.yaml` is `secrets/x.yaml`.
fn in_repository(path: &str) -> Option<RepoPath> {
    let (folder, inside) = path.strip_prefix("/nix/store/")?.split_once('/')?;
    folder.ends_with("-source").then(|| RepoPath::new(inside))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_by_name_and_paths_lead_back() {
        let evaluation = Evaluation::read(
            r#"{ "nixosConfigurations": {
                "web": { "secrets": {
                    "a": { "key": "x/a", "format": "yaml", "sopsFile": "/nix/store/abc-source/secrets/web.yaml" },
                    "b": { "key": "b", "format": "binary", "sopsFile": "/nix/store/abc-source/b.bin" } } },
                "old": { "error": "attribute 'x' missing" } },
              "homeConfigurations": { "ann": { "secrets": {
                    "a": { "key": "a", "format": "yaml", "sopsFile": "/run/a.yaml" } } } } }"#,
        )
        .unwrap();
        let told: Vec<String> = evaluation.named("a").iter().map(|secret| format!("{secret:?}")).collect();
        assert_eq!(told.len(), 2);
        assert!(evaluation.named("a").iter().any(|secret| secret.file == RepoPath::new("secrets/web.yaml")));
        assert!(evaluation.named("a").iter().any(|secret| secret.file.is_none()));
        assert!(evaluation.named("b")[0].whole_file);
        let failed: Vec<(&str, &str)> = evaluation.failures().collect();
        assert_eq!(failed, [("nixosConfigurations.old", "attribute 'x' missing")]);
        assert!(Evaluation::read("[]").is_err());
    }
}
