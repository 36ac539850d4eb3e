//! The repository as a whole: renames and deletions over several files, suggestions, what a save sets in motion.

use sopsmith::nix::{ModuleKind, OptionName, Place};
use sopsmith::repo::{
    Changes, DeclarationChange, DeclarationRef, Follow, Plan, RepoPath, Repository, RowState, Suggestion,
};

use crate::check::repository::Files;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// A host that reads one file through two modules, and a second host with a file of its own.
fn files() -> Files {
    Files::parse(
        r#"
-- flake.nix --
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem { modules = [ ./hosts/web.nix ]; };
    nixosConfigurations.mail = nixpkgs.lib.nixosSystem { modules = [ ./hosts/mail.nix ]; };
  };
}
-- hosts/web.nix --
{ config, ... }:
{
  imports = [ ../sops.nix ../modules/ai.nix ];
  systemd.services.web.environment.TOKEN = config.sops.secrets."api/token".path;
  sops.templates.conf = {
    content = "token=${config.sops.placeholder."api/token"}";
    restartUnits = [ "conf.service" ];
  };
}
-- hosts/mail.nix --
{ config, ... }:
{
  sops.defaultSopsFile = ../secrets/mail.yaml;
  sops.secrets."api/token".owner = "mail";
  services.mail.file = config.sops.secrets."api/token".path;
}
-- sops.nix --
{ ... }:
{
  sops = {
    defaultSopsFile = ./secrets/web.yaml;
    secrets = {
      "api/token" = { restartUnits = [ "web.service" ]; };
      # the second
      db = { };
    };
  };
}
-- modules/ai.nix --
{ config, ... }:
{
  sops.secrets.ai_key = {
    key = "api/ai";
    reloadUnits = [ "ai.service" ];
  };
  services.ai.keyFile = config.sops.secrets.ai_key.path;
  services.ai.all = map (name: config.sops.secrets.${name}.path) [ "db" ];
}
-- secrets/web.yaml (sealed) --
api:
    token: x
    ai: y
db: z
-- secrets/mail.yaml (sealed) --
api:
    token: x
"#,
    )
}

fn declared(repository: &Repository, file: &str, name: &str) -> DeclarationRef {
    let all = repository.declarations_of(name);
    all.iter().find(|reference| reference.file == path(file)).unwrap().clone()
}

/// The files after a plan, the changed lines only: `file:-old` and `file:+new`.
fn changed(files: &Files, plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for (file, patch) in &plan.patches {
        let before = &files.0[file.as_str()];
        let after = patch.apply(before);
        assert_eq!(patch.invert(before).apply(&after), *before);
        let diff = similar::TextDiff::from_lines(before, &after);
        for change in diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal) {
            lines.push(format!("{file}:{}{}", change.tag(), change.value().trim()));
        }
    }
    lines
}

#[test]
fn a_rename_takes_the_references_of_its_host_along_and_no_others() {
    let files = files();
    let repository = files.repository();
    let token = declared(&repository, "sops.nix", "api/token");
    let plan = repository.plan(&[(token.clone(), DeclarationChange::Rename("token".to_owned()))]).unwrap();
    let files_of = |plan: &Plan| plan.patches.iter().map(|(file, _)| file.to_string()).collect::<Vec<_>>();
    assert_eq!(files_of(&plan), ["hosts/web.nix", "sops.nix"]);
    let left_alone = |plan: &Plan| plan.left_alone.iter().map(|left| left.reason.clone()).collect::<Vec<_>>();
    assert_eq!(left_alone(&plan), ["which secret it names is computed"]);

    // Without the graph nobody knows which of the two a third file means.
    let mut files = files;
    files.0.remove("flake.nix");
    files.replace("hosts/web.nix", "../sops.nix ../modules/ai.nix", "");
    let repository = files.repository();
    let plan = repository.plan(&[(token, DeclarationChange::Rename("token".to_owned()))]).unwrap();
    assert_eq!(files_of(&plan), ["sops.nix"]);
    assert_eq!(left_alone(&plan)[0], "it may mean the declaration in hosts/mail.nix:4");
}

