//! Every way to declare a secret, and what is read of it.

use crate::nix::value::{FilePath, Static, Value};
use crate::nix::{Declaration, NixFile, OptionName};

/// One line a declaration: name, form, place, conditions, options.
fn check(text: &str, expected: &[&str]) {
    let file = NixFile::parse(text);
    assert_eq!(file.syntax_problems(), [], "{text}");
    let told: Vec<String> = file.declarations().iter().map(|declaration| told(text, declaration)).collect();
    assert_eq!(told, expected, "{text}");
}

fn told(text: &str, declaration: &Declaration) -> String {
    let mut line = match &declaration.name {
        Static::Known(name) => name.clone(),
        Static::Unknown(unknown) => format!("?({unknown})"),
    };
    line += &format!(" {:?}/{:?}", declaration.form, declaration.origin);
    if !declaration.place.attributes.is_empty() {
        line += &format!(" in {}", declaration.place.attributes.join("."));
    }
    for condition in &declaration.conditions {
        let not = if condition.negated { "!" } else { "" };
        line += &format!(" if {not}{}", &text[condition.range.clone()]);
    }
    for setting in &declaration.options {
        line += &format!(" {}={}", setting.option.as_str(), value(&setting.value));
    }
    if let Some(unknown) = &declaration.incomplete {
        line += &format!(" …({unknown})");
    }
    for range in &declaration.name_ranges {
        let written = &text[range.clone()];
        let is_plain = declaration.name.known().is_none_or(|name| written.trim_matches('"') == name);
        let matches = is_plain || written.contains("${");
        assert!(matches, "{written}");
    }
    line
}

fn value(value: &Static<Value>) -> String {
    match value {
        Static::Known(Value::Text(text)) => format!("{text:?}"),
        Static::Known(Value::File(FilePath::Relative(path))) => format!("./{path}"),
        Static::Known(Value::File(FilePath::Repository(path))) => format!("self/{path}"),
        Static::Known(Value::List(elements)) => {
            format!("[{}]", elements.iter().map(self::value).collect::<Vec<_>>().join(" "))
        }
        Static::Known(other) => format!("{other:?}"),
        Static::Unknown(unknown) => format!("?({unknown})"),
    }
}

#[test]
fn every_way_to_nest_is_found() {
    let expected = &["x Set/Literal owner=\"a\""][..];
    check("{ sops.secrets.x = { owner = \"a\"; }; }", expected);
    check("{ sops.secrets = { x = { owner = \"a\"; }; }; }", expected);
    check("{ sops = { secrets = { x = { owner = \"a\"; }; }; }; }", expected);
    check("{ sops = { secrets.x = { owner = \"a\"; }; }; }", expected);
    check("{ \"sops\".\"secrets\".\"x\" = ({ owner = \"a\"; }); }", expected);
    check("{ config, lib, ... }: { sops.secrets.x = { owner = \"a\"; }; }", expected);
    check("{ ... }@args: let a = 1; in with a; { sops.secrets.x = { owner = \"a\"; }; }", expected);
    let dotted = &["x Dotted/Literal owner=\"a\" mode=\"0400\""][..];
    check("{ sops.secrets.x.owner = \"a\"; sops.secrets.x.mode = \"0400\"; }", dotted);
    check("{ sops.secrets = { x.owner = \"a\"; x.mode = \"0400\"; }; }", dotted);
    check("{ sops = { secrets.x.owner = \"a\"; secrets.x.mode = \"0400\"; }; }", dotted);
    check(
        "{ sops.secrets.x = { owner = \"a\"; }; sops.secrets.x.mode = \"0400\"; }",
        &["x Mixed/Literal owner=\"a\" mode=\"0400\""],
    );
    check("{ sops.secrets.\"a/b\" = { }; sops.secrets.c = {}; }", &["a/b Set/Literal", "c Set/Literal"]);
}

#[test]
fn modules_are_found_at_any_depth() {
    check("{ config.sops.secrets.x = { }; }", &["x Set/Literal in config"]);
    check("{ config = { sops.secrets.x = { }; }; }", &["x Set/Literal in config"]);
    check(
        "{ home-manager.users.alice = { config, ... }: { sops.secrets.x = { }; }; }",
        &["x Set/Literal in home-manager.users.alice"],
    );
    check(
        "{ username, ... }: { home-manager.users.${username}.sops.secrets.x = { }; }",
        &["x Set/Literal in home-manager.users.*"],
    );
    check("{ containers.db.config = { ... }: { sops.secrets.x = { }; }; }", &["x Set/Literal in containers.db.config"]);
    check(
        "{ flake.modules.nixos.web = { lib, ... }: { sops.secrets.x = { }; }; }",
        &["x Set/Literal in flake.modules.nixos.web"],
    );
    check(
        "{ outputs = { self, nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix { sops.secrets.x = { }; } ]; }; }; }",
        &["x Set/Literal in outputs.nixosConfigurations.a.modules"],
    );
    check(
        "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { flake.nixosModules.a = { sops.secrets.x = { }; }; }; }",
        &["x Set/Literal in outputs.flake.nixosModules.a"],
    );
}

