# What the NixOS and home-manager modules of sops-nix accept, as far as the tests need it: the options of
# sops.secrets, sops.templates and sops itself with their types, merging over modules, and the assertions.
# Modelled on modules/sops/default.nix of sops-nix (commit 56b2406); nothing of nixpkgs is needed.
#
# (import ./sops.nix).check ./module.nix evaluates a module and everything it imports, strictly.
let
  inherit (builtins)
    all any attrNames attrValues concatMap elemAt foldl' hasAttr head isAttrs isBool isFunction isInt isList isPath
    isString length listToAttrs map match pathExists substring toJSON toString;

  # lib, as far as the modules use it
  lib = {
    mkIf = condition: content: { _type = "if"; inherit condition content; };
    mkMerge = contents: { _type = "merge"; inherit contents; };
    mkForce = content: { _type = "override"; priority = 50; inherit content; };
    mkDefault = content: { _type = "override"; priority = 1000; inherit content; };
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: values: if condition then values else [ ];
    genAttrs = names: make: listToAttrs (map (name: { inherit name; value = make name; }) names);
    nixosSystem = system: system;
    types = { };
    mkOption = option: option;
    mkEnableOption = _: { };
  };

  type = value: if isAttrs value then value._type or null else null;

  # Every definition of a value: { value, priority }.
  definitions = value:
    if type value == "if" then (if value.condition then definitions value.content else [ ])
    else if type value == "merge" then concatMap definitions value.contents
    else if type value == "override" then map (one: one // { inherit (value) priority; }) (definitions value.content)
    else [ { inherit value; priority = 100; } ];

  bodies = arguments: file: path:
    let
      module = if isPath path || isString path then import path else path;
      body = if isFunction module then module arguments else module;
      config = if body ? config || body ? options then body.config or { } else removeAttrs body [ "imports" ];
    in
    [ config ] ++ concatMap (bodies arguments file) (body.imports or [ ]);

  # The definitions of one attribute over several definitions of the set around it.
  under = name: sets:
    concatMap (set: concatMap (one: if one.value ? ${name} then definitions one.value.${name} else [ ]) (definitions set)) sets;
  values = map (one: one.value);
  names = sets: attrNames (foldl' (known: set: known // set) { } (concatMap (set: values (definitions set)) sets));

  lowest = found: foldl' (least: one: if one.priority < least then one.priority else least) 10000 found;
  strongest = found: values (builtins.filter (one: one.priority == lowest found) found);

  one = place: check: description: default: found:
    let
      strong = strongest found;
      value = head strong;
      joined = if all isList strong then builtins.concatLists strong else value;
    in
    if found == [ ] then default
    else if !(all check strong) then throw "A definition for option `${place}' is not of type `${description}'."
    else if length strong > 1 && !(isList value) && any (other: other != value) strong
    then throw "The option `${place}' has conflicting definition values."
    else joined;

  str = isString;
  nullOr = check: value: value == null || check value;
  absolute = value: isPath value || (isString value && substring 0 1 value == "/");
  listOfStr = value: isList value && all isString value;
  oneOf = known: value: builtins.elem value known;
  none = place: throw "The option `${place}' was accessed but has no value defined.";

  secretOptions = {
    name = [ str "string" ];
    key = [ str "string" ];
    path = [ str "string" ];
    format = [ (oneOf [ "yaml" "json" "binary" "dotenv" "ini" ]) "one of the formats" ];
    mode = [ str "string" ];
    sopsFile = [ absolute "absolute path" ];
    owner = [ (nullOr str) "null or string" ];
    group = [ (nullOr str) "null or string" ];
    uid = [ (nullOr isInt) "null or integer" ];
    gid = [ (nullOr isInt) "null or integer" ];
    neededForUsers = [ isBool "boolean" ];
    restartUnits = [ listOfStr "list of string" ];
    reloadUnits = [ listOfStr "list of string" ];
  };
  homeLacks = [ "owner" "group" "uid" "gid" "neededForUsers" "restartUnits" "reloadUnits" ];
  templateOptions = [ "name" "content" "file" "path" "mode" "owner" "group" "uid" "gid" "restartUnits" "reloadUnits" ];
  settings = [
    "secrets" "templates" "placeholder" "defaultSopsFile" "defaultSopsFormat" "defaultSopsKey" "validateSopsFiles"
    "keepGenerations" "log" "environment" "package" "validationPackage" "useTmpfs" "useSystemdActivation" "age" "gnupg"
  ];

  assertion = holds: message: if holds then true else throw message;

  evaluate = { home ? false, module }:
    let
      arguments = {
        inherit lib config;
        pkgs = { };
        modulesPath = "/nixpkgs/nixos/modules";
        inputs = { };
        self = dirOf module;
      };
      all' = bodies arguments module module;
      sops = under "sops" all';
      sets = values sops;
      place = option: "sops.${option}";
      setting = name: check: description: default: one (place name) check description default (under name sets);
      secretSets = values (under "secrets" sets);
      templateSets = values (under "templates" sets);
      age = values (under "age" sets);
      gnupg = values (under "gnupg" sets);

      secret = name:
        let
          own = values (under name secretSets);
          known = if home then removeAttrs secretOptions homeLacks else secretOptions;
          unknown = builtins.filter (option: !(hasAttr option known)) (names own);
          get = option: default:
            let is = elemAt secretOptions.${option}; in
            one "sops.secrets.${name}.${option}" (is 0) (is 1) default (under option own);
          self = {
            name = get "name" name;
            key = get "key" (setting "defaultSopsKey" (nullOr str) "null or string" name);
            format = get "format" (setting "defaultSopsFormat" str "string" "yaml");
            mode = get "mode" "0400";
            path = get "path" "/run/secrets/${self.name}";
            sopsFile = get "sopsFile" (setting "defaultSopsFile" absolute "absolute path" (none "sops.defaultSopsFile"));
            owner = get "owner" null;
            group = get "group" null;
            uid = get "uid" 0;
            gid = get "gid" 0;
            neededForUsers = get "neededForUsers" false;
            restartUnits = get "restartUnits" [ ];
            reloadUnits = get "reloadUnits" [ ];
          };
          validates = setting "validateSopsFiles" isBool "boolean" true;
        in
        if unknown != [ ] then throw "The option `sops.secrets.${name}.${head unknown}' does not exist."
        else
          assert assertion (builtins.elem self.format [ "yaml" "json" "binary" "dotenv" "ini" ]) "is not one of the formats";
          assert assertion (isString self.sopsFile || pathExists self.sopsFile)
            "path '${toString self.sopsFile}' does not exist: No such file or directory";
          assert assertion (!(validates && isString self.sopsFile))
            "'${toString self.sopsFile}' is not in the Nix store.";
          assert assertion (!(self.uid != null && self.uid != 0 && self.owner != null))
            "In ${name} exactly one of sops.owner and sops.uid must be set";
          assert assertion (!(self.neededForUsers && ((self.uid != 0 && self.owner != "root") || (self.gid != 0 && self.group != "root"))))
            "neededForUsers cannot be used for secrets that are not root-owned";
          self;

      template = name:
        let
          own = values (under name templateSets);
          unknown = builtins.filter (option: !(builtins.elem option templateOptions)) (names own);
        in
        if unknown != [ ] then throw "The option `sops.templates.${name}.${head unknown}' does not exist."
        else {
          path = "/run/secrets/rendered/${name}";
          content = one "content" str "string" "" (under "content" own);
        };

      secrets = lib.genAttrs (names secretSets) secret;
      templates = lib.genAttrs (names templateSets) template;
      config.sops = {
        inherit secrets templates;
        # Placeholders exist as soon as there is a template, for every secret.
        placeholder = if templates == { } then { } else builtins.mapAttrs (name: _: "<SOPS:${name}:PLACEHOLDER>") secrets;
      };

      unknownSettings = builtins.filter (name: !(builtins.elem name settings)) (names sets);
      keyFile = one "sops.age.keyFile" (nullOr (value: isPath value || isString value)) "null or path" null (under "keyFile" age);
      ageKeys = one "sops.age.sshKeyPaths" (value: isList value && all absolute value) "list of absolute path" [ ] (under "sshKeyPaths" age);
      pgpHome = one "sops.gnupg.home" (nullOr str) "null or string" null (under "home" gnupg);
      pgpKeys = one "sops.gnupg.sshKeyPaths" (value: isList value && all absolute value) "list of absolute path" [ ] (under "sshKeyPaths" gnupg);
    in
    assert assertion (unknownSettings == [ ]) "The option `sops.${toString unknownSettings}' does not exist.";
    # The manifest names all of them, so all are evaluated.
    assert builtins.deepSeq [ keyFile ageKeys pgpHome pgpKeys ] true;
    assert assertion (secrets == { } || keyFile != null || ageKeys != [ ] || pgpHome != null || pgpKeys != [ ])
      "No key source configured for sops.";
    assert assertion (!(pgpHome != null && pgpKeys != [ ]))
      "Exactly one of sops.gnupg.home and sops.gnupg.sshKeyPaths must be set";
    # Everything that the modules say, so that no reference is left lazy.
    builtins.deepSeq (map (body: removeAttrs (head (values (definitions body) ++ [ { } ])) [ "sops" ]) all')
      (builtins.deepSeq templates (builtins.mapAttrs (_: secret: secret // { sopsFile = toString secret.sopsFile; }) secrets));
in
{
  inherit evaluate lib;
  nixos = module: evaluate { inherit module; };
  home = module: evaluate { home = true; inherit module; };
}
