//! Repositories as people have them, each set up: plain flakes in several styles, several hosts, no flake, rules and
//! declarations that are there already.

use super::Newcomer;
use crate::folder::{IDENTITY, RECIPIENT};

/// A flake as tutorials write it.
pub(super) const FLAKE: &str = r#"{
  description = "My machines";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";

  outputs = { self, nixpkgs }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./configuration.nix ];
    };
  };
}
"#;

/// The beginning of what `nixos-generate-config` writes.
pub(super) const CONFIGURATION: &str = r#"# Edit this configuration file to define what should be installed on
# your system. Help is available in the configuration.nix(5) man page, on
# https://search.nixos.org/options and in the NixOS manual (`nixos-help`).

{ config, lib, pkgs, ... }:

{
  imports =
    [ # Include the results of the hardware scan.
      ./hardware-configuration.nix
    ];

  # Use the systemd-boot EFI boot loader.
  boot.loader.systemd-boot.enable = true;

  # Enable the OpenSSH daemon.
  services.openssh.enable = true;

  system.stateVersion = "25.05"; # Did you read the comment?

}

"#;

pub(super) const HARDWARE: &str = "{ config, lib, pkgs, modulesPath, ... }:\n\n{\n  swapDevices = [ ];\n}\n";

/// Sets a repository up, and compares the modules of `web` as real Nix hands them out.
#[track_caller]
fn check_flake(flake: &str, configuration: &str, expected: &[&str]) {
    let hardware = configuration.replace("configuration.nix", "hardware-configuration.nix");
    let files = [("flake.nix", flake), (configuration, CONFIGURATION), (hardware.as_str(), HARDWARE)];
    let someone = Newcomer::in_git(&files);
    someone.run(&["init", "--yes", "--host", "web"]).ok();
    assert_eq!(someone.modules("web"), expected, "{}", someone.repository.read("flake.nix"));
    someone.evaluates(configuration, &[]);
    someone.is_settled();
}

#[test]
fn plain_flakes_take_the_module_in_their_own_style() {
    let with = ["configuration.nix", "SOPS"];
    check_flake(FLAKE, "configuration.nix", &with);
    check_flake(
        "{\n  inputs = {\n    nixpkgs.url = \"n\";\n    home.url = \"h\";\n  };\n  outputs = inputs@{ nixpkgs, ... }: {\n    nixosConfigurations = {\n      web = nixpkgs.lib.nixosSystem {\n        modules = [\n          ./configuration.nix\n          inputs.home.nixosModules.x\n        ];\n      };\n      mail = nixpkgs.lib.nixosSystem { modules = [ ]; };\n    };\n  };\n}\n",
        "configuration.nix",
        &["configuration.nix", "X", "SOPS"],
    );
    check_flake(
        "{\n  inputs = {\n    nixpkgs = {\n      url = \"n\";\n    };\n  };\n\n  outputs =\n    {\n      self,\n      nixpkgs,\n      ...\n    }@inputs:\n    let\n      system = \"x86_64-linux\";\n    in\n    {\n      nixosConfigurations.web = nixpkgs.lib.nixosSystem {\n        inherit system;\n        specialArgs = { inherit inputs; };\n        modules = [ ./hosts/web/configuration.nix ];\n      };\n    };\n}\n",
        "hosts/web/configuration.nix",
        &with,
    );
    check_flake(
        "{ inputs.nixpkgs.url = \"n\"; outputs = inputs: { nixosConfigurations.web = inputs.nixpkgs.lib.nixosSystem { modules = [ ./configuration.nix ]; }; }; }\n",
        "configuration.nix",
        &with,
    );
}

#[test]
fn a_flake_that_computes_its_systems_is_left_alone_and_told_what_it_needs() {
    let flake = "{\n  inputs.nixpkgs.url = \"n\";\n  outputs = { nixpkgs, ... }: {\n    nixosConfigurations = nixpkgs.lib.genAttrs [ \"web\" ] (name: nixpkgs.lib.nixosSystem {\n      modules = [ ./hosts/${name} ];\n    });\n  };\n}\n";
    let someone = Newcomer::in_git(&[("flake.nix", flake), ("hosts/web/default.nix", "{ }\n")]);
    let ran = someone.run(&["init", "--yes"]);
    for words in
        ["inputs.sops-nix.url = \"github:Mic92/sops-nix\";", "sops-nix.nixosModules.sops", "imports = [ ./sops.nix ];"]
    {
        assert!(ran.stderr.contains(words), "no {words:?} in:\n{}", ran.stderr);
    }
    ran.ok();
    assert_eq!(someone.repository.read("flake.nix"), flake);
}

