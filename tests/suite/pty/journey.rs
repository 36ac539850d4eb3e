//! From nothing to secrets on a host, by the editor's keys alone: set up, add, let a host read, take it away again.
//! Real sops says who can decrypt, real Nix reads what was written.

use std::process::Output;

use sopsmith::crypto::age::identity_from_ssh;
use sopsmith::secret::Secret;

use super::driver::Person;
use crate::folder::Folder;
use crate::tools;

/// A host's SSH key. A throwaway; see the README beside it.
const HOST_KEY: &str = include_str!("../keys/ssh_ed25519.pub");
const HOST_PRIVATE: &str = include_str!("../keys/ssh_ed25519");

const FILE: &str = "nixos/secrets/secrets.yaml";

const FLAKE: &str = "\
{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.05\";

  outputs = { self, nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem {
      modules = [ ./configuration.nix ];
    };
  };
}
";
const CONFIGURATION: &str = "{ ... }:\n\n{\n  imports = [ ];\n  networking.hostName = \"web\";\n}\n";

/// A home with an empty repository in it: git, a plain flake, a configuration.
fn home() -> Folder {
    let folder = Folder::new();
    folder.write("nixos/flake.nix", FLAKE);
    folder.write("nixos/configuration.nix", CONFIGURATION);
    let git = |arguments: &[&str]| {
        tools::succeed(tools::system("git").args(arguments).current_dir(folder.file("nixos")));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    folder
}

/// The editor in the repository, with no identity but what it makes itself.
fn editor(folder: &Folder, columns: u16, rows: u16) -> Person {
    let mut command = Person::command(env!("CARGO_BIN_EXE_sopsmith"), folder);
    command.cwd(folder.file("nixos"));
    command.env_remove("SOPS_AGE_KEY");
    command.env("USER", "ada");
    Person::starts(command, columns, rows)
}

/// What a version of the real sops says to a file, with one identity.
fn decrypt(folder: &Folder, version: &str, identity: &[u8]) -> Output {
    let mut sops = tools::sops(version);
    sops.args(["decrypt", "--extract", "[\"api\"][\"token\"]"]).arg(folder.file(FILE));
    sops.env("SOPS_AGE_KEY", std::str::from_utf8(identity).unwrap());
    sops.output().unwrap()
}

fn own_identity(folder: &Folder) -> Vec<u8> {
    let text = folder.read(".config/sops/age/keys.txt");
    text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().as_bytes().to_vec()
}

fn host_identity() -> Vec<u8> {
    identity_from_ssh(&Secret::from_exposed(HOST_PRIVATE.as_bytes())).unwrap().expose().to_vec()
}

/// Sets the repository up, and adds a generated secret.
fn set_up(person: &mut Person) {
    person.sees("No encrypted file").press("i").sees("Set up secrets").press("<C-s>").sees("write all");
    person.press("<Enter>").sees("Everything is set up").sees("you: ada");
    person.press("a").sees("Add a secret").press("api/token<Tab><C-g>").sees("Generate").press("<Enter>");
    person.sees("The value was made").press("<C-s>").sees("added api/token");
    person.press("s").sees("⏎ save").press("<Enter>").sees("Saved secrets/secrets.yaml and sops.nix");
}

#[test]
fn a_host_reads_a_secret_until_it_is_taken_away() {
    let folder = home();
    let mut person = editor(&folder, 100, 30);
    set_up(&mut person);
    let own = own_identity(&folder);
    let secret = decrypt(&folder, "3.12.2", &own);
    assert!(secret.status.success(), "{}", tools::said(&secret));
    assert!(!person.has_ever_seen(&secret.stdout), "what was generated was never shown");

    let host: Vec<&str> = HOST_KEY.split_whitespace().take(2).collect();
    person.press("3").sees("ada (you)").press("a").sees("Add a recipient");
    person.paste(&format!("web {}\n", host.join(" "))).sees("as ssh-to-age does");
    person.press("<C-s>").sees("do it").press("<Enter>").sees(".sops.yaml and one file changed").sees("web");
    for version in tools::SOPS_VERSIONS {
        let read = decrypt(&folder, version, &host_identity());
        assert_eq!((read.status.success(), &read.stdout), (true, &secret.stdout), "{}", tools::said(&read));
    }

    person
        .press("G")
        .press("d")
        .sees("Remove web")
        .press("<Enter>")
        // The words of the addition may still stand there; the repository is read again when the work is done.
        .sees_no("do it")
        .sees_no("web")
        .sees(".sops.yaml and one file changed");
    for version in tools::SOPS_VERSIONS {
        assert!(!decrypt(&folder, version, &host_identity()).status.success(), "the host is out");
        assert_eq!(decrypt(&folder, version, &own).stdout, secret.stdout);
    }
    person.press("q");
    assert_eq!(person.leaves(), 0);
    for name in ["flake.nix", "configuration.nix", "sops.nix"] {
        tools::succeed(tools::system("nix-instantiate").args(["--parse", name]).current_dir(folder.file("nixos")));
    }
    let mut check = folder.command(&["check"]);
    tools::succeed(check.current_dir(folder.file("nixos")));
}

#[test]
fn a_file_is_made_and_one_in_the_clear_is_encrypted() {
    let folder = home();
    let mut person = editor(&folder, 80, 24);
    set_up(&mut person);
    person.press("q");
    assert_eq!(person.leaves(), 0);

    let open = |file: &str| {
        let mut command = Person::command(env!("CARGO_BIN_EXE_sopsmith"), &folder);
        command.cwd(folder.file("nixos"));
        command.env_remove("SOPS_AGE_KEY");
        command.arg(file);
        Person::starts(command, 80, 24)
    };
    let mut person = open("secrets/new.yaml");
    person.sees("does not exist yet").sees("you: ada").press("q");
    assert_eq!(person.leaves(), 0);
    assert!(!folder.file("nixos/secrets/new.yaml").exists(), "leaving makes nothing");

    let mut person = open("secrets/new.yaml");
    person.sees("you: ada").press("a").sees("Add a secret").press("key<Tab>v4lue<C-s>").sees("added key");
    person.press("s").sees("a new file").press("<Enter>").sees("Saved secrets/new.yaml").press("q");
    assert_eq!(person.leaves(), 0);

    folder.write("nixos/secrets/old.yaml", "# a note\nkey: v4lue\n");
    let mut person = open("secrets/old.yaml");
    person.sees("is not encrypted").press("e").sees("secrets/old.yaml is encrypted").sees("you: ada").press("q");
    assert_eq!(person.leaves(), 0);

    let identity = own_identity(&folder);
    for (version, file) in tools::SOPS_VERSIONS.into_iter().flat_map(|one| [(one, "new"), (one, "old")]) {
        let mut sops = tools::sops(version);
        sops.args(["decrypt", "--extract", "[\"key\"]"]).arg(folder.file(&format!("nixos/secrets/{file}.yaml")));
        sops.env("SOPS_AGE_KEY", std::str::from_utf8(&identity).unwrap());
        assert_eq!(tools::succeed(&mut sops).trim_end(), "v4lue", "{version} {file}");
    }
}
