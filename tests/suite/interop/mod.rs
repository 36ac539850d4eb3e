//! Real sops and sopsmith read each other's files: a thousand documents one way, some hundred the other.

mod change;
pub(crate) mod document;

use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use serde_json::Value;
use sopsmith::crypto::DataKey;
use sopsmith::secret::Secret;
use sopsmith::sops::{Cipher, CreationRules, Document, EditError, NewFile, unwrap_data_key, wrap_data_key};
use sopsmith::storage::{Environment, Keyring, NoPrompt, OsRandom, Platform};

use crate::folder::{IDENTITY, RECIPIENT, changed_lines};
use crate::tools::{self, SOPS_VERSIONS};
use document::{Dice, Layout, Node};

/// Documents of each kind; a failure names its seed.
const EDITED: u64 = 1_000;
const ENCRYPTED: u64 = 200;

/// Ways to say which values are sealed; the keys of the random documents are hit by some of them.
pub(crate) const RULES: [&str; 8] = [
    "",
    "unencrypted_suffix: '0'",
    "encrypted_suffix: '1'",
    "unencrypted_regex: ^(api|smtp)",
    "encrypted_regex: token|password|db",
    "unencrypted_comment_regex: note 1",
    "mac_only_encrypted: true\n  encrypted_regex: token|password|n8n",
    "mac_only_encrypted: true",
];

/// Runs a test for each seed, on two threads.
pub(crate) fn for_seeds(seeds: u64, test: impl Fn(u64, &Path) + Sync) {
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let test = &test;
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                (0..seeds).filter(|seed| seed % 2 == worker).for_each(|seed| test(seed, folder.path()));
            });
        }
    });
}

pub(crate) fn version_for(seed: u64, shift: u64) -> &'static str {
    SOPS_VERSIONS[((seed / 2 + shift) % 2) as usize]
}

fn with_key(version: &str) -> Command {
    let mut command = tools::sops(version);
    command.env("SOPS_AGE_KEY", IDENTITY);
    command
}

fn sops_meaning(version: &str, file: &Path) -> Value {
    let printed = tools::succeed(with_key(version).args(["decrypt", "--output-type", "json"]).arg(file));
    serde_json::from_str(&printed).unwrap()
}

fn cipher_of(document: &Document) -> Cipher {
    let environment = Environment::of_pairs(&[("SOPS_AGE_KEY", IDENTITY)], Platform::Unix);
    let prompt: std::sync::Arc<dyn sopsmith::storage::Prompt> = std::sync::Arc::new(NoPrompt);
    let mut keyring = Keyring::find(&environment, &prompt);
    let key = unwrap_data_key(document.metadata(), &mut |recipient, wrapped| keyring.unwrap(recipient, wrapped));
    key.unwrap_or_else(|error| panic!("{error}")).cipher()
}

pub(crate) fn random_document(seed: u64) -> (Node, String, Dice) {
    let mut dice = Dice::new(seed);
    let layout = Layout::random(&mut dice);
    let node = document::map(&mut dice, 3);
    let text = document::write(&node, layout, &mut dice);
    (node, text, dice)
}

