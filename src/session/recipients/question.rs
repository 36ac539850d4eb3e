//! What a change of recipients or data keys would do, before it does it; with what may be chosen about it.

use super::FileTask;
use crate::session::effect::FileWrite;
use crate::session::layer::page::Page;
use crate::session::view::{PageLine, Tone};

/// The question.
pub(in crate::session) struct KeysQuestion {
    page: Page,
    lines: Vec<PageLine>,
    /// What stands below the choice: the difference of `.sops.yaml`.
    difference: Vec<PageLine>,
    variants: Vec<Variant>,
    chosen: usize,
    /// What has to be confirmed a second time.
    warning: Option<&'static str>,
    was_warned: bool,
}

/// One way to do it.
pub(in crate::session) struct Variant {
    /// What is chosen with it.
    pub(in crate::session) label: String,
    /// `.sops.yaml`, where it changes.
    pub(in crate::session) rules: Option<FileWrite>,
    /// The files.
    pub(in crate::session) tasks: Vec<FileTask>,
}

impl KeysQuestion {
    /// A question about the first variant.
    pub(in crate::session) fn new(
        title: String,
        lines: Vec<PageLine>,
        variants: Vec<Variant>,
        difference: Vec<PageLine>,
    ) -> Self {
        let mut question = Self {
            page: Page::whole(title, Vec::new()),
            lines,
            difference,
            variants,
            chosen: 0,
            warning: None,
            was_warned: false,
        };
        question.renew();
        question
    }

    /// Wants to be confirmed twice.
    pub(in crate::session) fn warn(&mut self, words: &'static str) {
        self.warning = Some(words);
    }

    /// What has to be said before it may be done, once.
    pub(in crate::session) fn take_warning(&mut self) -> Option<&'static str> {
        let warning = self.warning.filter(|_| !self.was_warned);
        self.was_warned = true;
        warning
    }

    /// Whether there is something to choose.
    pub(in crate::session) fn has_choice(&self) -> bool {
        self.variants.len() > 1
    }

    /// Takes the next variant, or the one before.
    pub(in crate::session) fn step(&mut self, back: bool) {
        let count = self.variants.len();
        self.chosen = (self.chosen + if back { count - 1 } else { 1 }) % count;
        self.renew();
    }

    /// What is to be done.
    pub(in crate::session) fn into_variant(mut self) -> Variant {
        self.variants.swap_remove(self.chosen)
    }

    pub(in crate::session) fn page(&self) -> &Page {
        &self.page
    }

    pub(in crate::session) fn page_mut(&mut self) -> &mut Page {
        &mut self.page
    }

    fn renew(&mut self) {
        let mut lines = self.lines.clone();
        if self.has_choice() {
            for (number, variant) in self.variants.iter().enumerate() {
                let (sign, tone) = if number == self.chosen { ("[x]", Tone::Accent) } else { ("[ ]", Tone::Dim) };
                lines.push(PageLine::new(format!("{sign} {}", variant.label), tone));
            }
        }
        if !self.difference.is_empty() {
            lines.push(PageLine::default());
            lines.extend(self.difference.iter().cloned());
        }
        self.page.set_lines(lines);
    }
}

/// `one file`, `3 files`
pub(super) fn files(count: usize) -> String {
    if count == 1 { "one file".to_owned() } else { format!("{count} files") }
}
