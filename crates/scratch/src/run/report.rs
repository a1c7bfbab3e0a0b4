//! The report: what a program used of its scratch space, and how it ended.

use std::fmt;

use serde_json::{Value, json};
use wasmtime_scratch::{Kind, Limit, Limits, Space, Usage};

use crate::arguments::run::Report;
use crate::run::changes::Seen;
use crate::run::ending::Ending;
use crate::run::shown::{shown, size};

/// Prints the report, if one is wanted, and what was changed, to standard error.
pub(super) fn print(
    form: Option<Report>,
    ending: &Ending,
    space: &Space,
    changes: Option<&[Seen]>,
) {
    if form == Some(Report::Json) {
        return eprintln!("{}", json(ending, space, changes));
    }
    for Seen { word, path, from, kind } in changes.unwrap_or_default() {
        let slash = if *kind == Kind::Directory { "/" } else { "" };
        let from = from.as_ref().map(|from| format!(" from {}", shown(from)));
        eprintln!("{word:9} {}{slash}{}", shown(path), from.unwrap_or_default());
    }
    if form == Some(Report::Text) {
        eprint!("{}", text(ending, space));
    }
}

/// Words the report in lines.
fn text(ending: &Ending, space: &Space) -> String {
    let (used, most, limits) = (space.usage(), space.high_water(), space.limits());
    let bytes = |name: &str, used, most, allowed| {
        let [used, most, allowed] = [used, most, allowed].map(size);
        row(name, format_args!("{used} of {allowed}, at most {most}"))
    };
    let count = |name: &str, used, most, allowed: u64| {
        row(name, format_args!("{used} of {allowed}, at most {most}"))
    };
    let ended = match ending {
        Ending::Exit(status) => row("exit", format_args!("{status}")),
        other => row("exit", format_args!("{}, {}", other.status(), other.word())),
    };
    let refused = match space.last_refusal() {
        None => row("refused", format_args!("nothing")),
        Some(refusal) => {
            let amount = |amount| Amount { limit: refusal.limit, amount };
            let (asked, held) = (amount(refusal.asked), amount(refusal.held));
            let (option, allowed) = (option(refusal.limit), amount(refusal.allowed));
            let words =
                format_args!("{asked} by --{option}, beside {held} of {allowed}").to_string();
            row("refused", format_args!("{words}"))
        }
    };
    [
        ended,
        bytes("bytes", used.content, most.content, limits.content),
        bytes("metadata", used.metadata, most.metadata, limits.metadata),
        count("nodes", used.nodes, most.nodes, limits.nodes),
        count("handles", used.handles, most.handles, limits.handles.into()),
        refused,
    ]
    .concat()
}

fn row(name: &str, value: fmt::Arguments<'_>) -> String {
    format!("{name:9} {value}\n")
}

/// Words the report as an object of JSON, in a line.
fn json(ending: &Ending, space: &Space, changes: Option<&[Seen]>) -> Value {
    let Limits { content, metadata, nodes, handles, name, path, file_size, soft } = space.limits();
    let mut report = json!({
        "exit": { "status": ending.status(), "reason": ending.word() },
        "usage": amounts(space.usage()),
        "high_water": amounts(space.high_water()),
        "limits": {
            "bytes": content, "metadata": metadata, "nodes": nodes, "handles": handles,
            "name": name, "path": path, "file_size": file_size, "soft": soft,
        },
        "last_refusal": space.last_refusal().map(|refusal| json!({
            "limit": option(refusal.limit),
            "asked": refusal.asked, "held": refusal.held, "allowed": refusal.allowed,
        })),
    });
    if let Some(changes) = changes {
        report["changes"] = changes.iter().map(change).collect();
    }
    report
}

fn amounts(Usage { content, metadata, nodes, handles }: Usage) -> Value {
    json!({ "bytes": content, "metadata": metadata, "nodes": nodes, "handles": handles })
}

fn change(Seen { word, path, from, kind }: &Seen) -> Value {
    let kind = match kind {
        Kind::Directory => "directory",
        Kind::RegularFile => "file",
        Kind::SymbolicLink => "link",
    };
    json!({ "change": word, "path": path, "from": from, "kind": kind })
}

/// Returns the option that sets a limit.
pub(super) fn option(limit: Limit) -> &'static str {
    match limit {
        Limit::Content => "bytes",
        Limit::Metadata => "metadata",
        Limit::Nodes => "nodes",
        Limit::Handles => "handles",
        Limit::Name => "name",
        Limit::Path => "path",
        Limit::FileSize => "file-size",
        Limit::SharedBytes | Limit::SharedNodes | Limit::SharedHandles => {
            unreachable!("BUG: the space shares no limit")
        }
    }
}

/// An amount of what a limit counts.
struct Amount {
    limit: Limit,
    amount: u64,
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            Limit::Nodes | Limit::Handles => write!(formatter, "{}", self.amount),
            _ => formatter.write_str(&size(self.amount)),
        }
    }
}
