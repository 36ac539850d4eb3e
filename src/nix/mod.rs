//! Lossless reading and editing of the Nix side. Knows nothing of YAML.
