//! Seeded random sequences of operations on a file, against a model of a few lines, and against
//! CPython itself where that is at hand.

use std::io::Write as _;
use std::process::{Command, Stdio};

use host_tests::{File, FileOptions, Sandbox};

/// One operation of a sequence.
#[derive(Clone, Copy, Debug)]
enum Step {
    Read(i64),
    Read1(i64),
    Readline(i64),
    Write { length: usize, byte: u8 },
    Seek(i64, i32),
    Truncate(Option<i64>),
    Flush,
    Tell,
}

/// A generator of numbers: xorshift64* (Vigna 2016).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    /// Around the sizes at which buffers and chunks end.
    fn length(&mut self) -> usize {
        let around = [1, 3, 10, 100, 255, 256, 257, 4096, 8191, 8192, 8193, 20_000];
        let index = usize::try_from(self.below(12)).unwrap();
        usize::try_from(self.below(around[index] + 1)).unwrap()
    }

    fn step(&mut self) -> Step {
        let length = i64::try_from(self.length()).unwrap();
        match self.below(20) {
            0..4 => Step::Read(length),
            4 => Step::Read(-1),
            5 => Step::Read1(length),
            6 => Step::Readline(if self.below(2) == 0 { -1 } else { length }),
            7..12 => {
                let byte =
                    if self.below(8) == 0 { b'\n' } else { u8::try_from(self.below(256)).unwrap() };
                Step::Write { length: self.length(), byte }
            }
            12..14 => Step::Seek(length, 0),
            14 => Step::Seek(length - 100, 1),
            15 => Step::Seek(-length, 2),
            16 => Step::Truncate(Some(length)),
            17 => Step::Truncate(None),
            18 => Step::Flush,
            _ => Step::Tell,
        }
    }
}

/// What a write puts there: `length` bytes that count up from `byte`, so that places differ.
fn content(length: usize, byte: u8) -> Vec<u8> {
    (0..length).map(|at| byte.wrapping_add(u8::try_from(at % 251).unwrap())).collect()
}

/// A file as it should be: its bytes and a position.
#[derive(Default)]
struct Model {
    bytes: Vec<u8>,
    at: usize,
}

impl Model {
    fn take(&mut self, limit: Option<usize>, end: impl Fn(&[u8]) -> usize) -> Vec<u8> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = end(rest).min(limit.unwrap_or(usize::MAX));
        let taken = rest[..length].to_vec();
        self.at += length;
        taken
    }

    /// The outcome, as [`apply`] words it.
    fn apply(&mut self, step: Step) -> String {
        let limit = |size: i64| usize::try_from(size).ok();
        match step {
            Step::Read(size) | Step::Read1(size) => hash(&self.take(limit(size), <[u8]>::len)),
            Step::Readline(size) => hash(&self.take(limit(size), |rest| {
                rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1)
            })),
            Step::Write { length, byte } => {
                if length > 0 {
                    let end = self.at + length;
                    self.bytes.resize(self.bytes.len().max(end), 0);
                    self.bytes[self.at..end].copy_from_slice(&content(length, byte));
                    self.at = end;
                }
                length.to_string()
            }
            Step::Seek(offset, whence) => {
                let base = [0, self.at, self.bytes.len()][usize::try_from(whence).unwrap()];
                let target = i64::try_from(base).unwrap() + offset;
                match usize::try_from(target) {
                    Ok(target) => {
                        self.at = target;
                        target.to_string()
                    }
                    Err(_) => "error".to_owned(),
                }
            }
            Step::Truncate(size) => {
                let size = size.map_or(self.at, |size| usize::try_from(size).unwrap());
                self.bytes.resize(size, 0);
                size.to_string()
            }
            Step::Flush => "None".to_owned(),
            Step::Tell => self.at.to_string(),
        }
    }
}

/// Bytes in short: how many, and FNV-1a of them.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{}:{hash:x}", bytes.len())
}

fn apply(file: &File<'_>, step: Step) -> String {
    let bytes = |bytes: Result<Vec<u8>, _>| bytes.map(|bytes| hash(&bytes));
    let number = |number: Result<u64, _>| number.map(|number| number.to_string());
    match step {
        Step::Read(size) => bytes(file.read(Some(size))),
        Step::Read1(size) => {
            // How much it gives depends on what the buffer held; that it is the next bytes, and
            // some where there are any, does not.
            let at = i64::try_from(file.tell().unwrap()).unwrap();
            let some = file.read1(Some(size)).unwrap();
            file.seek(at, 0).unwrap();
            let all = file.read(Some(size)).unwrap();
            assert!(all.starts_with(&some) && some.is_empty() == all.is_empty());
            Ok(hash(&all))
        }
        Step::Readline(size) => bytes(file.readline(Some(size))),
        Step::Write { length, byte } => number(file.write(&content(length, byte))),
        Step::Seek(offset, whence) => number(file.seek(offset, whence)),
        Step::Truncate(size) => number(file.truncate(size)),
        Step::Flush => file.flush().map(|()| "None".to_owned()),
        Step::Tell => number(file.tell()),
    }
    .unwrap_or_else(|_| "error".to_owned())
}

/// The step, or another where the file has no buffer and so no `read1`.
fn buffered(step: Step, buffering: i32) -> Step {
    match step {
        Step::Read1(size) if buffering == 0 => Step::Read(size),
        step => step,
    }
}

