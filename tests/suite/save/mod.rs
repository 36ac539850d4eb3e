//! Saving, judged from outside: what files hold after every fault, and what they keep besides their content.

mod faults;
mod kept;
mod probe;
mod program;
mod refused;
