//! Adding a declaration at a site.

use super::bindings::{Addition, edit_set};
use super::style::{Style, WIDEST, neighbours};
use super::verify::{Meant, verify};
use super::{Desk, refuse_broken, taken, write};
use crate::nix::declaration::DeclarationSpec;
use crate::nix::error::EditError;
use crate::nix::file::NixFile;
use crate::nix::site::{Site, SiteId, SiteKind};
use crate::nix::tree::{Expr, Tree};
use crate::text::Patch;

/// The text of a declaration as it would stand at a site.
pub(in crate::nix) fn render(file: &NixFile, site: SiteId, spec: &DeclarationSpec) -> Result<String, EditError> {
    let site = file.sites().get(site.0).ok_or(EditError::Gone)?;
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let (bindings, _) = desk.bindings(site, spec)?;
    let lines: Vec<&str> = bindings.iter().flat_map(|binding| binding.lines()).collect();
    let indentation = desk.indentation(site);
    Ok(lines.join(&format!("{}{indentation}", desk.layout.ending)))
}

pub(in crate::nix) fn add_declaration(
    file: &NixFile,
    site: SiteId,
    spec: &DeclarationSpec,
) -> Result<Patch, EditError> {
    refuse_broken(file)?;
    let site = file.sites().get(site.0).ok_or(EditError::Gone)?;
    if let Some(other) = taken(file, &spec.name, (&site.place, &site.conditions)) {
        let line = super::line_of(file.text(), other.range.start);
        return Err(EditError::NameTaken { name: spec.name.clone(), line });
    }
    let tree = Tree::parse(file.text());
    let desk = Desk::new(file, &tree);
    let (bindings, style) = desk.bindings(site, spec)?;
    if site.target.is_computed {
        let patch = desk.merged_into(site, &bindings, &style);
        return verify(file, patch, &Meant::Added { site, spec });
    }
    let width = bindings.iter().map(|binding| binding.chars().count() + 1).sum::<usize>();
    let is_first = tree.bindings(site.target.set).next().is_none();
    let line = desk.layout.line_start(site.offset)..desk.layout.next_line(site.offset);
    let addition = Addition {
        // The first one opens the set, unless the whole file is one line.
        may_share_line: (!is_first || !file.text().trim_end().contains('\n'))
            && bindings.iter().all(|binding| !binding.contains('\n'))
            && width + line.len() <= WIDEST,
        spaced: style.spaced || (site.kind == SiteKind::Module && !is_first),
        after: site.target.after,
        bindings,
    };
    let patch = edit_set(&desk.layout, &style, site.target.set, &[], &addition)?;
    verify(file, patch, &Meant::Added { site, spec })
}

impl Desk<'_, '_> {
    /// ` // { … }` behind a computed set.
    fn merged_into(&self, site: &Site, bindings: &[String], style: &Style) -> Patch {
        let range = self.tree.range(site.target.set);
        let outer = self.layout.indentation(range.end);
        let (ending, unit) = (self.layout.ending, &style.unit);
        let lines: String =
            bindings.iter().flat_map(|it| it.lines()).map(|line| format!("{outer}{unit}{line}{ending}")).collect();
        let set = format!(" // {{{ending}{lines}{outer}}}");
        match self.tree.expr(site.target.set) {
            Expr::Ident | Expr::Select { .. } | Expr::Apply { .. } | Expr::Paren(_) => Patch::insert(range.end, set),
            _ => Patch::replace(range.clone(), format!("({}){set}", self.tree.slice(site.target.set))),
        }
    }

    /// The bindings of a declaration at a site, and the style they follow.
    fn bindings(&self, site: &Site, spec: &DeclarationSpec) -> Result<(Vec<String>, Style), EditError> {
        let target = &site.target;
        let there = neighbours(self.tree, self.file.declarations(), target.set, &target.prefix);
        let all: Vec<_> = self.file.declarations().iter().collect();
        let style = Style::of(&self.layout, if there.is_empty() { &all } else { &there });
        let name = format!("{}{}", target.prefix, write::attribute(&spec.name, style.quoted)?);
        let mut options = Vec::new();
        for (option, value) in &spec.options {
            let attribute = write::attribute(option.as_str(), false)?;
            options.push(format!("{attribute} = {};", write::value(option, value, None)?));
        }
        let is_dotted = style.dotted && !options.is_empty();
        let one_line = format!("{name} = {{ {} }};", options.join(" "));
        let width = self.indentation(site).len() + one_line.chars().count();
        let bindings = if options.is_empty() {
            vec![format!("{name} = {};", style.empty)]
        } else if is_dotted {
            options.iter().map(|option| format!("{name}.{option}")).collect()
        } else if style.is_one_line(options.len(), width) {
            vec![one_line]
        } else {
            let lines: String = options.iter().map(|option| format!("{}{option}\n", style.unit)).collect();
            vec![format!("{name} = {{\n{lines}}};")]
        };
        Ok((bindings, style))
    }