#[test]
fn of_several_systems_one_is_chosen_by_name() {
    let flake = "{\n  inputs.nixpkgs.url = \"n\";\n  outputs = { nixpkgs, ... }: {\n    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./web.nix ]; };\n    nixosConfigurations.mail = nixpkgs.lib.nixosSystem { modules = [ ./mail.nix ]; };\n  };\n}\n";
    let files = [
        ("flake.nix", flake),
        ("web.nix", "{ }\n"),
        ("mail.nix", "{ ... }:\n{\n  services.openssh.enable = true;\n}\n"),
    ];
    let someone = Newcomer::in_git(&files);
    someone.run(&["init", "--yes", "--host", "mail"]).ok();
    assert_eq!(someone.modules("mail"), ["mail.nix", "SOPS"]);
    assert_eq!(someone.modules("web"), ["web.nix"]);
    assert!(someone.repository.read("mail.nix").contains("imports = [ ./sops.nix ];"));
    let unsaid = Newcomer::in_git(&files);
    let ran = unsaid.run(&["init", "--yes"]);
    assert!(ran.stderr.contains("--host") && ran.stderr.contains("web, mail"), "{}", ran.stderr);
    assert_eq!(unsaid.repository.read("flake.nix"), flake);
}

#[test]
fn homes_alone_get_the_lines_for_home_manager() {
    let flake = "{\n  inputs.home-manager.url = \"h\";\n  outputs = { home-manager, ... }: {\n    homeConfigurations.ann = home-manager.lib.homeManagerConfiguration { modules = [ ./home.nix ]; };\n  };\n}\n";
    let someone = Newcomer::in_git(&[("flake.nix", flake), ("home.nix", "{ }\n")]);
    let ran = someone.run(&["init", "--yes"]);
    assert!(ran.stderr.contains("homeManagerModules.sops"), "{}", ran.stderr);
    ran.ok();
    let keys = someone.home.file(".config/sops/age/keys.txt");
    let module = someone.repository.read("sops.nix");
    assert!(module.contains(&format!("age.keyFile = \"{}\";", keys.display())), "{module}");
    assert!(module.contains("~/.config/sops-nix/secrets/NAME"), "{module}");
}

#[test]
fn rules_that_are_there_grow_and_their_comments_stay() {
    let someone = Newcomer::new(&[]);
    someone.run(&["keygen", "-o", "other.txt"]).ok();
    let other = someone.run(&["keygen", "-y", "other.txt"]).ok();
    let other = other.trim();
    let shapes = [
        format!(
            "keys:\n  - &bob {other} # Bob\ncreation_rules:\n  # all of us\n  - path_regex: secrets/[^/]+\\.(yaml|json)$\n    key_groups:\n      - age:\n          - *bob\n"
        ),
        format!("creation_rules:\n  - path_regex: ^secrets/.*$\n    age: {other}\n"),
        format!("creation_rules:\n  - path_regex: ^secrets/.*$\n    age: >-\n      {other}\n"),
        format!(
            "keys:\n  - &users\n    - &bob {other}\ncreation_rules:\n  - path_regex: ^other/ # not ours\n    key_groups:\n      - age: [*bob]\n"
        ),
        "creation_rules: []\n".to_owned(),
        "# nothing yet\n".to_owned(),
    ];
    for shape in shapes {
        let someone = Newcomer::in_git(&[(".sops.yaml", &shape), ("configuration.nix", "{ ... }:\n{\n}\n")]);
        someone.run(&["init", "--yes", "--name", "ann"]).ok();
        let rules = someone.repository.read(".sops.yaml");
        shape.lines().filter(|line| line.contains('#')).for_each(|line| assert!(rules.contains(line), "{rules}"));
        assert_eq!(someone.decrypted("secrets/secrets.yaml"), serde_json::json!({}), "{rules}");
        someone.evaluates("configuration.nix", &[]);
        someone.is_settled();
    }
}

#[test]
fn a_newcomer_to_an_old_repository_is_told_who_opens_the_files() {
    let rules = format!("creation_rules:\n  - path_regex: ^secrets/\n    age: {RECIPIENT}\n");
    let module = "{\n  sops.defaultSopsFile = ./secrets/all.yaml;\n  sops.age.keyFile = \"/k\";\n  sops.secrets.token = { };\n}\n";
    let someone = Newcomer::new(&[(".sops.yaml", &rules), ("configuration.nix", module)]);
    someone.repository.seal("3.13.3", "secrets/all.yaml", "token: t\n", &[]);
    let sealed = someone.repository.read("secrets/all.yaml");
    let ran = someone.run(&["init", "--yes"]);
    assert!(ran.stderr.contains("sopsmith updatekeys secrets/all.yaml"), "{}", ran.stderr);
    ran.ok();
    assert_eq!(someone.repository.read("secrets/all.yaml"), sealed);
    assert_eq!(someone.repository.read(".sops.yaml").matches("age1").count(), 2);
    // Bob, who can open it, runs what was told.
    let output = someone.command(&["updatekeys", "secrets/all.yaml", "--yes"]).env("SOPS_AGE_KEY", IDENTITY).output();
    crate::folder::Folder::finish(output.unwrap()).ok();
    assert_eq!(someone.decrypted("secrets/all.yaml"), serde_json::json!({ "token": "t" }));
}

