//! `.sops.yaml` and recipients: read as the real sops reads them, changed without touching what stays, and by command.

mod commands;
mod matching;
mod own_key;
mod properties;
