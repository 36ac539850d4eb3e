//! Each change in each manner of writing: the text before, the change, the text after.

use super::super::CreationRules;
use super::{Addition, FreshKey, NewRule, Removal, RulesEditError, Which, fresh_rules, secrets_regex};
use crate::crypto::age::Recipient;

/// Recipients of throwaway keys, made for the tests only.
const LAPTOP: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
const HOST: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";
/// The one that comes and goes.
const NEW: &str = "age155jk6xd4xnxmytwzphdppdxwapqm7puzyctzdkyxrt3lspf7mu5qvmm0cj";

fn filled(text: &str) -> String {
    text.replace("LAPTOP", LAPTOP).replace("HOST", HOST).replace("NEW", NEW)
}

fn short(text: &str) -> String {
    text.replace(LAPTOP, "LAPTOP").replace(HOST, "HOST").replace(NEW, "NEW")
}

fn add(text: &str, rules: Which<'_>, name: &str, group: Option<usize>) -> Result<String, RulesEditError> {
    let recipient = Recipient::parse(NEW).unwrap();
    let addition = Addition { recipient: &recipient, name, rules, group };
    CreationRules::add_recipient(&filled(text), &addition).map(|change| short(&change.text))
}

fn remove(text: &str, who: &str, rules: Which<'_>) -> Result<String, RulesEditError> {
    let removal = Removal { who: &filled(who), rules };
    CreationRules::remove_recipient(&filled(text), &removal).map(|change| short(&change.text))
}

/// Adds `web` to every rule, and takes it away again.
#[track_caller]
fn check(before: &str, after: &str) {
    let added = add(before, Which::Every, "host_web", None).unwrap();
    assert_eq!(added, after);
    assert_eq!(remove(after, "NEW", Which::Every).unwrap(), before);
}

#[track_caller]
fn check_refused(result: Result<String, RulesEditError>, expected: &str) {
    let error = result.unwrap_err();
    assert_eq!(short(&error.to_string()), expected);
    assert!(!error.hint().is_empty());
}

const USUAL: &str = "\
# who may read what
keys:
  # people
  - &laptop LAPTOP # mine
  # machines
  - &host_mail HOST

creation_rules:
  - path_regex: secrets/web\\.yaml$ # the web
    key_groups:
      - age:
          - *laptop
          - *host_mail
  - path_regex: ^secrets/[^/]+\\.(yaml|json)$
    key_groups:
    - age: [*laptop]
";

#[test]
fn an_anchor_and_aliases_are_written_as_the_neighbours_are() {
    let after = USUAL
        .replace("mail HOST\n", "mail HOST\n  - &host_web NEW\n")
        .replace("          - *host_mail\n", "          - *host_mail\n          - *host_web\n")
        .replace("[*laptop]", "[*laptop, *host_web]");
    check(USUAL, &after);
}

#[test]
fn only_the_chosen_rules_change() {
    let added = add(USUAL, Which::These(&[1]), "host_web", None).unwrap();
    assert!(added.contains("[*laptop, *host_web]") && !added.contains("- *host_web"), "{added}");
    let back = remove(&added, "host_web", Which::These(&[1])).unwrap();
    assert_eq!(back, USUAL);
    let both = add(USUAL, Which::Every, "host_web", None).unwrap();
    let one = remove(&both, "host_web", Which::These(&[0])).unwrap();
    assert_eq!(one, added);
}

#[test]
fn who_is_there_already_is_not_added_again() {
    let one = add(USUAL, Which::These(&[1]), "host_web", None).unwrap();
    let both = add(&one, Which::Every, "another_name", None).unwrap();
    assert_eq!(both, add(USUAL, Which::Every, "host_web", None).unwrap());
    assert_eq!(add(&both, Which::Every, "host_web", None).unwrap(), both);
}

#[test]
fn files_that_name_nobody_get_the_recipient_itself() {
    check("creation_rules:\n- age: LAPTOP\n", "creation_rules:\n- age: LAPTOP,NEW\n");
    check("creation_rules:\n- age: 'LAPTOP, HOST'\n", "creation_rules:\n- age: 'LAPTOP, HOST, NEW'\n");
    check("creation_rules:\n  - age: \"LAPTOP,\"\n", "creation_rules:\n  - age: \"LAPTOP,NEW,\"\n");
    check("creation_rules:\n- age: [LAPTOP]\n", "creation_rules:\n- age: [LAPTOP, NEW]\n");
    check(
        "creation_rules:\r\n- age: >-\r\n    LAPTOP,\r\n    HOST\r\n  x: 1\r\n",
        "creation_rules:\r\n- age: >-\r\n    LAPTOP,\r\n    HOST,\r\n    NEW\r\n  x: 1\r\n",
    );
    check("creation_rules:\n- age: >-\n    LAPTOP\n", "creation_rules:\n- age: >-\n    LAPTOP,\n    NEW\n");
    check(
        "creation_rules:\n- key_groups:\n  - age:\n    - 'LAPTOP'\n",
        "creation_rules:\n- key_groups:\n  - age:\n    - 'LAPTOP'\n    - 'NEW'\n",
    );
    let quoted = add("creation_rules: [{age: LAPTOP}]\n", Which::Every, "host_web", None).unwrap();
    assert_eq!(quoted, "creation_rules: [{age: 'LAPTOP,NEW'}]\n");
}

