//! Tables of scripts with what CPython said, kept as text.
//!
//! Paragraphs are scripts, each line perhaps with ` -> ` and its outcome; a line with `#` is their
//! title. A paragraph that begins with lines of `*` is a grid: each of these lines is a beginning,
//! in lines between `; `, and each line after them a call on slot 0 that ends a script of its own.

use crate::script::form::Script;
use crate::script::outcome::{expected, met};
use crate::script::run::Interpreter;

/// A script and its expected outcomes.
#[derive(Clone, Debug)]
pub struct Case {
    pub title: String,
    pub script: Script,
    /// The outcome of each line, where it matters, without what is seen from outside.
    pub outcomes: Vec<Option<String>>,
}

pub fn cases(table: &str) -> Vec<Case> {
    let mut title = String::new();
    let mut cases = Vec::new();
    for paragraph in table.split("\n\n") {
        let (mut beginnings, mut lines) = (Vec::new(), Vec::new());
        for line in paragraph.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(text) = line.strip_prefix('#') {
                title = text.trim().to_owned();
            } else if let Some(beginning) = line.strip_prefix("* ") {
                beginnings.push(beginning);
            } else {
                lines.push(line);
            }
        }
        if beginnings.is_empty() && !lines.is_empty() {
            cases.push(case(&title, &[], &lines, ""));
        }
        for beginning in beginnings {
            let beginning: Vec<&str> = beginning.split("; ").collect();
            cases.extend(lines.iter().map(|line| case(&title, &beginning, &[line], "0.")));
        }
    }
    cases
}

fn case(title: &str, beginning: &[&str], lines: &[&str], slot: &str) -> Case {
    let mut script: Script = beginning.iter().map(|line| (*line).to_owned()).collect();
    let mut outcomes = vec![None; beginning.len()];
    for line in lines {
        let (line, outcome) = match line.split_once(" -> ") {
            Some((line, outcome)) => (line, Some(outcome.to_owned())),
            None => (*line, None),
        };
        script.push(format!("{slot}{line}"));
        outcomes.push(outcome);
    }
    Case { title: title.to_owned(), script, outcomes }
}

/// Describes the differences of the component from a table, which are none if the text is empty.
/// `about` selects the objects, by the line that makes them.
pub fn differences(table: &str, about: impl Fn(&str) -> bool) -> String {
    let mut interpreter = Interpreter::start();
    let mut differences = String::new();
    let cases: Vec<Case> = cases(table).into_iter().filter(|case| about(&case.script[0])).collect();
    assert!(!cases.is_empty(), "the table says nothing of this");
    for Case { title, script, outcomes } in cases {
        let found = interpreter.run(&script);
        let wrong = outcomes.iter().enumerate().find(|(at, outcome)| {
            let met = found.get(*at).map_or_else(Vec::new, |found| met(found));
            outcome
                .as_ref()
                .is_some_and(|outcome| !met.contains(&expected(&format!("{outcome} | ?"))))
        });
        if let Some((at, outcome)) = wrong {
            let upto = script[..=at].join("; ");
            let cpython = outcome.as_deref().unwrap_or_default();
            let found = found.get(at).map_or("nothing", |found| found.as_str());
            differences +=
                &format!("{title}: {upto}\n    CPython: {cpython}\n    here:    {found}\n");
        }
    }
    differences
}
