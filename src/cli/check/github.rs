//! The report for GitHub: workflow commands that annotate the lines of a pull request.
//!
//! Truth: "Workflow commands for GitHub Actions": `::error file=…,line=…,col=…,title=…::message`, with percent escapes.

use std::io::{self, Write};

use crate::repo::check::{Level, Problem};

/// Prints problems as workflow commands.
pub(super) fn print(problems: &[Problem], out: &mut impl Write) -> io::Result<()> {
    let text: String = problems.iter().map(command).collect();
    out.write_all(text.as_bytes())
}

fn command(problem: &Problem) -> String {
    let level = match problem.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = vec![format!("title={}", property(problem.code))];
    if let Some(spot) = problem.spot() {
        properties.push(format!("file={}", property(spot.file.as_str())));
        properties.push(format!("line={}", spot.position.line));
        properties.push(format!("col={}", spot.position.column));
    }
    let mut message = problem.sentence.clone();
    if let Some(rebuild) = &problem.rebuild {
        message.push_str(&format!("\n{}: {}", rebuild.when.as_str(), rebuild.says));
    }
    format!("::{level} {}::{}\n", properties.join(","), escaped(&message))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In properties colons and commas separate.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_ends_the_command() {
        assert_eq!(escaped("100%\nx::y"), "100%25%0Ax::y");
        assert_eq!(property("a:b,c\r"), "a%3Ab%2Cc%0D");
    }
}
