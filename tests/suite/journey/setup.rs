//! The road itself, and what stands in its way: keys that are there, keys that cannot be read, no home, no terminal.

use super::Newcomer;
use super::repositories::{CONFIGURATION, FLAKE, HARDWARE};
use crate::folder::Folder;
use crate::tools;

#[test]
fn from_an_empty_folder_to_a_declared_secret_that_evaluates() {
    let files = [("flake.nix", FLAKE), ("configuration.nix", CONFIGURATION), ("hardware-configuration.nix", HARDWARE)];
    let someone = Newcomer::in_git(&files);
    let printed = someone.run(&["init", "--yes", "--name", "ann"]).ok();
    for words in ["+++ b/.sops.yaml", "+  - &ann age1", "+      ./sops.nix", "+++ b/secrets/secrets.yaml"] {
        assert!(printed.contains(words), "no {words:?} in:\n{printed}");
    }
    assert!(!printed.contains("AGE-SECRET-KEY"));
    assert_eq!(someone.decrypted("secrets/secrets.yaml"), serde_json::json!({}));
    someone.evaluates("configuration.nix", &[]);
    someone.is_settled();
    someone.run(&["set", "secrets/secrets.yaml", "db/password", "--generate", "password"]).ok();
    let module = someone.repository.read("sops.nix");
    someone.repository.write("sops.nix", &module.replace("    };\n  };", "      \"db/password\" = { };\n    };\n  };"));
    assert_eq!(someone.decrypted("secrets/secrets.yaml")["db"]["password"].as_str().unwrap().len(), 32);
    someone.evaluates("configuration.nix", &["db/password"]);
    assert_eq!(someone.modules("web"), ["configuration.nix", "SOPS"]);
    someone.is_settled();
    // A flake sees what is in the index.
    let known = someone.git(&["ls-files"]);
    for name in [".gitignore", ".sops.yaml", "secrets/secrets.yaml", "sops.nix"] {
        assert!(known.lines().any(|line| line == name), "{name} is not in:\n{known}");
    }
}

#[test]
fn a_folder_with_nothing_gets_everything_but_a_configuration() {
    let someone = Newcomer::new(&[]);
    let ran = someone.run(&["init", "--yes"]);
    for words in ["not in git", "imports = [ ./sops.nix ];", "fetchTarball", "services.openssh.enable"] {
        assert!(ran.stderr.contains(words), "no {words:?} in:\n{}", ran.stderr);
    }
    ran.ok();
    let names: Vec<String> = someone.tree().into_keys().collect();
    assert_eq!(names, [".gitignore", ".sops.yaml", "secrets/secrets.yaml", "sops.nix"]);
    someone.run(&["set", "secrets/secrets.yaml", "a", "--generate", "hex"]).ok();
    someone.evaluates("sops.nix", &[]);
    someone.is_settled();
}

