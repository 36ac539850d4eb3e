//! The terminal: raw mode, input, clipboard, and the loop that performs effects.
