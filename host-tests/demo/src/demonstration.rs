//! The steps of the demonstration.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use external_sort::{Summary, check, native, sample};
use wasmtime::Engine;
use xtask::demo::Options;

use crate::command;
use crate::guest::{self, Form, Grants};
use crate::interrupt::Interrupt;
use crate::listener::Listener;
use crate::scratch::Scratch;
use crate::table::{Files, Table};
use crate::watch::Seen;

const SEED: u64 = 1;

/// The outcome of the sort in wasmtime.
struct Hosted {
    output: PathBuf,
    time: Duration,
    /// The words for what the time includes.
    includes: &'static str,
    /// Bytes that the guest took in all, where that is known.
    taken: Option<usize>,
    files: Files,
    left: Vec<String>,
}

/// Sorts the input, or without one a text that it makes, in wasmtime and natively, and compares the
/// results.
pub(crate) fn run(
    options: &Options,
    input: Option<PathBuf>,
    engine: &Engine,
    interrupt: &Interrupt,
    scratch: &Scratch,
) -> Result<Table> {
    let input = match input {
        Some(file) => file,
        None => generate(options.bytes, interrupt, scratch)?,
    };
    let components = xtask::workspace::target_dir().join("components");
    let hosted = if options.by_command {
        sort_by_command(&input, &components, options, interrupt, scratch)?
    } else {
        sort_by_component(&input, &components, options, engine, interrupt, scratch)?
    };

    eprintln!("sorting natively");
    let start = Instant::now();
    let summary = sort_natively(&input, options.buffer_size, interrupt, scratch)?;
    let native = start.elapsed();

    eprintln!("checking the result by a sort in memory");
    check::compare(&mut File::open(&input)?, &mut File::open(&hosted.output)?)
        .context("the result is wrong")?;
    interrupt.check()?;

    Ok(Table {
        summary,
        memory: options.buffer_size,
        taken: hosted.taken,
        files: hosted.files,
        hosted: hosted.time,
        includes: hosted.includes,
        native,
        left: hosted.left,
    })
}

/// Sorts by `scratch run`.
fn sort_by_command(
    input: &Path,
    components: &Path,
    options: &Options,
    interrupt: &Interrupt,
    scratch: &Scratch,
) -> Result<Hosted> {
    eprintln!("sorting {} by scratch run, files of std in memory", input.display());
    let (program, output) = (components.join("external-sort-std.wasm"), scratch.output());
    let collected = output.join("collected");
    let start = Instant::now();
    let command::Taken { most_bytes, left } =
        command::sort(&program, input, &collected, options.buffer_size, interrupt)?;
    Ok(Hosted {
        output: collected.join("sorted"),
        time: start.elapsed(),
        includes: "by scratch run, which compiles and copies, too",
        taken: None,
        files: Files::Beside { most_bytes },
        left,
    })
}

/// Sorts by a component that this program runs itself.
fn sort_by_component(
    input: &Path,
    components: &Path,
    options: &Options,
    engine: &Engine,
    interrupt: &Interrupt,
    scratch: &Scratch,
) -> Result<Hosted> {
    let start = Instant::now();
    let form = match (options.in_memory, options.through) {
        (false, _) => Form::Directory,
        (true, Some(_)) => Form::Beside,
        (true, None) => Form::Embedded,
    };
    let (component, way) = guest::compose(engine, components, form)?;
    eprintln!("composed and compiled in {}: {way}", seconds(start.elapsed()));

    let output = scratch.output().join("composed");
    let seen = Arc::new(Mutex::new(Seen::default()));
    let listener = {
        let (seen, tmp) = (seen.clone(), scratch.tmp());
        Listener::new(move |line| {
            seen.lock().expect("BUG: looking does not panic").look(&tmp);
            eprint!("  {}", String::from_utf8_lossy(line));
        })
    };
    let place = if options.in_memory { "in memory" } else { "in a directory" };
    let through = options.through.unwrap_or("descriptors");
    let how = match form {
        Form::Embedded => "files of std".to_owned(),
        Form::Directory | Form::Beside => format!("bytes through {through}"),
    };
    eprintln!("sorting {} in wasmtime, temporary files {place}, {how}", input.display());
    let buffer_size = options.buffer_size.to_string();
    let mut arguments = vec!["external-sort", "--memory", &buffer_size];
    if form != Form::Embedded {
        arguments.extend(["--through", through]);
    }
    let inside;
    let grants = if options.in_memory {
        let input = File::open(input)?;
        let bytes = input.metadata()?.len() + command::SPARE;
        Grants::Memory { input, output: File::create(&output)?, bytes }
    } else {
        let name = input.file_name().and_then(|name| name.to_str());
        inside = format!("/in/{}", name.context("the file's name is not Unicode")?);
        arguments.extend([&*inside, "/out/composed"]);
        let input = input.parent().context("a file is in a directory")?;
        Grants::Directories { input, output: &scratch.output(), tmp: &scratch.tmp() }
    };
    let start = Instant::now();
    let taken =
        guest::run(&component, grants, options.buffer_size, &arguments, listener, interrupt)?;
    let time = start.elapsed();

    let seen = seen.lock().expect("BUG: looking does not panic");
    let files = match taken.files {
        Some(most_bytes) => Files::Counted { most_bytes },
        None if form == Form::Embedded => Files::Within,
        None if cfg!(target_os = "linux") => {
            Files::Seen { files: seen.files(), most_bytes: seen.most_bytes() }
        }
        None => Files::Told,
    };
    let left = scratch.left()?;
    Ok(Hosted { output, time, includes: "in wasmtime", taken: Some(taken.memory), files, left })
}

fn generate(bytes: u64, interrupt: &Interrupt, scratch: &Scratch) -> Result<PathBuf> {
    eprintln!("making a text of {bytes} bytes");
    let path = scratch.input().join("text");
    let mut file = File::create(&path)?;
    sample::write(&mut file, bytes, SEED, &mut |_| interrupt.check()).context("making a text")?;
    Ok(path)
}

fn sort_natively(
    input: &Path,
    memory: usize,
    interrupt: &Interrupt,
    scratch: &Scratch,
) -> Result<Summary> {
    let mut input = File::open(input)?;
    let mut output = File::create(scratch.output().join("native"))?;
    let mut report = |_| interrupt.check();
    let summary = native::sort_in(&scratch.tmp(), memory, &mut input, &mut output, &mut report)?;
    Ok(summary)
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