#[test]
fn without_a_terminal_the_diffs_are_printed_and_nothing_is_written() {
    let someone = Newcomer::new(&[("flake.nix", FLAKE)]);
    let before = someone.tree();
    let ran = someone.run(&["init"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("+++ b/sops.nix") && ran.stderr.contains("--yes writes"), "{}", ran.stderr);
    assert_eq!(someone.tree(), before);
    assert!(!someone.home.file(".config").exists());
}

#[test]
fn a_key_that_is_there_is_used_and_left_alone() {
    let someone = Newcomer::new(&[]);
    let keys = ".config/sops/age/keys.txt";
    let printed = someone.run(&["keygen"]).ok();
    someone.home.write(keys, &printed);
    let ran = someone.run(&["init", "--yes", "--decrypt-with", "key-file"]);
    let public = printed.lines().nth(1).unwrap().strip_prefix("# public key: ").unwrap();
    assert!(ran.stderr.contains(public), "{}", ran.stderr);
    ran.ok();
    assert_eq!(someone.home.read(keys), printed);
    assert!(someone.repository.read("sops.nix").contains("age.keyFile = \"/var/lib/sops-nix/key.txt\";"));
    assert_eq!(someone.decrypted("secrets/secrets.yaml"), serde_json::json!({}));
    someone.run(&["init", "--yes", "--identity", "new"]).failed(3, &["keys.txt", "never overwritten"]);
}

#[test]
fn an_ssh_key_is_used_as_it_is() {
    let someone = Newcomer::new(&[]);
    someone.home.write(".ssh/config", "");
    let key = someone.home.file(".ssh/id_ed25519");
    tools::succeed(tools::system("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
    let ran = someone.run(&["init", "--yes", "--ssh-key", key.to_str().unwrap()]);
    assert!(ran.stderr.contains("used as it is"), "{}", ran.stderr);
    ran.ok();
    assert_eq!(someone.decrypted("secrets/secrets.yaml"), serde_json::json!({}));
    assert!(!someone.home.file(".config").exists(), "no age key is made");
}

#[test]
fn a_host_key_at_hand_makes_the_host_a_recipient() {
    let someone = Newcomer::in_git(&[("flake.nix", FLAKE), ("configuration.nix", CONFIGURATION)]);
    let key = someone.home.file("host");
    tools::succeed(tools::system("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key));
    let public = someone.home.file("host.pub");
    someone.run(&["init", "--yes", "--host-key", public.to_str().unwrap(), "--host", "web"]).ok();
    let rules = someone.repository.read(".sops.yaml");
    assert!(rules.contains("- &web age1") && rules.contains("- *web"), "{rules}");
    assert_eq!(someone.repository.read("secrets/secrets.yaml").matches("recipient:").count(), 2);
    someone.is_settled();
}

#[test]
fn keys_that_cannot_be_used_are_said_to_be_so_and_nothing_is_written() {
    let check = |keys: &str, code: i32, words: &[&str]| {
        let someone = Newcomer::new(&[]);
        someone.home.write(".config/sops/age/keys.txt", keys);
        let ran = someone.run(&["init", "--yes"]);
        assert_eq!(someone.tree().len(), 0);
        assert_eq!(someone.home.read(".config/sops/age/keys.txt"), keys);
        ran.failed(code, words);
    };
    check("# nothing yet\n", 2, &["keys.txt", "no key is in it", "--identity"]);
    check("hello\n", 2, &["keys.txt", "line 1 is not an age identity"]);
    check("age-encryption.org/v1\n-> scrypt x 18\n", 2, &["keys.txt"]);
}

#[test]
fn a_key_under_a_passphrase_is_named_by_its_recipient() {
    let someone = Newcomer::new(&[]);
    let recipient = crate::folder::RECIPIENT;
    someone.run(&["init", "--yes", "--recipient", recipient]).ok();
    assert!(someone.repository.read(".sops.yaml").contains(recipient));
    assert!(!someone.home.file(".config").exists());
    someone.run(&["init", "--yes", "--recipient", "age1x"]).failed(7, &["age1x"]);
}

#[test]
fn without_a_home_it_is_said_where_a_key_could_go() {
    let someone = Newcomer::new(&[]);
    let ran = Folder::finish(someone.command(&["init", "--yes"]).env_remove("HOME").output().unwrap());
    ran.failed(3, &["neither HOME nor XDG_CONFIG_HOME", "keygen -o"]);
    assert_eq!(someone.tree().len(), 0);
}

#[test]
fn what_cannot_be_written_leaves_everything_as_it_was() {
    // A file where the folder of the secrets would be.
    let someone = Newcomer::new(&[("secrets", "not a folder\n"), ("flake.nix", FLAKE)]);
    let before = someone.tree();
    let ran = someone.run(&["init", "--yes"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(someone.tree(), before);
    assert!(!someone.home.file(".config").exists(), "the identity is written with the rest or not at all");
}

#[test]
fn answers_that_make_no_sense_are_refused_with_the_argument_named() {
    let someone = Newcomer::new(&[("flake.nix", FLAKE)]);
    let before = someone.tree();
    let check = |arguments: &[&str], code: i32, words: &[&str]| {
        let all: Vec<&str> = ["init", "--yes"].iter().chain(arguments).copied().collect();
        someone.run(&all).failed(code, words);
    };
    check(&["--host", "mail"], 2, &["--host", "no system mail", "web"]);
    check(&["--name", "a b"], 2, &["--name", "a_b"]);
    check(&["--secrets-file", "/etc/x.yaml"], 2, &["inside the repository"]);
    check(&["--secrets-file", "x.json"], 2, &["YAML"]);
    check(&["--key-file", "~/k.txt"], 2, &["--key-file", "absolute"]);
    check(&["--identity", "absent"], 100, &["absent"]);
    check(&["--host-key", "flake.nix"], 7, &["flake.nix", "no SSH key"]);
    check(&["no/such/folder"], 100, &["no/such/folder"]);
    assert_eq!(someone.tree(), before);
}

#[test]
fn a_key_where_sops_does_not_look_comes_with_the_line_that_names_it() {
    let check = |option: &str, variable: &str, make: &dyn Fn(&Newcomer, &std::path::Path)| {
        let someone = Newcomer::new(&[]);
        let key = someone.home.file("my keys");
        make(&someone, &key);
        let ran = someone.run(&["init", "--yes", option, key.to_str().unwrap()]);
        let line = format!("export {variable}='{}'", key.canonicalize().unwrap().display());
        assert!(ran.stderr.contains(&line), "no {line} in:\n{}", ran.stderr);
        ran.ok();
        let set = ["set", "secrets/secrets.yaml", "a", "--generate", "hex"];
        someone.run(&set).failed(128, &[variable]);
        Folder::finish(someone.command(&set).env(variable, &key).output().unwrap()).ok();
        let again = Folder::finish(someone.command(&["init", "--yes"]).env(variable, &key).output().unwrap());
        assert!(!again.stderr.contains("export"), "{}", again.stderr);
    };
    check("--identity", "SOPS_AGE_KEY_FILE", &|someone, key| {
        someone.run(&["keygen", "-o", key.to_str().unwrap()]).ok();
    });
    check("--ssh-key", "SOPS_AGE_SSH_PRIVATE_KEY_FILE", &|_, key| {
        tools::succeed(tools::system("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(key));
    });
}

#[test]
fn a_flake_that_does_not_parse_is_named_with_its_line_and_nothing_is_written() {
    let someone =
        Newcomer::new(&[("flake.nix", &FLAKE.replace("modules = [", "modules = ")), ("configuration.nix", "{ }\n")]);
    let before = someone.tree();
    someone.run(&["init", "--yes"]).failed(2, &["flake.nix:", "nothing is written"]);
    assert_eq!(someone.tree(), before);
    assert!(!someone.home.file(".config").exists());
}