#[test]
fn conditions_are_told() {
    check(
        "{ config, lib, ... }: { config = lib.mkIf config.a.enable { sops.secrets.x = { }; }; }",
        &["x Set/Literal in config if config.a.enable"],
    );
    check(
        "{ lib, c, ... }: { sops.secrets = lib.mkIf (!c) { x = lib.mkIf c { mode = \"0400\"; }; }; }",
        &["x Set/Literal if !c if c mode=\"0400\""],
    );
    check(
        "{ lib, c, ... }: with lib; { sops.secrets = mkMerge [ { x = { }; } (mkIf c { y = { }; }) ]; }",
        &["x Set/Literal", "y Set/Literal if c"],
    );
    check(
        "{ lib, c, ... }: { sops.secrets = { x = { }; } // lib.optionalAttrs c { y = { }; }; }",
        &["x Set/Literal", "y Set/Literal if c"],
    );
    check(
        "{ c, ... }: { sops.secrets = if c then { x = { }; } else { y = { }; }; }",
        &["x Set/Literal if c", "y Set/Literal if !c"],
    );
    check(
        "{ lib, c, ... }: { sops.secrets.x = lib.mkMerge [ { owner = \"a\"; } (lib.mkIf c { mode = \"0440\"; }) ]; }",
        &["x Computed/Literal owner=\"a\" mode=?(\"0440\" depends on a condition)"],
    );
    check(
        "{ lib, c, ... }: { sops.secrets.x.mode = lib.mkIf c \"0440\"; }",
        &["x Dotted/Literal mode=?(lib.mkIf c \"0440\" depends on a condition)"],
    );
}

#[test]
fn what_the_file_defines_is_followed() {
    check(
        "let o = \"a\"; in { sops.secrets.x = { owner = o; sopsFile = ./s.yaml; }; }",
        &["x Set/Literal owner=\"a\" sopsFile=./s.yaml"],
    );
    check(
        "let sopsFile = ./s.yaml; in { sops.secrets = { x = { inherit sopsFile; }; }; }",
        &["x Set/Literal sopsFile=./s.yaml"],
    );
    check(
        "let common = { sopsFile = ./s.yaml; mode = \"0400\"; }; in { sops.secrets.x = common // { mode = \"0440\"; }; }",
        &["x Computed/Literal sopsFile=./s.yaml mode=\"0440\""],
    );
    check("let x = { owner = \"a\"; }; in { sops.secrets = { inherit x; }; }", &["x Computed/Inherited owner=\"a\""]);
    check("let secrets = { x = { }; }; in { sops = { inherit secrets; }; }", &["x Set/Literal"]);
    check("let s = { secrets.x = { }; }; in { sops = s; }", &["x Set/Literal"]);
    check("let host = \"web\"; in { sops.secrets.\"${host}/x\" = { }; }", &["web/x Set/Literal"]);
    check(
        "{ host, ... }: { sops.secrets.\"${host}/x\".mode = \"0400\"; sops.secrets.\"${host}/x\".owner = \"a\"; }",
        &["?(host depends on a function argument) Dotted/Literal mode=\"0400\" owner=\"a\""],
    );
    check(
        "let mk = owner: { inherit owner; mode = \"0400\"; }; in { sops.secrets.x = mk \"a\"; }",
        &["x Computed/Literal owner=\"a\" mode=\"0400\""],
    );
    check("{ mk, ... }: { sops.secrets.x = mk \"a\"; }", &["x Computed/Literal …(mk \"a\" is computed by a function)"]);
    check(
        "{ common, ... }: { sops.secrets.x = common // { owner = \"a\"; }; sops.secrets.y = { owner = \"a\"; } // common; }",
        &[
            "x Computed/Literal owner=\"a\" …(common depends on a function argument)",
            "y Computed/Literal owner=?(common depends on a function argument) …(common depends on a function argument)",
        ],
    );
    check(
        "{ config, ... }: { sops.secrets.x = { owner = config.users.users.bob.name; group = config.services.g.group; }; }",
        &["x Set/Literal owner=\"bob\" group=?(config.services.g.group depends on other modules)"],
    );
    check(
        "{ sops.secrets.x = { restartUnits = [ \"a.service\" ]; mode = 0400; key = \"\"; }; }",
        &["x Set/Literal restartUnits=[\"a.service\"] mode=Integer(400) key=\"\""],
    );
}

