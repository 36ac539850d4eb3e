//! The answers: from the arguments, else asked for, else the defaults.

use std::path::Path;

use super::super::args::{DecryptWithArg, InitArgs};
use super::super::ask::Terminal;
use super::super::failure::{Failure, code};
use super::super::keygen;
use super::super::note;
use super::Halt;
use super::key::OwnKey;
use crate::crypto::age::recipient_from_ssh;
use crate::repo::RepoPath;
use crate::repo::setup::{Answers, DecryptWith, Holder, Proposal};
use crate::sops::legal_name;
use crate::storage::{Environment, Setup, shown};

/// Where a NixOS machine has the public half of its host key.
const OWN_HOST_KEY: &str = "/etc/ssh/ssh_host_ed25519_key.pub";
/// What marks a machine as NixOS.
const NIXOS: &str = "/etc/NIXOS";
/// Where an identity of the host usually lies.
const HOST_IDENTITY: &str = "/var/lib/sops-nix/key.txt";

/// The arguments, and the terminal for what they leave open.
pub(super) struct Asking<'a> {
    pub(super) args: &'a InitArgs,
    pub(super) terminal: Option<Terminal>,
}

/// What an argument says, if it is given.
#[derive(Clone, Copy)]
struct Given<'a> {
    argument: &'static str,
    text: Option<&'a str>,
}

impl Asking<'_> {
    /// The argument, else the answer, else the default.
    fn answer<T>(
        &mut self,
        given: Given<'_>,
        question: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Halt> {
        let refused = |words| Halt::Failed(Failure::new(code::USAGE, words));
        match (given.text, &mut self.terminal) {
            (Some(text), _) => {
                let argument = given.argument;
                read(text).map_err(|words| refused(format!("{argument} {}: {words}", crate::text::sanitize(text))))
            }
            (None, Some(terminal)) => Ok(terminal.ask(question, default, read)?),
            (None, None) => read(default).map_err(refused),
        }
    }
}

/// Gathers all answers.
pub(super) fn gather(
    asking: &mut Asking<'_>,
    setup: &Setup,
    proposal: &Proposal,
    key: &OwnKey,
) -> Result<Answers, Halt> {
    let args = asking.args;
    let recipient = key.recipient().clone();
    let name = match setup.facts().name_of(&recipient) {
        Some(name) => name,
        None => {
            let login = std::env::var("USER").ok().filter(|name| !name.is_empty() && name != "root");
            let default = legal_name(&login.unwrap_or_else(|| "admin".to_owned()));
            asking.answer(
                Given { argument: "--name", text: args.name.as_deref() },
                "Your name in .sops.yaml",
                &default,
                name_in_rules,
            )?
        }
    };
    let secrets_file = match &args.secrets_file {
        Some(path) => inside(setup, path)?,
        None => asking.answer(unsaid(), "The encrypted file", proposal.secrets_file.as_str(), encrypted_path)?,
    };
    let system = system(asking, proposal)?;
    let decrypt_with = decrypt_with(asking, proposal)?;
    let host = host(asking, &decrypt_with, system.as_deref())?;
    Ok(Answers { you: Holder { name, recipient }, host, secrets_file, decrypt_with, system })
}

/// Nothing was given.
fn unsaid() -> Given<'static> {
    Given { argument: "", text: None }
}

fn name_in_rules(name: &str) -> Result<String, String> {
    let legal = legal_name(name);
    if legal == name { Ok(legal) } else { Err(format!("a name has letters, digits, - and _ only, such as {legal}")) }
}

fn encrypted_path(text: &str) -> Result<RepoPath, String> {
    let is_yaml = text.ends_with(".yaml") || text.ends_with(".yml");
    match RepoPath::new(text).filter(|path| !text.starts_with('/') && !path.file_name().is_empty()) {
        Some(path) if is_yaml => Ok(path),
        Some(_) => Err("the file is YAML, so its name ends in .yaml".to_owned()),
        None => Err("the path lies inside the repository, such as secrets/secrets.yaml".to_owned()),
    }
}

