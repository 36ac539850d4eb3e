//! Files of real sops through sopsmith and back: read, verified, decrypted, edited, sealed, encrypted anew.

use std::fs;
use std::sync::Arc;

use sopsmith::crypto::age::{LineRule, NoPrompt, Prompt, Recipient, parse_identities, unwrap_any};
use sopsmith::crypto::{Cipher, DataKey};
use sopsmith::secret::{Random, Secret};
use sopsmith::sops::{
    Document, Edit, EditError, Emptied, EncryptionRule, EntryKind, KeyGroup, KeyPath, LeafType, MasterKey,
    MasterKeyKind, NewFile, NewValue, Part, Place, Selector, unwrap_data_key,
};

use crate::interop::document::{self, Dice};
use crate::tools::{self, SOPS_VERSIONS};

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

    fn file(&self, text: &str) -> std::path::PathBuf {
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

#[test]
fn files_of_real_sops_verify_and_decrypt_to_what_it_prints_itself() {
    let bench = Bench::new();
    for seed in 0..40 {
        let (plain, _) = generated(1000 + seed);
        let version = SOPS_VERSIONS[seed as usize % 2];
        let sealed = bench.encrypt(version, &plain, RULES[seed as usize % RULES.len()]);
        let document =
            Document::parse(sealed.as_str()).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{sealed}"));
        assert_eq!(document.text(), sealed);
        assert_eq!(document.problems(), [], "seed {seed}:\n{sealed}");
        document.verify(&cipher(&document)).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{plain}\n{sealed}"));
        // sops writes the text "<<" as a merge key, which it cannot read itself.
        let printed = bench.decrypt(version, &sealed, "yaml").replace("!!merge <<", "\"<<\"");
        assert_eq!(plain_text(&document), printed, "seed {seed}, sops {version}:\n{sealed}");
    }
}

/// A new file for the throwaway recipient.
fn encrypted(plain: &str, rule: EncryptionRule, random: &mut Counting) -> Document {
    let key = DataKey::generate(random);
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let enc = Recipient::parse(RECIPIENT).unwrap().wrap(&Secret::from_exposed(key.expose()), &prompt).unwrap();
    let (kind, identity) = (MasterKeyKind::Age, RECIPIENT.to_owned());
    let master_keys = vec![MasterKey { kind, identity, enc, created_at: None, line: 0, range: 0..0 }];
    let groups = vec![KeyGroup { master_keys }];
    let file = NewFile { groups, shamir_threshold: 0, rule, mac_only_encrypted: false };
    let now = "2026-01-31T12:00:00Z".parse().unwrap();
    Document::encrypt(plain, &file, &key.cipher(), now, random).unwrap()
}

fn meaning_to_sops(bench: &Bench, version: &str, sealed: &str) -> serde_json::Value {
    serde_json::from_str(&bench.decrypt(version, sealed, "json")).unwrap()
}

#[test]
fn real_sops_decrypts_what_sopsmith_encrypts() {
    let bench = Bench::new();
    let rules = [
        EncryptionRule::default(),
        EncryptionRule::new(Selector::EncryptedRegex, "^(api|token|db)"),
        EncryptionRule::new(Selector::UnencryptedRegex, "[0-2]$"),
        EncryptionRule::new(Selector::EncryptedSuffix, "1"),
        EncryptionRule::new(Selector::UnencryptedCommentRegex, "^ note [0-4]"),
        EncryptionRule::new(Selector::EncryptedCommentRegex, "^ note [0-4]"),
    ];
    for seed in 0..36 {
        let (plain, meaning) = generated(2000 + seed);
        let rule = rules[seed as usize % rules.len()].clone();
        let document = encrypted(&plain, rule, &mut Counting(seed * 1000));
        assert_eq!(names_and_comments(&plain_text(&document)), names_and_comments(&plain), "seed {seed}");
        let version = SOPS_VERSIONS[seed as usize / rules.len() % 2];
        let seen = meaning_to_sops(&bench, version, document.text());
        assert_eq!(seen, meaning, "seed {seed}, sops {version}:\n{plain}\n{}", document.text());
    }
}

/// Lines without their values: comments, keys and layout.
fn names_and_comments(text: &str) -> Vec<String> {
    let name = |line: &str| line.split(": ").next().unwrap().trim().to_owned();
    text.lines().filter(|line| line.contains('#') || line.contains(':')).map(name).collect()
}

/// A random edit that can be made, and the model after it.
fn random_edit(document: &Document, model: &mut serde_json::Value, dice: &mut Dice) -> Option<Edit> {
    let entries: Vec<_> = document.entries().collect();
    if entries.is_empty() {
        return None;
    }
    let entry = entries[dice.below(entries.len())];
    let path = entry.path();
    let (value, means) = random_value(dice);
    match dice.below(6) {
        0 | 1 if entry.is_leaf() => {
            *at(model, path.parts()) = means;
            Some(Edit::Set { path, value })
        }
        2 => insert(entry.kind(), path, model, value, means, dice),
        3 => {
            remove(model, &path);
            Some(Edit::Remove { path, emptied: Emptied::Keep })
        }
        4 if entry.key().is_some() => {
            let to = path.parent().unwrap().child(format!("renamed {}", dice.below(1000)));
            let clear = |key: &str| key.ends_with("_unencrypted");
            // A value that was in the clear by its own name is sealed under the new one; the other way round is refused.
            let moved = if document.entry(&to).is_some() { return None } else { remove(model, &path) };
            assert!(!clear(to.key().unwrap()));
            let Part::Key(key) = to.last().unwrap().clone() else { unreachable!() };
            at(model, path.parent().unwrap().parts()).as_object_mut().unwrap().insert(key, moved);
            Some(Edit::Move { from: path, to })
        }
        _ => None,
    }
}

fn insert(
    kind: EntryKind,
    path: KeyPath,
    model: &mut serde_json::Value,
    value: NewValue,
    means: serde_json::Value,
    dice: &mut Dice,
) -> Option<Edit> {
    let place = |dice: &mut Dice, children: usize| match dice.below(3) {
        0 => Place::First,
        1 if children > 0 => Place::After(dice.below(children)),
        _ => Place::Last,
    };
    match kind {
        EntryKind::Mapping { children } => {
            let key = format!("new {}", dice.below(1000));
            at(model, path.parts()).as_object_mut().unwrap().insert(key.clone(), means);
            Some(Edit::Insert { path: path.child(key), place: place(dice, children), value })
        }
        EntryKind::List { children } => {
            let place = place(dice, children);
            let list = at(model, path.parts()).as_array_mut().unwrap();
            let index = match place {
                Place::First => 0,
                Place::After(number) => number + 1,
                Place::Last => list.len(),
            };
            list.insert(index, means);
            Some(Edit::InsertItem { list: path, place, value })
        }
        _ => None,
    }
}

fn random_value(dice: &mut Dice) -> (NewValue, serde_json::Value) {
    let secret = |text: &str| Secret::from_exposed(text.as_bytes());
    let typed = |leaf_type, text: &str| NewValue::typed(leaf_type, secret(text)).unwrap();
    match dice.below(8) {
        0 => (typed(LeafType::Int, "8080"), 8080.into()),
        1 => (typed(LeafType::Bool, "true"), true.into()),
        2 => (typed(LeafType::Float, "0.25"), 0.25.into()),
        3 => (NewValue::null(), serde_json::Value::Null),
        4 => (NewValue::text(secret("one\ntwo\n")), "one\ntwo\n".into()),
        5 => (NewValue::text(secret("")), "".into()),
        _ => {
            let text = dice.pick(&["yes", "8080", "# no comment", "a: b", "s3cret", "ünï ☃", " padded "]);
            (NewValue::text(secret(text)), text.into())
        }
    }
}

fn at<'m>(model: &'m mut serde_json::Value, parts: &[Part]) -> &'m mut serde_json::Value {
    parts.iter().fold(model, |value, part| match part {
        Part::Key(key) => &mut value[key.as_str()],
        Part::Index(index) => &mut value[*index],
    })
}

