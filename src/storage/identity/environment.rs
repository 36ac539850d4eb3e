//! The environment that identities are looked up in, as a value: tests hand in their own.
//!
//! Truth: Go's `os.UserHomeDir` and `os.UserConfigDir`, and `getUserConfigDir` in sops 3.13.3, `age/keysource.go`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::secret::{Secret, sheltered_variable};

/// The variables that say where identities are. A value may itself be an identity, so values lie in the arena.
pub struct Environment {
    variables: BTreeMap<String, Secret>,
    platform: Platform,
}

/// Which rules for folders hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux and the BSDs: `$XDG_CONFIG_HOME`, else `~/.config`.
    Unix,
    /// `$XDG_CONFIG_HOME`, else `~/Library/Application Support`.
    MacOs,
}

/// The variables that are looked at, and no others.
pub(super) const NAMES: [&str; 7] = [
    "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
    "SOPS_AGE_SSH_PRIVATE_KEY_CMD",
    "SOPS_AGE_KEY",
    "SOPS_AGE_KEY_FILE",
    "SOPS_AGE_KEY_CMD",
    "XDG_CONFIG_HOME",
    "HOME",
];

impl Environment {
    /// The environment of this process, with what was sheltered when it started.
    #[must_use]
    pub fn of_process() -> Self {
        let value = |name: &str| {
            sheltered_variable(name)
                .or_else(|| std::env::var_os(name).map(|value| Secret::from_exposed(value.as_bytes())))
        };
        let variables = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?))).collect();
        let platform = if cfg!(target_os = "macos") { Platform::MacOs } else { Platform::Unix };
        Self { variables, platform }
    }

    /// An environment with exactly these variables.
    #[must_use]
    pub fn of_pairs(pairs: &[(&str, &str)], platform: Platform) -> Self {
        let variables =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::from_exposed(value.as_bytes()))).collect();
        Self { variables, platform }
    }

    /// A variable's value; set but empty is not the same as not set.
    pub(super) fn value(&self, name: &str) -> Option<&Secret> {
        self.variables.get(name)
    }

    /// A variable's value as a path.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(|value| PathBuf::from(OsStr::from_bytes(value.expose())))
    }

    /// The home folder, if one is set.
    pub(super) fn home(&self) -> Option<PathBuf> {
        self.path("HOME").filter(|home| !home.as_os_str().is_empty())
    }

    /// The file that `age-keygen` output is put into for sops: `sops/age/keys.txt` in the folder for settings.
    ///
    /// `None`: there is no such folder; on Unix that is also the case when `$XDG_CONFIG_HOME` is not absolute.
    #[must_use]
    pub fn default_key_file(&self) -> Option<PathBuf> {
        self.settings_folder().map(|folder| folder.join("sops/age/keys.txt"))
    }

    /// The folder in which this person's programs keep their settings; `None` as above.
    #[must_use]
    pub fn settings_folder(&self) -> Option<PathBuf> {
        let configured = self.path("XDG_CONFIG_HOME").filter(|folder| !folder.as_os_str().is_empty());
        match (configured, self.platform) {
            (Some(folder), Platform::Unix) if !folder.is_absolute() => None,
            (Some(folder), _) => Some(folder),
            (None, Platform::Unix) => self.home().map(|home| home.join(".config")),
            (None, Platform::MacOs) => self.home().map(|home| home.join("Library/Application Support")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(platform: Platform, pairs: &[(&str, &str)], expected: Option<&str>) {
        let found = Environment::of_pairs(pairs, platform).default_key_file();
        assert_eq!(found, expected.map(PathBuf::from), "{platform:?} {pairs:?}");
    }

    #[test]
    fn the_default_file_lies_where_sops_looks() {
        let home = ("HOME", "/home/ada");
        check(Platform::Unix, &[home], Some("/home/ada/.config/sops/age/keys.txt"));
        check(Platform::Unix, &[home, ("XDG_CONFIG_HOME", "/c")], Some("/c/sops/age/keys.txt"));
        check(Platform::Unix, &[home, ("XDG_CONFIG_HOME", "")], Some("/home/ada/.config/sops/age/keys.txt"));
        check(Platform::Unix, &[home, ("XDG_CONFIG_HOME", "c")], None);
        check(Platform::Unix, &[], None);
        check(Platform::Unix, &[("HOME", "")], None);
        check(Platform::MacOs, &[home], Some("/home/ada/Library/Application Support/sops/age/keys.txt"));
        check(Platform::MacOs, &[home, ("XDG_CONFIG_HOME", "/c")], Some("/c/sops/age/keys.txt"));
    }
}
