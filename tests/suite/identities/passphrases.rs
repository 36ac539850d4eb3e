//! Keys under a passphrase: asked for when a file needs them, and not before.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use sopsmith::crypto::age::UnwrapError;
use sopsmith::secret::Secret;
use sopsmith::sops::Document;
use sopsmith::storage::{Environment, Keyring, PassphraseFor, Platform, Prompt};

use super::places::KEYS_TXT;
use super::{IDENTITY, RECIPIENT, SSH_ENCRYPTED, SSH_KEYS, STRANGER, opens, sealed_file, wrapped_key};
use crate::tools;

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
pub(crate) fn home_with_protected_file(identity: &str) -> tempfile::TempDir {
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
