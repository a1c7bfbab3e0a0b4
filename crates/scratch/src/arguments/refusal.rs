//! Errors of clap, worded as the command words its own.

use clap::error::ErrorKind;

/// A subcommand, and an example of how to type it.
pub(super) struct Told {
    pub(super) name: &'static str,
    pub(super) line: &'static str,
}

/// Returns an error of clap as one line.
pub(super) fn one_line(error: &clap::Error, Told { name, line }: Told) -> String {
    match error.kind() {
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return format!("missing a subcommand; type `{line}`, or `scratch --help`");
        }
        _ => {}
    }
    let text = error.to_string();
    let paragraphs = text.split("\n\n").filter(|it| {
        let it = it.trim_start();
        !it.starts_with("Usage:") && !it.starts_with("For more information")
    });
    let joined = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = paragraphs.map(joined).collect::<Vec<_>>().join("; ");
    let words = words.strip_prefix("error: ").unwrap_or(&words);
    if error.kind() == ErrorKind::MissingRequiredArgument {
        let missing = words.rsplit_once("not provided: ").map_or(words, |(_, missing)| missing);
        return format!("missing {missing}; type `{line}`");
    }
    format!("{words}; `scratch {name} --help` lists the options")
}
