//! Identities judged by real sops and age: the same environment leads both to the same key, or to none.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use sopsmith::crypto::age::{
    LineRule, NoPrompt, PassphraseFor, Prompt, Recipient, UnwrapError, generate_identity, identity_from_ssh,
    parse_identities, recipient_from_ssh, unwrap_any,
};
use sopsmith::crypto::{DataKey, Envelope};
use sopsmith::secret::Secret;
use sopsmith::sops::Document;
use sopsmith::storage::{Environment, Keyring, OsRandom, Platform};

use crate::tools;

// Throwaway keys, made for these tests only.
const IDENTITY: &str = "AGE-SECRET-KEY-1GPSKQC8TW5XL4HH8JHLCXTTSCTUK3SP5GU9LRE9Q3HN0SEGJA3FQ9DT6RZ";
const RECIPIENT: &str = "age1wwfntmqneydqg5tep0e0yzghdgsdr43fn63t4sdujpl7jemzmcss2y8cej";
const STRANGER: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
const SSH_KEYS: [(&str, &str); 2] = [
    (include_str!("keys/ssh_ed25519"), include_str!("keys/ssh_ed25519.pub")),
    (include_str!("keys/ssh_rsa"), include_str!("keys/ssh_rsa.pub")),
];
const SSH_ECDSA: &str = include_str!("keys/ssh_ecdsa");
const SSH_ENCRYPTED: (&str, &str) =
    (include_str!("keys/ssh_ed25519_encrypted"), include_str!("keys/ssh_ed25519_encrypted.pub"));

fn nobody() -> Arc<dyn Prompt> {
    Arc::new(NoPrompt)
}

/// One environment: files below its home, and variables in which `~` stands for the home.
struct Case {
    name: &'static str,
    recipient: &'static str,
    files: &'static [(&'static str, &'static str)],
    variables: &'static [(&'static str, &'static str)],
}

const KEYS_TXT: &str = ".config/sops/age/keys.txt";

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

/// A file with `a: hello`, sealed by real sops.
fn sealed_file(folder: &Path, recipient: &str, version: &str) -> std::path::PathBuf {
    let file = folder.join("secrets.yaml");
    fs::write(&file, "a: hello\n").unwrap();
    tools::succeed(tools::sops(version).args(["encrypt", "-i", "--age", recipient.trim()]).arg(&file));
    file
}

/// Whether the keyring opens the file's data key, and with it the file's value.
fn opens(text: &str, recipient: &str, keyring: &mut Keyring) -> bool {
    let Ok(Some(secret)) = keyring.unwrap(recipient, &wrapped_key(text)) else {
        return false;
    };
    let envelope = text.lines().find_map(|line| line.strip_prefix("a: ")).unwrap();
    let cipher = DataKey::from_secret(secret).unwrap().cipher();
    cipher.open(&Envelope::parse(envelope).unwrap(), b"a:").unwrap().expose() == b"hello"
}

fn wrapped_key(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN"));
    let mut wrapped = String::new();
    for line in lines {
        wrapped = wrapped + line + "\n";
        if line.starts_with("-----END") {
            break;
        }
    }
    wrapped
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

#[test]
fn data_keys_pass_between_us_and_real_age() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("identity");
    let wrapped_file = folder.path().join("wrapped");
    let secret = Secret::from_exposed(b"0123456789abcdef0123456789abcdef");
    let rows = [(IDENTITY, RECIPIENT), SSH_KEYS[0], SSH_KEYS[1]];
    for (identity, recipient) in rows {
        fs::write(&key_file, identity).unwrap();
        let parsed = Recipient::parse(recipient).unwrap();
        fs::write(&wrapped_file, parsed.wrap(&secret, &nobody()).unwrap()).unwrap();
        let opened = tools::age("age").arg("-d").arg("-i").arg(&key_file).arg(&wrapped_file).output().unwrap();
        assert!(opened.stdout == secret.expose(), "{recipient}: {}", tools::said(&opened));

        fs::write(folder.path().join("plain"), secret.expose()).unwrap();
        let theirs =
            tools::succeed(tools::age("age").args(["-a", "-r", recipient.trim()]).arg(folder.path().join("plain")));
        let variable = if identity.starts_with("AGE") { "SOPS_AGE_KEY_FILE" } else { "SOPS_AGE_SSH_PRIVATE_KEY_FILE" };
        let pairs = [(variable, key_file.to_str().unwrap())];
        let mut keyring = Keyring::find(&Environment::of_pairs(&pairs, Platform::Unix), &nobody());
        assert!(keyring.unwrap(recipient, &theirs).unwrap().unwrap().same_as(&secret), "{recipient}");
    }
}

#[test]
fn generated_identities_are_those_of_age_keygen() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let (identity, recipient) = generate_identity(&mut OsRandom);
        let file = folder.path().join(number.to_string());
        fs::write(&file, identity.expose()).unwrap();
        assert_eq!(tools::succeed(tools::age("age-keygen").arg("-y").arg(&file)).trim(), recipient.as_str());
    }
}

