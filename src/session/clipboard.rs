//! The clipboard as far as the editor put something there: what, and until when.
//!
//! The value itself is not kept here: it went to the edge with the copy, and the edge clears it only if it is still
//! what was copied.

use jiff::Timestamp;

use super::effect::Request;

/// What the editor put on the clipboard last.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    pending: Option<Copy>,
    held: Option<(Copy, Timestamp)>,
}

/// A copy that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) request: Request,
    /// What was copied, in words: `api/deepseek`, `the reference to api/deepseek`.
    pub(super) what: String,
    pub(super) is_secret: bool,
}

impl Clipboard {
    /// A copy was asked for.
    pub(super) fn ask(&mut self, copy: Copy) {
        self.pending = Some(copy);
    }

    /// A copy came to an end; returns it if it is the one asked for last. A secret is held from now on, for so many
    /// seconds.
    pub(super) fn finish(&mut self, request: Request, is_copied: bool, now: Timestamp, seconds: i64) -> Option<Copy> {
        let copy = self.pending.take_if(|copy| copy.request == request)?;
        if is_copied {
            // Whatever was there before has been replaced.
            let until = now.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now);
            self.held = copy.is_secret.then(|| (copy.clone(), until));
        }
        Some(copy)
    }

    /// The copy whose time has come; it is no longer held.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Request> {
        self.held.take_if(|(_, until)| *until <= now).map(|(copy, _)| copy.request)
    }

    /// The secret that is held or on its way, whatever its time: the editor is being left.
    pub(super) fn take(&mut self) -> Option<Request> {
        let pending = self.pending.take().filter(|copy| copy.is_secret).map(|copy| copy.request);
        let held = self.held.take().map(|(copy, _)| copy.request);
        pending.or(held)
    }

    /// When what is held has to be cleared.
    pub(super) fn until(&self) -> Option<Timestamp> {
        self.held.as_ref().map(|(_, until)| *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn copied(is_secret: bool) -> Clipboard {
        let mut clipboard = Clipboard::default();
        clipboard.ask(Copy { request: Request(1), what: "a".to_owned(), is_secret });
        assert!(clipboard.finish(Request(1), true, at(100), 45).is_some());
        clipboard
    }

    #[test]
    fn a_value_is_cleared_when_its_time_has_come() {
        let mut clipboard = copied(true);
        assert_eq!(clipboard.take_due(at(144)), None);
        assert_eq!(clipboard.take_due(at(145)), Some(Request(1)));
        assert_eq!(clipboard.take_due(at(146)), None);
    }

    #[test]
    fn what_is_no_secret_stays() {
        assert_eq!(copied(false).until(), None);
        let mut clipboard = copied(true);
        clipboard.ask(Copy { request: Request(2), what: "path".to_owned(), is_secret: false });
        clipboard.finish(Request(2), true, at(110), 45);
        assert_eq!(clipboard.take(), None, "the value was replaced on the clipboard");
    }

    #[test]
    fn a_value_on_its_way_is_cleared_when_the_editor_is_left() {
        let mut clipboard = copied(true);
        clipboard.ask(Copy { request: Request(2), what: "b".to_owned(), is_secret: true });
        assert_eq!((clipboard.take(), clipboard.take()), (Some(Request(2)), None));
    }

    #[test]
    fn a_late_answer_and_a_failed_copy_hold_nothing() {
        let mut clipboard = copied(false);
        clipboard.ask(Copy { request: Request(3), what: "a".to_owned(), is_secret: true });
        assert_eq!(clipboard.finish(Request(2), true, at(1), 45), None);
        assert!(clipboard.finish(Request(3), false, at(1), 45).is_some());
        assert_eq!(clipboard.until(), None);
    }
}
