//! Keys: chords, the one table of bindings, and how a chord finds its action.
