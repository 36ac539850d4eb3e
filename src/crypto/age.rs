//! age: recipients that wrap the data key and identities that unwrap it.