fn remove(model: &mut serde_json::Value, path: &KeyPath) -> serde_json::Value {
    let parent = at(model, path.parent().unwrap().parts());
    match path.last().unwrap() {
        Part::Key(key) => parent.as_object_mut().unwrap().shift_remove(key).unwrap(),
        Part::Index(index) => parent.as_array_mut().unwrap().remove(*index),
    }
}

#[test]
fn real_sops_decrypts_what_sopsmith_edits() {
    let bench = Bench::new();
    for seed in 0..40 {
        let dice = &mut Dice::new(77 + seed);
        let (plain, mut model) = generated(3000 + seed);
        let made_by = SOPS_VERSIONS[seed as usize % 2];
        let sealed = bench.encrypt(made_by, &plain, RULES[seed as usize % RULES.len()]);
        let mut document = Document::parse(sealed.as_str()).unwrap();
        let reads_comments = document.metadata().rule().selector().reads_comments();
        let cipher = cipher(&document);
        let random = &mut Counting(seed * 1000);
        let mut story = String::new();
        for _ in 0..6 {
            let before = model.clone();
            let Some(edit) = random_edit(&document, &mut model, dice) else { continue };
            match document.apply(&edit, &cipher, random) {
                Ok(edited) => {
                    story += &format!("{edit:?}\n");
                    document = edited.document;
                }
                Err(EditError::WouldUncover { .. }) => model = before,
                // A comment at the top of the file stays when the key below it goes, and would decide about the next.
                Err(EditError::NotAsMeant { .. }) if reads_comments => model = before,
                Err(error) => panic!("seed {seed}: {edit:?}: {error}\n{}", document.text()),
            }
        }
        let sealed = document.seal("2026-02-03T04:05:06Z".parse().unwrap(), &cipher, random).unwrap();
        for version in SOPS_VERSIONS {
            let seen = meaning_to_sops(&bench, version, sealed.text());
            assert_eq!(seen, model, "seed {seed}, sops {version}:\n{story}\n{plain}\n{}", sealed.text());
        }
    }
}