#[test]
fn a_last_line_without_ending_stays_so() {
    check("creation_rules:\n- age:\n  - LAPTOP", "creation_rules:\n- age:\n  - LAPTOP\n  - NEW");
}

#[test]
fn other_kinds_of_keys_get_a_field_beside_them() {
    check("creation_rules:\n- pgp: AA\n", "creation_rules:\n- pgp: AA\n  age: NEW\n");
    check(
        "creation_rules:\n- key_groups:\n  - pgp:\n    - AA\n",
        "creation_rules:\n- key_groups:\n  - pgp:\n    - AA\n    age:\n    - NEW\n",
    );
}

#[test]
fn the_keys_list_that_fits_is_taken() {
    check(
        "keys:\n- &users\n  - &user_bob LAPTOP\n- &hosts\n  - &host_mail HOST\ncreation_rules:\n- key_groups:\n  - age: [*user_bob]\n",
        "keys:\n- &users\n  - &user_bob LAPTOP\n- &hosts\n  - &host_mail HOST\n  - &host_web NEW\ncreation_rules:\n- key_groups:\n  - age: [*user_bob, *host_web]\n",
    );
    check(
        "keys:\n  hosts:\n    - &mail HOST\n  users:\n    - &bob LAPTOP\ncreation_rules:\n- key_groups:\n  - age: [*mail]\n",
        "keys:\n  hosts:\n    - &mail HOST\n    - &host_web NEW\n  users:\n    - &bob LAPTOP\ncreation_rules:\n- key_groups:\n  - age: [*mail, *host_web]\n",
    );
    check(
        "creation_rules:\n- key_groups:\n  - age:\n    - &laptop LAPTOP\n- key_groups:\n  - age: [*laptop]\n",
        "keys:\n- &host_web NEW\ncreation_rules:\n- key_groups:\n  - age:\n    - &laptop LAPTOP\n    - *host_web\n- key_groups:\n  - age: [*laptop, *host_web]\n",
    );
}

#[test]
fn a_list_that_rules_share_is_changed_once() {
    check(
        "keys:\n- &hosts\n  - &a HOST\ncreation_rules:\n- key_groups:\n  - age: *hosts\n",
        "keys:\n- &hosts\n  - &a HOST\n  - &host_web NEW\ncreation_rules:\n- key_groups:\n  - age: *hosts\n",
    );
    let shared = "keys:\n- &hosts\n  - &a HOST\n- &laptop LAPTOP\ncreation_rules:\n- path_regex: a\n  key_groups:\n  - age: *hosts\n- \
                  key_groups:\n  - age: *hosts\n";
    check_refused(
        add(shared, Which::These(&[0]), "host_web", None),
        "line 9: this rule would change as well: it shares a list with one that was to change",
    );
    // Only a rule that does not take the whole list changes.
    let beside = "keys:\n- &hosts\n  - &a HOST\n- &laptop LAPTOP\ncreation_rules:\n- path_regex: a\n  key_groups:\n  - age: *hosts\n- \
                  key_groups:\n  - age: [*laptop]\n";
    let added = add(beside, Which::These(&[1]), "host_web", None).unwrap();
    assert!(added.contains("- &laptop LAPTOP\n- &host_web NEW\n"), "{added}");
}

#[test]
fn groups_are_chosen_by_number() {
    let groups = "creation_rules:\n- key_groups:\n  - age:\n    - LAPTOP\n  - age:\n    - HOST\n";
    check_refused(
        add(groups, Which::Every, "web", None),
        "line 2: the rule has 2 key groups, and somebody of each is needed",
    );
    check_refused(add(groups, Which::Every, "web", Some(2)), "line 2: the rule has 2 key groups, and none is number 3");
    let added = add(groups, Which::Every, "web", Some(0)).unwrap();
    assert_eq!(added, groups.replace("- LAPTOP\n", "- LAPTOP\n    - NEW\n"));
    assert_eq!(remove(&added, "NEW", Which::Every).unwrap(), groups);
    check_refused(
        remove(groups, "HOST", Which::Every),
        "line 2: key group 2 of the rule would be left without recipients",
    );
}

#[test]
fn nobody_is_left_out() {
    let one = "keys:\n- &laptop LAPTOP\ncreation_rules:\n- age: *laptop\n- age: [*laptop]\n";
    check_refused(remove(one, "laptop", Which::Every), "line 4: the rule would be left without recipients");
    check_refused(remove(one, "HOST", Which::Every), "HOST is in none of the rules and has no anchor");
    check_refused(add(USUAL, Which::Every, "laptop", None), "line 4: laptop is the name of another recipient");
    check_refused(add(USUAL, Which::Every, "my host", None), "my host cannot be a name: letters, digits, _ and - can");
    check_refused(add("stores: {}\n", Which::Every, "web", None), "there is no creation rule");
}

