//! Plaintext: one type, one arena, one way in and few ways out.
