//! The table of methods: the calls on every object, in every mode and state, with CPython's
//! answers.

use std::collections::BTreeMap;

use host_tests::script::Script;

use crate::cpython::CPython;

const BINARY: [&str; 39] = [
    "read -",
    "read 5",
    "read -1",
    "read -5",
    "readinto 3",
    "readinto1 3",
    "readinto1 0",
    "readall",
    "read1 -",
    "read1 5",
    "peek",
    "readline -",
    "readline 5",
    "readline 0",
    "readlines -",
    "readlines 1",
    "write x",
    "write \"\"",
    "writelines []",
    "writelines x",
    "seek 0 0",
    "seek 7 0",
    "seek 0 5",
    "seek -1 0",
    "seek -1 1",
    "seek -1 2",
    "seek 0 -1",
    "tell",
    "truncate -",
    "truncate -1",
    "truncate 9",
    "flush",
    "readable",
    "writable",
    "seekable",
    "isatty",
    "mode",
    "rollover",
    "name",
];

const TEXT: [&str; 47] = [
    "read -",
    "read 5",
    "read -1",
    "read -5",
    "read-wtf8 5",
    "readline -",
    "readline 5",
    "readline 0",
    "readline-wtf8 -",
    "readlines -",
    "readlines 1",
    "readlines-wtf8 -",
    "readlines-wtf8 1",
    "next",
    "next-wtf8",
    "write x",
    "write \"\"",
    "write-wtf8 x",
    "writelines []",
    "writelines x",
    "writelines-wtf8 x",
    "seek 0 0",
    "seek 7 0",
    "seek 0 1",
    "seek 0 2",
    "seek 0 3",
    "seek 0 -1",
    "seek -1 0",
    "seek 3 1",
    "seek -3 2",
    "tell",
    "truncate -",
    "truncate -1",
    "truncate 9",
    "flush",
    "readable",
    "writable",
    "seekable",
    "isatty",
    "encoding",
    "errors",
    "newlines",
    "mode",
    "reconfigure encoding=ascii",
    "reconfigure newline=x",
    "rollover",
    "name",
];

/// The calls at the end of an object, for binary and text files.
const ENDS: [&str; 7] = ["enter", "close", "close-file", "exit", "closed", "detach", "drop"];

/// The calls whose answers depend on the object itself.
const OWN: [&str; 4] = ["mode", "name", "close-file", "exit"];

/// Formats the table: one grid for all beginnings with the same answers.
pub(crate) fn table(cpython: &mut CPython) -> String {
    let beginnings = beginnings();
    let scripts: Vec<Script> = beginnings
        .iter()
        .flat_map(|beginning| calls(beginning).map(|call| script(beginning, call)))
        .collect();
    let mut answers = cpython.run(&scripts).into_iter();
    let mut grids: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for beginning in &beginnings {
        // Answers that depend on one mode or name are kept apart, so that more beginnings share a
        // grid.
        let (mut grid, mut own) = (String::new(), String::new());
        for call in calls(beginning) {
            let outcomes = answers.next().expect("there is an answer for every script");
            let last = outcomes.last().expect("a script has a last line");
            let answer = last.split(" | ").next().unwrap_or_default();
            let missing = answer.starts_with("!attribute");
            let part = if OWN.contains(&call) { &mut own } else { &mut grid };
            *part += &format!("{call} -> {}\n", if missing { "!attribute" } else { answer });
        }
        grids.entry(grid).or_default().push(beginning);
        grids.entry(own).or_default().push(beginning);
    }
    let mut grids: Vec<_> =
        grids.into_iter().map(|(grid, beginnings)| (beginnings, grid)).collect();
    grids.sort();
    let shown = grids.iter().map(|(beginnings, grid)| {
        let beginnings: String = beginnings.iter().map(|it| format!("* {it}\n")).collect();
        beginnings + grid
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn script(beginning: &str, call: &str) -> Script {
    let lines = beginning.split("; ").map(str::to_owned);
    lines.chain([format!("0.{call}")]).collect()
}

fn beginnings() -> Vec<String> {
    let mut all = Vec::new();
    let mut with_states = |made: &str, states: &[&str]| {
        all.extend(states.iter().map(|state| format!("{made}{state}")));
    };
    let states = ["", "; 0.close", "; 1=0.detach"];
    for mode in ["w+b", "rb", "r+b", "wb", "xb", "x+b", "ab", "a+b"] {
        let mode = mode.replace('+', "%2B");
        with_states(&format!("0=temporary-file mode={mode} buffering=0"), &states[..2]);
        with_states(&format!("0=temporary-file mode={mode}"), &states);
    }
    for mode in ["w+b", "rb", "wb"] {
        let mode = mode.replace('+', "%2B");
        with_states(&format!("0=named-temporary-file mode={mode} buffering=0"), &states[..2]);
        with_states(&format!("0=named-temporary-file mode={mode}"), &states);
    }
    for mode in ["w+", "r", "r+", "w", "x", "x+", "a", "a+"] {
        let mode = mode.replace('+', "%2B");
        with_states(&format!("0=temporary-text-file mode={mode}"), &states);
    }
    for mode in ["w+", "r", "w"] {
        let mode = mode.replace('+', "%2B");
        with_states(&format!("0=named-temporary-text-file mode={mode}"), &states);
    }
    let rolled = ["; 0.rollover", "; 0.rollover; 0.close", "; 0.rollover; 1=0.detach"];
    for mode in ["w+b", "wb"] {
        let mode = mode.replace('+', "%2B");
        with_states(&format!("0=spooled-temporary-file mode={mode}"), &states[..2]);
        with_states(&format!("0=spooled-temporary-file mode={mode}"), &rolled);
        with_states(&format!("0=spooled-temporary-file mode={mode} buffering=0"), &rolled[..2]);
    }
    for mode in ["w+", "w"] {
        let mode = mode.replace('+', "%2B");
        with_states(&format!("0=spooled-temporary-text-file mode={mode}"), &states);
        with_states(&format!("0=spooled-temporary-text-file mode={mode}"), &rolled);
    }
    all
}

/// Lists the calls on an object with this beginning. It leaves out the calls that differ for a
/// reason in `docs/compatibility.md`.
fn calls(beginning: &str) -> impl Iterator<Item = &'static str> {
    let text = beginning.contains("text-file");
    let spooled = beginning.contains("spooled");
    let closed_spool = spooled && !beginning.contains("rollover") && beginning.contains("0.close");
    let detached_spool = spooled && beginning.contains("detach");
    let buffered = !beginning.contains("buffering=0");
    let methods = if text { &TEXT[..] } else { &BINARY[..] };
    methods.iter().chain(&ENDS).copied().filter(move |call| match *call {
        // CPython opens a closed spooled file again, and loses the bytes of a detached one.
        "rollover" | "truncate 9" => !closed_spool && !detached_spool,
        // The component's buffered and spooled files have this method, and CPython's do not.
        "readall" => !buffered && !spooled,
        "peek" => !spooled,
        "reconfigure encoding=ascii" | "reconfigure newline=x" => !spooled,
        "close-file" => beginning.contains("named"),
        // In CPython, the wrapper's finalizer does this work.
        "exit" => !(beginning.contains("named") && beginning.contains("detach")),
        _ => true,
    })
}
