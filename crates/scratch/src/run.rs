//! `scratch run`: a program with scratch space, from its start to the report.

mod shown;

mod changes;
mod copies;
mod ending;
mod guest;
#[cfg(target_os = "linux")]
mod progress;
mod report;
mod signals;
mod still;
mod watch;

use std::process::ExitCode;

use wasmtime_scratch::{ScratchCtx, Space};
use wasmtime_wasi::{FsPerms, WasiCtx};

use crate::arguments::run::{Directory, Run};
use crate::failure::Failure;
use crate::input;
use crate::run::changes::Mark;
use crate::run::guest::Guest;
use crate::run::report::Account;
use crate::run::watch::Watched;
use crate::told::tell;

/// Runs the program, and returns the status with which the command ends.
pub(crate) fn run(arguments: &Run) -> Result<ExitCode, Failure> {
    let program = input::read(&arguments.program)?;
    let places = copies::places(&arguments.collected, arguments.force)?;
    let space = space(arguments)?;
    copies::seed(&space, &arguments.seeds)?;
    let scratch = ScratchCtx::new().mount(&arguments.mount, &space);
    let mark = arguments.changes.then(|| Mark::new(&space)).transpose()?;
    let named = arguments.program.display().to_string();
    let guest = Guest::new(named, program, wasi(arguments)?, scratch)?;
    let Watched { ending, left } = watch::run(guest, arguments.timeout)?;
    let (account, space) = if left { still::copy(&space) } else { (Account::of(&space), space) };
    ending.tell();
    let collected = copies::collect(&space, &arguments.collected, &places, arguments.force);
    let changes = mark.map(|mark| mark.changes(&space, &arguments.mount)).transpose();
    let listed = changes.is_ok();
    let changes = changes.unwrap_or_else(|words| {
        tell(&format!("error: {words}\n"));
        None
    });
    report::print(arguments.report, &ending, &account, changes.as_deref());
    let whole = collected && listed;
    Ok(ExitCode::from(if whole || ending.status() != 0 { ending.status() } else { 1 }))
}

fn space(arguments: &Run) -> Result<Space, Failure> {
    Space::builder().limits(arguments.limits).build().map_err(|error| {
        Failure::Refused(format!(
            "the limits do not allow an empty directory ({error}); type a higher --metadata"
        ))
    })
}

/// Makes the state of WASI, with everything that the program gets besides scratch space.
fn wasi(arguments: &Run) -> Result<WasiCtx, Failure> {
    let mut wasi = WasiCtx::builder();
    wasi.inherit_stdio().allow_blocking_current_thread(true).envs(&arguments.variables);
    // The program is not told the host's directory.
    let name = arguments.program.file_name().unwrap_or_default();
    wasi.arg(name.to_string_lossy()).args(&arguments.arguments);
    for Directory { host, guest } in &arguments.directories {
        wasi.preopened_dir(host, guest, FsPerms::ReadWrite).map_err(|error| {
            let (host, reason) = (host.display(), error.root_cause());
            Failure::Refused(format!(
                "--dir {host}::{guest}: {host} cannot be opened: {reason}; type a directory that \
                is there"
            ))
        })?;
    }
    Ok(wasi.build())
}
