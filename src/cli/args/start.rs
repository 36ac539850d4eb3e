//! Arguments of the commands that one begins with: a key, and a repository that uses it.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

/// Where the new identity goes, or which one to tell the recipients of.
#[derive(Debug, ClapArgs)]
#[command(after_help = KEYGEN_EXAMPLES)]
pub struct KeygenArgs {
    /// Write the identity to this new file, for its owner alone.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["recipients", "file"])]
    pub output: Option<PathBuf>,
    /// Take the identity that this SSH private key stands for where sops-nix decrypts with it, instead of a new one.
    #[arg(long, value_name = "KEY", conflicts_with = "recipients")]
    pub from_ssh: Option<PathBuf>,
    /// Print the recipients of an identity file, or of an SSH key, instead of making a new identity.
    #[arg(short = 'y', long = "recipients")]
    pub recipients: bool,
    /// The file for -y; without it, or as -, stdin.
    #[arg(value_name = "FILE", requires = "recipients")]
    pub file: Option<PathBuf>,
}

const KEYGEN_EXAMPLES: &str = "\
Examples:
  sopsmith keygen                  a new identity where sops looks for it: sops/age/keys.txt
  sopsmith keygen -o host.txt      a new identity in a file of its own
  sopsmith keygen > host.txt       the same, by the shell
  sopsmith keygen -y ~/.config/sops/age/keys.txt
  sopsmith keygen -y ~/.ssh/id_ed25519
  sopsmith keygen --from-ssh /etc/ssh/ssh_host_ed25519_key -o rescue.txt

A file that is there is never overwritten.";

/// What to set up, and the answers that would be asked for.
#[derive(Debug, ClapArgs)]
#[command(after_help = INIT_CODES)]
pub struct InitArgs {
    /// A folder of the repository; without it, the one here.
    pub dir: Option<PathBuf>,
    /// Your age identity: a file that holds it, or `new`.
    #[arg(long, value_name = "FILE|new", conflicts_with_all = ["ssh_key", "recipient"])]
    pub identity: Option<PathBuf>,
    /// Your key is this SSH key.
    #[arg(long, value_name = "FILE", conflicts_with = "recipient")]
    pub ssh_key: Option<PathBuf>,
    /// Your public key, where your identity cannot be read: on hardware, under a passphrase.
    #[arg(long, value_name = "KEY")]
    pub recipient: Option<String>,
    /// What your key is called in .sops.yaml.
    #[arg(long)]
    pub name: Option<String>,
    /// The encrypted file.
    #[arg(long, value_name = "PATH")]
    pub secrets_file: Option<PathBuf>,
    /// With which key the target decrypts.
    #[arg(long, value_enum, value_name = "KIND")]
    pub decrypt_with: Option<DecryptWithArg>,
    /// Where the target has its identity, for key-file.
    #[arg(long, value_name = "PATH")]
    pub key_file: Option<String>,
    /// The system of the flake that gets the secrets.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// The SSH host key (the .pub file) of a host that decrypts from the start; `none` for no host yet.
    #[arg(long, value_name = "FILE|none")]
    pub host_key: Option<PathBuf>,
    /// Take the defaults for what is not given, and write without asking.
    #[arg(short, long)]
    pub yes: bool,
}

const INIT_CODES: &str = "\
Examples:
  sopsmith init
  sopsmith init --identity new --host web --yes
  sopsmith init ./nixos --ssh-key ~/.ssh/id_ed25519 --host-key none

Every file is shown as a diff before it is written. Nothing is overwritten, and what is in place is left alone.
Without a terminal and without --yes the diffs are printed and nothing is written.
Ends with 0 when all that can be written is in place, with 1 when it is not and was not written.";

/// The keys that a target can decrypt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DecryptWithArg {
    /// Its SSH host key: sops.age.sshKeyPaths.
    SshHostKey,
    /// A file with an age identity: sops.age.keyFile.
    KeyFile,
}
