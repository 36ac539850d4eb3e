//! Where identities are looked for, and which lines of a source count.

use std::fs;
use std::path::Path;

use sopsmith::crypto::age::generate_identity;
use sopsmith::secret::Secret;
use sopsmith::storage::{Environment, Keyring, OsRandom, Platform};

use super::{
    IDENTITY, RECIPIENT, SSH_ECDSA, SSH_ENCRYPTED, SSH_KEYS, SSH_RSA_PEM, STRANGER, nobody, opens, sealed_file,
};
use crate::tools;

/// One environment: files below its home, and variables in which `~` stands for the home.
struct Case {
    name: &'static str,
    recipient: &'static str,
    files: &'static [(&'static str, &'static str)],
    variables: &'static [(&'static str, &'static str)],
}

pub(super) const KEYS_TXT: &str = ".config/sops/age/keys.txt";

const CASES: &[Case] = &[
    Case { name: "nothing", recipient: RECIPIENT, files: &[], variables: &[] },
    Case { name: "default file", recipient: RECIPIENT, files: &[(KEYS_TXT, IDENTITY)], variables: &[] },
    Case { name: "a stranger's key", recipient: RECIPIENT, files: &[(KEYS_TXT, STRANGER)], variables: &[] },
    Case {
        name: "XDG_CONFIG_HOME",
        recipient: RECIPIENT,
        files: &[("c/sops/age/keys.txt", IDENTITY)],
        variables: &[("XDG_CONFIG_HOME", "~/c")],
    },
    Case {
        name: "relative XDG_CONFIG_HOME",
        recipient: RECIPIENT,
        files: &[(KEYS_TXT, IDENTITY)],
        variables: &[("XDG_CONFIG_HOME", "c")],
    },
    Case { name: "SOPS_AGE_KEY", recipient: RECIPIENT, files: &[], variables: &[("SOPS_AGE_KEY", IDENTITY)] },
    Case { name: "empty SOPS_AGE_KEY", recipient: RECIPIENT, files: &[], variables: &[("SOPS_AGE_KEY", "")] },
    Case {
        name: "SOPS_AGE_KEY is no key, the default file has one",
        recipient: RECIPIENT,
        files: &[(KEYS_TXT, IDENTITY)],
        variables: &[("SOPS_AGE_KEY", "hello")],
    },
    Case {
        name: "SOPS_AGE_KEY_FILE",
        recipient: RECIPIENT,
        files: &[("k", IDENTITY)],
        variables: &[("SOPS_AGE_KEY_FILE", "~/k")],
    },
    Case {
        name: "SOPS_AGE_KEY_FILE is absent, the default file has the key",
        recipient: RECIPIENT,
        files: &[(KEYS_TXT, IDENTITY)],
        variables: &[("SOPS_AGE_KEY_FILE", "~/k")],
    },
    Case {
        name: "the default file counts beside SOPS_AGE_KEY_FILE",
        recipient: RECIPIENT,
        files: &[(KEYS_TXT, IDENTITY), ("k", STRANGER)],
        variables: &[("SOPS_AGE_KEY_FILE", "~/k")],
    },
    Case {
        name: "SOPS_AGE_KEY_CMD",
        recipient: RECIPIENT,
        files: &[("a folder/k", IDENTITY)],
        variables: &[("SOPS_AGE_KEY_CMD", "cat '~/a folder/k'")],
    },
    Case {
        name: "SOPS_AGE_KEY_CMD knows the recipient",
        recipient: RECIPIENT,
        files: &[(RECIPIENT, IDENTITY)],
        variables: &[("SOPS_AGE_KEY_CMD", "sh -c 'cat ~/$SOPS_AGE_RECIPIENT'")],
    },
    Case {
        name: "SOPS_AGE_KEY_CMD fails",
        recipient: RECIPIENT,
        files: &[("k", IDENTITY)],
        variables: &[("SOPS_AGE_KEY_CMD", "sh -c 'cat ~/k; exit 3'")],
    },
    Case {
        name: "~/.ssh/id_ed25519",
        recipient: SSH_KEYS[0].1,
        files: &[(".ssh/id_ed25519", SSH_KEYS[0].0)],
        variables: &[],
    },
    Case { name: "~/.ssh/id_rsa", recipient: SSH_KEYS[1].1, files: &[(".ssh/id_rsa", SSH_KEYS[1].0)], variables: &[] },
    Case {
        name: "~/.ssh/id_rsa in PEM",
        recipient: SSH_KEYS[1].1,
        files: &[(".ssh/id_rsa", SSH_RSA_PEM)],
        variables: &[],
    },
    Case {
        name: "~/.ssh/id_ecdsa is not looked at",
        recipient: SSH_KEYS[0].1,
        files: &[(".ssh/id_ecdsa", SSH_KEYS[0].0)],
        variables: &[],
    },
    Case {
        name: "an ECDSA key does not hide keys.txt",
        recipient: RECIPIENT,
        files: &[(".ssh/id_ed25519", SSH_ECDSA), (KEYS_TXT, IDENTITY)],
        variables: &[],
    },
    Case {
        name: "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        recipient: SSH_KEYS[0].1,
        files: &[("k", SSH_KEYS[0].0)],
        variables: &[("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "~/k")],
    },
    Case {
        name: "~/.ssh counts beside SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        recipient: SSH_KEYS[0].1,
        files: &[(".ssh/id_ed25519", SSH_KEYS[0].0), ("k", SSH_KEYS[1].0)],
        variables: &[("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "~/k")],
    },
    Case {
        name: "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
        recipient: SSH_KEYS[1].1,
        files: &[("k", SSH_KEYS[1].0)],
        variables: &[("SOPS_AGE_SSH_PRIVATE_KEY_CMD", "cat ~/k")],
    },
    Case {
        name: "an SSH key in keys.txt",
        recipient: SSH_KEYS[0].1,
        files: &[(KEYS_TXT, SSH_KEYS[0].0)],
        variables: &[],
    },
    Case {
        name: "an encrypted SSH key, and nobody to ask",
        recipient: SSH_ENCRYPTED.1,
        files: &[(".ssh/id_ed25519", SSH_ENCRYPTED.0)],
        variables: &[],
    },
    Case {
        name: "an encrypted SSH key does not hide keys.txt",
        recipient: RECIPIENT,
        files: &[(".ssh/id_ed25519", SSH_ENCRYPTED.0), (KEYS_TXT, IDENTITY)],
        variables: &[],
    },
];

impl Case {
    fn variables(&self, home: &Path) -> Vec<(&'static str, String)> {
        let home = home.to_str().unwrap();
        let set = self.variables.iter().map(|(name, value)| (*name, value.replace('~', home)));
        set.chain([("HOME", home.to_owned())]).collect()
    }

    fn check(&self, version: &str) {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        for (path, content) in self.files {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let file = sealed_file(folder.path(), self.recipient, version);
        let variables = self.variables(&home);
        let theirs = tools::sops(version).arg("decrypt").arg(&file).envs(variables.clone()).output().unwrap();
        let pairs: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut keyring = Keyring::find(&Environment::of_pairs(&pairs, Platform::Unix), &nobody());
        let ours = opens(&fs::read_to_string(&file).unwrap(), self.recipient, &mut keyring);
        let tried: Vec<String> = keyring.tried().iter().map(ToString::to_string).collect();
        assert_eq!(ours, theirs.status.success(), "{}: {tried:#?}\n{}", self.name, tools::said(&theirs));
    }
}

#[test]
fn every_place_is_looked_at_as_sops_does() {
    for case in CASES {
        case.check("3.13.3");
    }
}

#[test]
fn the_older_sops_looks_at_the_same_places() {
    for case in CASES.iter().step_by(3) {
        case.check("3.12.2");
    }
}

/// Contents of `SOPS_AGE_KEY_FILE` and of `SOPS_AGE_KEY`: which line breaks and blanks are allowed.
#[test]
fn lines_are_read_as_sops_reads_them() {
    let (key, other) = (IDENTITY, STRANGER);
    let contents = [
        format!("# mine\n\n{key}\n"),
        format!("{other}\r\n{key}\r\n"),
        format!(" {key}"),
        format!("{key} "),
        format!("{other} {key}"),
        format!("{other}\t{key}\n# end"),
        format!("{key}\nhello"),
        format!("hello\n{key}"),
        format!("{key}\n{}", &other[..40]),
        key.to_lowercase(),
        key.replace("1GPS", "1gps"),
        format!(" # {key}"),
        format!("\u{feff}{key}"),
        "\n\n".to_owned(),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = sealed_file(folder.path(), RECIPIENT, "3.13.3");
    let text = fs::read_to_string(&file).unwrap();
    let key_file = folder.path().join("keys");
    for content in contents {
        fs::write(&key_file, &content).unwrap();
        let path = key_file.to_str().unwrap();
        for (name, value) in [("SOPS_AGE_KEY_FILE", path), ("SOPS_AGE_KEY", &content)] {
            let theirs = tools::sops("3.13.3").arg("decrypt").arg(&file).env(name, value).output().unwrap();
            let mut keyring = Keyring::find(&Environment::of_pairs(&[(name, value)], Platform::Unix), &nobody());
            assert_eq!(opens(&text, RECIPIENT, &mut keyring), theirs.status.success(), "{name} {content:?}");
        }
    }
}

#[test]
fn what_was_tried_is_told_for_every_place() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".ssh")).unwrap();
    fs::write(home.path().join(".ssh/id_rsa"), SSH_ECDSA).unwrap();
    fs::write(home.path().join("k"), format!("{IDENTITY}\n{STRANGER}")).unwrap();
    let path = home.path().to_str().unwrap();
    let pairs = [
        ("HOME", path),
        ("SOPS_AGE_KEY", "hello"),
        ("SOPS_AGE_KEY_FILE", &format!("{path}/k")),
        ("SOPS_AGE_KEY_CMD", "false"),
    ];
    let mut keyring = Keyring::find(&Environment::of_pairs(&pairs, Platform::Unix), &nobody());
    let (_, stranger) = generate_identity(&mut OsRandom);
    let wrapped = stranger.wrap(&Secret::from_exposed(&[1; 32]), &nobody()).unwrap();
    assert!(keyring.unwrap(stranger.as_str(), &wrapped).unwrap().is_none());
    let tried: Vec<String> = keyring.tried().iter().map(|tried| tried.to_string().replace(path, "~")).collect();
    insta::assert_snapshot!(tried.join("\n"), @r"
    SOPS_AGE_SSH_PRIVATE_KEY_FILE: not set
    SOPS_AGE_SSH_PRIVATE_KEY_CMD: not set
    ~/.ssh/id_ed25519: absent
    ~/.ssh/id_rsa: SSH keys of type ecdsa-sha2-nistp256 cannot open age files
    SOPS_AGE_KEY: line 1 is not an age identity
    ~/k (SOPS_AGE_KEY_FILE): 2 keys, none fits
    the command in SOPS_AGE_KEY_CMD: ended with exit status: 1
    ~/.config/sops/age/keys.txt: absent
    ");
    assert!(tried.iter().all(|line| !line.contains("AGE-SECRET-KEY")));
}
