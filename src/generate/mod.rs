//! New values from randomness: passwords, passphrases, hex, base64, UUIDs.
