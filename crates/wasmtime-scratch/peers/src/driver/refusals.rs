//! Single questions, and the answers that the guest gets.

use anyhow::Result;
use measure::table;

use crate::driver::arguments::Arguments;

/// A question, the limits of the space in bytes, files and bytes of one file, and the words by
/// which the guest knows it.
struct Case {
    label: &'static str,
    limits: [&'static str; 3],
    words: &'static [&'static str],
}

/// Limits that no case reaches: of bytes or files, and of the bytes of a file.
const NO: &str = "1000000000";
const FAR: &str = "1125899906842624";

const fn case(label: &'static str, words: &'static [&'static str]) -> Case {
    Case { label, limits: ["8388608", NO, FAR], words }
}

const CASES: [Case; 13] = [
    case("refusal at a limit of 8388608 bytes", &["bytes", "8388608"]),
    Case {
        label: "refusal at a limit of 1000 files",
        limits: ["8388608", "1000", FAR],
        words: &["files", "1000"],
    },
    Case {
        label: "refusal at a limit of 1048576 bytes a file",
        limits: [NO, NO, "1048576"],
        words: &["bytes", "1048576"],
    },
    case("rename from /tmp to /other", &["mounts"]),
    case("removal of an open file", &["removed"]),
    case("a write to a removed file", &["rewritten"]),
    case("stat of ../other in /tmp", &["above"]),
    case("symbolic links in a loop", &["loop"]),
    case("hard link", &["hard-link"]),
    case("setting times", &["times"]),
    case("a byte at 2^40", &["far"]),
    case("removal of what is listed", &["listing"]),
    case("exclusive creation of what is there", &["exclusive"]),
];

pub(crate) fn print(arguments: &Arguments) -> Result<()> {
    let guest = arguments.guest("peer_cases");
    let peers: Vec<_> = arguments.peers().filter(|peer| !peer.again).collect();
    let mut rows = Vec::new();
    for case in &CASES {
        let mut row = vec![case.label.to_owned()];
        for peer in &peers {
            let words = [&case.limits[..], case.words].concat();
            row.push(match peer.ask("case", &guest, &words)? {
                Ok(answer) => answer,
                Err(failure) if failure.ended_the_host() => {
                    format!("ends the host: {}", failure.said)
                }
                Err(failure) => format!("trap: {}", failure.said),
            });
        }
        rows.push(row);
    }
    let head: Vec<&str> =
        ["the guest asks"].into_iter().chain(peers.iter().map(|it| it.label)).collect();
    table::print(
        "What is refused, as the guest sees it, by hosts that may write to 4 GiB",
        &head,
        &rows,
    );
    Ok(())
}