#[test]
fn one_alias_becomes_two() {
    let one = "keys:\n- &laptop LAPTOP\ncreation_rules:\n- age: *laptop\n";
    let added = add(one, Which::Every, "host_web", None).unwrap();
    assert_eq!(
        added,
        one.replace("LAPTOP\n", "LAPTOP\n- &host_web NEW\n").replace(": *laptop\n", ":\n  - *laptop\n  - *host_web\n")
    );
}

#[test]
fn an_alias_is_used_only_below_its_anchor() {
    check(
        "creation_rules:\n- age: [LAPTOP]\nkeys:\n- &laptop LAPTOP\n",
        "creation_rules:\n- age: [LAPTOP, NEW]\nkeys:\n- &laptop LAPTOP\n- &host_web NEW\n",
    );
}

#[test]
fn a_removed_anchor_that_others_use_is_refused() {
    let inline = "creation_rules:\n- age:\n  - &laptop LAPTOP\n  - HOST\n- age:\n  - *laptop\n  - HOST\n";
    check_refused(
        remove(inline, "laptop", Which::These(&[0])),
        "line 3: the anchor &laptop is used by an alias in line 6",
    );
    assert_eq!(
        remove(inline, "laptop", Which::Every).unwrap(),
        "creation_rules:\n- age:\n  - HOST\n- age:\n  - HOST\n"
    );
}

fn add_rule(text: &str, regex: &str, file: &str, keys: &[(&str, &str)]) -> Result<String, RulesEditError> {
    let recipients: Vec<Recipient> = keys.iter().map(|(_, key)| Recipient::parse(&filled(key)).unwrap()).collect();
    let keys: Vec<FreshKey<'_>> =
        keys.iter().zip(&recipients).map(|((name, _), recipient)| FreshKey { name, recipient }).collect();
    let rule = NewRule { path_regex: regex, file, keys: &keys };
    CreationRules::add_rule(&filled(text), &rule).map(|change| short(&change.text))
}

#[test]
fn a_rule_goes_in_front_of_the_one_that_would_hide_it() {
    let keys = [("laptop", "LAPTOP"), ("host_web", "NEW")];
    let after = add_rule(USUAL, "secrets/new\\.yaml$", "secrets/new.yaml", &keys).unwrap();
    let rule = "  - path_regex: secrets/new\\.yaml$\n    key_groups:\n      - age:\n          - *laptop\n          - *host_web\n";
    let expected = USUAL
        .replace("mail HOST\n", "mail HOST\n  - &host_web NEW\n")
        .replace("  - path_regex: ^secrets", &format!("{rule}  - path_regex: ^secrets"));
    assert_eq!(after, expected);
    let last = add_rule(USUAL, "other/x$", "other/x", &keys[..1]).unwrap();
    assert!(last.ends_with("  - path_regex: other/x$\n    key_groups:\n      - age:\n          - *laptop\n"), "{last}");
}

#[test]
fn a_rule_makes_the_file_where_there_is_none() {
    let keys = [("my laptop", "LAPTOP"), ("host_web", "NEW")];
    let text = add_rule("", &secrets_regex("secrets"), "secrets/a.yaml", &keys).unwrap();
    let rules = CreationRules::parse(&filled(&text)).unwrap();
    let names: Vec<_> = rules.for_path("secrets/a.yaml").unwrap().keys().filter_map(|key| key.name.clone()).collect();
    assert_eq!(names, ["my_laptop", "host_web"]);
    assert!(rules.for_path("secrets/deep/a.yaml").is_none() && rules.for_path("secrets/a.yamlx").is_none());
    let no_rules = add_rule("keys:\n  - &laptop LAPTOP\n", "x$", "x", &keys).unwrap();
    assert!(no_rules.contains("creation_rules:\n  - path_regex: x$\n"), "{no_rules}");
    let nothing = add_rule("stores:\n  yaml:\n    indent: 2\n", "x$", "x", &keys[1..]).unwrap();
    assert!(nothing.starts_with("keys:\n  - &host_web NEW\nstores:"), "{nothing}");
}

#[test]
fn a_new_file_can_be_added_to() {
    let recipient = Recipient::parse(LAPTOP).unwrap();
    let text = fresh_rules(&[FreshKey { name: "laptop", recipient: &recipient }], &secrets_regex("secrets"));
    let added = add(&text, Which::Every, "host_web", None).unwrap();
    assert!(added.contains("          - *laptop\n          - *host_web\n"), "{added}");
    assert_eq!(filled(&remove(&added, "host_web", Which::Every).unwrap()), text);
}

#[test]
fn an_anchor_is_renamed_with_its_aliases() {
    let renamed = CreationRules::rename_recipient(&filled(USUAL), "laptop", "desk").unwrap();
    assert_eq!(short(&renamed.text), USUAL.replace("&laptop", "&desk").replace("*laptop", "*desk"));
    assert!(CreationRules::rename_recipient(&filled(USUAL), "laptop", "host_mail").is_err());
}