#[test]
fn without_a_flake_the_configuration_imports_the_module() {
    let someone = Newcomer::new(&[("configuration.nix", CONFIGURATION), ("hardware-configuration.nix", HARDWARE)]);
    someone.run(&["init", "--yes"]).ok();
    someone.evaluates("configuration.nix", &[]);
    let expected = CONFIGURATION
        .replace("      ./hardware-configuration.nix\n", "      ./hardware-configuration.nix\n      ./sops.nix\n");
    assert_eq!(someone.repository.read("configuration.nix"), expected);
    someone.is_settled();
}

#[test]
fn what_is_set_up_already_is_not_touched() {
    let rules =
        format!("keys:\n  - &me {RECIPIENT}\ncreation_rules:\n  - path_regex: ^vault/.*\\.yaml$\n    age: *me\n");
    let module = "{ config, ... }:\n{\n  sops.defaultSopsFile = ../vault/all.yaml;\n  sops.age.keyFile = \"/var/lib/k\";\n  sops.secrets.token = { };\n}\n";
    let flake = FLAKE.replace(
        "[ ./configuration.nix ]",
        "[ ./configuration.nix ./modules/secrets.nix inputs.sops.nixosModules.sops ]",
    );
    let files = [
        ("flake.nix", flake.as_str()),
        ("modules/secrets.nix", module),
        (".sops.yaml", rules.as_str()),
        ("configuration.nix", "{ }\n"),
    ];
    let someone = Newcomer::new(&files);
    someone.home.write(".config/sops/age/keys.txt", &format!("{IDENTITY}\n"));
    someone.repository.seal("3.12.2", "vault/all.yaml", "token: t\n", &[]);
    let before = someone.tree();
    let ran = someone.run(&["init", "--yes"]);
    let names =
        [".sops.yaml has a rule", "modules/secrets.nix says", "vault/all.yaml is there", "module is brought in"];
    for words in names {
        assert!(ran.stderr.contains(words), "no {words:?} in:\n{}", ran.stderr);
    }
    ran.ok();
    let mut after = someone.tree();
    after.remove(".gitignore").unwrap();
    assert_eq!(after, before, "only .gitignore was missing");
    someone.is_settled();
}

#[test]
fn a_flake_in_a_folder_of_the_repository_gets_everything_beside_it() {
    for (folder, arguments, flake) in
        [("nixos", &["init", "--yes"][..], "."), ("", &["init", "nixos", "--yes"], "./nixos")]
    {
        let files = [("nixos/flake.nix", FLAKE), ("nixos/configuration.nix", CONFIGURATION), ("README", "\n")];
        let someone = Newcomer::in_git(&files);
        let mut init = someone.command(arguments);
        let ran = crate::folder::Folder::finish(init.current_dir(someone.repository.file(folder)).output().unwrap());
        assert!(ran.stderr.contains(&format!("--flake {flake}#web")), "{}", ran.stderr);
        ran.ok();
        let made = [".gitignore", ".sops.yaml", "secrets/secrets.yaml", "sops.nix"].map(|name| format!("nixos/{name}"));
        assert!(made.iter().all(|name| someone.tree().contains_key(name)) && someone.tree().len() == 7);
        assert!(someone.repository.read("nixos/configuration.nix").contains("./sops.nix"));
        assert!(someone.repository.read("nixos/flake.nix").contains("sops-nix.nixosModules.sops"));
        assert_eq!(someone.decrypted("nixos/secrets/secrets.yaml"), serde_json::json!({}));
        // The real sops, started beside the flake, finds the rule and makes a file by it.
        someone.repository.write("nixos/secrets/b.yaml", "a: b\n");
        let mut sops = crate::tools::sops("3.12.2");
        sops.args(["encrypt", "-i", "secrets/b.yaml"]).current_dir(someone.repository.file("nixos"));
        crate::tools::succeed(&mut sops);
        assert_eq!(someone.decrypted("nixos/secrets/b.yaml")["a"], "b");
        let known = someone.git(&["ls-files"]);
        assert!(made.iter().all(|name| known.lines().any(|line| line == name)), "{known}");
    }
}
