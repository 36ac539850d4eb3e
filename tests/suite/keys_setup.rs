//! Setting a repository up by the keys: from nothing to the first secret.

use std::collections::BTreeMap;

use sopsmith::session::{Context, LayerView};

use crate::keys::{play, says_on, values};
use crate::stage::{Identities, Stage, path_of};

/// A folder with a plain flake and nothing of sops.
pub(crate) fn without_secrets(columns: u16, rows: u16) -> Stage {
    let flake = "{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.05\";\n  outputs = { nixpkgs, ... }: {\n    \
                 nixosConfigurations.web = nixpkgs.lib.nixosSystem {\n      modules = [ ./configuration.nix ];\n    };\n  \
                 };\n}\n";
    let mut files = BTreeMap::new();
    files.insert(path_of("flake.nix"), flake.to_owned());
    files.insert(path_of("configuration.nix"), "{ ... }:\n{\n  imports = [ ];\n}\n".to_owned());
    Stage::with_files(files, None, Identities::Fit, columns, rows)
}

#[test]
fn an_empty_folder_is_set_up_and_holds_its_first_secret() {
    let mut stage = without_secrets(100, 30);
    assert_eq!(stage.session.context(), Context::Empty);
    play(&mut stage, "i Ctrl-s");
    assert_eq!(stage.session.context(), Context::SetupPlan);
    assert_eq!(stage.files.len(), 2, "nothing is written before it was seen");
    says_on(
        &mut stage,
        "⏎",
        "Everything is set up; a adds the first secret. The host cannot read it yet: 3, then a, adds its SSH key.",
    );
    let written: Vec<&str> = stage.files.keys().map(|path| path.as_str()).collect();
    let expected = [".gitignore", ".sops.yaml", "configuration.nix", "flake.nix", "secrets/secrets.yaml", "sops.nix"];
    assert_eq!(written, expected);
    play(&mut stage, "a \"api/token\" ⏎ \"plain-first-77\" Ctrl-s s ⏎");
    assert_eq!(values(&stage.files[&path_of("secrets/secrets.yaml")])["api/token"], "plain-first-77");
    assert!(stage.files[&path_of("sops.nix")].contains("\"api/token\" = { };"));
}

#[test]
fn answers_are_looked_at_while_they_are_typed() {
    says_on(
        &mut without_secrets(100, 30),
        "i ⏎ Ctrl-u \"a b\" Ctrl-s",
        "a name has letters, digits, - and _ only, such as a_b",
    );
    says_on(
        &mut without_secrets(100, 30),
        "i ⏎ ⏎ Ctrl-u \"x.json\" Ctrl-s",
        "the file is YAML, so its name ends in .yaml",
    );
    let path = "the path lies inside the repository, such as secrets/secrets.yaml";
    says_on(&mut without_secrets(100, 30), "i ⏎ ⏎ Ctrl-u \"/x.yaml\" Ctrl-s", path);
    let absolute = "the path is absolute and without ~";
    says_on(&mut without_secrets(100, 30), "i ⏎ ⏎ ⏎ → ⏎ Ctrl-u \"~/k\" Ctrl-s", absolute);
    let mut stage = without_secrets(100, 30);
    play(&mut stage, "i ⏎ ⏎ ⏎ → Ctrl-s ⏎");
    assert!(stage.files[&path_of("sops.nix")].contains("keyFile = \"/var/lib/sops-nix/key.txt\""));
}

#[test]
fn nothing_is_written_when_a_setup_is_left() {
    let mut stage = without_secrets(100, 30);
    play(&mut stage, "i Ctrl-s Esc Esc");
    assert_eq!((stage.files.len(), stage.session.context()), (2, Context::Empty));
    play(&mut stage, "i");
    let Some(LayerView::Form(form)) = stage.session.layer_view() else { panic!("the form is open") };
    assert_eq!(form.fields.len(), 4);
}

#[test]
fn a_second_setup_has_nothing_to_do() {
    let mut stage = without_secrets(100, 30);
    play(&mut stage, "i Ctrl-s ⏎ : \"set-up\" ⏎ Ctrl-s");
    assert_eq!(stage.session.context(), Context::SetupPlan, "flake.nix and .gitignore are compared again");
    let unsaved = "save or undo the changes first: s, u";
    let mut stage = Stage::web(100, 30);
    says_on(&mut stage, "a \"x\" ⏎ \"plain-x\" Ctrl-s : \"set-up\" ⏎", unsaved);
}
