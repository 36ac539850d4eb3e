//! Sealed values judged by real sops: what it opens, we open; what it refuses, we refuse.

use std::fs;
use std::path::Path;

use sopsmith::crypto::{Cipher, DataKey, Envelope};
use sopsmith::secret::Secret;

use crate::tools;

/// A file whose data key is 00 01 … 1f and whose nonces are 20 21 … 3f, wrapped to a throwaway key: for tests only.
const KNOWN: &str = include_str!("keys/known_answers.yaml");
const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
const SEALED: &str = "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,\
                      tag:JaZ+5Nd3vEwYlfYZOlsF2w==,type:str]";

fn cipher() -> Cipher {
    let bytes: Vec<u8> = (0..32).collect();
    DataKey::from_secret(Secret::from_exposed(&bytes)).unwrap().cipher()
}

fn sops_opens(folder: &Path, version: &str, sealed: &str) -> bool {
    let file = folder.join("known.yaml");
    fs::write(&file, KNOWN.replace(SEALED, &format!("'{sealed}'"))).unwrap();
    let mut sops = tools::sops(version);
    sops.args(["decrypt", "--ignore-mac", "--extract", r#"["k_str"]"#]).arg(&file).env("SOPS_AGE_KEY", IDENTITY);
    let output = sops.output().unwrap();
    output.status.success() && output.stdout == b"hello"
}

fn we_open(sealed: &str) -> bool {
    let Ok(envelope) = Envelope::parse(sealed) else {
        return false;
    };
    cipher().open(&envelope, b"k_str:").is_ok_and(|value| value.expose() == b"hello")
}

#[test]
fn damaged_envelopes_are_refused_where_sops_refuses_them() {
    let changes: &[(&str, &str)] = &[
        ("", ""),
        ("]", "] junk"),
        ("]", "] junk]"),
        ("]", "]]"),
        ("]", ""),
        ("ENC[", " ENC["),
        ("ENC[", "enc["),
        ("AES256_GCM,", "AES256_GCM, "),
        ("data:f6SdJOI=", "data:"),
        ("data:f6SdJOI=", "data:f6SdJOI"),
        ("data:f6SdJOI=", "data:f6SdJOJ="),
        ("data:f6SdJOI=", "data:f6SdJOI=="),
        ("data:f6SdJOI=", "data: f6SdJOI="),
        ("data:f6SdJOI=", "data:f6Sd JOI="),
        ("data:f6SdJOI=", "data:f6SdJOA="),
        ("data:f6SdJOI=", "data:x,data:f6SdJOI="),
        ("tag:JaZ+", "tag:JaZ-"),
        ("tag:JaZ+", "tag:JaY+"),
        ("F2w==", "F2x=="),
        ("F2w==", "F2w"),
        (",tag:", ",tag:,tag:"),
        (",type:str", ""),
        (",type:str", ",type:"),
        (",type:str", ",type:text"),
        (",type:str", ",type:STR"),
        (",type:str", ",type:str,type:str"),
        (",type:str", ",type:str,mode:gcm"),
        (",iv:", ",nonce:"),
        ("iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=", "iv:ICEiIyQlJicoKSorLC0uLw=="),
        ("iv:ICEi", "iv:ICEj"),
        ("data:f6SdJOI=", "data:f6SdJOIlpn7k13e8TBiV9hk6WwXb"),
        ("data:f6SdJOI=,iv:", "iv:"),
        // The same 21 bytes, divided elsewhere.
        ("tag:JaZ+5Nd3vEwYlfYZOlsF2w==", "tag:5Nd3vEwYlfYZOlsF2w=="),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in changes {
        let mut sealed = SEALED.replacen(from, to, 1);
        if to.starts_with("tag:5N") {
            sealed = sealed.replace("data:f6SdJOI=", "data:f6SdJOIlpn4=");
        }
        for version in tools::SOPS_VERSIONS {
            assert_eq!(we_open(&sealed), sops_opens(folder.path(), version, &sealed), "{version}: {sealed}");
        }
    }
}
