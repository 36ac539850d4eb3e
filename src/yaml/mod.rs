//! Lossless YAML: a text with a tree of byte ranges over it. Knows nothing of SOPS.
