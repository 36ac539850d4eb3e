//! The editor as a state machine: no terminal, disk, clock or randomness.
