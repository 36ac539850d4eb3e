//! Variables of the environment that are themselves secrets: moved into the arena before anything else runs.
//!
//! The system lays the environment down at the end of the stack, where it stays for the life of the process, readable in
//! `/proc/PID/environ`, and hands a copy of it to every child.

use std::ffi::{CStr, CString};
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroize;

use super::value::Secret;

static SHELTERED: Mutex<Vec<(String, Secret)>> = Mutex::new(Vec::new());

/// Moves a variable's value into the arena, wipes it where it lay, and removes the variable from the environment.
///
/// Call it first thing in `main`: no other thread may run yet. Nothing happens when the variable is not set.
#[expect(unsafe_code, reason = "std neither shows where a variable lies nor wipes it")]
pub fn shelter_variable(name: &str) {
    let Ok(c_name) = CString::new(name) else {
        return;
    };
    // SAFETY: no other thread runs, so nobody changes the environment while the value is copied and overwritten; the
    // block is writable memory of this process, and only bytes before the value's end are touched.
    let value = unsafe {
        let place = libc::getenv(c_name.as_ptr());
        if place.is_null() {
            return;
        }
        let value = Secret::from_exposed(CStr::from_ptr(place).to_bytes());
        std::slice::from_raw_parts_mut(place.cast::<u8>(), value.len()).zeroize();
        std::env::remove_var(name);
        value
    };
    SHELTERED.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), value));
}

/// The value of a variable that was sheltered.
#[must_use]
pub fn sheltered_variable(name: &str) -> Option<Secret> {
    let sheltered = SHELTERED.lock().unwrap_or_else(PoisonError::into_inner);
    sheltered.iter().find(|(known, _)| known == name).map(|(_, value)| value.duplicate())
}
