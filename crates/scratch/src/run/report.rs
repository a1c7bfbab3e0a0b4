//! The report: the usage of the scratch space, and how the program ended.

use serde_json::{Value, json};
use wasmtime_scratch::{Kind, Limit, Limits, Refusal, Space, Usage};

use crate::arguments::run::Report;
use crate::run::changes::Seen;
use crate::run::ending::Ending;
use crate::run::shown::size;
use crate::told::{escaped, shown, tell};

/// The usage of a space at one moment, and the most that it held until then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) used: Usage,
    most: Usage,
    limits: Limits,
    refusal: Option<Refusal>,
}

impl Account {
    pub(super) fn of(space: &Space) -> Self {
        let (used, most) = (space.usage(), space.high_water());
        Self { used, most, limits: space.limits(), refusal: space.last_refusal() }
    }
}

/// Prints the report and the list of changes to standard error, if they are wanted.
pub(super) fn print(
    form: Option<Report>,
    ending: &Ending,
    account: &Account,
    changes: Option<&[Seen]>,
) {
    if form == Some(Report::Json) {
        return tell(&format!("{}\n", line(&json(ending, account, changes))));
    }
    for Seen { word, path, from, kind } in changes.unwrap_or_default() {
        let slash = if *kind == Kind::Directory { "/" } else { "" };
        let from = from.as_ref().map(|from| format!(" from {}", shown(from)));
        let (path, from) = (shown(path), from.unwrap_or_default());
        tell(&format!("{word:9} {path}{slash}{from}\n"));
    }
    if form == Some(Report::Text) {
        tell(&text(ending, account));
    }
}

/// Returns the report as lines of text.
fn text(ending: &Ending, Account { used, most, limits, refusal }: &Account) -> String {
    let bytes = |used, most, allowed| {
        let [used, most, allowed] = [used, most, allowed].map(size);
        format!("{used} of {allowed}, at most {most}")
    };
    let count = |used, most, allowed: u64| format!("{used} of {allowed}, at most {most}");
    let ended = match ending {
        Ending::Exit(status) => status.to_string(),
        other => format!("{}, {}", other.status(), other.word()),
    };
    let refused = refusal.map_or("nothing".to_owned(), |refusal| {
        let amount = |amount: u64| match refusal.limit {
            Limit::Nodes | Limit::Handles => amount.to_string(),
            _ => size(amount),
        };
        let [asked, held, allowed] = [refusal.asked, refusal.held, refusal.allowed].map(amount);
        format!("{asked} by --{}, beside {held} of {allowed}", option(refusal.limit))
    });
    let rows = [
        ("exit", ended),
        ("bytes", bytes(used.content, most.content, limits.content)),
        ("metadata", bytes(used.metadata, most.metadata, limits.metadata)),
        ("nodes", count(used.nodes, most.nodes, limits.nodes)),
        ("handles", count(used.handles, most.handles, limits.handles.into())),
        ("refused", refused),
    ];
    rows.map(|(name, value)| format!("{name:9} {value}\n")).concat()
}

/// Returns the report as a JSON object.
fn json(ending: &Ending, account: &Account, changes: Option<&[Seen]>) -> Value {
    let Account { used, most, limits, refusal } = account;
    let Limits { content, metadata, nodes, handles, name, path, file_size, soft } = limits;
    let mut report = json!({
        "exit": { "status": ending.status(), "reason": ending.word() },
        "usage": amounts(*used),
        "high_water": amounts(*most),
        "limits": {
            "bytes": content, "metadata": metadata, "nodes": nodes, "handles": handles,
            "name": name, "path": path, "file_size": file_size, "soft": soft,
        },
        "last_refusal": refusal.map(|refusal| json!({
            "limit": option(refusal.limit),
            "asked": refusal.asked, "held": refusal.held, "allowed": refusal.allowed,
        })),
    });
    if let Some(changes) = changes {
        report["changes"] = changes.iter().map(change).collect();
    }
    report
}

/// Formats a JSON object on one line, with JSON's escapes for what would control a terminal.
fn line(json: &Value) -> String {
    escaped(&json.to_string(), |letter| format!("\\u{:04x}", u32::from(letter)))
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::line;

    #[test]
    fn what_steers_a_terminal_is_an_escape_and_means_the_same() {
        let report = json!({ "path": "a\u{1b}[2J\u{7f}\u{9b}\n\"é" });
        let line = line(&report);
        assert!(!line.contains(char::is_control), "{line:?}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), report);
    }
}