/// Real sops encrypts, sopsmith changes at random, real sops reads exactly what was meant.
#[test]
fn real_sops_reads_what_was_meant_after_random_edits() {
    for_seeds(EDITED, |seed, folder| {
        let (mut model, text, mut dice) = random_document(seed);
        let file = folder.join("document.yaml");
        fs::write(&file, &text).unwrap();
        let config = folder.join("rules.yaml");
        let indent = if dice.once_in(2) { 2 } else { 4 };
        let rule = RULES[dice.below(RULES.len())];
        let rules = format!("stores: {{yaml: {{indent: {indent}}}}}\ncreation_rules:\n- age: {RECIPIENT}\n  {rule}\n");
        fs::write(&config, rules).unwrap();
        let mut encrypt = tools::sops(version_for(seed, 0));
        tools::succeed(encrypt.arg("--config").arg(&config).args(["encrypt", "--in-place"]).arg(&file));
        let sealed = fs::read_to_string(&file).unwrap();

        let mut document =
            Document::parse(sealed.as_str()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{sealed}"));
        let cipher = cipher_of(&document);
        document.verify(&cipher).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{sealed}"));
        assert_eq!(document.text(), sealed, "seed {seed}: reading changed the text");
        let wanted = 1 + dice.below(4);
        let mut made = Vec::new();
        for number in 0..wanted {
            let before = model.clone();
            let Some(change) = change::random(&mut model, &mut dice, number) else { continue };
            match document.apply(&change.edit, &cipher, &mut OsRandom) {
                Ok(edited) => {
                    document = edited.document;
                    made.push(change);
                }
                // What was sealed would stand in the clear: refused, and the model takes it back.
                Err(EditError::WouldUncover { .. }) => model = before,
                Err(error) => panic!("seed {seed}, {:?}: {error}\n{sealed}", change.edit),
            }
        }
        let now = "2030-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        let saved = document.seal(now, &cipher, &mut OsRandom).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        if let [only] = made.as_slice()
            && only.is_small
        {
            let (removed, added) = changed_lines(&sealed, saved.text());
            assert!(
                removed == added && removed <= 3,
                "seed {seed}: {removed} lines became {added}\n{sealed}\n{}",
                saved.text()
            );
        }
        fs::write(&file, saved.text()).unwrap();
        let version = version_for(seed, 1);
        let expected = document::meaning(&model);
        assert_eq!(sops_meaning(version, &file), expected, "seed {seed}, sops {version}, {:?}\n{sealed}", edits(&made));
    });
}

fn edits(made: &[change::Change]) -> Vec<String> {
    made.iter().map(|change| format!("{:?}", change.edit)).collect()
}

/// sopsmith encrypts, real sops reads it and changes it, sopsmith verifies and reads the change.
#[test]
fn real_sops_reads_and_changes_what_sopsmith_encrypted() {
    let prompt: std::sync::Arc<dyn sopsmith::storage::Prompt> = std::sync::Arc::new(NoPrompt);
    for_seeds(ENCRYPTED, |seed, folder| {
        let (model, text, _) = random_document(seed + 1_000_000);
        let rules = CreationRules::parse(&format!("creation_rules:\n- age: {RECIPIENT}\n")).unwrap();
        let rule = rules.for_path("document.yaml").unwrap();
        let key = DataKey::generate(&mut OsRandom);
        let groups = wrap_data_key(&key, rule, &prompt, &mut OsRandom).unwrap();
        let file =
            NewFile { groups, shamir_threshold: 0, rule: rule.encryption_rule.clone(), mac_only_encrypted: false };
        let sealed = Document::encrypt(&text, &file, &key.cipher(), Timestamp::UNIX_EPOCH, &mut OsRandom)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let path = folder.join("document.yaml");
        fs::write(&path, sealed.text()).unwrap();
        assert_eq!(sops_meaning(version_for(seed, 0), &path), document::meaning(&model), "seed {seed}\n{text}");

        tools::succeed(with_key(version_for(seed, 1)).arg("set").arg(&path).args(["[\"by_sops\"]", "\"hello\""]));
        let changed = Document::parse(fs::read_to_string(&path).unwrap()).unwrap();
        let cipher = cipher_of(&changed);
        changed.verify(&cipher).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let value = changed.open_value(&"by_sops".parse().unwrap(), &cipher).unwrap();
        assert!(value.same_as(&Secret::from_exposed(b"hello")));
    });
}

/// The judge is judged: what the generator says a document means, both real versions say too.
#[test]
fn real_sops_reads_generated_documents_as_meant() {
    for_seeds(40, |seed, folder| {
        let (node, text, _) = random_document(seed);
        let file = folder.join("document.yaml");
        fs::write(&file, &text).unwrap();
        tools::succeed(tools::sops(version_for(seed, 0)).args(["encrypt", "--age", RECIPIENT, "-i"]).arg(&file));
        let expected = document::meaning(&node);
        assert_eq!(sops_meaning(version_for(seed, 0), &file), expected, "seed {seed}:\n{text}");
    });
}
