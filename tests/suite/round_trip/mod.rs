//! Files of real sops through sopsmith and back: read, verified, decrypted, edited, sealed, encrypted anew.

mod editing;
mod encrypting;
mod groups;
mod layouts;
mod reading;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use sopsmith::crypto::age::{LineRule, NoPrompt, Prompt, parse_identities, unwrap_any};
use sopsmith::crypto::{Cipher, DataKey};
use sopsmith::secret::{Random, Secret};
use sopsmith::sops::{Document, unwrap_data_key};

use crate::interop::document::{self, Dice};
use crate::tools;

/// A throwaway identity, made for these tests only.
const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

/// Predictable bytes: good enough where nothing is secret.
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        let dice = &mut Dice::new(self.0);
        self.0 += 1;
        bytes.fill_with(|| dice.next() as u8);
    }
}

fn data_key(document: &Document) -> DataKey {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let source = Secret::from_exposed(IDENTITY.as_bytes());
    let identities = parse_identities(source, "the test", LineRule::OnePerLine, &prompt).unwrap();
    unwrap_data_key(document.metadata(), &mut |_, wrapped| unwrap_any(wrapped, &identities))
        .unwrap_or_else(|_| panic!())
}

fn cipher(document: &Document) -> Cipher {
    data_key(document).cipher()
}

/// Every way to say what is sealed.
const RULES: [&str; 7] = [
    "",
    "mac_only_encrypted: true",
    "encrypted_regex: ^(api|token|db|new)",
    "unencrypted_regex: '[0-2]$'",
    "encrypted_suffix: '1'",
    "unencrypted_comment_regex: '^ note [0-4]'",
    "encrypted_comment_regex: '^ note [0-4]'",
];

/// A folder with one file that the real tools read and write.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, text: &str) -> PathBuf {
        let file = self.folder.path().join("file.yaml");
        fs::write(&file, text).unwrap();
        file
    }

    /// Encrypts with real sops; `rule` is a line of a creation rule.
    fn encrypt(&self, version: &str, plain: &str, rule: &str) -> String {
        let config = self.folder.path().join("rules.yaml");
        fs::write(&config, format!("creation_rules:\n- age: {RECIPIENT}\n  {rule}\n")).unwrap();
        let file = self.file(plain);
        tools::succeed(tools::sops(version).arg("--config").arg(config).arg("encrypt").arg(file))
    }

    /// What real sops prints for a file, as `yaml` or `json`.
    fn decrypt(&self, version: &str, sealed: &str, format: &str) -> String {
        let file = self.file(sealed);
        let mut command = tools::sops(version);
        command.args(["decrypt", "--output-type", format]).arg(file).env("SOPS_AGE_KEY", IDENTITY);
        tools::succeed(&mut command)
    }
}

fn plain_text(document: &Document) -> String {
    String::from_utf8(document.decrypt_verified_text(&cipher(document)).unwrap().expose().to_vec()).unwrap()
}

/// A random plain document: its text and what it means.
fn generated(seed: u64) -> (String, serde_json::Value) {
    let dice = &mut Dice::new(seed);
    let layout = document::Layout::random(dice);
    let node = document::map(dice, 3);
    (document::write(&node, layout, dice), document::meaning(&node))
}

fn meaning_to_sops(bench: &Bench, version: &str, sealed: &str) -> serde_json::Value {
    serde_json::from_str(&bench.decrypt(version, sealed, "json")).unwrap()
}
