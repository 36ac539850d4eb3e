//! Files that are not encrypted: which of them stay so, and how the others become encrypted ones.
//!
//! Goes by the name alone. Its truth is who reads such a file: sops its rules, Nix its expressions, each as they stand.

/// Why a file of this name is never encrypted, if that is so.
#[must_use]
pub fn stays_plain(path: &str) -> Option<&'static str> {
    match file_name(path) {
        ".sops.yaml" => Some("sops reads its rules from it"),
        ".sopsmith.toml" => Some("sopsmith reads from it what it leaves untold"),
        "flake.lock" => Some("Nix reads it"),
        name if name.ends_with(".nix") => Some("Nix reads it"),
        _ => None,
    }
}

/// What to do with a file that is not encrypted where an encrypted one is asked for.
#[must_use]
pub fn way_to_encrypt(path: &str) -> String {
    match (stays_plain(path), file_name(path).rsplit_once('.')) {
        (Some(why), _) => format!("it stays in clear text, because {why}; name the file with the secrets"),
        (None, Some((_, "yaml" | "yml"))) => format!("encrypt it with: sopsmith encrypt -i {path}"),
        (None, _) => format!("sopsmith encrypts YAML only; let sops do it: sops encrypt --in-place {path}"),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_encrypt_what_others_read_as_it_stands() {
        let check = |path: &str, encrypts: Option<&str>| {
            let way = way_to_encrypt(path);
            match encrypts {
                Some(command) => assert!(way.contains(command), "{path}: {way}"),
                None => assert!(!way.contains("encrypt "), "{path}: {way}"),
            }
        };
        check("secrets/web.yaml", Some("sopsmith encrypt -i secrets/web.yaml"));
        check("a.json", Some("sops encrypt --in-place a.json"));
        for path in [".sops.yaml", "nixos/.sops.yaml", ".sopsmith.toml", "flake.nix", "hosts/web.nix", "flake.lock"] {
            check(path, None);
        }
    }
}
