//! Keys that pass between us and the age program.

use std::fs;

use sopsmith::crypto::age::{
    LineRule, Recipient, generate_identity, identity_from_ssh, parse_identities, recipient_from_ssh, unwrap_any,
};
use sopsmith::secret::Secret;
use sopsmith::storage::{Environment, Keyring, OsRandom, Platform};

use super::{IDENTITY, RECIPIENT, SSH_KEYS, nobody};
use crate::tools;

#[test]
fn data_keys_pass_between_us_and_real_age() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("identity");
    let wrapped_file = folder.path().join("wrapped");
    let secret = Secret::from_exposed(b"0123456789abcdef0123456789abcdef");
    let rows = [(IDENTITY, RECIPIENT), SSH_KEYS[0], SSH_KEYS[1]];
    for (identity, recipient) in rows {
        fs::write(&key_file, identity).unwrap();
        let parsed = Recipient::parse(recipient).unwrap();
        fs::write(&wrapped_file, parsed.wrap(&secret, &nobody()).unwrap()).unwrap();
        let opened = tools::age("age").arg("-d").arg("-i").arg(&key_file).arg(&wrapped_file).output().unwrap();
        assert!(opened.stdout == secret.expose(), "{recipient}: {}", tools::said(&opened));

        fs::write(folder.path().join("plain"), secret.expose()).unwrap();
        let theirs =
            tools::succeed(tools::age("age").args(["-a", "-r", recipient.trim()]).arg(folder.path().join("plain")));
        let variable = if identity.starts_with("AGE") { "SOPS_AGE_KEY_FILE" } else { "SOPS_AGE_SSH_PRIVATE_KEY_FILE" };
        let pairs = [(variable, key_file.to_str().unwrap())];
        let mut keyring = Keyring::find(&Environment::of_pairs(&pairs, Platform::Unix), &nobody());
        assert!(keyring.unwrap(recipient, &theirs).unwrap().unwrap().same_as(&secret), "{recipient}");
    }
}

#[test]
fn generated_identities_are_those_of_age_keygen() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let (identity, recipient) = generate_identity(&mut OsRandom);
        let file = folder.path().join(number.to_string());
        fs::write(&file, identity.expose()).unwrap();
        assert_eq!(tools::succeed(tools::age("age-keygen").arg("-y").arg(&file)).trim(), recipient.as_str());
    }
}

/// The two halves are converted in different ways; age-keygen says whether they are a pair.
#[test]
fn both_halves_of_an_ssh_key_convert_to_a_pair() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10 {
        let file = folder.path().join(format!("ssh{number}"));
        tools::succeed(tools::system("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&file));
        let identity = identity_from_ssh(&Secret::from_exposed(&fs::read(&file).unwrap())).unwrap();
        let converted = folder.path().join(format!("age{number}"));
        fs::write(&converted, identity.expose()).unwrap();
        let recipient = recipient_from_ssh(&fs::read_to_string(file.with_extension("pub")).unwrap()).unwrap();
        assert_eq!(tools::succeed(tools::age("age-keygen").arg("-y").arg(&converted)).trim(), recipient.as_str());
        let wrapped = recipient.wrap(&Secret::from_exposed(&[5; 32]), &nobody()).unwrap();
        let parsed = parse_identities(identity, "", LineRule::OnePerLine, &nobody()).ok().unwrap();
        assert!(unwrap_any(&wrapped, &parsed).unwrap().is_some());
    }
}
