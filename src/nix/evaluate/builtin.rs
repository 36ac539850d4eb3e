//! The functions that are understood: their names, and how many arguments they take.
//!
//! Truth: Nix 2.8 `builtins` and nixpkgs `lib` of June 2026. The name alone decides, so that `lib.genAttrs`,
//! `lib.attrsets.genAttrs` and `inherit (lib) genAttrs` are one function.

use std::rc::Rc;

use super::symbol::{Root, Symbol};
use super::value::Val;

macro_rules! builtins {
    ($($variant:ident $arity:literal $($name:literal)+;)+) => {
        /// A function that is understood.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in crate::nix) enum Builtin { $($variant),+ }

        impl Builtin {
            /// How many arguments it takes before it gives a value.
            pub(super) fn arity(self) -> usize {
                match self { $(Self::$variant => $arity),+ }
            }
        }

        /// The function of that name.
        pub(super) fn named(name: &str) -> Option<Builtin> {
            Some(match name { $($($name)|+ => Builtin::$variant,)+ _ => return None })
        }
    };
}

builtins! {
    AttrNames 1 "attrNames";
    AttrValues 1 "attrValues";
    ConcatLists 1 "concatLists";
    ConcatMap 2 "concatMap";
    ConcatMapAttrs 2 "concatMapAttrs";
    ConcatMapStringsSep 3 "concatMapStringsSep";
    ConcatStrings 1 "concatStrings";
    ConcatStringsSep 2 "concatStringsSep";
    Const 2 "const";
    Elem 2 "elem";
    Filter 2 "filter";
    FilterAttrs 2 "filterAttrs";
    Flatten 1 "flatten";
    Flip 3 "flip";
    FoldLeft 3 "foldl'" "foldl";
    FoldLeftAttrs 3 "foldlAttrs";
    FoldRight 3 "foldr" "fold";
    ForEach 2 "forEach";
    GenAttrs 2 "genAttrs";
    GenAttrsPrime 2 "genAttrs'";
    GetAttr 2 "getAttr";
    HasAttr 2 "hasAttr";
    HasInfix 2 "hasInfix";
    HasPrefix 2 "hasPrefix";
    HasSuffix 2 "hasSuffix";
    Head 1 "head";
    Id 1 "id" "mkDefault" "mkForce" "mkOptionDefault" "mkVMOverride" "mkBefore" "mkAfter" "mkImageMediaOverride";
    Import 1 "import" "scopedImport";
    ListToAttrs 1 "listToAttrs";
    Map 2 "map";
    MapAttrs 2 "mapAttrs";
    MapAttrsPrime 2 "mapAttrs'";
    MapAttrsToList 2 "mapAttrsToList";
    MergeAttrs 2 "mergeAttrs";
    MergeAttrsList 1 "mergeAttrsList";
    MkIf 2 "mkIf" "optionalAttrs";
    MkMerge 1 "mkMerge";
    MkOverride 2 "mkOverride" "mkOrder";
    NameValuePair 2 "nameValuePair";
    Optional 2 "optional";
    Optionals 2 "optionals";
    OptionalString 2 "optionalString";
    Pipe 2 "pipe";
    Range 2 "range";
    RecursiveUpdate 2 "recursiveUpdate";
    RemoveAttrs 2 "removeAttrs";
    RemovePrefix 2 "removePrefix";
    RemoveSuffix 2 "removeSuffix";
    ReplaceStrings 3 "replaceStrings";
    SetAttrByPath 2 "setAttrByPath";
    Singleton 1 "singleton";
    SplitString 2 "splitString";
    ToLower 1 "toLower";
    ToText 1 "toString";
    ToUpper 1 "toUpper";
    Unique 1 "unique";
}

/// What a name means that nothing in the file defines, as far as Nix itself knows it.
pub(super) fn global(name: &str) -> Option<Val> {
    Some(match name {
        "true" => Val::Boolean(true),
        "false" => Val::Boolean(false),
        "null" => Val::Null,
        "builtins" => Val::Symbol(Rc::new(Symbol::new(Root::Builtins))),
        "import" | "map" | "removeAttrs" | "scopedImport" | "toString" => Val::Partial(named(name)?, Rc::new([])),
        "abort" | "baseNameOf" | "derivation" | "dirOf" | "fetchGit" | "fetchTarball" | "fetchTree" | "fromTOML"
        | "isNull" | "placeholder" | "throw" => {
            Val::Symbol(Rc::new(Symbol { root: Root::Builtins, path: vec![Some(name.to_owned())] }))
        }
        _ => return None,
    })
}