#[test]
fn computed_sets_are_followed_over_literal_lists() {
    check(
        "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"a\" \"b\" ] (_: { owner = \"o\"; }); }",
        &["a Computed/Computed owner=\"o\"", "b Computed/Computed owner=\"o\""],
    );
    check(
        "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"a\" ] (name: { key = \"web/${name}\"; }) // { b = { }; }; }",
        &["a Computed/Computed key=\"web/a\"", "b Set/Literal"],
    );
    check(
        "let names = [ \"a\" ]; in { sops.secrets = builtins.listToAttrs (map (n: { name = \"p/${n}\"; value = { }; }) names); }",
        &["p/a Computed/Computed"],
    );
    check(
        "{ lib, ... }: { sops.secrets = lib.mapAttrs (n: v: v // { sopsFile = ./s.yaml; }) { a = { owner = \"o\"; }; }; }",
        &["a Computed/Computed sopsFile=./s.yaml owner=\"o\""],
    );
    check(
        "{ lib, ... }: { sops.secrets = lib.mapAttrs' (n: v: lib.nameValuePair \"p-${n}\" { owner = v; }) { a = \"o\"; }; }",
        &["p-a Computed/Computed owner=\"o\""],
    );
    check(
        "{ sops.secrets = builtins.foldl' (all: n: all // { ${n} = { mode = \"0400\"; }; }) { } [ \"a\" \"b\" ]; }",
        &["a Computed/Computed mode=\"0400\"", "b Computed/Computed mode=\"0400\""],
    );
    check(
        "{ lib, c, ... }: { sops.secrets = lib.genAttrs ([ \"a\" ] ++ lib.optional c \"b\") (_: { }); }",
        &["a Computed/Computed", "b Computed/Computed if c"],
    );
    check("{ lib, names, ... }: { sops.secrets = lib.genAttrs names (_: { }); }", &[]);
    check(
        "{ lib, ... }: lib.mkMerge (map (v: let k = v + \".pub\"; in { sops.secrets.${v}.mode = \"0400\"; sops.secrets.${k} = { }; }) [ \"a\" \"b\" ])",
        &[
            "a Computed/Computed mode=\"0400\"",
            "b Computed/Computed mode=\"0400\"",
            "a.pub Computed/Computed",
            "b.pub Computed/Computed",
        ],
    );
    check(
        "{ lib, ... }: { home-manager.users = lib.mkMerge (lib.forEach [ \"a\" \"b\" ] (u: { ${u}.sops.secrets.x = { }; })); }",
        &["x Computed/Computed in home-manager.users.a", "x Computed/Computed in home-manager.users.b"],
    );
}

#[test]
fn what_is_no_module_declares_nothing() {
    check("{ inputs.sops.url = \"x\"; inputs = { sops.inputs.nixpkgs.follows = \"n\"; }; }", &[]);
    check("{ options.sops.secrets.x = { }; }", &[]);
    check("let sops.secrets.x = { }; in { a = sops; }", &[]);
    check("{ programs.sops.secretsDir = { x = { }; }; }", &[]);
}

#[test]
fn one_name_in_two_modules_is_declared_twice() {
    check(
        "{ home-manager.users.a.sops.secrets.x = { }; home-manager.users.b.sops.secrets.x = { }; sops.secrets.x = { }; }",
        &["x Set/Literal in home-manager.users.a", "x Set/Literal in home-manager.users.b", "x Set/Literal"],
    );
    let text = "{ sops.secrets.x.mode = \"0400\"; a = 1; sops.secrets.x.owner = \"o\"; }";
    let file = NixFile::parse(text);
    let bindings: Vec<&str> = file.declarations()[0].bindings.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(bindings, ["sops.secrets.x.mode = \"0400\";", "sops.secrets.x.owner = \"o\";"]);
    let owner = file.declarations()[0].option(&OptionName::Owner).unwrap();
    assert_eq!((&text[owner.name_range.clone()], &text[owner.value_range.clone()]), ("owner", "\"o\""));
}
