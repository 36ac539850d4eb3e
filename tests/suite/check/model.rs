//! A small NixOS repository as a model, rendered in the ways in which people write `sops.secrets`.

use super::repository::{Files, sealed};
use crate::folder::RECIPIENT;

/// What `sops.nix` says, before it is written in some style.
#[derive(Clone)]
pub(crate) struct Model {
    /// Options of sops beside the secrets, as Nix text.
    pub(crate) settings: Vec<(String, String)>,
    /// Attribute names with their options, as Nix text.
    pub(crate) secrets: Vec<(String, Vec<(String, String)>)>,
    /// The plain text of `secrets/web.yaml`.
    pub(crate) plain: String,
}

/// The ways of writing a declaration, of the survey that the checks are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `sops = { secrets = { x = { … }; }; };`
    Nested,
    /// `sops.secrets = { x = { … }; };`
    Set,
    /// `sops.secrets.x = { … };`
    Dotted,
    /// `sops.secrets.x.owner = …;`
    Options,
    /// `sops = { secrets.x = { … }; };`
    Half,
    /// `config = { sops.secrets = …; };` beside options of its own, on one line each.
    Config,
    /// `{ sops = { … }; }` without a function around, tabs for indentation.
    Plain,
    /// `let … in { sops.secrets = { … } // { … }; }`
    Joined,
}

impl Style {
    pub(crate) const ALL: [Self; 8] =
        [Self::Nested, Self::Set, Self::Dotted, Self::Options, Self::Half, Self::Config, Self::Plain, Self::Joined];
}

