//! The road goes on: a host is added by its SSH host key, reads with that key alone, is removed, and reads no more.

use super::Newcomer;
use super::repositories::{CONFIGURATION, FLAKE, HARDWARE};
use crate::folder::Folder;
use crate::tools::{self, SOPS_VERSIONS};

const FILE: &str = "secrets/secrets.yaml";

/// Whether real sops opens the file with that identity and no other.
fn opens(someone: &Newcomer, identity: &str) -> bool {
    let opened = SOPS_VERSIONS.map(|version| {
        let mut sops = tools::sops(version);
        let output = sops.arg("decrypt").arg(someone.repository.file(FILE)).env("SOPS_AGE_KEY", identity).output();
        output.unwrap().status.success()
    });
    assert_eq!(opened[0], opened[1], "both versions agree");
    // As sops-nix does: the program's own reading with that identity alone.
    let nobody = Folder::new();
    let mut command = someone.command(&["decrypt", FILE]);
    command.env("HOME", nobody.path()).env("SOPS_AGE_KEY", identity);
    assert_eq!(Folder::finish(command.output().unwrap()).code == Some(0), opened[0]);
    opened[0]
}

/// A host key as a machine makes it: the line of ssh-keyscan, and the identity that sops-nix makes of the private half.
fn host_key(someone: &Newcomer) -> (String, String) {
    let key = someone.home.file("ssh_host_ed25519_key");
    tools::succeed(
        tools::system("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "root@web", "-f"]).arg(&key),
    );
    let public = someone.home.read("ssh_host_ed25519_key.pub");
    let words: Vec<&str> = public.split_whitespace().collect();
    let pem = sopsmith::secret::Secret::from_exposed(&std::fs::read(&key).unwrap());
    let identity = sopsmith::crypto::age::identity_from_ssh(&pem).ok().unwrap();
    let identity = String::from_utf8(identity.expose().to_vec()).unwrap();
    (format!("web.example.org {} {}\n", words[0], words[1]), identity)
}

#[test]
fn a_host_reads_from_when_it_is_added_until_it_is_removed() {
    let files = [("flake.nix", FLAKE), ("configuration.nix", CONFIGURATION), ("hardware-configuration.nix", HARDWARE)];
    let someone = Newcomer::in_git(&files);
    someone.run(&["init", "--yes", "--name", "ann"]).ok();
    someone.run(&["set", FILE, "db/password", "--generate", "password"]).ok();
    let module = someone.repository.read("sops.nix");
    someone.repository.write("sops.nix", &module.replace("    };\n  };", "      \"db/password\" = { };\n    };\n  };"));
    let (scanned, identity) = host_key(&someone);
    assert!(!opens(&someone, &identity));

    someone.run_with(&["recipients", "add", "-", "--name", "web", "--yes"], scanned.as_bytes()).ok();
    assert!(someone.repository.read(".sops.yaml").contains("&web age1"));
    assert!(opens(&someone, &identity));
    let password = someone.decrypted(FILE)["db"]["password"].clone();
    someone.evaluates("configuration.nix", &["db/password"]);
    someone.is_settled();

    someone.run(&["recipients", "remove", "web", "--yes"]).ok();
    someone.run(&["rotate", FILE]).ok();
    assert!(!opens(&someone, &identity));
    assert!(!someone.repository.read(".sops.yaml").contains("web age1"));
    assert_eq!(someone.decrypted(FILE)["db"]["password"], password);
    someone.is_settled();
}