/// A path of the command line, seen from the repository; a relative one lies in the folder of the flake.
fn inside(setup: &Setup, path: &Path) -> Result<RepoPath, Halt> {
    let whole = setup.folder().join(path);
    let text = whole.strip_prefix(setup.root().path()).unwrap_or(path).to_string_lossy();
    encrypted_path(&text).map_err(|words| Failure::new(code::USAGE, words).in_file(path).into())
}

fn system(asking: &mut Asking<'_>, proposal: &Proposal) -> Result<Option<String>, Halt> {
    let systems = &proposal.systems;
    let known = |name: &str| match systems.iter().find(|system| *system == name) {
        Some(system) => Ok(Some(system.clone())),
        None if systems.is_empty() => Err("there is no flake with systems here; leave --host out".to_owned()),
        None => Err(format!("the flake has no system {name}; it has {}", systems.join(", "))),
    };
    match (&asking.args.host, systems.len()) {
        (Some(name), _) => asking.answer(Given { argument: "--host", text: Some(name.as_str()) }, "", "", known),
        (None, 0 | 1) => Ok(None),
        (None, _) => {
            let question = format!("Which system gets the secrets ({}, none)", systems.join(", "));
            asking.answer(unsaid(), &question, "none", |name| if name == "none" { Ok(None) } else { known(name) })
        }
    }
}

fn decrypt_with(asking: &mut Asking<'_>, proposal: &Proposal) -> Result<DecryptWith, Halt> {
    let args = asking.args;
    let by_file = proposal.is_home() || args.key_file.is_some();
    let kind = match args.decrypt_with {
        Some(kind) => kind,
        None if proposal.has_module => DecryptWithArg::SshHostKey,
        None if by_file => DecryptWithArg::KeyFile,
        None => asking.answer(
            unsaid(),
            "The host decrypts with its ssh-host-key, or a key-file",
            "ssh-host-key",
            |kind| match kind {
                "ssh-host-key" => Ok(DecryptWithArg::SshHostKey),
                "key-file" => Ok(DecryptWithArg::KeyFile),
                _ => Err("answer ssh-host-key or key-file".to_owned()),
            },
        )?,
    };
    if kind == DecryptWithArg::SshHostKey {
        return Ok(DecryptWith::SshHostKey);
    }
    let own = Environment::of_process().default_key_file().filter(|_| proposal.is_home());
    let default = own.map_or_else(|| HOST_IDENTITY.to_owned(), |path| path.to_string_lossy().into_owned());
    let given = Given { argument: "--key-file", text: args.key_file.as_deref() };
    let path = asking.answer(given, "The key file on the target", &default, |path| {
        // Neither ~ nor variables are expanded where it is read.
        if path.starts_with('/') { Ok(path.to_owned()) } else { Err("the path is absolute and without ~".to_owned()) }
    })?;
    Ok(DecryptWith::KeyFile(path))
}

/// The host whose key is at hand: the one that is named, else this machine where it is NixOS.
fn host(asking: &mut Asking<'_>, with: &DecryptWith, system: Option<&str>) -> Result<Option<Holder>, Halt> {
    if *with != DecryptWith::SshHostKey {
        return Ok(None);
    }
    let own = Path::new(OWN_HOST_KEY);
    let path = match &asking.args.host_key {
        Some(path) if path.as_os_str() == "none" => return Ok(None),
        Some(path) => path.clone(),
        None if Path::new(NIXOS).exists() && own.exists() => own.to_owned(),
        None => return Ok(None),
    };
    let name = system.map(str::to_owned).or_else(|| {
        let name = std::fs::read_to_string("/etc/hostname").ok().filter(|_| path == own)?;
        Some(legal_name(&name))
    });
    let line = keygen::read(&path)?;
    let line = String::from_utf8_lossy(line.expose()).into_owned();
    let recipient = recipient_from_ssh(&line)
        .map_err(|error| Failure::new(code::INVALID_VALUE, &error).in_file(&path).hint(error.hint()))?;
    let holder = Holder { name: legal_name(&name.unwrap_or_else(|| "host".to_owned())), recipient };
    note(&format!("The host {} decrypts with {} ({})", holder.name, holder.recipient, shown(&path)));
    Ok(Some(holder))
}
