//! The throwaway repository: a flake with two Nix modules, an encrypted file, and keys made for it alone.

use std::path::{Path, PathBuf};

use super::super::encrypt::seal;
use super::super::failure::{Failure, code};
use super::super::sealed_file::save;
use crate::crypto::age::generate_identity;
use crate::secret::SecretBuffer;
use crate::sops::CreationRules;
use crate::storage::{Accept, Before, Change, Environment, NewFileMode, OsRandom, Platform};

/// The path of the encrypted file inside the repository.
pub(super) const SEALED: &str = "secrets/web.yaml";

/// The Nix files with their texts.
const NIX_FILES: [(&str, &str); 4] = [
    ("flake.nix", include_str!("../../../assets/demo/flake.nix")),
    ("sops.nix", include_str!("../../../assets/demo/sops.nix")),
    ("modules/ai.nix", include_str!("../../../assets/demo/modules/ai.nix")),
    ("hosts/web.nix", include_str!("../../../assets/demo/hosts/web.nix")),
];
const RULES: &str = include_str!("../../../assets/demo/sops.yaml");
const PLAIN: &str = include_str!("../../../assets/demo/web.yaml");

/// The repository on disk.
pub(super) struct DemoRepository {
    folder: PathBuf,
}

impl DemoRepository {
    /// Writes all files into an empty folder.
    pub(super) fn make(folder: &Path) -> Result<Self, Failure> {
        let repository = Self { folder: folder.to_owned() };
        let (identity, you) = generate_identity(&mut OsRandom);
        // The host's identity is thrown away at once: the demonstration has no host.
        let (_, host) = generate_identity(&mut OsRandom);
        let rules = RULES.replace("RECIPIENT_YOU", you.as_str()).replace("RECIPIENT_HOST", host.as_str());
        let parsed = CreationRules::parse(&rules)
            .map_err(|error| Failure::new(code::GENERIC, format!("the demonstration's rules: {error}")))?;
        let rule = parsed.for_path(SEALED).expect("the demonstration's rules name its file");
        let sealed = seal(PLAIN, rule)?;
        let mut key_file = SecretBuffer::new();
        key_file.push_bytes(b"# a throwaway key, made for this demonstration\n");
        key_file.push_bytes(identity.expose());
        key_file.push_bytes(b"\n");
        repository.write(&repository.key_path(), key_file.expose(), NewFileMode::Private)?;
        repository.write(&folder.join(".sops.yaml"), rules.as_bytes(), NewFileMode::Shared)?;
        repository.write(&repository.sealed_path(), sealed.text().as_bytes(), NewFileMode::Shared)?;
        for (name, text) in NIX_FILES {
            repository.write(&folder.join(name), text.as_bytes(), NewFileMode::Shared)?;
        }
        Ok(repository)
    }

    /// The repository's folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The encrypted file.
    pub(super) fn sealed_path(&self) -> PathBuf {
        self.folder.join(SEALED)
    }

    /// The file with the throwaway identity.
    pub(super) fn key_path(&self) -> PathBuf {
        self.folder.join("keys.txt")
    }

    /// An environment in which that identity is the only one.
    pub(super) fn environment(&self) -> Environment {
        let path = self.key_path();
        let path = path.to_string_lossy();
        Environment::of_pairs(&[("SOPS_AGE_KEY_FILE", path.as_ref())], Platform::Unix)
    }

    fn write(&self, path: &Path, bytes: &[u8], mode: NewFileMode) -> Result<(), Failure> {
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(|error| super::refused(&crate::storage::shown(folder), &error))?;
        save(&[Change { path, before: Before::New(mode), bytes, accept: Accept::Nothing }])
    }
}
