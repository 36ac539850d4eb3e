//! Variables: a legal name of a shell variable for each key, and no name that a shell lives by.

use std::collections::HashMap;

/// Variables that shells, terminals and the loader read: exporting a secret under such a name breaks the shell.
const TAKEN: &[&str] = &[
    "BASHOPTS",
    "BASH_ENV",
    "BASH_VERSINFO",
    "CDPATH",
    "DISPLAY",
    "EDITOR",
    "ENV",
    "EUID",
    "GROUPS",
    "HISTFILE",
    "HOME",
    "HOST",
    "HOSTNAME",
    "IFS",
    "LANG",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LOGNAME",
    "MAIL",
    "NIX_PATH",
    "OLDPWD",
    "PAGER",
    "PATH",
    "PPID",
    "PS1",
    "PS2",
    "PS4",
    "PWD",
    "SHELL",
    "SHELLOPTS",
    "SHLVL",
    "SSH_AUTH_SOCK",
    "TERM",
    "TMPDIR",
    "TZ",
    "UID",
    "USER",
    "_",
];

/// Last parts of keys that say nothing by themselves.
const GENERIC: &[&str] =
    &["API_KEY", "KEY", "PASS", "PASSPHRASE", "PASSWORD", "PRIVATE_KEY", "SECRET", "TOKEN", "URL", "USERNAME", "VALUE"];

/// Names all variables of one block: the last part of a key; the whole key where several end alike.
#[must_use]
pub fn name_variables(keys: &[&str]) -> Vec<String> {
    let short: Vec<String> = keys.iter().map(|key| variable(key)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in &short {
        *uses.entry(name).or_default() += 1;
    }
    let mut names: Vec<String> = Vec::with_capacity(keys.len());
    for (key, name) in keys.iter().zip(&short) {
        let name = if uses[name.as_str()] > 1 { legal(key) } else { name.clone() };
        // `a-b` and `a_b` read alike, however much of the key is taken.
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !names.contains(name));
        names.push(free.expect("numbers do not end"));
    }
    names
}

/// The last part of a key as the name of a variable: `api/deep-seek` is `DEEP_SEEK`, `mail/token` is `MAIL_TOKEN`.
pub(super) fn variable(key: &str) -> String {
    let last = legal(key.rsplit('/').next().unwrap_or(key));
    if is_taken(&last) || GENERIC.contains(&last.as_str()) { legal(key) } else { last }
}

/// Whether a shell takes this as the name of a variable.
#[must_use]
pub fn is_variable(name: &str) -> bool {
    let is_part = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
    !name.is_empty() && name.bytes().all(is_part) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// A whole text as the name of a variable that nobody else uses.
fn legal(text: &str) -> String {
    let part = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    let name: String = text.chars().map(part).collect();
    if name.is_empty() || is_taken(&name) {
        format!("SECRET_{name}")
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name.strip_prefix("SECRET_").unwrap_or(name)) || name.starts_with("LC_") || name.starts_with("LD_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[&str], expected: &[&str]) {
        let names = name_variables(keys);
        assert_eq!(names, expected);
        assert!(names.iter().all(|name| is_variable(name)), "{names:?}");
    }

    #[test]
    fn the_last_part_of_a_key_names_its_variable() {
        check(&["api/deep-seek", "openai_api_key"], &["DEEP_SEEK", "OPENAI_API_KEY"]);
        check(&["2fa", "mail/ключ", ""], &["_2FA", "____", "SECRET_"]);
    }

    #[test]
    fn a_last_part_that_says_nothing_brings_the_others_along() {
        check(&["mail/token", "db/password", "token"], &["MAIL_TOKEN", "DB_PASSWORD", "TOKEN"]);
    }

    #[test]
    fn keys_that_end_alike_are_told_apart() {
        check(&["api/ai", "mail/ai", "x"], &["API_AI", "MAIL_AI", "X"]);
        check(&["a-b", "a_b"], &["A_B", "A_B_2"]);
    }

    #[test]
    fn no_secret_takes_the_place_of_what_a_shell_needs() {
        check(&["path", "web/home", "ld_preload"], &["SECRET_PATH", "WEB_HOME", "SECRET_LD_PRELOAD"]);
    }

    #[test]
    fn what_a_shell_takes_as_a_name() {
        let check = |name: &str, expected: bool| assert_eq!(is_variable(name), expected, "{name}");
        check("API_KEY", true);
        check("_x1", true);
        check("1x", false);
        check("a-b", false);
        check("", false);
    }
}
