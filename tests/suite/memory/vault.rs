//! A folder with one encrypted file, and everything about it that must not be found in memory.

use std::sync::Arc;

use sopsmith::secret::Secret;
use sopsmith::sops::Document;
use sopsmith::storage::{Environment, Keyring, NoPrompt, Platform, Prompt};

use super::letters;
use super::scan::{Needle, scan};
use crate::folder::{Folder, IDENTITY, RECIPIENT};

/// The encrypted file.
pub(crate) const FILE: &str = "secrets.yaml";
/// Where the identity lies below the home.
pub(crate) const KEYS: &str = ".config/sops/age/keys.txt";

/// A folder whose file holds `keys`, each with a value of its own, sealed by real sops; its home has the identity.
pub(crate) fn folder(keys: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.write(KEYS, &format!("# throwaway\n{IDENTITY}\n"));
    let lines: String = keys.iter().map(|key| format!("{key}: {}\n", value(key))).collect();
    folder.seal("3.13.3", FILE, &lines, &[]);
    folder
}

/// The value of a key: letters nobody else has.
pub(crate) fn value(key: &str) -> String {
    letters(key.bytes().fold(11, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))))
}

/// The value of a key, to be looked for.
pub(crate) fn needle(key: &str) -> Needle {
    Needle::text(key, &value(key))
}

/// The identity, as text and as its number, and the data key of the folder's file.
pub(crate) fn keys(folder: &Folder) -> [Needle; 3] {
    let (_, number) = bech32::decode(IDENTITY).unwrap();
    let text = IDENTITY.strip_prefix("AGE-SECRET-KEY-1").unwrap();
    [
        Needle::text("the identity", text),
        Needle::bytes("the identity's number", &number),
        Needle::bytes("the data key", data_key(folder).expose()),
    ]
}

fn data_key(folder: &Folder) -> Secret {
    let nobody: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let environment = Environment::of_pairs(&[("SOPS_AGE_KEY", IDENTITY)], Platform::Unix);
    let document = Document::parse(folder.read(FILE)).unwrap();
    let unlocked = Keyring::find(&environment, &nobody).unlock(document.metadata()).unwrap();
    Secret::from_exposed(unlocked.data_key.expose())
}

/// Whether secrets were found outside locked pages. The file's recipient, which is no secret, has to be found: that shows
/// that the looking works.
#[track_caller]
pub(crate) fn check(pid: u32, state: &str, needles: &[Needle]) {
    let scanned = scan(pid, needles);
    let secrets = scanned.outside_locked_pages();
    assert!(secrets.is_empty(), "{state}: {secrets:#?}");
    let seen = scan(pid, &[Needle::text("the recipient", RECIPIENT)]);
    assert!(!seen.found.is_empty(), "{state}: the looking does not work");
}
