//! What the flake itself says about its secrets: `nix eval`, on demand, never needed.
//!
//! Everything else reads Nix files as text. Where that is not enough, a person may ask Nix, which may take its time. The
//! evaluation is pure, writes no lock file, asks nothing and builds nothing.
//!
//! ```json
//! { "nixosConfigurations": { "web": { "secrets": { "api/key": { "key": "api/key", "sopsFile": "/nix/store/…", … } } },
//!                            "old": { "error": "…" } },
//!   "homeConfigurations": {}, "darwinConfigurations": {} }
//! ```
//!
//! Its truth: sops-nix's options (`modules/sops/default.nix`, commit 56b2406), and `nix eval` of Nix 2.8 and later.

use std::io;
use std::process::Command;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::program::{self, Limits, NoAnswer};
use super::root::Root;
use crate::text::sanitize;

/// A large configuration takes half a minute; twenty of them in one go several.
const LIMITS: Limits = Limits { patience: Duration::from_secs(300), answer_bytes: 64 << 20 };

/// Where flakes keep configurations that sops-nix has modules for.
const OUTPUTS: [&str; 3] = ["nixosConfigurations", "homeConfigurations", "darwinConfigurations"];

/// What is asked of one configuration. Options that a module does not have are left out.
const SECRETS: &str = r#"
  secretsOf = configuration: builtins.mapAttrs (_: secret:
    builtins.intersectAttrs {
      key = 0; format = 0; mode = 0; owner = 0; group = 0; uid = 0; gid = 0; path = 0; neededForUsers = 0;
      restartUnits = 0; reloadUnits = 0;
    } secret // { sopsFile = builtins.unsafeDiscardStringContext (toString secret.sopsFile); }
  ) (configuration.config.sops.secrets or { });
"#;

/// Why nix gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The program is not installed.
    #[error("the nix program is not there")]
    NotInstalled,
    /// The repository has no `flake.nix` at its top.
    #[error("there is no flake.nix to evaluate")]
    NoFlake,
    /// Nix refused; what it says first.
    #[error("nix eval failed: {0}")]
    Failed(String),
    /// Nix did not come to an end.
    #[error("nix eval did not end within {} minutes", LIMITS.patience.as_secs() / 60)]
    TooSlow,
    /// Nix said more than is read, or no JSON.
    #[error("nix eval answered in a way that is not understood")]
    Answer,
    /// The system did not let it run.
    #[error("nix could not be run")]
    Refused(#[source] io::Error),
}

impl EvaluateError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled => Some("everything else works without it"),
            Self::NoFlake => Some("only flakes can be evaluated; everything else works without it"),
            Self::Failed(_) => Some("nix flake check says more"),
            Self::TooSlow => {
                Some("nix eval .#nixosConfigurations --apply builtins.attrNames says whether it ends at all")
            }
            Self::Answer | Self::Refused(_) => None,
        }
    }
}

/// Asks the repository's flake for the secrets of all its configurations. The answer is JSON text as shown above.
///
/// A configuration that cannot be evaluated does not keep the others from being told.
///
/// # Errors
/// See [`EvaluateError`].
pub fn evaluate(root: &Root) -> Result<String, EvaluateError> {
    if !root.path().join("flake.nix").is_file() {
        return Err(EvaluateError::NoFlake);
    }
    let mut answer = Map::new();
    for output in OUTPUTS {
        let configurations = match ask(root, output, "builtins.attrNames") {
            Ok(names) => secrets_of(root, output, &names)?,
            Err(EvaluateError::Failed(said)) if said.contains("does not provide attribute") => Map::new(),
            Err(error) => return Err(error),
        };
        answer.insert(output.to_owned(), Value::Object(configurations));
    }
    Ok(Value::Object(answer).to_string())
}

