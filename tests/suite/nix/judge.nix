# Evaluates Nix files as NixOS would, with just enough of a module system and of `lib` for files about secrets.
#
# A list of { file, extra } in, a list of values out. `extra` are names of secrets that may be referred to though the
# file does not declare them. In a value:
#   sops.secrets.x         the options that the file sets, without defaults
#   "<path:x>"             what config.sops.secrets.x.path gives
#   "<placeholder:x>"      what config.sops.placeholder.x gives
#   "path:x.yaml"          a path literal, relative to the file
# Every function and every set with `sops` in it is taken for a module. Not here: option types, priorities other than
# the higher one wins, file imports.
files:
let
  inherit (builtins)
    all attrNames concatLists elem filter foldl' functionArgs head isAttrs isFunction isList isPath length
    listToAttrs map mapAttrs stringLength substring toString
    ;

  lib = rec {
    genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
    inherit (builtins) attrNames attrValues concatLists concatMap concatStringsSep elem filter foldl' head listToAttrs map mapAttrs toString;
    nameValuePair = name: value: { inherit name value; };
    mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    filterAttrs = keep: set: removeAttrs set (filter (name: !(keep name set.${name})) (attrNames set));
    concatMapAttrs = f: set: foldl' (whole: part: whole // part) { } (mapAttrsToList f set);
    mergeAttrsList = foldl' (whole: part: whole // part) { };
    foldl = foldl';
    recursiveUpdate =
      left: right:
      if isAttrs left && isAttrs right then
        left // mapAttrs (name: value: if left ? ${name} then recursiveUpdate left.${name} value else value) right
      else
        right;
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: list: if condition then list else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    optionalString = condition: text: if condition then text else "";
    flip = f: a: b: f b a;
    id = x: x;
    pipe = foldl' (value: f: f value);
    range = first: last: if first > last then [ ] else [ first ] ++ range (first + 1) last;
    mkIf = condition: content: { _type = "if"; inherit condition content; };
    mkMerge = contents: { _type = "merge"; inherit contents; };
    mkOverride = priority: content: { _type = "override"; inherit priority content; };
    mkDefault = mkOverride 1000;
    mkForce = mkOverride 50;
    mkBefore = id;
    mkAfter = id;
    mkOption = option: { _type = "option"; } // option;
    mkEnableOption = _: mkOption { };
    types = { };
    nixosSystem = { modules, ... }: { inherit modules; };
    attrsets = { inherit genAttrs mapAttrs' recursiveUpdate; };
    modules = { inherit mkIf mkMerge; };
  };

  # One definition as a list of { priority, value }, without mkIf, mkMerge and mkForce around it.
  discharge =
    definition:
    if !(isAttrs definition) then
      [ { priority = 100; value = definition; } ]
    else if definition._type or "" == "if" then
      if definition.condition then discharge definition.content else [ ]
    else if definition._type or "" == "merge" then
      concatLists (map discharge definition.contents)
    else if definition._type or "" == "override" then
      map (inner: inner // { inherit (definition) priority; }) (discharge definition.content)
    else
      [ { priority = 100; value = definition; } ];

  # All definitions of one option. Which of them are switched off is looked at late, or a condition on `config` would
  # need itself.
  merge =
    definitions:
    let
      discharged = concatLists (map discharge definitions);
      highest = foldl' (least: it: if it.priority < least then it.priority else least) 10000 discharged;
      values = map (it: it.value) (filter (it: it.priority == highest) discharged);
      names = attrNames (foldl' (whole: part: whole // part) { } values);
      of = name: map (value: value.${name}) (filter (value: value ? ${name}) values);
    in
    if values == [ ] then
      { _type = "absent"; }
    else if all isAttrs values then
      listToAttrs (map (name: { inherit name; value = merge (of name); }) names)
    else if all isList values then
      concatLists values
    else if length values == 1 then
      head values
    else
      throw "conflicting definitions";

  # The configuration of a module, its inline imports included.
  parts =
    arguments: module:
    let
      body = if isFunction module then module arguments else module;
      own = if body ? config || body ? options then body.config or { } else removeAttrs body [ "imports" ];
      inline = filter (it: isAttrs it || isFunction it) (body.imports or [ ]);
    in
    if body._type or "" != "" then [ body ] else [ own ] ++ concatLists (map (parts arguments) inline);

  evaluate =
    extra: outer: module:
    let
      given = merge (parts arguments module);
      secrets = given.sops.secrets or { };
      names = attrNames secrets ++ extra;
      # The names are fixed, or a condition on `config` would need itself.
      known = base // {
        services = lib.recursiveUpdate base.services (given.services or { });
        users = lib.recursiveUpdate base.users (given.users or { });
        sops = (given.sops or { }) // {
          secrets = listToAttrs (map (name: { inherit name; value = { path = "<path:${name}>"; } // removeAttrs (secrets.${name} or { }) [ "path" ]; }) names);
          placeholder = listToAttrs (map (name: { inherit name; value = "<placeholder:${name}>"; }) names);
          templates = mapAttrs (name: value: { path = "<template:${name}>"; } // value) (given.sops.templates or { });
        };
      };
      arguments = {
        inherit lib pkgs inputs;
        inherit (inputs) self nixpkgs;
        config = known;
        osConfig = if outer == null then known else outer;
        options = { };
        modulesPath = "/modules";
        username = "alice";
        host = "web";
        flag = true;
        off = false;
        names = [ "from-arguments" ];
      };
    in
    show extra known given;

  base = {
    users.users = { alice.name = "alice"; alice.group = "users"; bob.name = "bob"; };
    users.groups.keys.name = "keys";
    services = { nginx.user = "nginx"; postgresql.user = "postgres"; forgejo.user = "git"; };
    systemd.services.web.serviceConfig.User = "www";
    networking.hostName = "web";
    my = { on.enable = true; off.enable = false; file = "/etc/sops/x.yaml"; };
  };
  pkgs = { inherit lib; hello = "hello"; bash = "bash"; writeShellScript = _: text: text; };
  self = { outPath = "/flake"; inherit inputs; };
  inputs = {
    inherit self;
    nixpkgs = { inherit lib; };
    flake-parts.lib.mkFlake = _: module: module;
    private.outPath = "/private";
    home-manager.lib.homeManagerConfiguration = { modules, ... }: { inherit modules; };
  };

  present = set: removeAttrs set (filter (name: isAttrs set.${name} && set.${name}._type or "" == "absent") (attrNames set));

  # A value as JSON can hold it, modules inside evaluated.
  show =
    extra: outer: value:
    let
      inner = show extra outer;
      isModule = isFunction value || (isAttrs value && (value ? config || !(elem (value._type or "") [ "" "absent" ])));
    in
    if isModule then
      evaluate extra outer value
    else if isAttrs value && value ? sops && outer == null then
      evaluate extra outer value
    else if isAttrs value && value ? outPath then
      value.outPath
    else if isAttrs value then
      mapAttrs (
        name: part:
        if name == "sops" then
          plain part
        else if isAttrs part && part ? sops then
          evaluate extra outer part
        else
          inner part
      ) (present value)
    else if isList value then
      map inner value
    else
      plain value;

  plain =
    value:
    if isPath value then
      let
        text = toString value;
        start = stringLength here + 1;
      in
      if substring 0 start text == here + "/" then "path:" + substring start (-1) text else "outside:" + text
    else if isAttrs value then
      mapAttrs (_: plain) (present value)
    else if isList value then
      map plain value
    else
      value;

  here = toString ./.;
in
map ({ file, extra }: show extra null (import file)) files
