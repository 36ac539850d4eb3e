//! `sops.nix`: the module that says where secrets come from and with which key they are decrypted.

use super::super::path::RepoPath;
use super::answers::{Answers, DecryptWith};
use super::facts::{Facts, MODULE};
use super::plan::SetupPlan;
use crate::nix::ModuleKind;

/// Where hosts have the key that secrets are decrypted with, unless someone moved it.
const HOST_KEY: &str = "/etc/ssh/ssh_host_ed25519_key";

/// Makes the module where no file is one; returns where it lies.
pub(super) fn plan(facts: &Facts<'_>, answers: &Answers, plan: &mut SetupPlan) -> RepoPath {
    if let Some(there) = facts.module() {
        plan.in_place(format!("{there} says where secrets come from"));
        return there.clone();
    }
    let path = facts.at_top(MODULE);
    let text = text(answers, &path.relative_to(&answers.secrets_file), facts.kind());
    if facts.repository.exists(&path) {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        plan.by_hand(format!("{path} is there and says nothing of secrets; it needs"), &lines);
    } else {
        plan.change(path.clone(), None, text, "says where secrets come from, and holds their declarations");
    }
    let speaks_of_ssh = || facts.repository.nix_files().any(|(_, file)| file.text().contains("openssh"));
    if answers.decrypt_with == DecryptWith::SshHostKey && !speaks_of_ssh() {
        plan.by_hand(
            "the SSH host key is made by the SSH server; if the host has none yet, its configuration needs",
            &["services.openssh.enable = true;"],
        );
    }
    path
}

fn text(answers: &Answers, secrets_file: &str, kind: ModuleKind) -> String {
    let (place, example) = match kind {
        ModuleKind::HomeManager => ("~/.config/sops-nix/secrets/NAME", "{ }"),
        ModuleKind::NixOs | ModuleKind::Darwin => ("/run/secrets/NAME", "{ owner = \"alice\"; }"),
    };
    let key = match &answers.decrypt_with {
        DecryptWith::SshHostKey => format!(
            "    # The host decrypts with its SSH host key, which has to be among the recipients in .sops.yaml.\n    \
             age.sshKeyPaths = [ \"{HOST_KEY}\" ];\n"
        ),
        DecryptWith::KeyFile(path) => format!(
            "    # The identity that decrypts, at this path on the target. Quoted, so that it stays out of the store.\n    \
             age.keyFile = {};\n",
            quoted(path)
        ),
    };
    format!(
        "# Secrets by sops-nix. Each one declared here lies in {place} after the next switch.\n\
         {{ ... }}:\n\
         {{\n  \
           sops = {{\n    \
             defaultSopsFile = {secrets_file};\n\n\
         {key}\n    \
             secrets = {{\n      \
               # One line for each key of the file that is to be installed; without the # it counts:\n      \
               # \"api/deepseek\" = {example};   # reads the key api/deepseek\n    \
             }};\n  \
           }};\n\
         }}\n"
    )
}

/// A string in Nix.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::{DeclarationSpec, NixFile, SettingName, SiteId};

    fn answers(decrypt_with: DecryptWith) -> Answers {
        let key = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
        let recipient = crate::sops::AgeRecipient::parse(key).unwrap();
        let you = super::super::Holder { name: "ann".to_owned(), recipient };
        let secrets_file = RepoPath::new("secrets/secrets.yaml").unwrap();
        Answers { you, host: None, secrets_file, decrypt_with, system: None }
    }

    #[test]
    fn the_module_reads_as_a_person_would_write_it() {
        let expected = "\
# Secrets by sops-nix. Each one declared here lies in /run/secrets/NAME after the next switch.
{ ... }:
{
  sops = {
    defaultSopsFile = ./secrets/secrets.yaml;

    # The host decrypts with its SSH host key, which has to be among the recipients in .sops.yaml.
    age.sshKeyPaths = [ \"/etc/ssh/ssh_host_ed25519_key\" ];

    secrets = {
      # One line for each key of the file that is to be installed; without the # it counts:
      # \"api/deepseek\" = { owner = \"alice\"; };   # reads the key api/deepseek
    };
  };
}
";
        assert_eq!(text(&answers(DecryptWith::SshHostKey), "./secrets/secrets.yaml", ModuleKind::NixOs), expected);
    }

    #[test]
    fn it_sets_one_key_source_and_takes_declarations() {
        let check = |decrypt_with: DecryptWith, expected: SettingName| {
            let file = NixFile::parse(text(&answers(decrypt_with), "./s.yaml", ModuleKind::HomeManager));
            assert!(file.syntax_problems().is_empty());
            assert!(file.settings().iter().any(|setting| setting.name == expected));
            assert!(!file.sites().is_empty());
        };
        check(DecryptWith::SshHostKey, SettingName::AgeSshKeyPaths);
        check(DecryptWith::KeyFile("/var/lib/sops-nix/key.txt".to_owned()), SettingName::AgeKeyFile);
        check(DecryptWith::KeyFile("/odd \"${x}\\".to_owned()), SettingName::AgeKeyFile);
    }
    #[test]
    fn the_example_counts_without_its_mark_and_stays_where_a_declaration_is_added() {
        let check = |kind: ModuleKind, options: usize| {
            let text = text(&answers(DecryptWith::SshHostKey), "./s.yaml", kind);
            assert!(NixFile::parse(text.clone()).declarations().is_empty());
            let counts = NixFile::parse(text.replace("# \"api", "\"api"));
            let [declaration] = counts.declarations() else { panic!("{}", counts.text()) };
            assert_eq!(declaration.name.known().map(String::as_str), Some("api/deepseek"));
            assert_eq!((declaration.options.len(), counts.syntax_problems().len()), (options, 0));
            let file = NixFile::parse(text.clone());
            let spec = DeclarationSpec { name: "db".to_owned(), options: Vec::new() };
            let added = file.apply(&file.add_declaration(SiteId(0), &spec).unwrap());
            assert_eq!(added.text(), text.replace("    };\n  };", "      db = { };\n    };\n  };"));
        };
        check(ModuleKind::NixOs, 1);
        check(ModuleKind::HomeManager, 0);
    }
}
