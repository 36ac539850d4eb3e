//! Real sops and sopsmith read each other's files.

pub(crate) mod document;

use std::fs;
use std::path::Path;

use crate::tools::{self, SOPS_VERSIONS};
use document::Dice;

/// A throwaway identity, made for these tests only.
const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
const RECIPIENT: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";

fn sops_encrypt(version: &str, file: &Path) -> String {
    tools::succeed(tools::sops(version).args(["encrypt", "--age", RECIPIENT]).arg(file))
}

fn sops_meaning(version: &str, file: &Path) -> serde_json::Value {
    let mut command = tools::sops(version);
    command.args(["decrypt", "--input-type", "yaml", "--output-type", "json"]).arg(file).env("SOPS_AGE_KEY", IDENTITY);
    serde_json::from_str(&tools::succeed(&mut command)).unwrap()
}

/// The judge is judged: what the generator says a document means, both real versions say too.
#[test]
fn real_sops_reads_generated_documents_as_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.yaml");
    for seed in 0..60 {
        let dice = &mut Dice::new(seed);
        let layout = document::Layout::random(dice);
        let node = document::map(dice, 3);
        let text = document::write(&node, layout, dice);
        fs::write(&file, &text).unwrap();
        let version = SOPS_VERSIONS[seed as usize % 2];
        let sealed = sops_encrypt(version, &file);
        fs::write(&file, &sealed).unwrap();
        let expected = document::meaning(&node);
        assert_eq!(sops_meaning(version, &file), expected, "seed {seed}, sops {version}:\n{text}");
    }
}