/// All configurations in one go, which evaluates what they share once; one by one when that fails.
fn secrets_of(root: &Root, output: &str, names: &Value) -> Result<Map<String, Value>, EvaluateError> {
    let names = names.as_array().ok_or(EvaluateError::Answer)?;
    let all =
        format!("let {SECRETS} in builtins.mapAttrs (_: configuration: {{ secrets = secretsOf configuration; }})");
    match ask(root, output, &all) {
        Ok(Value::Object(configurations)) => return Ok(configurations),
        Ok(_) => return Err(EvaluateError::Answer),
        Err(EvaluateError::Failed(_)) => {}
        Err(error) => return Err(error),
    }
    let mut configurations = Map::new();
    for name in names {
        let name = name.as_str().ok_or(EvaluateError::Answer)?;
        let one = format!("let {SECRETS} in configurations: secretsOf configurations.{}", quoted(name));
        let told = match ask(root, output, &one) {
            Ok(secrets) => json!({ "secrets": secrets }),
            Err(EvaluateError::Failed(said)) => json!({ "error": said }),
            Err(error) => return Err(error),
        };
        configurations.insert(name.to_owned(), told);
    }
    Ok(configurations)
}

/// `nix eval --json .#OUTPUT --apply FUNCTION`
fn ask(root: &Root, output: &str, function: &str) -> Result<Value, EvaluateError> {
    let mut nix = Command::new("nix");
    nix.args(["--extra-experimental-features", "nix-command flakes", "eval", "--json", "--no-write-lock-file"])
        .arg(format!(".#{output}"))
        .args(["--apply", function])
        .current_dir(root.path());
    match program::run(&mut nix, &[], LIMITS) {
        Ok(answer) if answer.is_success => serde_json::from_slice(&answer.out).map_err(|_| EvaluateError::Answer),
        Ok(answer) => Err(EvaluateError::Failed(first_error(&answer.complaint))),
        Err(NoAnswer::NotInstalled) => Err(EvaluateError::NotInstalled),
        Err(NoAnswer::TooSlow) => Err(EvaluateError::TooSlow),
        Err(NoAnswer::TooMuch) => Err(EvaluateError::Answer),
        Err(NoAnswer::Refused(source)) => Err(EvaluateError::Refused(source)),
    }
}

/// A name as a Nix string.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${"))
}

/// What Nix says first about its trouble, without the traces before and after it, safe to show.
fn first_error(complaint: &str) -> String {
    let mut said = complaint.lines().map(str::trim).filter_map(|line| line.strip_prefix("error:")).map(str::trim);
    let first = said.rfind(|line| !line.is_empty());
    sanitize(first.or_else(|| complaint.lines().next()).unwrap_or("it gave no reason")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::scratch;
    use super::*;

    const FLAKE: &str = r#"git init -q; cat > flake.nix <<'END'
        { outputs = _: { nixosConfigurations = {
            "web.example" = { config.sops.secrets.a = {
                key = "a"; sopsFile = ./secrets/web.yaml; restartUnits = [ "x.service" ]; name = "left out";
            }; };
            "old" = BROKEN;
        }; }; }
END
        "#;

    fn check(old: &str, expected: &Value) {
        let script = FLAKE.replace("BROKEN", old) + "git add .";
        let folder = scratch::folder(&script);
        let answer = evaluate(&Root::find(folder.path()).unwrap()).unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        let file = answer["nixosConfigurations"]["web.example"]["secrets"]["a"]["sopsFile"].take();
        assert!(file.as_str().unwrap().ends_with("-source/secrets/web.yaml"), "{file}");
        assert_eq!(answer["nixosConfigurations"]["old"], *expected);
        let web = &answer["nixosConfigurations"]["web.example"]["secrets"]["a"];
        assert_eq!(*web, json!({ "key": "a", "restartUnits": ["x.service"], "sopsFile": null }));
    }

    #[test]
    fn nix_tells_the_secrets_of_every_configuration() {
        check("{ config = { }; }", &json!({ "secrets": {} }));
    }

    #[test]
    fn one_broken_configuration_does_not_silence_the_others() {
        check("{ config.sops.secrets = throw \"no ${toString 1} way\"; }", &json!({ "error": "no 1 way" }));
        check("{ config = { }.nothing; }", &json!({ "error": "attribute 'nothing' missing" }));
    }

    #[test]
    fn a_repository_without_a_flake_is_told_so() {
        let folder = scratch::folder("");
        assert!(matches!(evaluate(&Root::find(folder.path()).unwrap()), Err(EvaluateError::NoFlake)));
        let folder = scratch::folder("echo '{ outputs = _: 1 +; }' > flake.nix");
        let error = evaluate(&Root::find(folder.path()).unwrap()).unwrap_err();
        assert!(error.to_string().contains("syntax error"), "{error}");
    }
}
