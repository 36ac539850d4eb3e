//! Checks: what the rebuild would say, known from ciphertext and Nix text alone.
//!
//! ```text
//!   Repository + Outside -> Scene -> every check of the table -> silences -> problems, sorted by place
//! ```
//!
//! A false error is worse than a missed one: where the repository could be right (a condition, a name that cannot be
//! read, a module that is not known) a check says a warning at most. Checks are pure; what the texts do not tell is
//! handed in as [`Outside`]. What fails when is the behaviour of sops-nix, commit 56b2406; each check names its source.

mod conflict;
mod damaged_file;
mod default_file;
mod format;
mod git;
mod key_file;
mod key_source;
mod leaf;
mod missing_key;
mod mode;
mod named_file;
mod not_encrypted;
mod option_name;
mod option_type;
mod owner_name;
mod problem;
mod recipients;
mod reference;
mod rules_file;
mod same_place;
mod scene;
mod secret_path;
mod silence;
mod template;
mod unit_name;
mod unread;
mod users;
mod value_type;

use std::collections::HashSet;

pub use problem::{Fix, Level, Problem, Rebuild, Remedy, Spot, When};

use super::path::RepoPath;
use super::repository::Repository;
use scene::Scene;

/// One check: its code, what it can say, its whole story, and how it is made.
pub struct Check {
    /// The stable code: `missing-key`.
    pub code: &'static str,
    /// The worst it can say.
    pub level: Level,
    /// When the rebuild would notice; `None` when it would not.
    pub when: Option<When>,
    /// One line.
    pub summary: &'static str,
    /// The whole story: what it means, what the rebuild does, what to do. Paragraphs are separated by an empty line.
    pub story: &'static str,
    run: fn(&Scene<'_>, &'static Check, &mut Vec<Problem>),
}

/// All checks, by subject: keys and files, recipients, keys of the target, places, options, references, the rest.
pub static CHECKS: &[Check] = &[
    missing_key::MISSING_KEY,
    value_type::NOT_A_STRING,
    value_type::NOT_A_VALUE,
    value_type::REWRITTEN_TIME,
    named_file::MISSING_FILE,
    named_file::PLAIN_FILE,
    named_file::STORE_STRING,
    not_encrypted::NOT_ENCRYPTED,
    rules_file::UNREADABLE_RULES,
    git::UNTRACKED_FILE,
    format::WRONG_FORMAT,
    format::TWO_FORMATS,
    format::NESTED_JSON_KEY,
    format::IGNORED_KEY,
    damaged_file::DAMAGED_FILE,
    default_file::NO_DEFAULT_FILE,
    recipients::RECIPIENTS_DIFFER,
    recipients::HOST_NOT_RECIPIENT,
    recipients::SSH_RECIPIENT,
    recipients::KEY_GROUPS,
    key_file::KEY_IN_STORE,
    key_file::KEY_NOT_FOUND,
    key_file::KEY_FROM_SECRET,
    key_file::GENERATED_KEY_LOST,
    key_source::NO_KEY_SOURCE,
    key_source::TWO_KEY_SOURCES,
    mode::BAD_MODE,
    mode::MASKED_MODE,
    mode::WORLD_READABLE,
    same_place::SAME_NAME,
    same_place::SAME_PATH,
    same_place::NAME_INSIDE_NAME,
    same_place::NAME_LEAVES_FOLDER,
    secret_path::PATH_IN_SECRETS,
    secret_path::RELATIVE_PATH,
    secret_path::REDUNDANT_OPTION,
    users::USERS_OWNER,
    users::USERS_NOT_ROOT,
    users::USERS_TEMPLATE,
    users::PASSWORD_TOO_LATE,
    option_name::UNKNOWN_OPTION,
    option_name::UNKNOWN_SETTING,
    option_type::WRONG_TYPE,
    option_type::OWNER_AND_UID,
    option_type::RENAMED_WITH_TEMPLATE,
    conflict::CONFLICTING_VALUES,
    template::EMPTY_TEMPLATE,
    template::TEMPLATE_FILE_IGNORED,
    reference::UNDECLARED_SECRET,
    reference::UNDECLARED_TEMPLATE,
    reference::PLACEHOLDER_WITHOUT_TEMPLATE,
    reference::SECRET_AS_TEXT,
    reference::UNKNOWN_ATTRIBUTE,
    reference::HARD_CODED_PATH,
    owner_name::UNKNOWN_OWNER,
    owner_name::UNKNOWN_GROUP,
    unit_name::UNIT_WITHOUT_SUFFIX,
    unit_name::UNKNOWN_UNIT,
    leaf::UNDECLARED_LEAF,
    leaf::UNREACHABLE_KEY,
    unread::NOT_PLACED,
    unread::NOT_READ,
    silence::UNUSED_SILENCE,
    silence::BAD_SILENCE,
];

/// What the texts do not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// What git knows; `None` without git.
    pub git: Option<GitFiles>,
    /// The text of `.sopsmith.toml`, if there is one.
    pub settings: Option<String>,
}

/// The files that git does not track. Everything else of the repository is tracked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitFiles {
    /// There, and not known to the index.
    pub untracked: HashSet<RepoPath>,
    /// There, and excluded by `.gitignore`.
    pub ignored: HashSet<RepoPath>,
}

/// Runs every check, and leaves out what is silenced. Sorted by place.
#[must_use]
pub fn run(repository: &Repository, outside: &Outside) -> Vec<Problem> {
    let scene = Scene::new(repository, outside);
    let mut problems = Vec::new();
    for check in CHECKS {
        (check.run)(&scene, check, &mut problems);
    }
    silence::apply(&scene, &mut problems);
    silence::sort(&mut problems);
    problems
}

/// The check of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.code == code)
}

/// The whole story of a code: what it means, what the rebuild does, what to do. `None` for an unknown code.
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    find(code).map(|check| check.story)
}

/// The code that was probably meant.
#[must_use]
pub fn nearest_code(code: &str) -> Option<&'static str> {
    crate::text::nearest(code, CHECKS.iter().map(|check| check.code))
}

/// For what is found while other things are done.
fn nothing(_: &Scene<'_>, _: &'static Check, _: &mut Vec<Problem>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_tells_its_story_once() {
        let codes: HashSet<&str> = CHECKS.iter().map(|check| check.code).collect();
        assert_eq!(codes.len(), CHECKS.len());
        for check in CHECKS {
            assert!(check.story.contains("\n\n"), "{} says what it is but not what to do", check.code);
            assert!(!check.summary.ends_with('.') && check.story.ends_with('.'), "{}", check.code);
            assert!(check.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", check.code);
        }
        assert_eq!(nearest_code("mising-key"), Some("missing-key"));
    }
}
