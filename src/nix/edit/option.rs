//! Setting and removing options of a declaration.
//!
//! | the option is                   | set                                      | removed                          |
//! |---------------------------------|------------------------------------------|----------------------------------|
//! | not there                       | added to the set, or as `x.option = …;`  | refused                          |
//! | written down                    | its value is replaced                    | its binding goes                 |
//! | inherited                       | taken out of the `inherit`, then added   | taken out of the `inherit`       |
//! | from elsewhere (`common // { }`) | added to the literal set that overrides  | refused                          |

use std::ops::Range;

use rnix::SyntaxKind::NODE_APPLY;

use super::bindings::{Addition, Removal, collision, edit_set};
use super::remove::inherited;
use super::style::Style;
use super::target::Target;
use super::verify::Meant;
use super::{Desk, refuse_broken, write};
use crate::nix::declaration::{Declaration, DeclarationId, OptionName, OptionSetting, Origin};
use crate::nix::error::EditError;
use crate::nix::evaluate::Source;
use crate::nix::file::NixFile;
use crate::nix::tree::{NodeId, Tree};
use crate::nix::value::OptionValue;
use crate::text::Patch;

pub(in crate::nix) fn change_options(
    file: &NixFile,
    id: DeclarationId,
    changes: &[(OptionName, Option<OptionValue>)],
) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let declaration = desk.declaration(id)?;
    let mut plan = Plan::default();
    for (option, value) in changes {
        desk.plan(&mut plan, declaration, option, value.as_ref())?;
    }
    let patch = desk.carry_out(plan, declaration)?;
    desk.verified(patch, declaration, &Meant::Changed { id, changes })
}

/// What several changes come down to.
#[derive(Default)]
struct Plan {
    replaced: Patch,
    removed: Vec<Removal>,
    /// `option = value;`
    added: Vec<String>,
    /// Whether something added overrides what comes from elsewhere.
    overrides: Option<OptionName>,
}