#[test]
fn renaming_all_declarations_of_a_name_renames_every_reference() {
    let files = files();
    let repository = files.repository();
    let rename = |reference: &DeclarationRef| (reference.clone(), DeclarationChange::Rename("token".to_owned()));
    let changes: Vec<_> = repository.declarations_of("api/token").iter().map(rename).collect();
    let plan = repository.plan(&changes).unwrap();
    assert_eq!(plan.references.len(), 3);
    for (file, patch) in &plan.patches {
        let after = patch.apply(&files.0[file.as_str()]);
        assert!(!after.contains("api/token"), "{after}");
    }
}

#[test]
fn a_renamed_key_is_followed_by_the_attribute_or_by_the_key_option() {
    let files = files();
    let repository = files.repository();
    let web = path("secrets/web.yaml");
    let by_attribute = repository.plan_key_rename(&web, "db", "database", Follow::Attribute).unwrap();
    assert_eq!(changed(&files, &by_attribute), ["sops.nix:-db = { };", "sops.nix:+database = { };"]);
    let by_option = repository.plan_key_rename(&web, "db", "database", Follow::KeyOption).unwrap();
    assert_eq!(changed(&files, &by_option), ["sops.nix:-db = { };", "sops.nix:+db = { key = \"database\"; };"]);
    let set_already = repository.plan_key_rename(&web, "api/ai", "api/ml", Follow::Attribute).unwrap();
    assert_eq!(
        changed(&files, &set_already),
        ["modules/ai.nix:-key = \"api/ai\";", "modules/ai.nix:+key = \"api/ml\";"]
    );
}

#[test]
fn a_renamed_branch_takes_all_below_it_along() {
    let files = files();
    let repository = files.repository();
    let plan = repository.plan_key_rename(&path("secrets/web.yaml"), "api", "keys", Follow::KeyOption).unwrap();
    let lines = changed(&files, &plan);
    assert_eq!(plan.declarations.len(), 2);
    assert!(lines.contains(&"modules/ai.nix:+key = \"keys/ai\";".to_owned()), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("key = \"keys/token\"")), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.starts_with("hosts/mail.nix")), "{lines:#?}");
}

#[test]
fn a_deletion_takes_its_comment_along() {
    let files = files();
    let repository = files.repository();
    let changes: Vec<_> = ["db", "api/token"]
        .map(|name| (declared(&repository, "sops.nix", name), DeclarationChange::Remove))
        .into_iter()
        .collect();
    let plan = repository.plan(&changes).unwrap();
    let after = plan.patches[0].1.apply(&files.0["sops.nix"]);
    assert!(!after.contains("token") && !after.contains("db") && !after.contains("second"), "{after}");
    assert!(after.contains("secrets = {"), "{after}");
}

#[test]
fn several_changes_of_one_declaration_are_made_one_after_the_other() {
    let files = files();
    let repository = files.repository();
    let db = declared(&repository, "sops.nix", "db");
    let owner = (OptionName::Owner, Some(sopsmith::nix::OptionValue::Text("web".to_owned())));
    let changes = [
        (db.clone(), DeclarationChange::Rename("database".to_owned())),
        (db.clone(), DeclarationChange::Options(vec![owner])),
        (declared(&repository, "sops.nix", "api/token"), DeclarationChange::Remove),
    ];
    let plan = repository.plan(&changes).unwrap();
    assert_eq!(plan.patches.len(), 1);
    let after = plan.patches[0].1.apply(&files.0["sops.nix"]);
    assert!(after.contains("database = { owner = \"web\"; };") && !after.contains("token"), "{after}");
}

fn suggested(repository: &Repository, file: &str) -> Vec<(String, Vec<String>)> {
    let shown = |suggestion: Suggestion| {
        let spec = suggestion.spec("new", "new");
        (
            suggestion.file.to_string(),
            spec.options.iter().map(|(option, value)| format!("{}={value:?}", option.as_str())).collect(),
        )
    };
    repository.suggestions(&path(file)).into_iter().map(shown).collect()
}

