//! Keys and envelopes: the data key, `ENC[…]` values, age. Knows nothing of files.
