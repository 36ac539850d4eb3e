//! Files with one trait each, in `vectors/`: a header, a blank line, the file. The header says what has to come of it,
//! and at which stage, so that a slip of the parser cannot pass for a MAC failure.
//!
//! ```text
//! comment:  what is special about the file
//! data-key: 64 hexadecimal digits; throwaway keys, made for these files
//! expect:   opens, or the stage that has to fail
//! line:     the line that the error has to name
//! says:     words of the error
//! value:    path = text
//! type:     path = name
//! ```

use std::fs;
use std::path::Path;

use sopsmith::crypto::{Cipher, DataKey};
use sopsmith::secret::Secret;
use sopsmith::sops::{Document, DocumentError, KeyPath, VerifyError};

struct Vector {
    name: String,
    header: Vec<(String, String)>,
    file: String,
}

impl Vector {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let (header, file) = text.split_once("\n\n").unwrap();
        let pair = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{}: {line}", path.display()));
            (name.to_owned(), value.to_owned())
        };
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        Self { name, header: header.lines().map(pair).collect(), file: file.to_owned() }
    }

    fn all<'v>(&'v self, field: &'v str) -> impl Iterator<Item = &'v str> {
        self.header.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    fn one<'v>(&'v self, field: &'v str) -> &'v str {
        self.all(field).next().unwrap_or_else(|| panic!("{} has no {field}", self.name))
    }

    fn cipher(&self) -> Cipher {
        cipher(self.one("data-key"))
    }

    fn check(&self) {
        let name = &self.name;
        let (stage, error) = match Document::parse(self.file.as_str()) {
            Ok(document) => {
                assert_eq!(document.text(), self.file, "{name}: reading changed the text");
                self.check_document(&document);
                let outcome = document.verify(&self.cipher());
                let at_once = document.decrypt_verified_text(&self.cipher()).map(|_| ());
                assert_eq!(outcome, at_once, "{name}: one pass and two disagree");
                match outcome {
                    Ok(()) => ("opens", String::new()),
                    Err(error) => (stage_of_verifying(&error), error.to_string()),
                }
            }
            Err(error) => {
                assert!(!error.hint().is_empty(), "{name}: no remedy");
                (stage_of_reading(&error), error.to_string())
            }
        };
        assert_eq!(stage, self.one("expect"), "{name}: {error}");
        for line in self.all("line") {
            assert!(error.contains(&format!("line {line}")), "{name}: line {line} is not named: {error}");
        }
        for words in self.all("says") {
            assert!(error.contains(words), "{name}: \"{words}\" is not said: {error}");
        }
    }

    fn check_document(&self, document: &Document) {
        for wanted in self.all("value") {
            let (path, value) = wanted.split_once(" = ").unwrap();
            let path: KeyPath = path.parse().unwrap();
            let opened = document.open_value(&path, &self.cipher()).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(std::str::from_utf8(opened.expose()).unwrap(), value, "{}: {path}", self.name);
        }
        for wanted in self.all("type") {
            let (path, name) = wanted.split_once(" = ").unwrap();
            let entry = document.entry(&path.parse().unwrap()).unwrap();
            assert_eq!(entry.leaf_type().unwrap().name(), name, "{}: {path}", self.name);
        }
    }
}

pub(crate) fn cipher(data_key_hexadecimal: &str) -> Cipher {
    let digits = data_key_hexadecimal.as_bytes().chunks(2);
    let bytes: Vec<u8> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
    DataKey::from_secret(Secret::from_exposed(&bytes)).unwrap().cipher()
}

fn stage_of_reading(error: &DocumentError) -> &'static str {
    match error {
        DocumentError::Empty => "empty",
        DocumentError::OnlyComments => "only comments",
        DocumentError::NotYaml { .. } => "not yaml",
        DocumentError::TopLevel { .. } => "top level",
        DocumentError::MetadataMissing => "metadata missing",
        DocumentError::MetadataMalformed { .. } => "metadata malformed",
        DocumentError::SeveralRules { .. } => "several rules",
        DocumentError::TooLarge { .. } => "too large",
    }
}

fn stage_of_verifying(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::ValuesRejected { .. } => "values rejected",
        VerifyError::MacMismatch => "mac mismatch",
        VerifyError::MacRejected { .. } => "mac rejected",
        VerifyError::MacMissing => "mac missing",
    }
}

#[test]
fn every_vector_fails_or_opens_at_its_stage() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/vectors");
    let mut checked = 0;
    for file in fs::read_dir(folder).unwrap() {
        Vector::read(&file.unwrap().path()).check();
        checked += 1;
    }
    assert!(checked >= 50, "only {checked} vectors were found");
}