impl Desk<'_, '_> {
    fn plan(
        &self,
        plan: &mut Plan,
        declaration: &Declaration,
        option: &OptionName,
        value: Option<&OptionValue>,
    ) -> Result<(), EditError> {
        let settings: Vec<&OptionSetting> =
            declaration.options.iter().filter(|setting| setting.option == *option).collect();
        let setting = match settings.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => return Err(self.computed_option(declaration, settings[0], "is set several times")),
        };
        let add = |plan: &mut Plan, value: &OptionValue| -> Result<(), EditError> {
            let name = write::attribute(option.as_str(), false)?;
            plan.added.push(format!("{name} = {};", write::value(option, value, None)?));
            Ok(())
        };
        match (setting.map(|setting| (setting, setting.origin)), value) {
            (None, Some(value)) => add(plan, value),
            (None, None) => Err(EditError::NotSet {
                name: NixFile::name_in_words(&declaration.name),
                option: option.as_str().to_owned(),
            }),
            (Some((setting, Origin::Literal)), value) => {
                let binding = self.own_binding(declaration, setting)?;
                match value {
                    Some(value) => self.replace(plan, option, binding, value),
                    None => {
                        plan.removed.push(Removal::Binding(binding));
                        Ok(())
                    }
                }
            }
            (Some((setting, Origin::Inherited)), value) => {
                let Source::Inherit { attribute } = setting.source else { return Err(EditError::Gone) };
                plan.removed.push(inherited(self.tree, attribute));
                value.map_or(Ok(()), |value| add(plan, value))
            }
            (Some((_, Origin::Computed)), Some(value)) => {
                plan.overrides = Some(option.clone());
                add(plan, value)
            }
            (Some((setting, Origin::Computed)), None) => {
                Err(self.computed_option(declaration, setting, "comes from elsewhere"))
            }
        }
    }

    /// The binding of an option that has one for itself.
    fn own_binding(&self, declaration: &Declaration, setting: &OptionSetting) -> Result<NodeId, EditError> {
        match setting.source {
            Source::Binding { binding, depth } if self.tree.attribute(binding, depth + 1).is_none() => Ok(binding),
            _ => Err(self.computed_option(declaration, setting, "is no single value")),
        }
    }

    fn replace(
        &self,
        plan: &mut Plan,
        option: &OptionName,
        binding: NodeId,
        value: &OptionValue,
    ) -> Result<(), EditError> {
        let old = self.evaluator.unwrapped(self.tree.value(binding).ok_or(EditError::Gone)?);
        let is_argument = self.tree.parent(old).is_some_and(|around| self.tree.kind(around) == NODE_APPLY);
        let new = write::value(option, value, Some(self.tree.slice(old)))?;
        let new = if is_argument { write::as_argument(new) } else { new };
        plan.replaced.push(self.tree.range(old), new).map_err(|overlap| collision(&self.layout, &overlap))
    }

    fn carry_out(&self, plan: Plan, declaration: &Declaration) -> Result<Patch, EditError> {
        let style = Style::of(&self.layout, &self.file.declarations().iter().collect::<Vec<_>>());
        let target =
            if plan.added.is_empty() { None } else { Some(self.target(declaration, plan.overrides.as_ref())?) };
        let mut patch = plan.replaced;
        let mut removed = plan.removed;
        if target.is_none()
            && let Some(kept) = self.kept_as_empty(declaration, &removed)
        {
            // The last dotted option goes, the declaration stays.
            removed.retain(|removal| *removal != Removal::Binding(kept.0));
            let ending = Patch::replace(kept.1, format!(" = {}", style.empty));
            patch.merge(ending).map_err(|overlap| collision(&self.layout, &overlap))?;
        }
        for part in self.parts(&style, &plan.added, target, &removed)? {
            patch.merge(part).map_err(|overlap| collision(&self.layout, &overlap))?;
        }
        Ok(patch)
    }

    /// One patch for every set that loses or gains bindings.
    fn parts(
        &self,
        style: &Style,
        added: &[String],
        target: Option<Target>,
        removed: &[Removal],
    ) -> Result<Vec<Patch>, EditError> {
        let tree = self.tree;
        let mut parts = Vec::new();
        let mut sets: Vec<NodeId> = Vec::new();
        for removal in removed {
            sets.extend(self.set_of(*removal).filter(|set| !sets.contains(set)));
        }
        let gaining = match &target {
            Some(Target::Set(set)) => Some(*set),
            Some(Target::Dotted { after, .. }) => tree.parent(*after),
            Some(Target::Update(value)) => {
                parts.push(self.updated(*value, added));
                None
            }
            None => None,
        };
        sets.extend(gaining.filter(|set| !sets.contains(set)));
        for set in sets {
            let here: Vec<Removal> =
                removed.iter().copied().filter(|removal| self.set_of(*removal) == Some(set)).collect();
            let addition = match &target {
                Some(target) if gaining == Some(set) => self.addition(style, target, set, added, !here.is_empty()),
                _ => Addition::default(),
            };
            let is_emptied = addition.bindings.is_empty() && tree.bindings(set).count() == here.len();
            parts.push(match self.operator_before(set).filter(|_| is_emptied) {
                Some(range) => Patch::delete(range),
                None => edit_set(&self.layout, style, set, &here, &addition)?,
            });
        }
        Ok(parts)
    }

    fn set_of(&self, removal: Removal) -> Option<NodeId> {
        match removal {
            Removal::Binding(binding) => self.tree.parent(binding),
            Removal::Item(attribute) => self.tree.parent(attribute).and_then(|inherit| self.tree.parent(inherit)),
        }
    }

    /// If a declaration consists of dotted options only and all of them go: the first one, and what of it becomes
    /// ` = { }`.
    fn kept_as_empty(&self, declaration: &Declaration, removed: &[Removal]) -> Option<(NodeId, Range<usize>)> {
        let tree = self.tree;
        let mut first = None;
        for source in &declaration.parts {
            let Source::Binding { binding, depth } = source else { return None };
            tree.attribute(*binding, depth + 1)?;
            if !removed.contains(&Removal::Binding(*binding)) {
                return None;
            }
            let name = tree.attribute(*binding, *depth)?;
            let value = tree.value(*binding)?;
            first = first.or(Some((*binding, tree.range(name).end..tree.range(value).end)));
        }
        first
    }

    /// The refusal to edit an option that is not written down here.
    pub(super) fn computed_option(&self, declaration: &Declaration, setting: &OptionSetting, why: &str) -> EditError {
        EditError::ComputedOption {
            name: NixFile::name_in_words(&declaration.name),
            option: setting.option.as_str().to_owned(),
            line: self.line(setting.name_range.start),
            why: why.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(option: OptionName, text: &str) -> (OptionName, Option<OptionValue>) {
        (option, Some(OptionValue::Text(text.to_owned())))
    }

    /// Changes options of the declaration `x`.
    fn check(before: &str, changes: &[(OptionName, Option<OptionValue>)], expected: Result<&str, &str>) {
        let file = NixFile::parse(before);
        let (id, _) = file.declarations_of("x").next().unwrap();
        let outcome = file.change_options(id, changes);
        let told = outcome.map(|patch| file.apply(&patch).text().to_owned()).map_err(|error| error.to_string());
        assert_eq!(told.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn options_are_added_in_the_form_of_the_declaration() {
        let owner = [set(OptionName::Owner, "o")];
        let both = [set(OptionName::Owner, "o"), set(OptionName::Mode, "0440")];
        check("{\n  sops.secrets.x = { };\n}", &owner, Ok("{\n  sops.secrets.x = { owner = \"o\"; };\n}"));
        check(
            "{\n  sops.secrets.x = { };\n}",
            &both,
            Ok("{\n  sops.secrets.x = {\n    owner = \"o\";\n    mode = \"0440\";\n  };\n}"),
        );
        check(
            "{\n  sops.secrets.x = {\n    key = \"k\"; # it\n  };\n}",
            &owner,
            Ok("{\n  sops.secrets.x = {\n    key = \"k\"; # it\n    owner = \"o\";\n  };\n}"),
        );
        check(
            "{\n  sops.secrets.x.key = \"k\";\n  a = 1;\n}",
            &owner,
            Ok("{\n  sops.secrets.x.key = \"k\";\n  sops.secrets.x.owner = \"o\";\n  a = 1;\n}"),
        );
        check(
            "{ sops.secrets = { x.key = \"k\"; }; }",
            &owner,
            Ok("{ sops.secrets = { x.key = \"k\"; x.owner = \"o\"; }; }"),
        );
        check(
            "{ lib, c, ... }: { sops.secrets.x = lib.mkIf c { }; }",
            &owner,
            Ok("{ lib, c, ... }: { sops.secrets.x = lib.mkIf c { owner = \"o\"; }; }"),
        );
    }

    #[test]
    fn values_are_replaced_where_they_stand() {
        let owner = [set(OptionName::Owner, "o")];
        check("{ sops.secrets.x.owner = \"a\"; }", &owner, Ok("{ sops.secrets.x.owner = \"o\"; }"));
        check(
            "{ sops.secrets.x = { owner = config.a.b; # c\n }; }",
            &owner,
            Ok("{ sops.secrets.x = { owner = \"o\"; # c\n }; }"),
        );
        check(
            "{ lib, ... }: { sops.secrets.x.owner = lib.mkForce \"a\"; }",
            &owner,
            Ok("{ lib, ... }: { sops.secrets.x.owner = lib.mkForce \"o\"; }"),
        );
        check("{ sops.secrets.x.owner = ''a''; }", &owner, Ok("{ sops.secrets.x.owner = ''o''; }"));
        let user = OptionValue::Expression("config.users.users.a.name".to_owned());
        check(
            "{ config, ... }: { sops.secrets.x.owner = \"b\"; }",
            &[(OptionName::Owner, Some(user))],
            Ok("{ config, ... }: { sops.secrets.x.owner = config.users.users.a.name; }"),
        );
        let file = OptionValue::Path("./a b.yaml".to_owned());
        check(
            "{ sops.secrets.x.sopsFile = ./a.yaml; }",
            &[(OptionName::SopsFile, Some(file))],
            Ok("{ sops.secrets.x.sopsFile = ./. + \"/a b.yaml\"; }"),
        );
    }

    #[test]
    fn removed_options_leave_the_declaration() {
        let owner = [(OptionName::Owner, None)];
        check("{\n  sops.secrets.x = {\n    owner = \"o\";\n  };\n}", &owner, Ok("{\n  sops.secrets.x = { };\n}"));
        check(
            "{\n  sops.secrets.x = {\n    # of it\n    owner = \"o\";\n    key = \"k\";\n  };\n}",
            &owner,
            Ok("{\n  sops.secrets.x = {\n    key = \"k\";\n  };\n}"),
        );
        check(
            "{\n  # of x\n  sops.secrets.x.owner = \"o\";\n  a = 1;\n}",
            &owner,
            Ok("{\n  # of x\n  sops.secrets.x = { };\n  a = 1;\n}"),
        );
        check(
            "{\n  sops.secrets.x.owner = \"o\";\n  sops.secrets.x.key = \"k\";\n}",
            &owner,
            Ok("{\n  sops.secrets.x.key = \"k\";\n}"),
        );
        check("{ sops.secrets.x = { }; }", &owner, Err("owner of x is not set"));
        let all = [(OptionName::Owner, None), (OptionName::Key, None)];
        check(
            "{\n  sops.secrets.x.owner = \"o\";\n  sops.secrets.x.key = \"k\";\n}",
            &all,
            Ok("{\n  sops.secrets.x = { };\n}"),
        );
        check("{ sops.secrets.x = { owner = \"o\"; key = \"k\"; }; }", &all, Ok("{ sops.secrets.x = { }; }"));
        let moved = [(OptionName::Owner, None), set(OptionName::Group, "g")];
        check("{ sops.secrets.x = { owner = \"o\"; }; }", &moved, Ok("{ sops.secrets.x = { group = \"g\"; }; }"));
        check(
            "{\n  sops.secrets.x.owner = \"o\";\n  a = 1;\n}",
            &moved,
            Ok("{\n  sops.secrets.x.group = \"g\";\n  a = 1;\n}"),
        );
    }

    #[test]
    fn inherited_options_get_a_binding_of_their_own() {
        let file = [(OptionName::SopsFile, Some(OptionValue::Path("./b.yaml".to_owned())))];
        let sources = "let sopsFile = ./a.yaml; mode = \"0400\"; in ";
        let both = |text: &str| format!("{sources}{text}");
        check(
            &both("{ sops.secrets.x = { inherit sopsFile mode; }; }"),
            &file,
            Ok(&both("{ sops.secrets.x = { inherit mode; sopsFile = ./b.yaml; }; }")),
        );
        check(
            &both("{\n  sops.secrets.x = {\n    inherit sopsFile;\n  };\n}"),
            &file,
            Ok(&both("{\n  sops.secrets.x = {\n    sopsFile = ./b.yaml;\n  };\n}")),
        );
        check(
            &both("{ sops.secrets.x = { inherit sopsFile mode; }; }"),
            &[(OptionName::SopsFile, None)],
            Ok(&both("{ sops.secrets.x = { inherit mode; }; }")),
        );
        check(
            &both("{ sops.secrets.x = { inherit sopsFile; }; }"),
            &[(OptionName::SopsFile, None)],
            Ok(&both("{ sops.secrets.x = { }; }")),
        );
    }

    #[test]
    fn options_from_elsewhere_are_overridden_or_refused() {
        let owner = [set(OptionName::Owner, "o")];
        check(
            "let c = { owner = \"a\"; }; in { sops.secrets.x = c // { key = \"k\"; }; }",
            &owner,
            Ok("let c = { owner = \"a\"; }; in { sops.secrets.x = c // { key = \"k\"; owner = \"o\"; }; }"),
        );
        check(
            "let c = { owner = \"a\"; }; in { sops.secrets.x = c; }",
            &owner,
            Ok("let c = { owner = \"a\"; }; in { sops.secrets.x = c // { owner = \"o\"; }; }"),
        );
        check(
            "let c = { owner = \"a\"; }; in { sops.secrets.x = c // { key = \"k\"; }; }",
            &[(OptionName::Owner, None)],
            Err("line 1: owner of x comes from elsewhere"),
        );
        check("{ mk, ... }: { sops.secrets.x = mk 1; }", &owner, Err("line 1: x is computed by a function"));
        check(
            "{ lib, ... }: { sops.secrets = lib.genAttrs [ \"x\" \"y\" ] (_: { }); }",
            &owner,
            Err("line 1: x is computed"),
        );
        check(
            "{ lib, ... }: { sops.secrets = lib.mapAttrs (_: v: v // { uid = 0; }) { x = { }; }; }",
            &owner,
            Ok("{ lib, ... }: { sops.secrets = lib.mapAttrs (_: v: v // { uid = 0; }) { x = { owner = \"o\"; }; }; }"),
        );
        check(
            "{ lib, ... }: { sops.secrets = lib.mapAttrs (_: v: v // { owner = \"a\"; }) { x = { }; }; }",
            &owner,
            Err("line 1: x shares its text with what else is computed here"),
        );
    }
}
