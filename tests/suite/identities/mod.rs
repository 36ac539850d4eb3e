//! Identities judged by real sops and age: the same environment leads both to the same key, or to none.

pub(crate) mod passphrases;
mod places;
mod plugin;
mod real_age;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sopsmith::crypto::{DataKey, Envelope};
use sopsmith::storage::{Keyring, NoPrompt, Prompt};

use crate::tools;

// Throwaway keys, made for these tests only.
pub(crate) const IDENTITY: &str = "AGE-SECRET-KEY-1GPSKQC8TW5XL4HH8JHLCXTTSCTUK3SP5GU9LRE9Q3HN0SEGJA3FQ9DT6RZ";
pub(crate) const RECIPIENT: &str = "age1wwfntmqneydqg5tep0e0yzghdgsdr43fn63t4sdujpl7jemzmcss2y8cej";
pub(crate) const STRANGER: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
pub(crate) const SSH_KEYS: [(&str, &str); 2] = [
    (include_str!("../keys/ssh_ed25519"), include_str!("../keys/ssh_ed25519.pub")),
    (include_str!("../keys/ssh_rsa"), include_str!("../keys/ssh_rsa.pub")),
];
pub(crate) const SSH_RSA_PEM: &str = include_str!("../keys/ssh_rsa_pem");
pub(crate) const SSH_ECDSA: &str = include_str!("../keys/ssh_ecdsa");
pub(crate) const SSH_ENCRYPTED: (&str, &str) =
    (include_str!("../keys/ssh_ed25519_encrypted"), include_str!("../keys/ssh_ed25519_encrypted.pub"));

fn nobody() -> Arc<dyn Prompt> {
    Arc::new(NoPrompt)
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
