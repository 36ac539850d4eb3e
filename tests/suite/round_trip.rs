//! Files of real sops through sopsmith and back: read, verified, decrypted, edited, sealed, encrypted anew.

use std::fs;
use std::sync::Arc;

use sopsmith::crypto::age::{LineRule, NoPrompt, Prompt, parse_identities, unwrap_any};
use sopsmith::crypto::{Cipher, DataKey};
use sopsmith::secret::Secret;
use sopsmith::sops::{Document, unwrap_data_key};

use crate::interop::document::{self, Dice};
use crate::tools::{self, SOPS_VERSIONS};

/// A throwaway identity, made for these tests only.
const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

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

/// A folder with one file that the real tools read and write.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, text: &str) -> std::path::PathBuf {
        let file = self.folder.path().join("file.yaml");
        fs::write(&file, text).unwrap();
        file
    }

    fn encrypt(&self, version: &str, plain: &str, options: &[&str]) -> String {
        let file = self.file(plain);
        tools::succeed(tools::sops(version).args(["encrypt", "--age", RECIPIENT]).args(options).arg(file))
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
    String::from_utf8(document.decrypt_text(&cipher(document)).unwrap().expose().to_vec()).unwrap()
}

/// A random plain document: its text and what it means.
fn generated(seed: u64) -> (String, serde_json::Value) {
    let dice = &mut Dice::new(seed);
    let layout = document::Layout::random(dice);
    let node = document::map(dice, 3);
    (document::write(&node, layout, dice), document::meaning(&node))
}

#[test]
fn files_of_real_sops_verify_and_decrypt_to_what_it_prints_itself() {
    let bench = Bench::new();
    for seed in 0..40 {
        let (plain, _) = generated(1000 + seed);
        let version = SOPS_VERSIONS[seed as usize % 2];
        let sealed = bench.encrypt(version, &plain, &[]);
        let document =
            Document::parse(sealed.as_str()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{sealed}"));
        assert_eq!(document.text(), sealed);
        assert_eq!(document.problems(), [], "seed {seed}:\n{sealed}");
        document.verify(&cipher(&document)).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{plain}\n{sealed}"));
        assert_eq!(
            plain_text(&document),
            bench.decrypt(version, &sealed, "yaml"),
            "seed {seed}, sops {version}:\n{sealed}"
        );
    }
}
