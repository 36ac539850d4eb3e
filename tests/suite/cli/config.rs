//! Settings as the program finds them: which file is read, and what is said of a broken one.

use std::process::Command;

use crate::folder::{Folder, Ran};

/// Runs `config`, after the command was shaped.
fn config(folder: &Folder, args: &[&str], shape: impl Fn(&mut Command)) -> Ran {
    let mut command = folder.command(&[&["config"], args].concat());
    shape(&mut command);
    Folder::finish(command.output().unwrap())
}

#[test]
fn the_reference_is_printed_and_can_be_read_back() {
    let folder = Folder::new();
    let ran = config(&folder, &[], |_| ());
    assert!(ran.stderr.contains(".config/sopsmith/config.toml would be read"), "{}", ran.stderr);
    let reference = ran.ok();
    assert_eq!(config(&folder, &["--default"], |_| ()).stderr, "");
    folder.write(".config/sopsmith/config.toml", &reference);
    let ran = config(&folder, &[], |_| ());
    assert!(ran.stderr.contains("settings: ") && !ran.stderr.contains("none"), "{}", ran.stderr);
    assert_eq!(ran.ok(), reference);
}

#[test]
fn a_named_file_comes_first_then_the_variable_then_the_folder() {
    let folder = Folder::new();
    folder.write("xdg/sopsmith/config.toml", "[timers]\nlock = 1\n");
    folder.write("variable.toml", "thme = \"none\"\n");
    folder.write("named.toml", "osc52 = 3\n");
    let xdg = |command: &mut Command| {
        command.env("XDG_CONFIG_HOME", folder.file("xdg"));
    };
    let all = |command: &mut Command| {
        xdg(command);
        command.env("SOPSMITH_CONFIG", folder.file("variable.toml"));
    };
    let check = |args: &[&str], shape: &dyn Fn(&mut Command), words: &[&str]| {
        config(&folder, args, shape).failed(2, words);
    };
    check(&["--config", "named.toml"], &all, &["named.toml:1: osc52 has to be true or false"]);
    check(&[], &all, &["variable.toml:1: `thme` is no setting; did you mean theme?", "sopsmith config --default"]);
    check(&[], &xdg, &["xdg/sopsmith/config.toml:2: `lock` is no timer"]);
    check(&["--config", "absent.toml"], &xdg, &["absent.toml", "sopsmith config --default > absent.toml"]);
}
