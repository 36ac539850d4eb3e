//! What real sops encrypts, sopsmith verifies and decrypts.

use super::*;
use crate::tools::SOPS_VERSIONS;

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
