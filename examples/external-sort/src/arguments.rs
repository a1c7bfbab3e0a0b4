//! The command line.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
usage: external-sort [--memory BYTES] [--through descriptors|interface] [INPUT OUTPUT]
Without files it sorts standard input to standard output. It takes 16 MiB of memory for lines
unless --memory is given. --through, for files of scratch:tempfile, says how bytes reach them.";

/// The parsed command line.
pub(crate) struct Arguments {
    pub(crate) memory: usize,
    pub(crate) through: Option<Through>,
    /// The files of input and output; without them, the program sorts standard input to standard
    /// output.
    pub(crate) files: Option<(PathBuf, PathBuf)>,
}

/// The way of bytes into temporary files and out of them.
#[derive(Clone, Copy)]
pub(crate) enum Through {
    /// The program calls the host directly, with the file's descriptor.
    Descriptors,
    /// The program calls the methods of the file, which the component serves.
    Interface,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut memory = 16 << 20;
        let mut through = None;
        let mut files = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--memory" => {
                    let bytes = words.next().and_then(|bytes| bytes.parse().ok());
                    memory = bytes.ok_or("--memory: give a number of bytes")?;
                }
                "--through" => {
                    through = Some(match words.next().as_deref() {
                        Some("descriptors") => Through::Descriptors,
                        Some("interface") => Through::Interface,
                        _ => return Err("--through: give descriptors or interface".into()),
                    });
                }
                option if option.starts_with('-') => return Err(format!("{option} is unknown")),
                _ => files.push(PathBuf::from(word)),
            }
        }
        let mut files = files.into_iter();
        let files = match (files.next(), files.next(), files.next()) {
            (None, ..) => None,
            (Some(input), Some(output), None) => Some((input, output)),
            _ => return Err("both INPUT and OUTPUT are needed, or neither".into()),
        };
        Ok(Self { memory, through, files })
    }
}
