//! The matrix and the plans over a small repository.

use super::{Access, Addressee, RecipientsPlan, Wanted};
use crate::repo::{RepoPath, Repository};
use crate::sops::AgeRecipient;

/// Recipients of throwaway keys, made for the tests only.
const LAPTOP: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
const HOST: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";
const NEW: &str = "age1h9tc7p6vdfseqa98weyawdm8xffwr0p4sjyc2xa0nhmgw4radcdsgkqkz9";

const RULES: &str = "\
keys:
  - &laptop LAPTOP
  - &host HOST
creation_rules:
  - path_regex: secrets/web\\.yaml$
    key_groups:
      - age: [*laptop, *host]
  - path_regex: secrets/[^/]+\\.yaml$
    key_groups:
      - age: [*laptop]
";

/// A file for these recipients; its wraps are of no account here.
fn sealed(recipients: &[&str]) -> String {
    let entry = |recipient: &&str| format!("        - recipient: {recipient}\n          enc: x\n");
    let age: String = recipients.iter().map(entry).collect();
    format!(
        "a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops:\n    age:\n{age}    lastmodified: \
         \"2026-01-01T00:00:00Z\"\n    mac: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n    version: 3.12.2\n"
    )
}

fn repository(rules: &str, files: &[(&str, &[&str])]) -> Repository {
    let rules = rules.replace("LAPTOP", LAPTOP).replace("HOST", HOST).replace("NEW", NEW);
    let path = |text: &str| RepoPath::new(text).unwrap();
    let sealed = files.iter().map(|(name, recipients)| (path(name), sealed(recipients)));
    Repository::new(std::iter::once((path(".sops.yaml"), rules)).chain(sealed))
}

fn usual() -> Repository {
    repository(
        RULES,
        &[
            ("other/free.yaml", &[LAPTOP, HOST]),
            ("secrets/mail.yaml", &[LAPTOP, HOST]),
            ("secrets/web.yaml", &[LAPTOP]),
        ],
    )
}

fn paths(files: &[&str]) -> Vec<RepoPath> {
    files.iter().map(|file| RepoPath::new(file).unwrap()).collect()
}

#[track_caller]
fn check_files(plan: &RecipientsPlan, expected: &[&str]) {
    let planned = plan.files.iter().map(|(path, wanted)| match wanted {
        Wanted::Rule(groups) => format!("{path} {}", groups.iter().flatten().count()),
        Wanted::OwnAnd(..) => format!("{path} one more"),
        Wanted::OwnWithout(_) => format!("{path} one less"),
    });
    assert_eq!(planned.collect::<Vec<_>>(), expected);
}

fn add(repository: &Repository, files: &[&str]) -> RecipientsPlan {
    let recipient = AgeRecipient::parse(NEW).unwrap();
    let who = Addressee { recipient: &recipient, name: "new", group: None };
    repository.plan_adding(&who, &paths(files), "").unwrap()
}

#[test]
fn the_matrix_tells_files_that_are_out_of_step_and_how() {
    let repository = usual();
    let matrix = repository.recipient_matrix(|_| true);
    let files: Vec<&str> = matrix.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["other/free.yaml", "secrets/mail.yaml", "secrets/web.yaml"]);
    let rows = matrix.rows.iter().map(|row| (row.name, row.cells.iter().map(|cell| cell.access()).collect::<Vec<_>>()));
    let (laptop, host) = (vec![Access::Reads; 3], vec![Access::Reads, Access::NotInRule, Access::NotInFile]);
    assert_eq!(rows.collect::<Vec<_>>(), [(Some("laptop"), laptop), (Some("host"), host)]);
    assert_eq!([0, 1, 2].map(|file| matrix.is_out_of_step(file)), [false, true, true]);
}

#[test]
fn rules_in_a_folder_see_paths_from_there() {
    let text = RULES.replace("LAPTOP", LAPTOP).replace("HOST", HOST).replace("secrets/web", "^web");
    let path = |text: &str| RepoPath::new(text).unwrap();
    let repository =
        Repository::new([(path("deep/.sops.yaml"), text), (path("deep/web.yaml"), sealed(&[LAPTOP, HOST]))]);
    assert_eq!(repository.rule_of(&path("deep/web.yaml")).unwrap().rule.line, 5);
}

#[test]
fn a_new_recipient_goes_to_the_rules_and_to_the_files_that_follow_them() {
    let plan = add(&usual(), &[]);
    check_files(&plan, &["secrets/mail.yaml 2", "secrets/web.yaml 3"]);
    assert_eq!(plan.change.as_ref().unwrap().changed, [0, 1]);
    let plan = add(&usual(), &["secrets/web.yaml"]);
    check_files(&plan, &["secrets/web.yaml 3"]);
    assert_eq!(plan.change.as_ref().unwrap().changed, [0]);
    let plan = add(&usual(), &["other/free.yaml"]);
    check_files(&plan, &["other/free.yaml one more"]);
    assert!(plan.change.is_none());
}

#[test]
fn a_second_run_plans_what_the_first_one_left() {
    let rules = add(&usual(), &[]).change.unwrap().text;
    let half = repository(&rules, &[("secrets/mail.yaml", &[LAPTOP, NEW]), ("secrets/web.yaml", &[LAPTOP])]);
    let plan = add(&half, &[]);
    assert!(plan.change.is_none());
    check_files(&plan, &["secrets/web.yaml 3"]);
    let gone = usual().plan_removing("host", &[], "").unwrap().change.unwrap().text;
    let half = repository(&gone, &[("secrets/mail.yaml", &[LAPTOP, HOST]), ("secrets/web.yaml", &[LAPTOP])]);
    let plan = half.plan_removing(HOST, &[], "").unwrap();
    assert!(plan.change.is_none());
    check_files(&plan, &["secrets/mail.yaml 1"]);
}

#[test]
fn a_recipient_goes_from_rules_and_from_files_without_a_rule() {
    let plan = usual().plan_removing("host", &[], "").unwrap();
    check_files(&plan, &["secrets/mail.yaml 1", "other/free.yaml one less"]);
    assert_eq!((plan.identity.as_str(), plan.name.as_deref()), (HOST, Some("host")));
    let refused = |who: &str, files: &[&str]| usual().plan_removing(who, &paths(files), "").unwrap_err().to_string();
    assert_eq!(refused("laptop", &[]), ".sops.yaml: line 8: the rule would be left without recipients");
    assert_eq!(refused("nobody", &[]), "nobody is in none of the rules and in none of the files");
    assert_eq!(refused("host", &["x.yaml"]), "x.yaml is no encrypted file of this repository");
}
