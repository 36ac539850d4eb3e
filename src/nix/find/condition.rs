//! Conditions over a place: every `if`, `mkIf` and `optional` that decides whether it takes part.

use rnix::SyntaxKind::{TOKEN_AND_AND, TOKEN_IMPLICATION, TOKEN_OR_OR};

use crate::nix::declaration::Condition;
use crate::nix::evaluate::{Builtin, Evaluator};
use crate::nix::tree::{Expr, NodeId};

/// The conditions over a node, outermost first.
pub(super) fn conditions(evaluator: &Evaluator<'_, '_>, id: NodeId) -> Vec<Condition> {
    let tree = evaluator.tree;
    let mut reversed = Vec::new();
    let mut inner = id;
    for around in tree.ancestors(id) {
        match tree.expr(around) {
            Expr::If { condition, then, otherwise } if inner != condition => {
                let condition = evaluator.condition(condition);
                let negated = condition.negated != (inner == otherwise && inner != then);
                reversed.push(Condition { negated, ..condition });
            }
            // `a && b` looks at `b` only where `a` holds.
            Expr::Binary { operator: operator @ (TOKEN_AND_AND | TOKEN_OR_OR | TOKEN_IMPLICATION), left, right }
                if inner == right =>
            {
                let condition = evaluator.condition(left);
                reversed.push(Condition { negated: condition.negated != (operator == TOKEN_OR_OR), ..condition });
            }
            Expr::Apply { function, argument } if inner == argument => {
                let (head, arguments) = tree.call(around);
                let decides = matches!(
                    evaluator.known_function(head),
                    Some(Builtin::MkIf | Builtin::Optional | Builtin::Optionals | Builtin::OptionalString)
                );
                if decides && arguments.len() == 2 && tree.contains(function, arguments[0]) {
                    reversed.push(evaluator.condition(arguments[0]));
                }
            }
            _ => {}
        }
        inner = around;
    }
    reversed.reverse();
    reversed
}

#[cfg(test)]
mod tests {
    use crate::nix::NixFile;

    /// The conditions over the one reference of a text.
    fn check(text: &str, expected: &[&str]) {
        let file = NixFile::parse(text);
        let [reference] = file.references() else { panic!("{:?}", file.references()) };
        let told: Vec<String> = reference
            .conditions
            .iter()
            .map(|condition| format!("{}{}", if condition.negated { "!" } else { "" }, &text[condition.range.clone()]))
            .collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn every_condition_over_a_place_is_told() {
        check("{ config, ... }: { a = config.sops.secrets.x.path; }", &[]);
        check(
            "{ config, lib, ... }: { config = lib.mkIf config.b { a = config.sops.secrets.x.path; }; }",
            &["config.b"],
        );
        check("{ config, c, ... }: { a = if c then 1 else config.sops.secrets.x.path; }", &["!c"]);
        check("{ config, c, ... }: { a = if !c then config.sops.secrets.x.path else 1; }", &["!c"]);
        check(
            "{ config, lib, c, d, ... }: { a = lib.optionals c [ (lib.optionalString d config.sops.secrets.x.path) ]; }",
            &["c", "d"],
        );
        check("{ config, c, ... }: { a = c && config.sops.secrets ? x; b = c; }", &["c"]);
        check("{ config, lib, ... }: { a = lib.mkIf (config.sops.secrets ? x) 1; }", &[]);
    }
}
