//! Key groups: a data key in shares, some of which are enough.

use sopsmith::crypto::shamir;
use sopsmith::sops::{CreationRules, DataKeyUnavailable, NewFile, wrap_data_key};

use super::*;
use crate::tools::SOPS_VERSIONS;

/// Three throwaway key pairs, made for this test by the real age: identity and recipient.
fn key_pairs() -> Vec<(String, String)> {
    let pair = |_| {
        let said = tools::succeed(&mut tools::age("age-keygen"));
        let line = |start: &str| said.lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
        (format!("AGE-SECRET-KEY-1{}", line("AGE-SECRET-KEY-1")), line("# public key: "))
    };
    (0..3).map(pair).collect()
}

fn rules(pairs: &[(String, String)]) -> String {
    let groups: String = pairs.iter().map(|(_, recipient)| format!("  - age: [{recipient}]\n")).collect();
    format!("creation_rules:\n- shamir_threshold: 2\n  key_groups:\n{groups}")
}

fn unwrapped_with(document: &Document, pairs: &[&(String, String)]) -> Result<DataKey, DataKeyUnavailable> {
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let source: String = pairs.iter().map(|(identity, _)| format!("{identity}\n")).collect();
    let source = Secret::from_exposed(source.as_bytes());
    let identities = parse_identities(source, "the test", LineRule::OnePerLine, &prompt).unwrap();
    unwrap_data_key(document.metadata(), &mut |_, wrapped| unwrap_any(wrapped, &identities))
}

/// Two groups of three open the file, one does not.
fn check(document: &Document, pairs: &[(String, String)]) {
    assert_eq!(document.metadata().groups().len(), 3);
    for (missing, _) in pairs.iter().enumerate() {
        let others: Vec<_> = pairs.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, pair)| pair).collect();
        let key = unwrapped_with(document, &others).unwrap_or_else(|error| panic!("without {missing}: {error}"));
        document.verify(&key.cipher()).unwrap();
        let unavailable = unwrapped_with(document, &[&pairs[missing]]).err().unwrap();
        assert_eq!((unavailable.shares_found, unavailable.shares_needed), (1, 2));
    }
}

#[test]
fn any_two_of_three_groups_open_a_file_of_real_sops() {
    let (bench, pairs) = (Bench::new(), key_pairs());
    let config = bench.folder.path().join("groups.yaml");
    fs::write(&config, rules(&pairs)).unwrap();
    for version in SOPS_VERSIONS {
        let file = bench.file("a: 1\n");
        let sealed = tools::succeed(tools::sops(version).arg("--config").arg(&config).arg("encrypt").arg(file));
        check(&Document::parse(sealed).unwrap(), &pairs);
    }
}

#[test]
fn real_sops_opens_groups_of_sopsmith() {
    let (bench, pairs) = (Bench::new(), key_pairs());
    let rules = CreationRules::parse(&rules(&pairs)).unwrap();
    let rule = rules.for_path("file.yaml").unwrap();
    let random = &mut Counting(1);
    let key = DataKey::generate(random);
    let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
    let file = NewFile {
        groups: wrap_data_key(&key, rule, &prompt, random).unwrap(),
        shamir_threshold: rule.shamir_threshold,
        rule: rule.encryption_rule.clone(),
        mac_only_encrypted: rule.mac_only_encrypted,
    };
    let now = "2026-01-31T12:00:00Z".parse().unwrap();
    let document = Document::encrypt("a: one\nb_unencrypted: 2\n", &file, &key.cipher(), now, random).unwrap();
    check(&document, &pairs);
    let file = bench.file(document.text());
    for version in SOPS_VERSIONS {
        let mut command = tools::sops(version);
        command.arg("decrypt").arg(&file).env("SOPS_AGE_KEY", format!("{}\n{}", pairs[0].0, pairs[2].0));
        assert_eq!(tools::succeed(&mut command), "a: one\nb_unencrypted: 2\n");
        let mut command = tools::sops(version);
        let output = command.arg("decrypt").arg(&file).env("SOPS_AGE_KEY", &pairs[1].0).output().unwrap();
        assert_eq!(output.status.code(), Some(128));
    }
}

/// Three shares of a data key that sops 3.11.0 split in two of three; throwaway, like the file they come from.
#[test]
fn shares_of_real_sops_combine() {
    let bytes = |hexadecimal: &str| {
        let digits = hexadecimal.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect::<Vec<u8>>()
    };
    let shares = [
        "5bc00e0cbb9cfce1ba8b39f2c6d0bfa8a39fecc8af51170486ec9aa162032aa201",
        "6d7793fe21b370972171913b521025fd211951bc2718028843e1d946e197d34502",
        "7f1a1159575ffd4ca127007cd75053ce5f923a905fd6f8050013111b6912841803",
    ];
    let key = bytes("49ad8cabcd70713a3adda8b54390c99bdd1487e4d79fed89c51e52fcea867dff");
    for chosen in [vec![0, 1], vec![0, 2], vec![2, 1], vec![0, 1, 2]] {
        let chosen: Vec<Secret> =
            chosen.into_iter().map(|at: usize| Secret::from_exposed(&bytes(shares[at]))).collect();
        assert!(shamir::combine(&chosen).unwrap().expose() == key);
    }
}