    /// The indentation of the lines at a site.
    fn indentation(&self, site: &Site) -> String {
        let set = self.tree.range(site.target.set);
        if site.target.is_computed {
            return format!("{}{}", self.layout.indentation(set.end), Style::of(&self.layout, &[]).unit);
        }
        let neighbour = site.target.after.or_else(|| self.tree.bindings(site.target.set).last());
        match neighbour.map(|binding| self.tree.range(binding).start) {
            Some(start) if self.layout.begins_line(start) => self.layout.indentation(start).to_owned(),
            _ => format!("{}{}", self.layout.indentation(set.start), Style::of(&self.layout, &[]).unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::{OptionName, OptionValue};

    fn text(value: &str) -> OptionValue {
        OptionValue::Text(value.to_owned())
    }

    /// Adds `new` with these options at the best site.
    fn check(before: &str, options: &[(OptionName, OptionValue)], expected: &str) {
        let file = NixFile::parse(before);
        let spec = DeclarationSpec { name: "new".to_owned(), options: options.to_vec() };
        let patch = file.add_declaration(SiteId(0), &spec).unwrap();
        assert_eq!(file.apply(&patch).text(), expected);
        let shown = file.render(SiteId(0), &spec).unwrap();
        assert!(expected.contains(&shown), "{shown}");
    }

    #[test]
    fn new_declarations_look_like_their_neighbours() {
        let owner = [(OptionName::Owner, text("o"))];
        let both = [(OptionName::Owner, text("o")), (OptionName::Mode, text("0440"))];
        check(
            "{\n  sops.secrets = {\n    a = { };\n  };\n}\n",
            &[],
            "{\n  sops.secrets = {\n    a = { };\n    new = { };\n  };\n}\n",
        );
        check(
            "{\n  sops.secrets.a = {};\n\n  x = 1;\n}\n",
            &[],
            "{\n  sops.secrets.a = {};\n  sops.secrets.new = {};\n\n  x = 1;\n}\n",
        );
        check(
            "{\n  sops = {\n    secrets.a.owner = \"b\";\n    age = { };\n  };\n}\n",
            &both,
            "{\n  sops = {\n    secrets.a.owner = \"b\";\n    secrets.new.owner = \"o\";\n    secrets.new.mode = \"0440\";\n    age = { };\n  };\n}\n",
        );
        check(
            "{\n    sops.secrets = {\n        \"a\" = {\n            owner = \"b\";\n        };\n\n        \"c\" = { };\n    };\n}\n",
            &owner,
            "{\n    sops.secrets = {\n        \"a\" = {\n            owner = \"b\";\n        };\n\n        \"c\" = { };\n\n        \"new\" = {\n            owner = \"o\";\n        };\n    };\n}\n",
        );
        check("{ sops.secrets = { a = {}; }; }", &owner, "{ sops.secrets = { a = {}; new = { owner = \"o\"; }; }; }");
        check(
            "{\r\n\tsops.secrets = {\r\n\t\ta = { };\r\n\t};\r\n}\r\n",
            &both,
            "{\r\n\tsops.secrets = {\r\n\t\ta = { };\r\n\t\tnew = {\r\n\t\t\towner = \"o\";\r\n\t\t\tmode = \"0440\";\r\n\t\t};\r\n\t};\r\n}\r\n",
        );
    }

    #[test]
    fn empty_sets_and_modules_take_a_first_declaration() {
        check("{\n  sops.secrets = { };\n}\n", &[], "{\n  sops.secrets = {\n    new = { };\n  };\n}\n");
        check(
            "{\n  sops.secrets = {\n    # none yet\n  };\n}\n",
            &[],
            "{\n  sops.secrets = {\n    # none yet\n    new = { };\n  };\n}\n",
        );
        check(
            "{\n  sops.defaultSopsFile = ./x;\n}\n",
            &[],
            "{\n  sops.defaultSopsFile = ./x;\n  sops.secrets.new = { };\n}\n",
        );
        check(
            "{ config, ... }:\n{\n  imports = [ ];\n}\n",
            &[],
            "{ config, ... }:\n{\n  imports = [ ];\n\n  sops.secrets.new = { };\n}\n",
        );
        check("{ ... }: { }\n", &[], "{ ... }: { sops.secrets.new = { }; }\n");
    }

    #[test]
    fn comments_stay_where_they_belong() {
        check(
            "{\n  sops.secrets = {\n    a = { }; # of a\n    # the end\n  };\n}\n",
            &[],
            "{\n  sops.secrets = {\n    a = { }; # of a\n    new = { };\n    # the end\n  };\n}\n",
        );
    }

    #[test]
    fn long_declarations_do_not_squeeze_into_one_line() {
        let path = [(OptionName::Path, text(&"/long".repeat(20)))];
        check(
            "{ sops.secrets = { a = {}; }; }\n",
            &path,
            &format!(
                "{{ sops.secrets = {{\n  a = {{}};\n  new = {{\n    path = \"{}\";\n  }};\n}}; }}\n",
                "/long".repeat(20)
            ),
        );
    }

    #[test]
    fn a_computed_set_is_extended_behind_itself() {
        check(
            "{ lib, n, ... }:\n{\n  sops.secrets = lib.genAttrs n (_: { });\n}\n",
            &[],
            "{ lib, n, ... }:\n{\n  sops.secrets = lib.genAttrs n (_: { }) // {\n    new = { };\n  };\n}\n",
        );
    }

    #[test]
    fn impossible_additions_are_refused() {
        let refused = |before: &str, name: &str| {
            let file = NixFile::parse(before);
            file.add_declaration(SiteId(0), &DeclarationSpec::new(name)).unwrap_err()
        };
        assert_eq!(
            refused("{\n sops.secrets.a = { };\n}", "a"),
            EditError::NameTaken { name: "a".to_owned(), line: 2 }
        );
        assert_eq!(
            refused("{ sops.secrets.a = { }", "b"),
            EditError::Syntax { line: 1, message: "the file ends where a semicolon is needed".to_owned() }
        );
        assert_eq!(
            refused("{ sops.secrets.a = { }; }", ""),
            EditError::Unwritable { what: "an empty name".to_owned() }
        );
        assert_eq!(refused("1", "a"), EditError::Gone);
    }
}
