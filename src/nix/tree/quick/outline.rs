//! The outline of a text while it is read: starts, tokens and ends, in which a node may be put around what was read
//! before it (`a` turns out to be the left side of `a + b`) without moving anything.

use rnix::SyntaxKind;

use super::super::Node;

/// Events in the order of the text; a start may name a later one that lies around it.
pub(super) struct Outline {
    events: Vec<Event>,
    ends: usize,
}

/// The start of a node.
#[derive(Clone, Copy)]
pub(super) struct Mark(u32);

struct Event {
    kind: SyntaxKind,
    step: Step,
    /// Where a node or token starts; where a node ends.
    first: u32,
    /// Where a token ends; the start of the node around a node that was put there later, 0 if there is none.
    second: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Start,
    /// A start that was taken together with the one inside it.
    Taken,
    Token,
    End,
}

impl Outline {
    pub(super) fn new(text: &str) -> Self {
        // Modules of all styles have one event for two to four bytes.
        Self { events: Vec::with_capacity(text.len() / 2 + 16), ends: 0 }
    }

    /// Begins a node.
    pub(super) fn start(&mut self, kind: SyntaxKind, at: u32) -> Mark {
        let mark = Mark(self.events.len() as u32);
        self.push(kind, Step::Start, at, 0);
        mark
    }

    /// Begins a node around one that was begun at `inner`; it takes in all since then.
    pub(super) fn around(&mut self, inner: Mark, kind: SyntaxKind) -> Mark {
        let at = self.events[inner.0 as usize].first;
        let outer = self.start(kind, at);
        self.events[inner.0 as usize].second = outer.0;
        outer
    }

    pub(super) fn token(&mut self, kind: SyntaxKind, start: u32, end: u32) {
        self.push(kind, Step::Token, start, end);
    }

    /// Ends the node that was begun last and has not ended.
    pub(super) fn end(&mut self, at: u32) {
        self.ends += 1;
        self.push(SyntaxKind::NODE_ROOT, Step::End, at, 0);
    }

    fn push(&mut self, kind: SyntaxKind, step: Step, first: u32, second: u32) {
        self.events.push(Event { kind, step, first, second });
    }

    /// The nodes in the order of the text.
    pub(super) fn into_nodes(mut self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(self.events.len() - self.ends);
        let mut open: Vec<u32> = Vec::new();
        let mut around: Vec<SyntaxKind> = Vec::new();
        for at in 0..self.events.len() {
            let Event { kind, step, first, second } = self.events[at];
            let id = nodes.len() as u32;
            let parent = open.last().copied().unwrap_or(0);
            match step {
                Step::Taken => {}
                Step::Token => nodes.push(Node { kind, start: first, end: second, parent, next: id + 1 }),
                Step::Start => {
                    around.push(kind);
                    let mut outer = second as usize;
                    while outer != 0 {
                        around.push(self.events[outer].kind);
                        self.events[outer].step = Step::Taken;
                        outer = self.events[outer].second as usize;
                    }
                    let mut parent = parent;
                    while let Some(kind) = around.pop() {
                        let id = nodes.len() as u32;
                        nodes.push(Node { kind, start: first, end: first, parent, next: id + 1 });
                        open.push(id);
                        parent = id;
                    }
                }
                Step::End => {
                    let closed = open.pop().expect("every end has its start");
                    nodes[closed as usize].next = id;
                    nodes[closed as usize].end = first;
                }
            }
        }
        nodes
    }
}
