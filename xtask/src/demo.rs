//! The command line of the demonstration. `cargo xtask demo` reads it before it builds anything,
//! and the demonstration reads it again.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};

/// The usage, for `--help` and after an argument that is refused.
const USAGE: &str = "\
usage: cargo xtask demo [OPTIONS] [FILE]
Sorts the lines of FILE, or of a text that it makes. A component in wasmtime sorts: it has 16 MiB
of memory for lines, and its temporary files come from tempfile.wasm. FILE is only read. The check
of the result needs as much memory as FILE is long.
  --size N            size of the text that it makes (100000000)
  --memory            lends no directory of this machine: the text comes by standard input, the
                      temporary files of an ordinary program are in memory, in a filesystem that
                      becomes a part of it, and the result leaves by standard output
  --run               lends no directory either: `scratch run` runs the ordinary program, copies the
                      text into its scratch space before, and the result out of it afterwards
  --buffer-size N     bytes that the sort may use for lines (16777216)
  --through WAY       the way of bytes into temporary files: `descriptors`, by calls of the host, or
                      `interface`, through tempfile.wasm (descriptors); with --memory the program
                      is composed with tempfile.wasm and tmpfs.wasm
  --scratch DIR       the parent of the scratch directory (the system's temporary directory)";

/// The request of the command line.
enum Asked {
    /// The usage.
    Help,
    /// A run of the demonstration.
    Run(Options),
}

/// The text to sort, and the way to sort it.
pub struct Options {
    /// The file to sort. Without one, the demonstration makes a text.
    pub file: Option<PathBuf>,
    /// The size in bytes of the text that it makes.
    pub bytes: u64,
    /// True if the temporary files are in memory.
    pub in_memory: bool,
    /// True if the command `scratch run` runs the program.
    pub by_command: bool,
    /// The bytes that the sort may use for lines.
    pub buffer_size: usize,
    /// The value of `--through` as the program spells it, if it was given.
    pub through: Option<&'static str>,
    /// The parent of the scratch directory.
    pub scratch: PathBuf,
}

/// Reads the words after the program's name, and checks the file and the directory that they name.
/// Returns the options and the canonical path of FILE. Otherwise prints the usage or the error.
///
/// # Errors
/// The status to exit with: 0 after the usage, 2 after an error.
pub fn read(
    words: impl Iterator<Item = OsString>,
) -> std::result::Result<(Options, Option<PathBuf>), ExitCode> {
    let wrong = ExitCode::from(2);
    match Options::parse(words) {
        Ok(Asked::Help) => {
            println!("{USAGE}");
            Err(ExitCode::SUCCESS)
        }
        Ok(Asked::Run(options)) => match options.input() {
            Ok(input) => Ok((options, input)),
            Err(error) => {
                eprintln!("error: {error:#}");
                Err(wrong)
            }
        },
        Err(error) => {
            eprintln!("error: {error:#}\n{USAGE}");
            Err(wrong)
        }
    }
}

impl Options {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// A word is unknown, has no value or a wrong one, or contradicts another.
    fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Asked> {
        let mut options = Self {
            file: None,
            bytes: 100_000_000,
            in_memory: false,
            by_command: false,
            buffer_size: 16 << 20,
            through: None,
            scratch: std::env::temp_dir(),
        };
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--help" | "-h") => return Ok(Asked::Help),
                Some("--size") => options.bytes = number(&mut words, "--size")?,
                Some("--memory") => options.in_memory = true,
                Some("--run") => options.by_command = true,
                Some("--buffer-size") => {
                    options.buffer_size = number(&mut words, "--buffer-size")?;
                }
                Some("--through") => {
                    let way = words.next();
                    options.through = Some(match way.as_ref().and_then(|word| word.to_str()) {
                        Some("descriptors") => "descriptors",
                        Some("interface") => "interface",
                        _ => bail!("--through: give descriptors or interface"),
                    });
                }
                Some("--scratch") => {
                    options.scratch = words.next().context("--scratch: give a directory")?.into();
                }
                Some(option) if option.starts_with('-') => bail!("{option} is unknown"),
                _ if options.file.is_some() => bail!("only one FILE can be sorted"),
                _ => options.file = Some(word.into()),
            }
        }
        if options.by_command && (options.in_memory || options.through.is_some()) {
            bail!("--run goes with neither --memory nor --through");
        }
        Ok(Asked::Run(options))
    }

    /// Checks the directory and the file that the words name. Returns the canonical path of FILE,
    /// since WASI follows no link that leads out of the granted directory.
    ///
    /// # Errors
    /// The parent of the scratch directory is not a directory. FILE is not a regular file, or
    /// cannot be read.
    fn input(&self) -> Result<Option<PathBuf>> {
        ensure!(self.scratch.is_dir(), "--scratch: {} is not a directory", self.scratch.display());
        self.file.as_deref().map(readable).transpose()
    }
}

fn readable(file: &Path) -> Result<PathBuf> {
    let found = file.canonicalize().with_context(|| format!("cannot sort {}", file.display()))?;
    // Check the kind before opening the file, since opening a FIFO waits for a writer.
    ensure!(fs::metadata(&found)?.is_file(), "cannot sort {}: not a file", file.display());
    File::open(&found).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(found)
}

fn number<N: std::str::FromStr>(
    words: &mut impl Iterator<Item = OsString>,
    option: &str,
) -> Result<N> {
    let word = words.next();
    let number = word.as_ref().and_then(|word| word.to_str()).and_then(|word| word.parse().ok());
    number.with_context(|| format!("{option}: give a number of bytes"))
}
