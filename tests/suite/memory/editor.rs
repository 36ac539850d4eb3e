//! The editor, stopped in each of its states: a value that is not shown, the identity and the data key are in no page
//! that could be swapped out or read, and a shown one is in locked pages only.

use super::scan::Needle;
use super::vault::{self, FILE};
use crate::folder::Folder;
use crate::pty::driver::Person;

const KEYS: [&str; 5] = ["alpha", "beta", "gamma", "delta", "epsilon"];

/// A person at the editor, and what must not be found in its memory.
struct Watched {
    person: Person,
    needles: Vec<Needle>,
}

impl Watched {
    fn start(folder: &Folder) -> Self {
        let mut command = Person::editor(folder, &[FILE]);
        command.env_remove("SOPS_AGE_KEY");
        let needles = KEYS.iter().chain(&["typed", "pasted"]).map(|key| vault::needle(key));
        let needles = needles.chain(vault::keys(folder)).collect();
        Self { person: Person::starts(command, 100, 30), needles }
    }

    /// Looks at the whole memory while nothing is asked of the program.
    #[track_caller]
    fn check(&mut self, state: &str) {
        vault::check(self.person.pid(), state, &self.needles);
    }
}

#[test]
fn no_state_of_the_editor_leaves_a_value_or_a_key_outside_locked_pages() {
    let folder = vault::folder(&KEYS);
    let mut watched = Watched::start(&folder);
    watched.person.sees("epsilon").sees("memory locked");
    watched.check("masked");

    watched.person.press("/beta<Enter>").sees("reveal").press(" ").sees(&vault::value("beta"));
    watched.check("revealed");

    watched.person.press(" ").sees_no(&vault::value("beta"));
    watched.check("hidden");

    let typed = vault::value("typed");
    watched.person.press("e").sees("Value").press(&typed).press("<C-t>").sees(&typed);
    watched.check("typed and shown");
    watched.person.press("<C-t>").sees_no(&typed);
    watched.check("typed and masked");
    watched.person.press("<C-s>").sees("1 change");
    watched.check("edited");

    watched.person.press("u").sees_no("1 change").press("<C-r>").sees("1 change");
    watched.check("undone and done again");

    let pasted = vault::value("pasted");
    watched.person.press("<Esc>j").press("e").sees("Value").press("<C-t>").paste(&pasted).sees(&pasted);
    watched.check("pasted");
    watched.person.press("<C-s>").sees("2 changes").sees_no(&pasted);
    watched.check("edited twice");

    watched.person.press("s").sees("Save").press("<Enter>").sees("Saved secrets.yaml");
    watched.check("saved");

    watched.person.press("L").sees("unlock");
    watched.check("locked");
    watched.person.press("<Enter>").sees_no("unlock").sees("reveal").press(" ").sees(&pasted);
    watched.check("unlocked again and revealed");
}