impl Model {
    /// A repository without a defect, in which every leaf is declared and every name used.
    pub(crate) fn correct() -> Self {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
        };
        let secret = |name: &str, options: &[(&str, &str)]| (name.to_owned(), pairs(options));
        Self {
            settings: pairs(&[
                ("defaultSopsFile", "./secrets/web.yaml"),
                ("age.keyFile", "\"/var/lib/sops-nix/key.txt\""),
            ]),
            secrets: vec![
                secret("api/token", &[("owner", "\"web\""), ("restartUnits", "[ \"web.service\" ]")]),
                secret("db_password", &[]),
                secret("tls_key", &[("mode", "\"0440\""), ("group", "\"web\"")]),
                secret("user_hash", &[("neededForUsers", "true")]),
            ],
            plain: "api:\n    token: one\ndb_password: two\ntls_key: |\n    three\n    lines\nuser_hash: $y$four\n"
                .to_owned(),
        }
    }

    pub(crate) fn option(mut self, secret: &str, option: &str, value: &str) -> Self {
        let found = self.secrets.iter_mut().find(|(name, _)| name == secret).unwrap();
        found.1.retain(|(name, _)| name != option);
        found.1.push((option.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn secret(mut self, name: &str, options: &[(&str, &str)]) -> Self {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.secrets.push((name.to_owned(), options));
        self
    }

    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without_setting(mut self, name: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn plain(mut self, from: &str, to: &str) -> Self {
        assert!(self.plain.contains(from));
        self.plain = self.plain.replace(from, to);
        self
    }

    /// The repository with `sops.nix` in that style.
    pub(crate) fn files(&self, style: Style) -> Files {
        let mut files = Files::parse(AROUND);
        files.set("sops.nix", self.render(style));
        files.set("secrets/web.yaml", sealed("web.yaml", &self.plain, ""));
        files.set(".sops.yaml", RULES.replace("RECIPIENT", RECIPIENT));
        files
    }

    fn render(&self, style: Style) -> String {
        let lines = |indent: &str, prefix: &str, pairs: &[(String, String)]| -> String {
            pairs.iter().map(|(name, value)| format!("{indent}{prefix}{name} = {value};\n")).collect()
        };
        let settings = |indent: &str, prefix: &str| lines(indent, prefix, &self.settings);
        let body = |indent: &str, options: &[(String, String)]| match options {
            [] => "{ }".to_owned(),
            [(name, value)] => format!("{{ {name} = {value}; }}"),
            options => format!("{{\n{}{indent}}}", lines(&format!("{indent}  "), "", options)),
        };
        let secrets = |indent: &str, prefix: &str| -> String {
            self.secrets
                .iter()
                .map(|(name, options)| format!("{indent}{prefix}{} = {};\n", attribute(name), body(indent, options)))
                .collect()
        };
        match style {
            Style::Nested => format!(
                "{{ config, ... }}:\n{{\n  sops = {{\n{}    secrets = {{\n{}    }};\n  }};\n}}\n",
                settings("    ", ""),
                secrets("      ", "")
            ),
            Style::Set => {
                format!(
                    "{{ ... }}:\n\n{{\n{}\n  sops.secrets = {{\n{}  }};\n}}\n",
                    settings("  ", "sops."),
                    secrets("    ", "")
                )
            }
            Style::Dotted => {
                format!("{{ lib, ... }}:\n{{\n{}\n{}}}\n", settings("  ", "sops."), secrets("  ", "sops.secrets."))
            }
            Style::Options => format!("{{ ... }}: {{\n{}{}}}\n", settings("  ", "sops."), self.options_one_by_one()),
            Style::Half => format!(
                "{{ ... }}:\n{{\n  sops = {{\n{}{}  }};\n}}\n",
                settings("    ", ""),
                secrets("    ", "secrets.")
            ),
            Style::Config => format!(
                "{{ lib, ... }}:\n{{\n  options.web = {{ }};\n  config = {{\n{}    sops.secrets = {{\n{}    }};\n  }};\n}}\n",
                settings("    ", "sops."),
                secrets("      ", "")
            ),
            Style::Plain => {
                format!(
                    "{{\n\tsops = {{\n{}\t\tsecrets = {{\n{}\t\t}};\n\t}};\n}}\n",
                    settings("\t\t", ""),
                    secrets("\t\t\t", "")
                )
            }
            Style::Joined => {
                let (first, rest) = self.secrets.split_at(1);
                let part = |part: &[(String, Vec<(String, String)>)]| -> String {
                    part.iter()
                        .map(|(name, options)| format!("    {} = {};\n", attribute(name), body("    ", options)))
                        .collect()
                };
                format!(
                    "{{ config, ... }}:\nlet\n  a = 1;\nin\n{{\n{}  sops.secrets = {{\n{}  }} // {{\n{}  }};\n}}\n",
                    settings("  ", "sops."),
                    part(first),
                    part(rest)
                )
            }
        }
    }

    fn options_one_by_one(&self) -> String {
        let mut text = String::new();
        for (name, options) in &self.secrets {
            let name = attribute(name);
            if options.is_empty() {
                text.push_str(&format!("  sops.secrets.{name} = {{ }};\n"));
            }
            for (option, value) in options {
                text.push_str(&format!("  sops.secrets.{name}.{option} = {value};\n"));
            }
        }
        text
    }
}

/// An attribute name as it has to be written.
fn attribute(name: &str) -> String {
    let plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_' || character == '-')
        && !name.starts_with(|character: char| character.is_ascii_digit());
    if plain { name.to_owned() } else { format!("{name:?}") }
}

const AROUND: &str = r#"
-- flake.nix --
{
  outputs = { self, nixpkgs, sops-nix, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [
        sops-nix.nixosModules.sops
        ./hosts/web.nix
      ];
    };
  };
}
-- hosts/web.nix --
{ config, pkgs, ... }:
{
  imports = [ ../sops.nix ];
  users.users.web = { isSystemUser = true; group = "web"; };
  users.groups.web = { };
  users.users.ann.hashedPasswordFile = config.sops.secrets.user_hash.path;
  systemd.services.web = {
    serviceConfig.User = "web";
    environment.TOKEN = config.sops.secrets."api/token".path;
    environment.PASSWORD = config.sops.secrets.db_password.path;
    script = "exec web --key ${config.sops.secrets.tls_key.path}";
  };
}
"#;

const RULES: &str = "\
keys:
  - &host_web RECIPIENT
creation_rules:
  - path_regex: secrets/[^/]+$
    key_groups:
      - age:
          - *host_web
";