fn half_indented(line: &str) -> String {
    let text = line.trim_start();
    let column = match line.len() - text.len() {
        10 => 6,
        12 => 8,
        column => column / 2,
    };
    format!("{:column$}{text}\n", "")
}

/// The same file as other writers have it: sops reads all of these.
fn layouts(sealed: &str) -> Vec<(&'static str, String)> {
    let at = sealed.find("sops:").unwrap();
    let (data, block) = sealed.split_at(at);
    let token = data.lines().find(|line| line.contains("token:")).unwrap();
    let envelope = token.split(": ").nth(1).unwrap();
    let (first, second) = envelope.split_at(60);
    vec![
        ("as it is", sealed.to_owned()),
        ("carriage returns", sealed.replace('\n', "\r\n")),
        ("metadata first", format!("{block}{data}")),
        ("markers", format!("---\n{sealed}...\n")),
        ("byte order mark", format!("\u{feff}{sealed}")),
        ("blank lines", data.replace('\n', "\n\n") + block),
        ("two columns", sealed.lines().map(half_indented).collect()),
        ("single quotes", sealed.replace(envelope, &format!("'{envelope}'"))),
        ("double quotes", sealed.replace(envelope, &format!("\"{envelope}\""))),
        ("folded", sealed.replace(envelope, &format!("\"{first}\\\n        {second}\""))),
        ("clear comment", sealed.replace("api:", "# plain words\napi: # and more")),
        ("unknown metadata", sealed.replace("sops:\n", "sops:\n    # ours\n    note: ours\n")),
        ("no line end", sealed.trim_end().to_owned()),
        ("second document", format!("{sealed}---\nmore_unencrypted: {{}}\n")),
    ]
}

#[test]
fn every_layout_keeps_its_shape_when_a_value_is_set() {
    let bench = Bench::new();
    let plain = "api:\n    host: example.org\n    token: t\nport: 8080\nlist:\n    - a\n    - a\n";
    let sealed = bench.encrypt("3.12.2", plain, "");
    for (layout, text) in layouts(&sealed) {
        let document = Document::parse(text.as_str()).unwrap_or_else(|error| panic!("{layout}: {error}\n{text}"));
        let cipher = cipher(&document);
        document.verify(&cipher).unwrap_or_else(|error| panic!("{layout}: {error}\n{text}"));
        let value = NewValue::text(Secret::from_exposed("a: new\none".as_bytes()));
        let edit = Edit::Set { path: KeyPath::from_keys(["port"]), value };
        let edited = document.apply(&edit, &cipher, &mut Counting(1)).unwrap().document;
        let saved = edited.seal("2026-02-03T04:05:06Z".parse().unwrap(), &cipher, &mut Counting(2)).unwrap();
        let changed = text.lines().zip(saved.text().lines()).filter(|(before, after)| before != after).count();
        assert_eq!((changed, saved.text().lines().count()), (3, text.lines().count()), "{layout}:\n{}", saved.text());
        for version in SOPS_VERSIONS {
            let seen = meaning_to_sops(&bench, version, saved.text());
            assert_eq!(seen["port"], "a: new\none", "{layout}, sops {version}");
            assert_eq!(seen["api"]["token"], "t", "{layout}, sops {version}");
        }
    }
}

#[test]
fn json_of_real_sops_is_read_and_edited_as_the_yaml_that_it_is() {
    let bench = Bench::new();
    let file = bench.folder.path().join("file.json");
    fs::write(
        &file,
        r#"{"a": {"b": "x", "n": 1.5, "t": true, "e": "", "z": null}, "l": ["y", {}], "c_unencrypted": 2}"#,
    )
    .unwrap();
    for version in SOPS_VERSIONS {
        let sealed = tools::succeed(tools::sops(version).args(["encrypt", "--age", RECIPIENT]).arg(&file));
        let document = Document::parse(sealed.as_str()).unwrap();
        let cipher = cipher(&document);
        document.verify(&cipher).unwrap();
        let value = NewValue::text(Secret::from_exposed(b"new, \"quoted\""));
        let edit = Edit::Set { path: KeyPath::from_keys(["a", "b"]), value };
        let edited = document.apply(&edit, &cipher, &mut Counting(1)).unwrap().document;
        let saved = edited.seal("2026-02-03T04:05:06Z".parse().unwrap(), &cipher, &mut Counting(2)).unwrap();
        fs::write(&file, saved.text()).unwrap();
        let mut command = tools::sops(version);
        command.args(["decrypt"]).arg(&file).env("SOPS_AGE_KEY", IDENTITY);
        let seen: serde_json::Value = serde_json::from_str(&tools::succeed(&mut command)).unwrap();
        assert_eq!(seen["a"]["b"], "new, \"quoted\"");
        assert_eq!(seen["a"]["n"], 1.5);
        fs::write(&file, serde_json::to_string(&seen).unwrap()).unwrap();
    }
}