#[test]
fn a_new_declaration_goes_where_its_neighbours_are_and_names_its_file_where_it_must() {
    let repository = files().repository();
    let web = suggested(&repository, "secrets/web.yaml");
    assert_eq!(web[0], ("sops.nix".to_owned(), vec![]));
    assert_eq!(web[1], ("modules/ai.nix".to_owned(), vec![]));
    assert!(web.iter().any(|(file, options)| file == "hosts/mail.nix" && options.len() == 1), "{web:?}");
    let mail = suggested(&repository, "secrets/mail.yaml");
    assert_eq!(mail[0], ("hosts/mail.nix".to_owned(), vec![]));
    let elsewhere = mail.iter().find(|(file, _)| file == "sops.nix").unwrap();
    assert_eq!(elsewhere.1, ["sopsFile=Path(\"./secrets/mail.yaml\")"]);
}

#[test]
fn a_save_restarts_the_readers_and_renders_the_templates() {
    let repository = files().repository();
    let changes = Changes { values: vec![(path("secrets/web.yaml"), "api/token".to_owned())], declarations: vec![] };
    let radius = repository.blast_radius(&changes);
    assert_eq!(radius.restarts, ["conf.service", "web.service"]);
    assert_eq!((radius.templates.len(), radius.declarations.len()), (1, 1));
    assert_eq!(radius.hosts, ["web"]);
    let changes = Changes { values: vec![(path("secrets/web.yaml"), "api/ai".to_owned())], declarations: vec![] };
    let radius = repository.blast_radius(&changes);
    assert_eq!((radius.restarts.len(), radius.reloads), (0, vec!["ai.service".to_owned()]));
}

#[test]
fn the_import_graph_tells_hosts_and_kinds() {
    let repository = files().repository();
    let hosts = |file: &str| repository.hosts_of(&path(file)).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(hosts("modules/ai.nix"), ["web"]);
    assert_eq!(hosts("hosts/mail.nix"), ["mail"]);
    assert_eq!(repository.module_kind(&path("sops.nix"), &Place::default()), Some(ModuleKind::NixOs));
}

/// What a repository tells, to compare two that should be equal.
fn told(repository: &Repository) -> String {
    let placements = repository.declarations().map(|(reference, _)| format!("{:?}", repository.placement(&reference)));
    let rows = repository.encrypted_files().map(|(file, _)| format!("{:?}", repository.rows(file, None)));
    let problems = sopsmith::repo::check::run(repository, &sopsmith::repo::check::Outside::default());
    let problems = problems.iter().map(crate::check::repository::in_words);
    placements.chain(rows).chain(problems).collect::<Vec<_>>().join("\n")
}

#[test]
fn reading_one_file_again_is_as_good_as_reading_all() {
    let mut files = files();
    let mut repository = files.repository();
    let mut steps = |change: &dyn Fn(&mut Files), changed: &str| {
        change(&mut files);
        repository.update_file(&path(changed), files.0.get(changed).cloned());
        assert_eq!(told(&repository), told(&files.repository()), "{changed}");
    };
    steps(
        &|files| {
            files.replace("sops.nix", "db = { };", "db2 = { };");
        },
        "sops.nix",
    );
    steps(
        &|files| {
            let text = files.0["secrets/mail.yaml"].clone();
            files.set("secrets/web.yaml", text);
        },
        "secrets/web.yaml",
    );
    steps(
        &|files| {
            files.replace("hosts/web.nix", "../modules/ai.nix", "");
        },
        "hosts/web.nix",
    );
    steps(
        &|files| {
            files.0.remove("secrets/web.yaml");
        },
        "secrets/web.yaml",
    );
    steps(
        &|files| {
            files.set("new.nix", "{ sops.secrets.new.sopsFile = ./secrets/mail.yaml; }");
        },
        "new.nix",
    );
    steps(
        &|files| {
            files.0.remove("sops.nix");
        },
        "sops.nix",
    );
}

#[test]
fn rows_show_who_reads_what() {
    let repository = files().repository();
    let rows = repository.rows(&path("secrets/web.yaml"), None);
    let shown: Vec<(usize, &str, RowState, usize)> =
        rows.iter().map(|row| (row.depth, row.label(), row.state, row.declarations.len())).collect();
    assert_eq!(
        shown,
        [
            (0, "api", RowState::Branch, 0),
            (1, "token", RowState::Declared, 1),
            (1, "ai", RowState::Declared, 1),
            (0, "db", RowState::Declared, 1)
        ]
    );
}
