//! `check` over a large repository without errors: 500 Nix files, 250 encrypted files, 830 declarations.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::process::{Program, RECIPIENT, Run, best, run};

/// Hosts, each with a module of its own, five services and two or three encrypted files.
const HOSTS: usize = 83;
const NIX_FILES: usize = 500;
const ENCRYPTED_FILES: usize = 250;

/// Prints how long a check takes, and how much there is to look at.
pub(crate) fn print() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = make(folder.path());
    let ours = Program::sopsmith();
    let checked = best(10, || run(ours.command().args(["check", "--format", "github"]).arg(folder.path())));
    let parsed = best(5, || run(&mut nix(folder.path())));
    let milliseconds = |run: Run| run.time.as_secs_f64() * 1e3;
    println!("\ncheck: {NIX_FILES} Nix files, {ENCRYPTED_FILES} encrypted files, {:.1} MB\n", bytes as f64 / 1e6);
    println!("| sopsmith check | nix-instantiate --parse, Nix files alone | part | memory |\n|---|---|---|---|");
    let (ours, theirs) = (milliseconds(checked), milliseconds(parsed));
    println!("| {ours:.0} ms | {theirs:.0} ms | {:.2} | {:.0} MB |", ours / theirs, checked.peak_bytes as f64 / 1e6);
}

/// Nix reading the same Nix files without evaluating any: the least that an evaluation has to do.
fn nix(folder: &Path) -> Command {
    let mut command = Command::new("nix-instantiate");
    command.arg("--parse").current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    for host in 0..HOSTS {
        command.arg(format!("hosts/host{host}/default.nix"));
        command.args((0..5).map(|service| format!("hosts/host{host}/service{service}.nix")));
    }
    command
}

/// Makes the repository, and returns its size in bytes.
fn make(folder: &Path) -> usize {
    let sops = Program::sops("sops 3.12.2", "s312");
    let mut bytes = 0;
    let mut write = |path: String, text: String| {
        bytes += text.len();
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let sealed = seal(&sops, folder);
    for number in 0..ENCRYPTED_FILES {
        write(format!("secrets/host{}/{number}.yaml", number % HOSTS), sealed.clone());
    }
    let mut configurations = String::new();
    for host in 0..HOSTS {
        writeln!(
            configurations,
            "    nixosConfigurations.host{host} = lib.nixosSystem {{ modules = [ ./hosts/host{host} ]; }};"
        )
        .unwrap();
        write(format!("hosts/host{host}/default.nix"), host_module(host));
        for service in 0..5 {
            write(format!("hosts/host{host}/service{service}.nix"), service_module(service));
        }
    }
    write("flake.nix".to_owned(), format!("{{\n  outputs = {{ self, lib, ... }}: {{\n{configurations}  }};\n}}\n"));
    write("modules/common.nix".to_owned(), "{ ... }:\n{\n  services.openssh.enable = true;\n}\n".to_owned());
    let init = Command::new("git").args(["init", "-q"]).current_dir(folder).status().unwrap();
    let add = Command::new("git").args(["add", "."]).current_dir(folder).status().unwrap();
    assert!(init.success() && add.success());
    bytes
}

fn host_module(host: usize) -> String {
    let imports: String = (0..5).map(|service| format!(" ./service{service}.nix")).collect();
    format!(
        "{{ config, lib, pkgs, ... }}:\n{{\n  imports = [ ../../modules/common.nix{imports} ];\n  networking.hostName = \"host{host}\";\n\
         \n  sops = {{\n    defaultSopsFile = ../../secrets/host{host}/{host}.yaml;\n    age.keyFile = \"/var/lib/key.txt\";\n  }};\n{}}}\n",
        filler(30)
    )
}

/// A service in the common shape: a few options, two secrets, a user, a unit that reads them.
fn service_module(service: usize) -> String {
    format!(
        "{{ config, lib, pkgs, ... }}:\nlet\n  cfg = config.services.own{service};\nin\n{{\n  \
         sops.secrets.\"key_{first}\" = {{\n    owner = \"svc{service}\";\n    restartUnits = [ \"own{service}.service\" ];\n  }};\n  \
         sops.secrets.key_{second}.owner = \"svc{service}\";\n  users.users.svc{service} = {{ isSystemUser = true; group = \"svc\"; }};\n  \
         systemd.services.own{service} = {{\n    wantedBy = [ \"multi-user.target\" ];\n    \
         environment.ONE = config.sops.secrets.\"key_{first}\".path;\n    \
         environment.TWO = config.sops.secrets.key_{second}.path;\n  }};\n{}}}\n",
        filler(60),
        first = service * 2,
        second = service * 2 + 1,
    )
}

/// Nix that has nothing to do with secrets, as most of a repository.
fn filler(lines: usize) -> String {
    (0..lines)
        .map(|line| {
            format!("  services.example.option{line} = lib.mkDefault {{ value = \"text {line}\"; on = true; }};\n")
        })
        .collect()
}

fn seal(sops: &Program, folder: &Path) -> String {
    let file = folder.join("sealed.yaml");
    let plain: String = (0..20).map(|key| format!("key_{key}: a value of some length {key}\n")).collect();
    fs::write(&file, plain).unwrap();
    run(sops.command().args(["encrypt", "--age", RECIPIENT, "--in-place"]).arg(&file));
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    text
}
