//! Files: finding, reading, locking, replacing. Identities come in here.
