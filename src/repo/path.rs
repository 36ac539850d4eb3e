//! Paths inside the repository, as text: the room that knows paths on disk is another one.

use std::fmt;
use std::sync::Arc;

/// A path relative to the repository's root, parts separated by `/`, without `.` and `..`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

impl RepoPath {
    /// Normalizes `path`: `./a//b/../c` is `a/c`. `None` when it leads out of the repository.
    #[must_use]
    pub fn new(path: &str) -> Option<Self> {
        Self::join("", path)
    }

    /// The path of `relative` seen from the folder this file lies in. `None` when it leads out of the repository.
    #[must_use]
    pub fn beside(&self, relative: &str) -> Option<Self> {
        Self::join(self.folder(), relative)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder it lies in; empty at the root.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.0.rfind('/').map_or("", |slash| &self.0[..slash])
    }

    /// The last part.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rfind('/').map_or(&self.0, |slash| &self.0[slash + 1..])
    }

    /// How a Nix file at `self` names the file at `target`: `./x.yaml`, `../secrets/x.yaml`.
    #[must_use]
    pub fn relative_to(&self, target: &Self) -> String {
        let from: Vec<&str> = self.folder().split('/').filter(|part| !part.is_empty()).collect();
        let to: Vec<&str> = target.0.split('/').collect();
        let shared = from.iter().zip(&to[..to.len() - 1]).take_while(|(ours, theirs)| ours == theirs).count();
        let up = if shared == from.len() { "./".to_owned() } else { "../".repeat(from.len() - shared) };
        up + &to[shared..].join("/")
    }

    fn join(folder: &str, relative: &str) -> Option<Self> {
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        Some(Self(parts.join("/").into()))
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn paths_are_normalized_and_stay_inside() {
        assert_eq!(path("./a//b/../c").as_str(), "a/c");
        assert_eq!(RepoPath::new("a/../.."), None);
        assert_eq!(path("hosts/web/sops.nix").beside("../../secrets/x.yaml"), Some(path("secrets/x.yaml")));
        assert_eq!(path("sops.nix").beside("../x.yaml"), None);
    }

    #[test]
    fn a_nix_file_names_another_file_relatively() {
        let check = |from: &str, to: &str, expected: &str| assert_eq!(path(from).relative_to(&path(to)), expected);
        check("sops.nix", "secrets/x.yaml", "./secrets/x.yaml");
        check("hosts/web/sops.nix", "secrets/x.yaml", "../../secrets/x.yaml");
        check("hosts/web/sops.nix", "hosts/web/x.yaml", "./x.yaml");
        check("hosts/web/sops.nix", "hosts/mail/x.yaml", "../mail/x.yaml");
    }
}
