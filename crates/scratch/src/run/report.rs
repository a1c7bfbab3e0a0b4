//! The report: what a program used of its scratch space, and how it ended.

use std::fmt;

use wasmtime_scratch::{Limit, Limits, Space, Usage};

use crate::arguments::run::Report;
use crate::run::ending::Ending;

/// Prints the report to standard error.
pub(super) fn print(form: Report, ending: &Ending, space: &Space) {
    match form {
        Report::Text => eprint!("{}", text(ending, space)),
        Report::Json => eprintln!("{}", json(ending, space)),
    }
}

/// Words the report in lines.
fn text(ending: &Ending, space: &Space) -> String {
    let (used, most, limits) = (space.usage(), space.high_water(), space.limits());
    let size = |name: &str, used, most, allowed| {
        let [used, most, allowed] = [used, most, allowed].map(Size);
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
        size("bytes", used.content, most.content, limits.content),
        size("metadata", used.metadata, most.metadata, limits.metadata),
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
fn json(ending: &Ending, space: &Space) -> String {
    let Limits { content, metadata, nodes, handles, name, path, file_size, soft } = space.limits();
    let refused = space.last_refusal().map_or("null".to_owned(), |refusal| {
        let (option, asked) = (option(refusal.limit), refusal.asked);
        let (held, allowed) = (refusal.held, refusal.allowed);
        format!(r#"{{"limit":"{option}","asked":{asked},"held":{held},"allowed":{allowed}}}"#)
    });
    format!(
        r#"{{"exit":{{"status":{},"reason":"{}"}},"usage":{},"high_water":{},"limits":{{"bytes":{content},"metadata":{metadata},"nodes":{nodes},"handles":{handles},"name":{name},"path":{path},"file-size":{file_size},"soft":{soft}}},"last_refusal":{refused}}}"#,
        ending.status(),
        ending.word(),
        amounts(space.usage()),
        amounts(space.high_water()),
    )
}

fn amounts(Usage { content, metadata, nodes, handles }: Usage) -> String {
    format!(r#"{{"bytes":{content},"metadata":{metadata},"nodes":{nodes},"handles":{handles}}}"#)
}

/// Returns the option that sets a limit.
fn option(limit: Limit) -> &'static str {
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
            _ => write!(formatter, "{}", Size(self.amount)),
        }
    }
}

/// A number of bytes, in the largest unit of 1024 in which it is at least 1.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let Self(bytes) = *self;
        let power = bytes.checked_ilog2().unwrap_or(0) / 10;
        let Some(above) = power.checked_sub(1) else { return write!(formatter, "{bytes} B") };
        let unit = UNITS[usize::try_from(above).expect("BUG: it is at most 5")];
        // Of the tenths, rounded down.
        let (whole, rest) = (bytes >> (10 * power), bytes >> (10 * above) & 1023);
        write!(formatter, "{whole}.{} {unit}", rest * 10 / 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, told) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1023.9 KiB"),
            (1 << 20, "1.0 MiB"),
            (64 << 20, "64.0 MiB"),
            (5 << 29, "2.5 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), told);
        }
    }
}