/// The two halves are converted in different ways; age-keygen says whether they are a pair.
#[test]
fn both_halves_of_an_ssh_key_convert_to_a_pair() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10 {
        let file = folder.path().join(format!("ssh{number}"));
        tools::succeed(tools::system("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&file));
        let identity = identity_from_ssh(&Secret::from_exposed(&fs::read(&file).unwrap())).unwrap();
        let converted = folder.path().join(format!("age{number}"));
        fs::write(&converted, identity.expose()).unwrap();
        let recipient = recipient_from_ssh(&fs::read_to_string(file.with_extension("pub")).unwrap()).unwrap();
        assert_eq!(tools::succeed(tools::age("age-keygen").arg("-y").arg(&converted)).trim(), recipient.as_str());
        let wrapped = recipient.wrap(&Secret::from_exposed(&[5; 32]), &nobody()).unwrap();
        let parsed = parse_identities(identity, "", LineRule::OnePerLine, &nobody()).ok().unwrap();
        assert!(unwrap_any(&wrapped, &parsed).unwrap().is_some());
    }
}

/// Gives the same answer to every question, and counts them.
struct Answering {
    passphrase: &'static str,
    asked: AtomicUsize,
}

impl Answering {
    fn new(passphrase: &'static str) -> Arc<Self> {
        Arc::new(Self { passphrase, asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Prompt for Answering {
    fn passphrase(&self, _: &PassphraseFor, _: u32) -> Option<Secret> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Some(Secret::from_exposed(self.passphrase.as_bytes()))
    }

    fn confirm(&self, _: &str, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }

    fn answer(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn show(&self, _: &str, _: &str) {}
}

/// Runs real age on a terminal of its own and answers each of its questions with `answer`.
fn age_on_a_terminal(arguments: &[&str], answer: &str) {
    let terminal = native_pty_system().openpty(PtySize::default()).unwrap();
    let program = tools::age("age");
    let mut command = CommandBuilder::new(program.get_program());
    command.args(arguments);
    let mut child = terminal.slave.spawn_command(command).unwrap();
    drop(terminal.slave);
    let (mut screen, mut keys) = (terminal.master.try_clone_reader().unwrap(), terminal.master.take_writer().unwrap());
    let (mut said, mut byte) = (String::new(), [0]);
    // A terminal whose program has ended reports an error instead of an end.
    while screen.read(&mut byte).unwrap_or(0) == 1 {
        said.push(char::from(byte[0]));
        if said.ends_with(": ") {
            keys.write_all(format!("{answer}\n").as_bytes()).unwrap();
        }
    }
    assert!(child.wait().unwrap().success(), "{said}");
}

/// An identity file under a passphrase, made by real age; the default file of a new home.
fn home_with_protected_file(identity: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(KEYS_TXT);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(home.path().join("plain"), identity).unwrap();
    let (plain, protected) = (home.path().join("plain"), file.to_str().unwrap().to_owned());
    age_on_a_terminal(&["-p", "-a", "-o", &protected, plain.to_str().unwrap()], "open sesame");
    home
}

fn keyring_of(home: &Path, prompt: Arc<dyn Prompt>) -> Keyring {
    Keyring::find(&Environment::of_pairs(&[("HOME", home.to_str().unwrap())], Platform::Unix), &prompt)
}

#[test]
fn an_identity_file_under_a_passphrase_opens_once_it_is_given() {
    let home = home_with_protected_file(&format!("# mine\n{IDENTITY}\n"));
    let text = fs::read_to_string(sealed_file(home.path(), RECIPIENT, "3.13.3")).unwrap();
    let prompt = Answering::new("open sesame");
    let mut keyring = keyring_of(home.path(), prompt.clone());
    assert_eq!(prompt.asked(), 0, "nothing is asked before a file needs it");
    assert!(opens(&text, RECIPIENT, &mut keyring) && opens(&text, RECIPIENT, &mut keyring));
    assert_eq!(prompt.asked(), 1, "and once is enough");

    let wrong = Answering::new("wrong");
    let mut keyring = keyring_of(home.path(), wrong.clone());
    let error = keyring.unwrap(RECIPIENT, &wrapped_key(&text)).err();
    assert!(matches!(error, Some(UnwrapError::PassphraseWrong { .. })), "{error:?}");
    assert_eq!(wrong.asked(), 3);
}

#[test]
fn nothing_is_asked_when_another_key_opens_the_file() {
    let home = home_with_protected_file(STRANGER);
    fs::create_dir_all(home.path().join(".ssh")).unwrap();
    fs::write(home.path().join(".ssh/id_ed25519"), SSH_KEYS[0].0).unwrap();
    fs::write(home.path().join(".ssh/id_rsa"), SSH_ENCRYPTED.0).unwrap();
    let recipients = [RECIPIENT, SSH_ENCRYPTED.1.trim(), SSH_KEYS[0].1.trim()].join(",");
    let text = fs::read_to_string(sealed_file(home.path(), &recipients, "3.12.2")).unwrap();
    let prompt = Answering::new("open sesame");
    let mut keyring = keyring_of(home.path(), prompt.clone());
    let unlocked = keyring.unlock(Document::parse(text).unwrap().metadata()).unwrap();
    assert_eq!((unlocked.recipient.as_str(), prompt.asked()), (SSH_KEYS[0].1.trim(), 0));
}

#[test]
fn a_file_that_opens_with_a_passphrase_only_asks_for_it() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".ssh")).unwrap();
    fs::write(home.path().join(".ssh/id_ed25519"), SSH_ENCRYPTED.0).unwrap();
    let text = fs::read_to_string(sealed_file(home.path(), SSH_ENCRYPTED.1, "3.12.2")).unwrap();
    let prompt = Answering::new("open sesame");
    let mut keyring = keyring_of(home.path(), prompt.clone());
    let unlocked = keyring.unlock(Document::parse(text).unwrap().metadata()).unwrap();
    assert_eq!((unlocked.recipient.as_str(), prompt.asked()), (SSH_ENCRYPTED.1.trim(), 1));
}
