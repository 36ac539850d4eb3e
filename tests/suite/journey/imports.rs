//! Modules in every style of writing take an import; real Nix parses each, and finds the new one in its list.

use sopsmith::nix::{EditError, NixFile};

use super::nix;
use crate::folder::Folder;
use crate::nix_judge::fixtures;
use crate::tools;

/// For every file: whether the list holds the new path; null where the list needs arguments that are not there.
const JUDGE: &str = "\
let
  body = file: let module = import file; in
    if builtins.isFunction module then module (builtins.mapAttrs (name: _: throw name) (builtins.functionArgs module))
    else module;
  has = file:
    builtins.any (entry: builtins.isPath entry && baseNameOf entry == \"sops-new.nix\") (body file).imports;
  told = file: let tried = builtins.tryEval (has file); in if tried.success then tried.value else null;
in files: map told files";

#[test]
fn a_module_of_any_style_takes_an_import() {
    let folder = Folder::new();
    let mut written = Vec::new();
    let mut refused = Vec::new();
    for (name, text) in fixtures() {
        let file = NixFile::parse(text.as_str());
        match file.add_import("./sops-new.nix") {
            Ok(patch) => {
                folder.write(&format!("{name}.nix"), file.apply(&patch).text());
                written.push(name);
            }
            Err(EditError::NotPlain { .. } | EditError::Syntax { .. }) => refused.push(name),
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert!(written.len() >= 40, "only {} of {} files: {refused:?}", written.len(), written.len() + refused.len());
    let mut parse = tools::system("nix-instantiate");
    parse.arg("--parse").args(written.iter().map(|name| folder.file(&format!("{name}.nix"))));
    tools::succeed(&mut parse);
    let files: String = written.iter().map(|name| format!(" ./{name}.nix")).collect();
    let told = tools::succeed(&mut nix(&folder, &format!("({JUDGE}) [{files} ]")));
    let told: Vec<Option<bool>> = serde_json::from_str(&told).unwrap();
    let wrong: Vec<&String> =
        written.iter().zip(&told).filter(|(_, told)| **told == Some(false)).map(|(name, _)| name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let judged = told.iter().flatten().count();
    assert!(judged * 10 >= written.len() * 9, "{judged} of {} lists could be evaluated", written.len());
}
