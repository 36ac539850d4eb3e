//! Names of recipients: what can be an anchor, and what is still free.

use super::super::CreationRules;

/// Makes a name that can be an anchor: `web.example.org` becomes `web_example_org`.
///
/// Nothing is left of a text without letters and digits; then it is `recipient`.
#[must_use]
pub fn legal_name(wish: &str) -> String {
    let legal = |character: char| if character.is_ascii_alphanumeric() || character == '-' { character } else { '_' };
    let name: String = wish.trim().chars().map(legal).collect();
    let name = name.trim_matches(['_', '-']);
    if name.is_empty() { "recipient".to_owned() } else { name.to_owned() }
}

/// A legal name that no recipient of the file has yet: `host_web`, else `host_web_2`, and so on.
#[must_use]
pub fn free_name(rules: &CreationRules, wish: &str) -> String {
    let name = legal_name(wish);
    let taken = |name: &str| rules.anchors.contains(name);
    if !taken(&name) {
        return name;
    }
    let numbered = (2_usize..).map(|number| format!("{name}_{number}"));
    numbered.into_iter().find(|name| !taken(name)).expect("there are more numbers than anchors")
}

/// Whether go-yaml reads the whole of it as the name of an anchor.
pub(super) fn is_legal(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_name() {
        let check = |wish: &str, expected: &str| assert_eq!(legal_name(wish), expected);
        check("host_web", "host_web");
        check("web.example.org", "web_example_org");
        check(" root@web ", "root_web");
        check("büro", "b_ro");
        check("…", "recipient");
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let rules = CreationRules::parse("keys: [&web age1a, &web_2 age1b, &hosts [age1c]]\n").unwrap();
        assert_eq!(free_name(&rules, "mail"), "mail");
        assert_eq!(free_name(&rules, "web"), "web_3");
        assert_eq!(free_name(&rules, "hosts"), "hosts_2");
    }
}