fn file(sandbox: &Sandbox, buffering: i32) -> File<'_> {
    let options = FileOptions { buffering: Some(buffering), ..FileOptions::default() };
    sandbox.temporary_file(Some(options)).unwrap()
}

#[test]
fn random_sequences_agree_with_a_model() {
    // Recycled anonymous files serve most rounds: what one leaves must not reach the next.
    let sandbox = Sandbox::new();
    for round in 0..60 {
        let mut chance = Chance(0x5eed + round);
        let buffering = [-1, 0, 2, 100, 4096][usize::try_from(round % 5).unwrap()];
        let (file, mut model) = (file(&sandbox, buffering), Model::default());
        let mut steps = Vec::new();
        for _ in 0..150 {
            let step = buffered(chance.step(), buffering);
            steps.push(step);
            let expected = model.apply(step);
            let found = apply(&file, step);
            assert_eq!(found, expected, "round {round}, buffering {buffering}: {steps:?}");
        }
        file.seek(0, 0).unwrap();
        assert!(file.read(None).unwrap() == model.bytes, "round {round}: the content differs");
    }
}

#[test]
fn random_sequences_agree_with_the_model_on_named_files() {
    let sandbox = Sandbox::new();
    for round in 0..20 {
        let mut chance = Chance(0xfeed + round);
        let (file, mut model) = (sandbox.named_temporary_file(None).unwrap(), Model::default());
        for _ in 0..150 {
            let step = chance.step();
            assert_eq!(apply(&file, step), model.apply(step), "round {round}: {step:?}");
        }
        let host = sandbox.host_path(&file.name().unwrap());
        file.close_file().unwrap();
        assert!(std::fs::read(host).unwrap() == model.bytes, "round {round}");
    }
}

/// Runs the same steps on CPython's file: one line of words a step in, one outcome a line out.
const CPYTHON: &str = r#"
import sys, tempfile
def fnv(b):
    h = 0xcbf29ce484222325
    for x in b: h = (h ^ x) * 0x100000001b3 & 0xffffffffffffffff
    return f"{len(b)}:{h:x}"
for line in sys.stdin:
    word, *rest = line.split()
    a = [int(x) for x in rest]
    try:
        if word == "open": f = tempfile.TemporaryFile(buffering=a[0]); r = "None"
        elif word == "read1": at = f.tell(); f.read1(a[0]); f.seek(at); r = fnv(f.read(a[0]))
        elif word in ("read", "readline"): r = fnv(getattr(f, word)(a[0]))
        elif word == "write": r = f.write(bytes((a[1] + i % 251) % 256 for i in range(a[0])))
        elif word == "seek": r = f.seek(a[0], a[1])
        elif word == "truncate": r = f.truncate(*a)
        elif word == "flush": r = f.flush()
        elif word == "tell": r = f.tell()
    except OSError: r = "error"
    print(r)
"#;

fn words(step: Step) -> String {
    match step {
        Step::Read(size) => format!("read {size}"),
        Step::Read1(size) => format!("read1 {size}"),
        Step::Readline(size) => format!("readline {size}"),
        Step::Write { length, byte } => format!("write {length} {byte}"),
        Step::Seek(offset, whence) => format!("seek {offset} {whence}"),
        Step::Truncate(Some(size)) => format!("truncate {size}"),
        Step::Truncate(None) => "truncate".to_owned(),
        Step::Flush => "flush".to_owned(),
        Step::Tell => "tell".to_owned(),
    }
}

/// What CPython answers; `None` where the machine has none that is recent enough.
fn cpython(lines: &str) -> Option<String> {
    let mut child = Command::new("python3.13")
        .env("PYENV_VERSION", "3.13.0")
        .args(["-c", CPYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let lines = lines.to_owned();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().ok()?;
    let _ = writer.join().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn random_sequences_agree_with_cpython() {
    let sandbox = Sandbox::new();
    let (mut asked, mut found) = (String::new(), Vec::new());
    for round in 0..40 {
        let mut chance = Chance(0xc0de + round);
        // Not the default buffer, whose size in CPython is the filesystem's block.
        let buffering = [8192, 2, 100, 4096][usize::try_from(round % 4).unwrap()];
        let (file, mut model) = (file(&sandbox, buffering), Model::default());
        asked += &format!("open {buffering}\n");
        found.push(("open".to_owned(), "None".to_owned()));
        for _ in 0..100 {
            let step = chance.step();
            asked += &words(step);
            asked.push('\n');
            let outcome = apply(&file, step);
            assert_eq!(outcome, model.apply(step), "round {round}: {step:?}");
            found.push((format!("round {round}, {step:?}"), outcome));
        }
    }
    let Some(expected) = cpython(&asked) else {
        eprintln!("skipped: this machine has no python3.13; the model serves alone");
        return;
    };
    let expected: Vec<_> = expected.lines().collect();
    assert_eq!(expected.len(), found.len());
    for (at, ((step, found), expected)) in found.iter().zip(&expected).enumerate() {
        let before = &asked.lines().collect::<Vec<_>>()[at.saturating_sub(8)..=at];
        assert_eq!(found, expected, "step {at}: {step}, after {before:?}");
    }
}
