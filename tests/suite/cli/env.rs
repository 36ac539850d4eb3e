//! How secrets are used: blocks that Nix evaluates and shells run, against files made for it.

use std::fs;
use std::process::Command;

use crate::folder::Folder;
use crate::tools;

/// Encrypted and declared: key, as YAML writes it, and the attribute, as Nix writes it.
const STRANGE: &[(&str, &str)] = &[
    ("plain", "plain"),
    ("\"a b\"", "\"a b\""),
    ("\"it's\"", "\"it's\""),
    ("\"two''quotes\"", "\"two''quotes\""),
    ("\"x${y}z\"", "\"x\\${y}z\""),
    ("\"'${y}\"", "\"'\\${y}\""),
    ("\"$(touch pwned)\"", "\"$(touch pwned)\""),
    ("\"back`tick\\\\\"", "\"back`tick\\\\\""),
    ("\"2fa\"", "\"2fa\""),
    ("path", "path"),
];

/// A folder with those keys, declared to lie in its own folder `run`, where each file holds the name of its key.
fn strange() -> Folder {
    let plain: String = STRANGE.iter().map(|(key, _)| format!("{key}: v\n")).collect();
    let folder = Folder::with_sealed("3.12.2", "f.yaml", &plain);
    let declared: String = STRANGE
        .iter()
        .map(|(_, name)| {
            let path = format!("{}/{}", folder.file("run").display(), &name.trim_matches('"'));
            format!("  sops.secrets.{name} = {{ owner = \"me\"; path = \"{path}\"; }};\n")
        })
        .collect();
    folder.write("sops.nix", &format!("{{\n  sops.defaultSopsFile = ./f.yaml;\n{declared}}}\n"));
    for (_, name) in STRANGE {
        let name = name.trim_matches('"').replace("\\$", "$").replace("\\\\", "\\");
        folder.write(&format!("run/{name}"), &format!("value of {name}\n"));
    }
    folder
}

/// What Nix makes of a block, with the paths that sops.nix declares.
fn shell_init(folder: &Folder, block: &str) -> String {
    folder.write("block.nix", &format!("{{ config }}:\n{{\n{block}}}\n"));
    folder.write("all.nix", "(import ./block.nix { config = import ./sops.nix; }).environment.shellInit\n");
    let mut command = tools::system("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "all.nix"]).current_dir(folder.path());
    serde_json::from_str(&tools::succeed(&mut command)).unwrap()
}

/// The environment that a shell gives to programs after it read these lines.
fn exported(folder: &Folder, lines: &str) -> Vec<String> {
    fs::write(folder.file("init.sh"), lines).unwrap();
    let mut shell = Command::new("sh");
    shell.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    shell.current_dir(folder.path()).args(["-euc", ". ./init.sh; env -0"]);
    tools::succeed(&mut shell).split('\0').map(str::to_owned).collect()
}

#[track_caller]
fn check_all(folder: &Folder, lines: &str) {
    let exported = exported(folder, lines);
    for expected in [
        "PLAIN=value of plain",
        "A_B=value of a b",
        "IT_S=value of it's",
        "TWO__QUOTES=value of two''quotes",
        "X__Y_Z=value of x${y}z",
        "___Y_=value of '${y}",
        "__TOUCH_PWNED_=value of $(touch pwned)",
        "BACK_TICK_=value of back`tick\\",
        "_2FA=value of 2fa",
        "SECRET_PATH=value of path",
    ] {
        assert!(exported.iter().any(|variable| variable == expected), "no {expected} in {exported:?} after\n{lines}");
    }
    assert!(!folder.file("pwned").exists());
}

#[test]
fn a_block_evaluates_and_exports_what_the_shell_may_read() {
    let folder = strange();
    for options in [&["env", "f.yaml"][..], &["env", "f.yaml", "--plain-path"]] {
        let block = folder.run(options).ok();
        check_all(&folder, &shell_init(&folder, &block));
    }
    check_all(&folder, &folder.run(&["env", "f.yaml", "--shell"]).ok());
}

#[test]
fn a_file_that_is_not_there_exports_nothing_and_stops_no_shell() {
    let folder = strange();
    fs::remove_file(folder.file("run/plain")).unwrap();
    let lines = folder.run(&["env", "f.yaml", "--shell", "plain"]).ok();
    let exported = exported(&folder, &lines);
    assert!(!exported.iter().any(|variable| variable.starts_with("PLAIN")), "{exported:?}");
}

#[test]
fn references_paths_and_names_are_as_asked_for() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", "api:\n    a: x\n    b: y\nc: z\nd: w\n");
    let declared =
        "  sops.secrets.\"api/a\".owner = \"ai\";\n  sops.secrets.\"api/b\" = { };\n  sops.secrets.c = { };\n";
    folder.write("sops.nix", &format!("{{\n  sops.defaultSopsFile = ./f.yaml;\n{declared}}}\n"));
    folder.write("web.nix", "{ config, ... }:\n{ x = config.sops.secrets.c.path; }\n");
    let run = |args: &[&str]| folder.run(&[&["env", "f.yaml"], args].concat());
    let references = "config.sops.secrets.\"api/a\".path\nconfig.sops.secrets.\"api/b\".path\n";
    assert_eq!(run(&["api", "--reference"]).ok(), references);
    assert_eq!(run(&["c", "api/a", "c", "--path"]).ok(), "/run/secrets/c\n/run/secrets/api/a\n");
    let named = run(&["DEEPSEEK_API_KEY=api/a"]).ok();
    assert!(named.contains("  export DEEPSEEK_API_KEY=\"$(cat ${config.sops.secrets.\"api/a\".path})\"\n"), "{named}");
    assert!(!named.contains('#'), "{named}");
    assert!(run(&["c"]).ok().starts_with("# only root can read c, so that only root's shells export it"));
    let all = run(&[]);
    assert!(all.stderr.contains("1 key is left out"), "{}", all.stderr);
    run(&["d"]).failed(1, &["f.yaml", "d is not declared", "declare it first"]);
    run(&["nope"]).failed(91, &["f.yaml", "no key nope"]);
    assert!(folder.run(&["list", "f.yaml"]).ok().contains("sops.nix:5; used by web.nix:2"));
}

#[test]
fn without_any_declaration_the_next_step_is_said() {
    let folder = Folder::with_sealed("3.12.2", "f.yaml", "a: x\n");
    folder.run(&["env", "f.yaml"]).failed(1, &["no key of this file is declared", "declare it first"]);
    folder.run(&["env", "absent.yaml"]).failed(100, &["absent.yaml"]);
}
