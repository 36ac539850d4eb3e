//! The help page of a context, made from the table: its own keys first, then those of its parents.

use super::resolve::Keymap;
use crate::session::{Context, PageLine, Tone};

/// Every key that works in a context, with what it does.
#[must_use]
pub fn page(context: Context) -> Vec<PageLine> {
    let keymap = Keymap::current();
    let mut lines = Vec::new();
    for context_of_keys in context.chain() {
        let own: Vec<PageLine> = keymap
            .of(context_of_keys)
            .filter_map(|binding| {
                let means_it = |chord: &&_| keymap.resolve(context, **chord) == Some(binding.action);
                let keys: Vec<String> = binding.chords.iter().filter(means_it).map(ToString::to_string).collect();
                let words = binding.action.command().words;
                (!keys.is_empty()).then(|| PageLine::labelled(keys.join(" "), words, Tone::Plain))
            })
            .collect();
        if !own.is_empty() {
            if !lines.is_empty() {
                lines.push(PageLine::default());
            }
            lines.push(PageLine::new(context_of_keys.title(), Tone::Accent));
            lines.extend(own);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_explains_what_each_key_does_here() {
        let shown: Vec<String> =
            page(Context::Locked).iter().map(|line| format!("{}|{}", line.label, line.words.text)).collect();
        assert_eq!(shown[0], "|locked");
        assert_eq!(shown[1], "⏎|unwrap the data key again");
        assert!(shown.contains(&"e|edit the value; on a branch: unfold".to_owned()), "Enter means something else here");
        assert!(shown.contains(&"Ctrl-c|as quit; a second time leaves without saving".to_owned()));
    }
}
