//! Examples: the last part of `--help` and of the manual page of the commands that share their arguments.
//!
//! A test parses each line, so that no example is one of an older version.

/// What stands at the end of the program's own help.
pub(super) const SOPSMITH: &str = "\
Examples:
  sopsmith init                          from nothing to a rebuild that works
  sopsmith secrets/web.yaml              edit a file beside the declarations that read it
  sopsmith demo                          a throwaway repository, to look around in
  sopsmith list secrets/web.yaml         names, types and declarations; needs no key
  sopsmith get secrets/web.yaml api/key  one value on stdout, nothing added
  pass show x | sopsmith set secrets/web.yaml api/key --trim-newline
  sopsmith set secrets/web.yaml db/password --generate password
  sopsmith recipients list               who can read which file; needs no key
  sopsmith check                         what the next rebuild would say; needs no key

KEY is a/b/c as in sops-nix, or [\"a\"][\"b\"][0] as in SOPS.
Keys are looked up as SOPS does: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, ~/.config/sops/age/keys.txt, ~/.ssh/id_ed25519, …";

pub(super) const DEMO: &str = "\
Examples:
  sopsmith demo                          open it in the editor; it is removed at the end
  sopsmith demo --keep ./try-it          keep it to look at
  sopsmith demo --script                 without a terminal: what is done, and the diff";

pub(super) const LIST: &str = "\
Examples:
  sopsmith list secrets/web.yaml
  sopsmith list secrets/web.yaml --json";

pub(super) const GET: &str = "\
Examples:
  sopsmith get secrets/web.yaml api/deepseek
  sopsmith get secrets/web.yaml '[\"tls\"][\"chain\"][0]'";

pub(super) const SET: &str = "\
Examples:
  pass show x | sopsmith set secrets/web.yaml api/key --trim-newline
  sopsmith set secrets/web.yaml tls/cert < cert.pem
  sopsmith set secrets/web.yaml db/password --generate password:40
  echo 8080 | sopsmith set secrets/web.yaml port --type int --trim-newline";

pub(super) const UNSET: &str = "\
Examples:
  sopsmith unset secrets/web.yaml api/old
  sopsmith unset secrets/web.yaml '[\"tls\"][\"chain\"][1]'";

pub(super) const RENAME: &str = "\
Examples:
  sopsmith rename secrets/web.yaml api/old api/new
  sopsmith rename secrets/web.yaml mail services/mail";

pub(super) const COPY: &str = "\
Examples:
  sopsmith copy secrets/web.yaml api/deepseek
  sopsmith copy secrets/web.yaml api/deepseek --clear-after 10
  sopsmith copy secrets/web.yaml api/deepseek --osc52";

pub(super) const DECRYPT: &str = "\
Examples:
  sopsmith decrypt secrets/web.yaml";

pub(super) const COMPLETIONS: &str = "\
Examples:
  sopsmith completions bash > ~/.local/share/bash-completion/completions/sopsmith
  sopsmith completions zsh > ~/.local/share/zsh/site-functions/_sopsmith
  sopsmith completions fish > ~/.config/fish/completions/sopsmith.fish";

pub(super) const MAN: &str = "\
Examples:
  sopsmith man | man -l -
  sopsmith man encrypt | man -l -
  sopsmith man --dir ~/.local/share/man/man1";
