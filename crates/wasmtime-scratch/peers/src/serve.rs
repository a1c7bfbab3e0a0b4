//! The command line of a host.

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::host::{Host, Limits};
use crate::{crowd, memory};

/// The most memory that a host may write to when a limit should refuse. A filesystem that allocates
/// whatever a guest asks for then ends its host, and not the machine.
const WRITABLE: u64 = 4 << 30;

/// Does the work that the words name.
pub fn serve<H: Host>(words: &[String]) -> ExitCode {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match answer::<H>(&words) {
        Ok(answer) => {
            println!("{}", answer.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn answer<H: Host>(words: &[&str]) -> Result<String> {
    let [work, program, words @ ..] = words else { bail!("usage: WORK PROGRAM ...") };
    let host = H::prepare(&fs::read(program).with_context(|| (*program).to_owned())?)?;
    match (*work, words) {
        ("run", arguments) => host.run(&host.space(Limits::GENEROUS)?, arguments),
        ("case", [bytes, nodes, file_size, arguments @ ..]) => {
            let most = Some(WRITABLE);
            setrlimit(Resource::Data, Rlimit { current: most, maximum: most })?;
            let (bytes, nodes) = (bytes.parse()?, nodes.parse()?);
            let limits = Limits { bytes, nodes, file_size: file_size.parse()? };
            host.run(&host.space(limits)?, arguments)
        }
        ("fork", [files, bytes, times]) => fork(&host, files, bytes, times.parse()?),
        ("memory", [files, bytes]) => memory::measure(&host, files, bytes),
        ("crowd", [instances, milliseconds, work @ ..]) => {
            crowd::measure(&host, instances.parse()?, milliseconds.parse()?, work)
        }
        _ => bail!("unknown work {work}"),
    }
}

/// Fills a space, makes a template of it, and starts copies. Returns the nanoseconds of the
/// template and of the copies, and the content of the last copy.
fn fork<H: Host>(host: &H, files: &str, bytes: &str, times: u32) -> Result<String> {
    let space = host.space(Limits::GENEROUS)?;
    host.run(&space, &["fill", files, bytes])?;
    let start = Instant::now();
    let template = host.template(&space)?;
    let made = start.elapsed();
    let mut copy = host.fork(&template)?;
    let start = Instant::now();
    for _ in 0..times {
        copy = host.fork(&template)?;
    }
    let copied = start.elapsed();
    let holds = host.run(&copy, &["holds"])?;
    Ok(format!("{} {} {holds}", made.as_nanos(), copied.as_nanos()))
}
